//! Why Netgíró said no.

use std::fmt;

use super::{ResultCode, SimpleResponse};
use crate::error::{Class, Effect, Fault};
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
    fn effect(&self) -> Effect {
        match self.response.result_code {
            ResultCode::CustomerDeclined10302
            | ResultCode::CustomerDeclined10307
            | ResultCode::CustomerDeclined10422
            | ResultCode::CustomerDeclined10423
            | ResultCode::CartNotValid
            | ResultCode::MinimumAmount
            | ResultCode::CustomerDoesNotExist
            | ResultCode::CartNotFound
            | ResultCode::ConfirmationTypeNotValid => Effect::None,
            // Something broke, somebody has yet to decide, or the code tells the state of the payment: whether this request
            // brought it about depends on what was asked for.
            ResultCode::Success
            | ResultCode::GenericError
            | ResultCode::PaymentCompleted
            | ResultCode::PaymentCanceled
            | ResultCode::PaymentAlreadyCanceled
            | ResultCode::PaymentAlreadyConfirmed
            | ResultCode::PendingCustomerConfirmation
            | ResultCode::PendingProviderConfirmation
            | ResultCode::AdditionalConfirmationNeeded
            | ResultCode::PendingCallbackResponse
            | ResultCode::Unknown(_) => Effect::Unknown,
        }
    }
}
