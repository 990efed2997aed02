//! The middleware: signs on the way out, and looks at the status on the way in when asked to.

use http::{Extensions, StatusCode};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use super::status::{STATUS_WITHIN, Scan, scan};
use super::{Netvisor, ResponseStatus, credentials::NAME};
use crate::error::Error;
use crate::middleware::{exchange, into_middleware_error, put_back};

/// The reply is looked at when this much has arrived, then each time that it has doubled, and at its end.
const FIRST_LOOK: usize = 1024;

#[async_trait::async_trait]
impl Middleware for Netvisor {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        match exchange(self, self.settings.transport, |_| (), request, extensions, next).await? {
            (response, Some(_)) if self.fail_on_failed => self.judge(response).await,
            (response, _) => Ok(response),
        }
    }
}

impl Netvisor {
    async fn judge(&self, response: Response) -> Result<Response> {
        match look_for_status(response).await? {
            (Ok(Some(ResponseStatus::Failed(failure))), response) => {
                let error = Error::new(failure)
                    .with_note(format!("the reply's status was {}", response.status().as_u16()))
                    .with_skew(response.headers(), &*self.settings.clock);
                Err(into_middleware_error(error.in_provider(NAME)))
            }
            (Err(unreadable), response) if !is_gateway_answer(&response) => {
                Err(into_middleware_error(unreadable))
            }
            (_, response) => Ok(response),
        }
    }
}

/// Something in front of Netvisor answered that it is overloaded or down: left to the retry layer and the caller.
fn is_gateway_answer(response: &Response) -> bool {
    response.status() == StatusCode::TOO_MANY_REQUESTS || response.status().is_server_error()
}

/// Reads the status off a reply, and hands the reply on with all of its body still to be read. Reads no more of a
/// large reply than it takes to find the status. `None` where there is none within the first 64 KiB.
///
/// # Errors
/// `netvisor-reply-unreadable`, when the reply is not the XML that Netvisor sends; a transport error as
/// `reqwest_middleware::Error::Reqwest`.
pub async fn read_status(response: Response) -> Result<(Option<ResponseStatus>, Response)> {
    let (status, response) = look_for_status(response).await?;
    Ok((status.map_err(into_middleware_error)?, response))
}

type Status = std::result::Result<Option<ResponseStatus>, Error>;

async fn look_for_status(mut response: Response) -> Result<(Status, Response)> {
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
            Err(unreadable) => break Err(unreadable),
        }
    };
    Ok((status, put_back(response, seen.into())?))
}
