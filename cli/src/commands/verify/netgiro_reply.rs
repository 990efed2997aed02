//! A captured reply of Netgíró's.

use clap::Args;
use countersign::diagnose::{Comparison, Diagnosis};
use countersign::explain::Transcript;
use countersign::netgiro::{Netgiro, SentRequest, headers};
use countersign::{Error, RequestRef};
use http::{Extensions, HeaderMap, HeaderValue, Method};
use url::Url;

use super::workings::{Judged, Message};
use super::{Captured, Verdict};
use crate::commands::Context;
use crate::failure::Failure;
use crate::request::parse_url;

#[derive(Args)]
#[command(override_usage = "\
countersign verify netgiro-reply [OPTIONS] --message <FILE|-> --url <URL>
       countersign verify netgiro-reply [OPTIONS] --har <FILE|->")]
pub(super) struct ReplyArgs {
    #[command(flatten)]
    captured: Captured,

    /// The URL of the request, which the reply's signature covers [default: that of the HAR file]
    #[arg(long, value_parser = parse_url, required_unless_present = "har")]
    url: Option<Url>,

    /// The request's netgiro_nonce, if another program signed it: to recognise a request that was sent back as a reply
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    request_nonce: Option<String>,

    /// The request's netgiro_signature, for the same purpose
    #[arg(long, value_name = "HEX")]
    request_signature: Option<String>,
}

pub(super) fn judge(args: &ReplyArgs, context: &Context) -> Result<Judged, Failure> {
    let netgiro = context.environment.supply(|lookup| Netgiro::from_variables(lookup))??;
    let reply = args.captured.reply(context)?;
    let url = reply.url(args.url.as_ref())?;
    let mut request = reply.request.map(|captured| captured.headers).unwrap_or_default();
    for (flag, name, text) in [
        ("--request-nonce", headers::NONCE, &args.request_nonce),
        ("--request-signature", headers::SIGNATURE, &args.request_signature),
    ] {
        if let Some(text) = text {
            let value = HeaderValue::from_str(text);
            request.insert(name, value.map_err(|_| Failure::usage(format!("{flag} cannot be a header")))?);
        }
    }
    let extensions = Extensions::new();
    let sent = SentRequest::new(&RequestRef::new(&Method::GET, &url, &request, &extensions, b""));
    let (headers, body) = (reply.headers, reply.body);
    let verdict = netgiro.verify_reply(&sent, &headers, &body).map(|reply| Verdict {
        verdict: "verified",
        provider: "netgiro".to_owned(),
        key_id: None,
        signed: None,
        reference_id: reply.reference_id().map(str::to_owned),
        note: None,
    });
    // A request that was sent back proves nothing, in whatever encoding its signature is.
    let is_request = verdict.as_ref().is_err_and(|refused| refused.code() == "reply-reflected");
    if is_request {
        return Ok(Judged::without_workings(verdict));
    }
    if verdict.is_ok() {
        args.captured.check_length(&headers, &body)?;
    }
    let reply = CapturedReply { netgiro: &netgiro, sent: &sent, headers: &headers, body: &body, context };
    args.captured.workings.add(&reply, verdict)
}

struct CapturedReply<'r> {
    netgiro: &'r Netgiro,
    sent: &'r SentRequest,
    headers: &'r HeaderMap,
    body: &'r [u8],
    context: &'r Context,
}

impl Message for CapturedReply<'_> {
    fn transcript(&self) -> Result<Transcript, Error> {
        self.netgiro.reply_transcript(self.sent, self.headers, self.body)
    }
    fn diagnose(&self) -> Result<Diagnosis, Error> {
        let know = |transcript| self.context.environment.known_by(transcript);
        self.netgiro.diagnose_reply_with(self.sent, self.headers, self.body, &know)
    }
    fn compare(&self, signed: &[u8]) -> Result<Comparison, Error> {
        self.netgiro.compare_reply(self.sent, self.headers, self.body, signed)
    }
}
