//! Verifies replies before they are handed on.

use reqwest::Response;
use reqwest_middleware::Result;

use super::fault::{Declared, Kind, fault};
use super::scheme::{Scheme, Sent};
use super::signer;
use crate::error::Error;
use crate::middleware::reply::{refuse_reply, withhold};
use crate::middleware::{is_worth_a_retry, read_reply, rebuild, wrap};
use crate::observer::Event;
use crate::signing::RequestRef;
use crate::whole_body::ReadFault;

/// Hands on a reply that verifies, byte for byte; any other reply is an error. If a gateway is overloaded or down, its
/// status alone is handed on, for a retry layer.
pub(super) async fn judge(
    signer: &signer::Declared,
    sent: crate::Sent<Scheme>,
    mut response: Response,
) -> Result<Response> {
    let scheme = signer.scheme();
    let Some(message) = &sent.signed().stamp().sent else { return Ok(response) };
    let refuse = |response: &Response, error: Error| {
        signer.tell(Event::ReplyFailed(error.code()));
        Err(wrap(refuse_reply(signer, response, error)))
    };
    let body = match read_reply(&mut response, scheme.reply_limit, |_| ()).await {
        Ok(body) => body,
        Err(ReadFault::Transport(error)) => return Err(error.into()),
        Err(ReadFault::TooLong) => return refuse(&response, fault(Kind::ReplyTooLong, "body")),
        Err(ReadFault::OutOfMemory) => return refuse(&response, fault(Kind::ReplyOutOfMemory, "body")),
    };
    let verified = RequestRef::from_http(message).and_then(|request| {
        let stamps = &sent.signed().stamp().stamps;
        let exchange = Sent { request: &request, stamps, status: response.status() };
        scheme.verify_reply(&exchange, &exchange.reply(response.headers(), &body)).map(drop)
    });
    match verified {
        Ok(()) => {
            signer.tell(Event::ReplyVerified);
            rebuild(response, sent.url, body).map(|mut response| {
                response.extensions_mut().insert(VerifiedReply);
                response
            })
        }
        Err(error) if is_unsigned(&error) && is_worth_a_retry(response.status()) => {
            signer.tell(Event::ReplyFailed(error.code()));
            withhold(sent.url, response, &signer.named(error))
        }
        Err(error) => refuse(&response, error),
    }
}

/// Marks a verified response: it is in its extensions. The bare status of a gateway does not have it.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedReply;

fn is_unsigned(error: &Error) -> bool {
    matches!(error.fault(), Some(Declared { kind: Kind::Missing, .. }))
}
