//! Lets calls go on in turn, and reads the status of replies on request.

mod queue;

use std::time::SystemTime;

use reqwest::Response;
use reqwest_middleware::Result;

pub(super) use queue::{QueueFault, admit};

use super::status::{STATUS_WITHIN, Scan, scan};
use super::{Failure, Netvisor, ResponseStatus, Scheme, credentials::NAME};
use crate::Sent;
use crate::error::Error;
use crate::middleware::{self, into_middleware_error, is_worth_a_retry, put_back};
use crate::time::{Clock as _, SystemClock};

/// A reply is examined when this much has arrived, then each time that its length has doubled, and at its end.
const FIRST_LOOK: usize = 1024;

/// For Netvisor only: `netvisor::Netvisor`.
impl Netvisor {
    /// Lets up to `calls` of one company run at once, for tests or if your agreement with the vendor allows it. 0
    /// counts as 1. Default: 1.
    ///
    /// A call holds its place until the body of its reply was read to its end or dropped; reading a status or header
    /// does not end it. Places are given first come, first served. A call that has waited for 60 s ends in
    /// `netvisor-busy`, and was not sent. This happens to a program that makes the next call while it holds a reply.
    /// Each attempt of a retry layer waits anew.
    ///
    /// All values in this process with the same origin, organisation id and number share their places; values with
    /// another number have places of their own. Other processes are not counted.
    #[must_use]
    pub fn parallel_calls(self, calls: usize) -> Self {
        self.with_scheme(|scheme| scheme.parallel_calls = calls.clamp(1, tokio::sync::Semaphore::MAX_PERMITS))
    }

    /// Turns a reply that says `FAILED` into an error, whatever its HTTP status; see [`Failure`]. A reply whose status
    /// cannot be read is an error too, unless it is a 429 or 5xx, which a gateway sends and a retry layer wants to see.
    /// By default, replies pass as they are, and [`read_status`] reads their status.
    #[must_use]
    pub fn fail_on_failed(self) -> Self {
        self.with_scheme(|scheme| scheme.fail_on_failed = true)
    }
}

/// Reads the status of a reply. A redirect that may be followed has none.
pub(super) async fn judge(netvisor: &Netvisor, sent: Sent<Scheme>, response: Response) -> Result<Response> {
    if !netvisor.scheme().fail_on_failed || sent.is_redirected {
        return Ok(response);
    }
    let (status, response) = Box::pin(look(response)).await?;
    match status {
        Ok(Some(ResponseStatus::Failed(failure))) => {
            if failure.code == super::FailureCode::AuthenticationFailed {
                netvisor.prepared.refused();
            }
            let error = refused(failure, &response, netvisor.now());
            Err(into_middleware_error(netvisor.refuse(error)))
        }
        Ok(Some(ResponseStatus::Ok) | None) => Ok(response),
        // Something in front of Netvisor answered: an error would hide its status from a retry layer.
        Err(_) if is_worth_a_retry(response.status()) => Ok(response),
        Err(error) => Err(into_middleware_error(netvisor.refuse(error))),
    }
}

fn refused(failure: Failure, response: &Response, now: SystemTime) -> Error {
    let error = Error::new(failure).with_status(response.status()).with_skew(response.headers(), now);
    error.in_provider(NAME)
}

/// Turns a reply that says `FAILED`, with any HTTP status, and any other 4xx or 5xx into an error. Both say whether the
/// local clock is off. The whole body of a reply that passes can still be read.
///
/// # Errors
/// The errors of [`Failure`], such as `netvisor-authentication-failed`; `error-status`, with an
/// [`ErrorStatus`](crate::ErrorStatus) as [`Error::fault`]; `netvisor-reply-unreadable` and transport errors as in
/// [`read_status`].
pub async fn error_for_status(response: Response) -> Result<Response> {
    let (status, response) = look(response).await?;
    if let Ok(Some(ResponseStatus::Failed(failure))) = status {
        return Err(into_middleware_error(refused(failure, &response, SystemClock.now())));
    }
    let response = middleware::error_for_status(response, NAME, None).await.map_err(into_middleware_error)?;
    status.map_err(into_middleware_error)?;
    Ok(response)
}

/// Reads the status off a reply, and hands the reply on with its whole body. Reads no more of a large reply than it
/// takes to find the status. `None` if there is no status within the first 64 KiB.
///
/// # Errors
/// `netvisor-reply-unreadable`, if the reply is not the XML that Netvisor sends; a transport error as
/// `reqwest_middleware::Error::Reqwest`.
pub async fn read_status(response: Response) -> Result<(Option<ResponseStatus>, Response)> {
    let (status, response) = look(response).await?;
    Ok((status.map_err(into_middleware_error)?, response))
}

/// Reads the status at the beginning of a reply, and puts that beginning back. The outer error is a transport error.
async fn look(
    mut response: Response,
) -> Result<(std::result::Result<Option<ResponseStatus>, Error>, Response)> {
    let mut seen = Vec::new();
    let mut next_look = FIRST_LOOK;
    let status = loop {
        let chunk = response.chunk().await?;
        let ended = chunk.is_none();
        seen.extend_from_slice(&chunk.unwrap_or_default());
        if !ended && seen.len() < next_look {
            continue;
        }
        next_look = 2 * seen.len();
        match scan(&seen) {
            Ok(Scan::Found(status)) => break Ok(Some(status)),
            Ok(Scan::Absent) => break Ok(None),
            Ok(Scan::Incomplete) if ended => break Err(super::status::unreadable()),
            Ok(Scan::Incomplete) if seen.len() >= STATUS_WITHIN => break Ok(None),
            Ok(Scan::Incomplete) => {}
            Err(error) => break Err(error),
        }
    };
    Ok((status, put_back(response, seen.into())?))
}
