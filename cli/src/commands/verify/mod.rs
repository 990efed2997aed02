//! `verify`: a captured message, judged.

mod declared;
mod moment;
mod netgiro_reply;
mod webhook;
mod workings;

use bytes::Bytes;
use clap::{ArgGroup, Args, Subcommand};
use countersign_cli::capture::{Capture, raw};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use url::Url;

use super::Context;
use crate::capture_args::MessageArgs;
use crate::failure::{Failure, Told};
use crate::input::Data;
use crate::output;
use crate::request::parse_url;
use moment::SignedAt;
use workings::{Judged, Workings, WorkingsArgs};

/// Judge a captured HTTP message: a webhook, or a reply of Netgíró's
///
/// A message is the raw bytes, or an entry of a HAR file. The tool cannot know whether it was seen before.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign verify vizion --message delivery.http --at 1685548870000
  countersign verify unleashed --message - < delivery.http
  countersign verify unleashed --har traffic.har --entry 3
  countersign verify netgiro-callback --message paid.http --public-origin https://shop.example.is
  countersign verify netgiro-reply --message reply.http --url https://api.netgiro.is/v1/sales/GetList
  countersign verify unleashed --message delivery.http --explain --signed-text @text.bin
  countersign verify declarations/stripe.toml --message delivery.http --at 1700000000
  countersign verify acme.toml --reply --message reply.http --url https://api.acme.example/pay")]
pub(crate) struct VerifyArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A webhook of Vizion's, under the keys of VIZION_WEBHOOK_KEYS
    Vizion(webhook::VizionArgs),
    /// A webhook of Unleashed's, under UNLEASHED_WEBHOOK_KEY
    Unleashed(webhook::WebhookArgs),
    /// A payment callback of Netgíró's, under NETGIRO_SECRET_KEY
    NetgiroCallback(webhook::CallbackArgs),
    /// A reply of Netgíró's to a request of yours
    NetgiroReply(netgiro_reply::ReplyArgs),
    /// A webhook, or a reply, of the provider that a file declares: the file's path is enough, without this word
    Declared(declared::DeclaredArgs),
}

/// The captured message.
#[derive(Args)]
#[command(group(ArgGroup::new("capture").required(true)))]
struct Captured {
    #[command(flatten)]
    message: MessageArgs,

    #[command(flatten)]
    workings: WorkingsArgs,
}

/// A reply, and what the capture has of its request.
struct Reply {
    headers: HeaderMap,
    body: Bytes,
    /// The status in a HAR file.
    status: Option<StatusCode>,
    request: Option<Capture>,
}

impl Reply {
    /// The URL of the request, from the flag or the HAR file.
    fn url(&self, given: Option<&Url>) -> Result<Url, Failure> {
        match (given, &self.request) {
            (Some(url), _) => Ok(url.clone()),
            (None, Some(request)) => parse_url(&request.url()?).map_err(Failure::usage),
            (None, None) => Err(Failure::usage("--url is missing: the signature of the reply covers it")),
        }
    }
}

impl Captured {
    fn check_input(&self) -> Result<(), Failure> {
        if self.message.is_stdin() && self.workings.signed_text == Some(Data::StandardInput) {
            return Err(Failure::usage("standard input is either the message or --signed-text, not both"));
        }
        Ok(())
    }

    /// A request: a webhook that was delivered.
    fn request(&self, context: &Context) -> Result<(Parts, Bytes), Failure> {
        self.check_input()?;
        let capture =
            self.message.request(context)?.ok_or_else(|| Failure::usage("give --message or --har"))?;
        match &capture.body_is {
            Some(place) => Err(Failure::usage(format!("the body is {place}: it is signed, and needed"))
                .with_next_step("Hand over the raw request with --message FILE.")),
            None => Ok(capture.into_request().into_parts()),
        }
    }

    fn reply(&self, context: &Context) -> Result<Reply, Failure> {
        self.check_input()?;
        if let Some(exchange) = self.message.exchange(context)? {
            let (headers, body) = exchange.response()?;
            let (status, request) = (exchange.status(), Some(exchange.request()?));
            return Ok(Reply { headers, body, status, request });
        }
        let (headers, body) = self.message.response()?;
        Ok(Reply { headers, body, status: None, request: None })
    }

    /// As [`raw::check_length`]; a HAR file has bodies without their encoding.
    fn check_length(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Failure> {
        if self.message.is_raw() { Ok(raw::check_length(headers, body)?) } else { Ok(()) }
    }
}

/// The report on a message that verified.
#[derive(Serialize)]
struct Verdict {
    verdict: &'static str,
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(flatten)]
    signed: Option<SignedAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_id: Option<String>,
    /// What the verdict leaves open.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

#[derive(Serialize)]
struct Refusal {
    verdict: &'static str,
    #[serde(flatten)]
    why: Told,
}

/// A verdict or a refusal, and the workings, in one object.
#[derive(Serialize)]
struct WithWorkings<T> {
    #[serde(flatten)]
    judged: T,
    #[serde(flatten)]
    workings: Workings,
}

pub(crate) fn run(args: &VerifyArgs, context: &Context) -> Result<(), Failure> {
    let judged = match &args.what {
        What::Vizion(args) => webhook::vizion(args, context),
        What::Unleashed(args) => webhook::unleashed(args, context),
        What::NetgiroCallback(args) => webhook::netgiro_callback(args, context),
        What::NetgiroReply(args) => netgiro_reply::judge(args, context),
        What::Declared(args) => declared::judge(args, context),
    };
    let Judged { verdict, workings } = judged?;
    if !context.json {
        workings.print()?;
    }
    match verdict {
        Ok(verdict) if context.json => output::json(&WithWorkings { judged: verdict, workings }),
        Ok(verdict) => output::line(&verdict.to_string()),
        Err(error) if context.json => {
            let judged = Refusal { verdict: "refused", why: Told::of(&error) };
            output::json(&WithWorkings { judged, workings })?;
            Err(Failure::refused_as_printed())
        }
        Err(error) => Err(error.into()),
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "verified: {}", self.provider)?;
        if let Some(id) = &self.key_id {
            write!(f, ", under the key {}", countersign::redact::printable(id))?;
        }
        if let Some(signed) = &self.signed {
            write!(f, ", signed at {signed}")?;
        }
        if let Some(id) = &self.reference_id {
            write!(f, ", reference id {id:?}")?;
        }
        if let Some(note) = self.note {
            write!(f, "; {note}")?;
        }
        Ok(())
    }
}
