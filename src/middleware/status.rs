//! Statuses that are errors.

use http::StatusCode;
use reqwest::Response;

use super::is_worth_a_retry;
use crate::error::{Class, Effect, Error, Fault};
use crate::time::SystemClock;

/// The response, unless its status is an error: `known` where the provider's own meaning of it is, else that it is one.
pub(crate) fn error_for_status(
    response: Response,
    provider: &'static str,
    known: Option<Error>,
) -> Result<Response, Error> {
    let status = response.status();
    if known.is_none() && !status.is_client_error() && !status.is_server_error() {
        return Ok(response);
    }
    let error = known.unwrap_or_else(|| Error::new(ErrorStatus(status)));
    Err(error.in_provider(provider).with_skew(response.headers(), &SystemClock))
}

#[derive(Debug, thiserror::Error)]
#[error("the provider answered {0}")]
struct ErrorStatus(StatusCode);

impl Fault for ErrorStatus {
    fn code(&self) -> &'static str {
        "error-status"
    }
    fn class(&self) -> Class {
        Class::Refused
    }
    fn next_step(&self) -> &'static str {
        if is_worth_a_retry(self.0) {
            "Try again later, unless it must not happen twice: it may have been carried out. A retry layer goes outside the signer."
        } else {
            "Read the body of the reply, which says more: look at its status before you ask for an error."
        }
    }
    /// A gateway answers 408 and 5xx too when the provider's answer is lost; a 409 may be about an earlier attempt.
    fn effect(&self) -> Effect {
        match self.0 {
            StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => Effect::Unknown,
            status if status.is_server_error() => Effect::Unknown,
            _ => Effect::None,
        }
    }
}
