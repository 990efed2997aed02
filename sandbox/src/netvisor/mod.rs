//! Netvisor, played.

mod judge;
mod reply;
mod timestamps;

use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use countersign::SignedForm;
use countersign::netvisor::Credentials;
use http::Response;

use crate::arrived::Arrived;
use crate::seen::Seen;
use crate::stage::Play;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

pub(crate) struct Netvisor {
    credentials: Credentials,
    signed_form: SignedForm,
    transaction_ids: Seen,
    inserted: AtomicU64,
}

impl Netvisor {
    pub(crate) fn new(credentials: Credentials, signed_form: SignedForm) -> Self {
        Self { credentials, signed_form, transaction_ids: Seen::new(), inserted: AtomicU64::new(0) }
    }
}

impl Play for Netvisor {
    const VENDOR: Vendor = Vendor::Netvisor;

    fn judge(&self, arrived: &Arrived, workings: &mut Workings) -> Result<(), Refusal> {
        self.judge(arrived, workings)
    }

    fn reply(&self, arrived: &Arrived, verdict: &Verdict) -> Response<Bytes> {
        self.reply(arrived, verdict)
    }
}
