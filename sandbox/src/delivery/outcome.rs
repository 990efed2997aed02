//! What became of a delivery.

use std::io;

use http::StatusCode;

/// Why nothing was delivered at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The URL cannot be read.
    #[error("This is not a URL: write it from http:// on.")]
    NotAUrl,
    /// The URL is not plain HTTP, or names a user.
    #[error("Webhooks are sent to http:// URLs only, without a user name.")]
    NotPlainHttp,
    /// The URL does not lead to loopback, and that was not allowed.
    #[error("Webhooks are sent to http:// URLs on loopback only: localhost, 127.0.0.1 or [::1].")]
    NotLoopback,
    /// The library refuses the key or the time.
    #[error(transparent)]
    Unsigned(#[from] countersign::Error),
}

/// Why an attempt got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// No connection was made.
    #[error("nothing accepts connections there ({0})")]
    Connection(#[source] io::Error),
    /// What came back is not an answer.
    #[error("the receiver did not answer in HTTP")]
    Protocol(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No answer came in time.
    #[error("the receiver has not answered within 10 seconds")]
    Late,
}

/// The attempts of one delivery.
#[derive(Debug)]
pub struct Delivered {
    outcomes: Vec<Result<StatusCode, Unanswered>>,
    acknowledged: bool,
}

impl Delivered {
    pub(super) fn new(outcomes: Vec<Result<StatusCode, Unanswered>>, acknowledged: bool) -> Self {
        Self { outcomes, acknowledged }
    }

    /// Whether the answer to the last attempt was a 2xx, or for Netgíró a 200.
    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }

    /// The result of each attempt, in order: the status of the answer, or why there was none. There is at least one.
    pub fn attempts(&self) -> &[Result<StatusCode, Unanswered>] {
        &self.outcomes
    }
}
