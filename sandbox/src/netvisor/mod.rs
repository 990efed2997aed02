//! Netvisor, played.

mod judge;
mod reply;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use countersign::SignedForm;
use countersign::netvisor::{Credentials, MacAlgorithm};
use encoding_rs::{Encoding, ISO_8859_15};
use http::Response;

use crate::fault::Fault;
use crate::provider::Play;
use crate::request::Received;
use crate::seen::Seen;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

pub(crate) struct Netvisor {
    credentials: Credentials,
    takes: Takes,
    transaction_ids: Seen,
    inserted: AtomicU64,
}

/// What it takes, where public sources leave that open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takes {
    pub(crate) signed_form: SignedForm,
    /// Computed whatever a request names; `None` computes what that names.
    pub(crate) algorithm: Option<MacAlgorithm>,
    /// What headers are read in.
    pub(crate) charset: &'static Encoding,
    pub(crate) time_window: Option<Duration>,
}

impl Default for Takes {
    fn default() -> Self {
        Self {
            signed_form: SignedForm::AsSent,
            algorithm: None,
            charset: ISO_8859_15,
            time_window: Some(Duration::from_secs(600)),
        }
    }
}

impl Netvisor {
    pub(crate) fn new(credentials: Credentials, takes: Takes) -> Self {
        let (transaction_ids, inserted) = (Seen::new(), AtomicU64::new(0));
        Self { credentials, takes, transaction_ids, inserted }
    }
}

impl Play for Netvisor {
    const VENDOR: Vendor = Vendor::Netvisor;
    const SIGNED_BY: &'static [&'static str] = judge::SIGNED_BY;

    fn ready_names() -> Vec<String> {
        reply::ready_names()
    }

    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes> {
        self.ready(name, arrived)
    }

    fn process(&self, arrived: &Received) -> Result<(), Refusal> {
        self.process(arrived)
    }

    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        self.judge(arrived, workings)
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        self.reply(arrived, verdict)
    }

    fn forge(&self, fault: &Fault, arrived: &Received, honest: Response<Bytes>) -> Response<Bytes> {
        match fault {
            Fault::Failed(code) => reply::failed(arrived, code, "as the sandbox was asked to say"),
            _ => honest,
        }
    }
}
