//! Netvisor, played.

mod judge;
mod reply;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use countersign::SignedForm;
use countersign::netvisor::{Credentials, MacAlgorithm};
use encoding_rs::{Encoding, ISO_8859_15};

use crate::seen::Seen;

pub(crate) struct Netvisor {
    credentials: Credentials,
    takes: Takes,
    transaction_ids: Seen,
    inserted: AtomicU64,
}

/// What Netvisor accepts, as far as public sources leave that open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takes {
    pub(crate) signed_form: SignedForm,
    /// The algorithm for every request; `None` takes the algorithm that a request names.
    pub(crate) algorithm: Option<MacAlgorithm>,
    /// The charset of the headers.
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
