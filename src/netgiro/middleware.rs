//! Verifies replies before they are handed on.

use std::future::ready;
use std::pin::Pin;

use bytes::Bytes;
use reqwest::Response;
use reqwest_middleware::Result;
use url::Url;

use super::reply::{Marks, Reply, ReplyCheck, ReplyFault, SentRequest, Verdict, reference_id};
use super::{Netgiro, Scheme, stream};
use crate::Sent;
use crate::error::Error;
use crate::middleware::reply::{refuse_reply, warn, withhold};
use crate::middleware::{is_worth_a_retry, read_reply, rebuild, wrap};
use crate::whole_body::ReadFault;

/// For Netgíró only: `netgiro::Netgiro`.
impl Netgiro {
    /// Refuses replies longer than `bytes`, counted after decompression. Default: [`DEFAULT_REPLY_LIMIT`](super::DEFAULT_REPLY_LIMIT).
    #[must_use]
    pub fn reply_limit(self, bytes: usize) -> Self {
        self.with_scheme(|scheme| scheme.replies.limit = bytes)
    }

    /// Returns replies even if they do not verify. [`Reply::verdict`] in the response's extensions tells whether a
    /// reply verified, and the log tells why it did not. Anyone between you and Netgíró can then make up replies: use
    /// it only for first contact with a live account. A reply over the limit is still an error.
    #[must_use]
    pub fn dangerous_report_only(self) -> Self {
        self.with_scheme(|scheme| scheme.replies.report_only = true)
    }

    /// Diagnoses refused replies: the error carries a note if a known mistake explains the signature. Use it for first
    /// contact, or if honest replies are suddenly refused. [`Netgiro::diagnose_reply`] looks further, at a reply that
    /// you kept.
    ///
    /// A diagnosis takes milliseconds, and anyone between you and Netgíró can cause one. So a thread of tokio's pool
    /// for blocking work makes it while the call waits, and all clients and webhook verifiers of the process share one
    /// allowance: a few diagnoses at once, then one every two seconds, or more if they are cheap. A refusal beyond that
    /// says that it was not diagnosed. Bodies over 16 KiB and URLs over 2 KiB are not diagnosed.
    ///
    /// With the feature `diagnose`.
    #[cfg(feature = "diagnose")]
    #[must_use]
    pub fn diagnose_refusals(self) -> Self {
        self.with_scheme(|scheme| scheme.replies.diagnose_refusals = true)
    }

    /// Returns replies while they are being verified, for downloads too large to keep in memory.
    /// [`Netgiro::reply_limit`] still applies: raise it.
    ///
    /// The promise is weaker: **what you read is unverified until the body has ended without an error**, as
    /// [`Verdict::Pending`] says. The last chunk is withheld until all checks have passed. If one fails, the body ends
    /// in an error instead ([`Error::find`](crate::Error::find) finds it), and you must throw away everything that you
    /// read. Anyone between you and Netgíró can make up everything before the last chunk, so act on nothing before the
    /// end. A body that begins neither like JSON nor like XML, or that stops being UTF-8, ends there.
    ///
    /// Replies whose headers already fail are refused as before. [`Netgiro::dangerous_report_only`] takes precedence:
    /// the verdict that it reports is known only for a whole reply.
    #[must_use]
    pub fn dangerous_stream_replies(self) -> Self {
        self.with_scheme(|scheme| scheme.replies.streamed = true)
    }
}

/// Judges a reply to `sent`. The verdict of a streamed reply is not known when it is handed on, so a redirect that may
/// be followed is read whole.
pub(super) fn judge(
    netgiro: &Netgiro,
    sent: Sent<Scheme>,
    response: Response,
) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + '_>> {
    let streamed = netgiro.scheme().replies.streamed && !sent.is_redirected;
    let marks = Marks::of(sent.signed());
    netgiro.judge(SentRequest { url: sent.url, marks }, response, streamed)
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
                    Ok(body) => self.finish(check, sent, response, body).await,
                    Err(fault) => Err(self.refuse_unread(&response, fault)),
                }
            }),
            Err(error) if self.scheme().replies.report_only => {
                Box::pin(self.hand_on(sent.url, report(response, &error)))
            }
            Err(error) if is_gateway_answer(&response, &error) => {
                let response = mark(response, &error);
                Box::pin(ready(withhold(sent.url, response, &error)))
            }
            Err(error) => Box::pin(self.refuse_diagnosed(error, sent, response, None)),
        }
    }

    /// Judges a whole reply.
    async fn finish(
        &self,
        check: ReplyCheck,
        sent: SentRequest,
        response: Response,
        body: Bytes,
    ) -> Result<Response> {
        match check.finish(&self.scheme().seen) {
            Ok(reply) => {
                let mut response = rebuild(response, sent.url, body)?;
                // Inserted only now: together with the URL, which is an extension too, it would overflow the first
                // table of the extensions.
                response.extensions_mut().insert(reply);
                Ok(response)
            }
            Err(error) if self.scheme().replies.report_only => {
                rebuild(report(response, &error), sent.url, body)
            }
            Err(error) => Box::pin(self.refuse_diagnosed(error, sent, response, Some(body))).await,
        }
    }

    async fn refuse_diagnosed(
        &self,
        error: Error,
        sent: SentRequest,
        response: Response,
        body: Option<Bytes>,
    ) -> Result<Response> {
        #[cfg(feature = "diagnose")]
        let (error, response) = self.diagnose_refused(error, sent, response, body).await;
        Err(self.withhold_reply(&response, error))
    }

    /// The reply with its body read up to the limit, unchecked.
    async fn hand_on(&self, url: Url, mut response: Response) -> Result<Response> {
        match read_reply(&mut response, self.scheme().replies.limit, |_| ()).await {
            Ok(body) => rebuild(response, url, body),
            Err(fault) => Err(self.refuse_unread(&response, fault)),
        }
    }

    /// The error of a reply that was not read to its end. A transport error stays as it is.
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
        self.withhold_reply(response, self.reply_refusal(fault, response.headers()))
    }

    fn withhold_reply(&self, response: &Response, mut error: Error) -> reqwest_middleware::Error {
        if may_be_a_mistake(&error) && !self.scheme().replies.diagnose_refusals {
            let next_step = format!("{} {ASK_FOR_A_DIAGNOSIS}", error.next_step());
            error = error.with_next_step(next_step);
        }
        wrap(refuse_reply(self, response, error))
    }
}

/// The advice of a refusal whose reason may be a known mistake.
const ASK_FOR_A_DIAGNOSIS: &str =
    "`Netgiro::diagnose_refusals` looks for a known mistake (feature `diagnose`).";

/// Whether the reason of a refusal may be a mistake in the signed text, or in the encoding of the signature.
pub(super) fn may_be_a_mistake(error: &Error) -> bool {
    matches!(error.fault(), Some(ReplyFault::Mismatch | ReplyFault::SignatureMalformed))
}

/// Whether something in front of Netgíró answered that it is overloaded or down: such an answer justifies a retry, but
/// cannot be trusted.
fn is_gateway_answer(response: &Response, error: &Error) -> bool {
    error.fault() == Some(&ReplyFault::SignatureMissing) && is_worth_a_retry(response.status())
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
