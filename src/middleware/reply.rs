//! Handles replies that do not verify, for all providers.

use bytes::Bytes;
use http::{StatusCode, header};
use reqwest::Response;
use reqwest_middleware::Result;
use url::Url;

use super::{rebuild, redirect_origin};
use crate::error::Error;
use crate::scope::printable_origin;
use crate::signer::{Scheme, Signer};

/// The code of a reply that is too long, for all providers.
const TOO_LONG: &str = "reply-too-long";

/// Logs the error of a refused reply, with notes from the response.
pub(crate) fn refuse_reply<S: Scheme>(signer: &Signer<S>, response: &Response, error: Error) -> Error {
    let mut error = signer.named(error).with_status(response.status());
    if let Some(origin) = redirect_origin(response) {
        error = error.with_note(format!("it redirects to {origin}"));
    }
    if signer.transport.redirect_limit > 0 && response.status().is_redirection() {
        error = error.with_note("a redirect is followed only where the reply verifies");
    }
    let error = error.with_skew(response.headers(), signer.now());
    log_refusal(&error, response.url(), response.status());
    error
}

/// A forged reply is logged as a warning. A reply that is too long need not be forged.
pub(crate) fn log_refusal(error: &Error, url: &Url, status: StatusCode) {
    if error.code() == TOO_LONG {
        tracing::debug!(name: "countersign.refused", provider = error.provider(), code = error.code(), "refused");
    } else {
        warn("refused", error, url, status);
    }
}

/// Logs what was `done` with a reply that does not verify.
pub(crate) fn warn(done: &str, error: &Error, url: &Url, status: StatusCode) {
    let (provider, code, reference_id) = (error.provider(), error.code(), error.reference_id());
    let (origin, status) = (printable_origin(url), status.as_u16());
    tracing::warn!(
        name: "countersign.reply_failed",
        provider,
        code,
        origin,
        status,
        reference_id,
        "{done} a reply that does not verify: {error}"
    );
}

/// Something in front of the provider answered that it is overloaded or down, which justifies a retry but cannot be
/// trusted. Keeps the status for the retry layer, and drops the unauthenticated body.
pub(crate) fn withhold(url: Url, mut response: Response, error: &Error) -> Result<Response> {
    let (provider, code) = (error.provider(), error.code());
    let (origin, status) = (printable_origin(&url), response.status().as_u16());
    tracing::info!(
        name: "countersign.reply_withheld",
        provider,
        code,
        origin,
        status,
        "withheld the body of an unsigned reply"
    );
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
        response.headers_mut().remove(name);
    }
    rebuild(response, url, Bytes::new())
}
