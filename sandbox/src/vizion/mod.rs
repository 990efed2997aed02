//! Vizion, played.

mod judge;
mod reply;

use bytes::Bytes;
use http::Response;

use crate::credentials::VizionCredentials;
use crate::provider::Play;
use crate::request::Received;
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
    const SIGNED_BY: &'static [&'static str] = &[judge::API_KEY];

    fn ready_names() -> Vec<String> {
        reply::READY.map(|(name, _)| name.to_owned()).into()
    }

    fn ready(&self, name: &str, _: &Received) -> Response<Bytes> {
        reply::ready(name)
    }

    fn judge(&self, arrived: &Received, _: &mut Workings) -> Result<(), Refusal> {
        self.judge(arrived)
    }

    fn reply(&self, _: &Received, verdict: &Verdict) -> Response<Bytes> {
        reply::reply(verdict)
    }
}
