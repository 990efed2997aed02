//! Replies verified before they are handed on.

use std::future::ready;
use std::pin::Pin;

use bytes::Bytes;
use http::{StatusCode, header};
use reqwest::Response;
use reqwest_middleware::Result;
use url::Url;

use super::credentials::NAME;
use super::reply::{Marks, Reply, ReplyCheck, ReplyFault, SentRequest, Verdict, reference_id, refusal};
use super::{Netgiro, Scheme, stream};
use crate::error::Error;
use crate::middleware::{Sent, is_worth_a_retry, read_reply, rebuild, redirect_origin, wrap};
use crate::scope::printable_origin;
use crate::whole_body::ReadFault;

/// Judges a reply to `sent`. While a streamed reply is handed on its verdict is not known, so a redirect that may be
/// followed is read whole.
pub(super) fn judge(
    netgiro: &Netgiro,
    sent: Sent<Scheme>,
    response: Response,
) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + '_>> {
    let streamed = netgiro.scheme().replies.streamed && !sent.is_redirected;
    let marks = Marks::of(sent.signed());
    netgiro.judge(SentRequest { url: sent.url, marks }, response, streamed)
}

/// A whole reply that does not verify.
struct Refused {
    error: Error,
    sent: SentRequest,
    response: Response,
    body: Bytes,
}

impl Netgiro {
    fn judge<'a>(
        &'a self,
        sent: SentRequest,
        mut response: Response,
        streamed: bool,
    ) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>> {
        match self.begin_reply(&sent, response.headers()) {
            Ok(check) if streamed && !self.scheme().replies.report_only => {
                Box::pin(ready(stream::verified_at_its_end(self, check, sent.url, response)))
            }
            Ok(mut check) => Box::pin(async move {
                match read_reply(&mut response, self.scheme().replies.limit, |chunk| check.update(chunk))
                    .await
                {
                    Ok(body) => match self.finish(check, sent, response, body) {
                        Ok(judged) => judged,
                        Err(refused) => Box::pin(self.refuse_diagnosed(refused)).await,
                    },
                    Err(fault) => Err(self.refuse_unread(&response, fault)),
                }
            }),
            Err(error) if self.scheme().replies.report_only => {
                Box::pin(self.hand_on(sent.url, report(response, &error)))
            }
            Err(error) if is_gateway_answer(&response, &error) => {
                Box::pin(ready(withhold(sent.url, response, &error)))
            }
            Err(error) => Box::pin(async move {
                #[cfg(feature = "explain")]
                let error = self.diagnosed_by_headers(error, &sent, &mut response).await;
                Err(self.refuse(&response, error))
            }),
        }
    }

    /// What comes of a whole reply; one that is refused, with what a diagnosis needs.
    fn finish(
        &self,
        check: ReplyCheck,
        sent: SentRequest,
        response: Response,
        body: Bytes,
    ) -> std::result::Result<Result<Response>, Box<Refused>> {
        Ok(match check.finish(&self.scheme().seen) {
            Ok(reply) => rebuild(response, sent.url, body).map(|mut response| {
                // Not before: together with the URL, which travels as an extension, it would not fit their first table.
                response.extensions_mut().insert(reply);
                response
            }),
            Err(error) if self.scheme().replies.report_only => {
                rebuild(report(response, &error), sent.url, body)
            }
            Err(error) => return Err(Box::new(Refused { error, sent, response, body })),
        })
    }

    async fn refuse_diagnosed(&self, refused: Box<Refused>) -> Result<Response> {
        #[cfg_attr(not(feature = "explain"), allow(unused_variables))]
        let Refused { error, sent, response, body } = *refused;
        #[cfg(feature = "explain")]
        let error = self.diagnosed(error, sent, response.headers().clone(), body).await;
        Err(self.refuse(&response, error))
    }

    /// The reply with its body read under the limit, and not checked.
    async fn hand_on(&self, url: Url, mut response: Response) -> Result<Response> {
        match read_reply(&mut response, self.scheme().replies.limit, |_| ()).await {
            Ok(body) => rebuild(response, url, body),
            Err(fault) => Err(self.refuse_unread(&response, fault)),
        }
    }

    /// The error of a reply that was not read to its end. That of the transport stays what it is.
    fn refuse_unread(
        &self,
        response: &Response,
        fault: ReadFault<reqwest::Error>,
    ) -> reqwest_middleware::Error {
        let fault = match fault {
            ReadFault::Transport(error) => return error.into(),
            ReadFault::TooLong => ReplyFault::TooLong,
            ReadFault::OutOfMemory => ReplyFault::OutOfMemory,
        };
        self.refuse(response, refusal(fault, response.headers()))
    }

    fn refuse(&self, response: &Response, error: Error) -> reqwest_middleware::Error {
        let mut error = error.with_status(response.status());
        if may_be_a_mistake(&error) && !self.scheme().replies.diagnose_refusals {
            let next_step = format!("{} {ASK_FOR_A_DIAGNOSIS}", error.next_step());
            error = error.with_next_step(next_step);
        }
        if let Some(origin) = redirect_origin(response) {
            error = error.with_note(format!("it redirects to {origin}"));
        }
        if self.transport.redirect_limit > 0 && response.status().is_redirection() {
            error = error.with_note("a redirect is followed only where the reply verifies");
        }
        let error = error.with_skew(response.headers(), self.now());
        log_refusal(&error, response.url(), response.status());
        wrap(error)
    }
}

/// Who forges replies is to be seen wherever warnings are. A long reply says nothing of who sent it.
pub(super) fn log_refusal(error: &Error, url: &Url, status: StatusCode) {
    if error.fault() == Some(&ReplyFault::TooLong) {
        tracing::debug!(provider = NAME, code = error.code(), "refused");
    } else {
        warn("refused", error, url, status);
    }
}

/// Says what was `done` with a reply that does not verify.
fn warn(done: &str, error: &Error, url: &Url, status: StatusCode) {
    let (code, reference_id) = (error.code(), error.reference_id());
    let (origin, status) = (printable_origin(url), status.as_u16());
    tracing::warn!(
        provider = NAME,
        code,
        origin,
        status,
        reference_id,
        "{done} a reply that does not verify: {error}"
    );
}

/// What a refusal says that may have a known mistake for its reason.
const ASK_FOR_A_DIAGNOSIS: &str = "`Netgiro::diagnose_refusals` looks for a known mistake.";

/// Whether a mistake in what was signed, or in how the signature is written, may be the reason of a refusal.
pub(super) fn may_be_a_mistake(error: &Error) -> bool {
    matches!(error.fault(), Some(ReplyFault::Mismatch | ReplyFault::SignatureMalformed))
}

/// Something in front of Netgíró answered that it is overloaded or down: worth a retry, but not worth believing.
fn is_gateway_answer(response: &Response, error: &Error) -> bool {
    error.fault() == Some(&ReplyFault::SignatureMissing) && is_worth_a_retry(response.status())
}

/// Keeps the status for the retry layer and drops the body, which nobody vouches for.
fn withhold(url: Url, response: Response, error: &Error) -> Result<Response> {
    let (origin, status) = (printable_origin(&url), response.status().as_u16());
    tracing::info!(
        provider = NAME,
        code = error.code(),
        origin,
        status,
        "withheld the body of an unsigned reply"
    );
    let mut response = mark(response, error);
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
        response.headers_mut().remove(name);
    }
    rebuild(response, url, Bytes::new())
}

/// Marks a reply that is handed on although it does not verify.
fn report(response: Response, error: &Error) -> Response {
    warn("handed on", error, response.url(), response.status());
    mark(response, error)
}

fn mark(mut response: Response, error: &Error) -> Response {
    let fault = error.fault().copied().unwrap_or(ReplyFault::Mismatch);
    let reply = Reply { reference_id: reference_id(response.headers()), verdict: Verdict::Unverified(fault) };
    response.extensions_mut().insert(reply);
    response
}
