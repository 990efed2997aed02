//! Vizion, played.

mod judge;
mod reply;

use bytes::Bytes;
use http::Response;

use crate::arrived::Arrived;
use crate::credentials::VizionCredentials;
use crate::stage::Play;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

pub(crate) struct Vizion {
    credentials: VizionCredentials,
}

impl Vizion {
    pub(crate) fn new(credentials: VizionCredentials) -> Self {
        Self { credentials }
    }
}

impl Play for Vizion {
    const VENDOR: Vendor = Vendor::Vizion;

    fn judge(&self, arrived: &Arrived, _: &mut Workings) -> Result<(), Refusal> {
        self.judge(arrived)
    }

    fn reply(&self, _: &Arrived, verdict: &Verdict) -> Response<Bytes> {
        reply::reply(verdict)
    }
}
