//! How Netgíró signs its replies.

use countersign::Error;
use countersign::netgiro::{Netgiro, ReplyFault, Scheme, SentRequest, Stamp, headers};

use super::exchange::Exchange;
use super::finding::Finding;
use crate::code::Code;
use crate::failure::{Exit, Told};
use crate::providers::Tool as _;

/// Which nonce a reply is signed with.
enum Nonce {
    OfReply,
    OfRequest,
}

fn signed_nonce(netgiro: &Netgiro, exchange: &Exchange) -> Result<Nonce, Error> {
    let sent = SentRequest::new(&exchange.request());
    match netgiro.verify_reply(&sent, &exchange.headers, &exchange.body) {
        Ok(_) => Ok(Nonce::OfReply),
        Err(error) if error.fault() != Some(&ReplyFault::Mismatch) => Err(error),
        Err(_) if matches_request(netgiro, exchange) == Some(true) => Ok(Nonce::OfRequest),
        Err(error) => match netgiro.diagnose_reply(&sent, &exchange.headers, &exchange.body) {
            Ok(diagnosis) => Err(diagnosis.explain_refusal(error)),
            Err(_) => Err(error),
        },
    }
}

/// Whether a reply is signed with the nonce of the request.
fn matches_request(netgiro: &Netgiro, exchange: &Exchange) -> Option<bool> {
    let request = exchange.request_of_reply();
    let stamp = Stamp::with_nonce(request.headers().get(headers::NONCE)?.to_str().ok()?).ok()?;
    let expected = netgiro.signature(&request, &stamp).ok()??;
    Some(expected.matches_text(exchange.headers.get(headers::SIGNATURE)?.as_bytes()))
}

/// By which formula replies are signed.
pub(super) fn formula(netgiro: &Netgiro, exchange: &Exchange) -> Finding {
    const ABOUT: &str = "replies";
    match signed_nonce(netgiro, exchange) {
        Ok(Nonce::OfReply) => Finding::new(
            ABOUT,
            "reply-nonce",
            "Signed with a nonce of their own, as this crate checks them: nothing to set, .dangerous_report_only() is not \
             needed.",
        ),
        Ok(Nonce::OfRequest) => Finding::new(
            ABOUT,
            "request-nonce",
            "Signed with the nonce of the request. This crate refuses such replies as reply-signature-mismatch, and has no \
             setting for them: please report it, with what --json prints.",
        )
        .with_exit(Exit::Refused),
        Err(error) => Finding::of_error(ABOUT, "unknown", Exit::Refused, Told::of(&error)),
    }
}

/// Whether an error is signed as other replies are.
pub(super) fn error_replies(netgiro: &Netgiro, exchange: &Exchange) -> Finding {
    const ABOUT: &str = "error-replies";
    let status = exchange.status;
    if status.is_success() && Scheme::check(&exchange.answer()).is_ok() {
        let message = format!("the read of what does not exist ended in {status}, not in an error");
        let told = Told { code: Code::HttpStatus.name().to_owned(), message, next_step: None };
        return Finding::of_error(ABOUT, "unknown", Exit::Unclear, told);
    }
    match signed_nonce(netgiro, exchange) {
        Ok(_) => Finding::new(
            ABOUT,
            "signed",
            format!("A {status} was signed as other replies are. Nothing to set."),
        ),
        Err(error) if error.fault() == Some(&ReplyFault::SignatureMissing) => {
            let sentence = format!(
                "A {status} was not signed. Nothing to set: such a reply ends in reply-signature-missing, but a 429 or \
                 5xx keeps its status."
            );
            Finding::new(ABOUT, "unsigned", sentence)
        }
        Err(error) => Finding::of_error(ABOUT, "unknown", Exit::Unclear, Told::of(&error)),
    }
}
