//! Why Netgíró refused.

use std::fmt;

use super::{ResultCode, SimpleResponse};
use crate::error::{Code, Fault};
use crate::fault::faults;
use crate::redact::printable;

/// A reply that says `Success: false`.
///
/// ```
/// use countersign::netgiro::{ApiResponse, Failure};
///
/// let body = br#"{"Success":false,"ResultCode":10302,"Message":"Customer declined"}"#;
/// let error = ApiResponse::<serde_json::Value>::from_slice(body).unwrap_err();
/// assert!(error.fault::<Failure>().is_some_and(|failure| failure.response.result_code.is_declined()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The fields of the reply.
    pub response: SimpleResponse,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SimpleResponse { result_code, message, .. } = &self.response;
        write!(f, "Netgíró answered {} ({result_code:?})", i32::from(*result_code))?;
        // Escaped, so that no control character reaches a terminal or log.
        message.iter().try_for_each(|message| write!(f, ": {}", printable(message)))
    }
}

faults! {
    /// The meaning of a `Success: false`.
    #[derive(Debug)]
    pub(super) enum Answer {
        Declined = Refused, "netgiro-declined", "Netgíró answered that the customer declined",
            "Offer the customer another way to pay.";
        Failed = Refused, "netgiro-failed", "Netgíró answered that it cannot do this",
            "Read the result code and the message; correct the request.";
        // Something broke, somebody has yet to decide, or the code tells the state of the payment. Whether this request
        // caused that state depends on the call.
        Unclear = Refused Unknown, "netgiro-failed", "Netgíró answered something that leaves open what was done",
            "Read the result code and the message; correct the request.";
    }
}

impl Fault for Failure {
    fn code(&self) -> Code {
        match self.response.result_code {
            code if code.is_declined() => Answer::Declined,
            ResultCode::CartNotValid
            | ResultCode::MinimumAmount
            | ResultCode::CustomerDoesNotExist
            | ResultCode::CartNotFound
            | ResultCode::ConfirmationTypeNotValid => Answer::Failed,
            _ => Answer::Unclear,
        }
        .code()
    }
}
