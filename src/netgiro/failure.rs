//! Why Netgíró said no.

use std::fmt;

use super::SimpleResponse;
use crate::error::{Class, Fault};
use crate::redact::printable;

/// A reply that says `Success: false`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What it says.
    pub response: SimpleResponse,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SimpleResponse { result_code, message, .. } = &self.response;
        write!(f, "Netgíró answered {} ({result_code:?})", i32::from(*result_code))?;
        // Escaped, so that no control character of it reaches a terminal or log.
        message.iter().try_for_each(|message| write!(f, ": {}", printable(message)))
    }
}

impl Fault for Failure {
    fn code(&self) -> &'static str {
        if self.response.result_code.is_declined() { "netgiro-declined" } else { "netgiro-failed" }
    }
    fn class(&self) -> Class {
        Class::Refused
    }
    fn next_step(&self) -> &'static str {
        if self.response.result_code.is_declined() {
            "Offer the customer another way to pay."
        } else {
            "Read the result code and the message; correct the request."
        }
    }
}
