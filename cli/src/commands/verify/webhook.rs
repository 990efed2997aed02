//! A captured webhook.

use std::time::SystemTime;

use clap::Args;
use countersign::diagnose::{Comparison, Diagnosis};
use countersign::explain::Transcript;
use countersign::time::{Clock as _, SystemClock};
use countersign::webhook::{Scheme, Verifier};
use countersign::{Error, netgiro, unleashed, vizion};
use http::request::Parts;

use super::moment::SignedAt;
use super::workings::{Judged, Message};
use super::{Captured, Verdict, moment};
use crate::commands::Context;
use crate::environment::webhook_keys;
use crate::failure::Failure;
use crate::providers::webhooks::stripping;

#[derive(Args)]
pub(super) struct WebhookArgs {
    #[command(flatten)]
    captured: Captured,

    /// Judge as if it were this time: seconds or milliseconds since 1970, or as 2023-05-31T16:01:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<SystemTime>,
}

impl WebhookArgs {
    fn now(&self) -> SystemTime {
        self.at.unwrap_or_else(|| SystemClock.now())
    }
}

#[derive(Args)]
pub(super) struct VizionArgs {
    #[command(flatten)]
    webhook: WebhookArgs,

    /// The origin that Vizion was told; without it, a message that was signed for any host verifies if it names that host
    #[arg(long, value_name = "ORIGIN")]
    public_origin: Option<String>,

    /// Remove this prefix, which a proxy put in front of the path, before the signature is checked, e.g. /internal/v1
    #[arg(long, value_name = "PATH")]
    strip_prefix: Option<String>,
}

#[derive(Args)]
pub(super) struct CallbackArgs {
    #[command(flatten)]
    captured: Captured,

    /// The origin of the callback URL that Netgíró was given, which its signature covers
    #[arg(long, value_name = "ORIGIN")]
    public_origin: String,

    /// Remove this prefix, which a proxy put in front of the path, before the signature is checked, e.g. /internal/v1
    #[arg(long, value_name = "PATH")]
    strip_prefix: Option<String>,
}

pub(super) fn vizion(args: &VizionArgs, context: &Context) -> Result<Judged, Failure> {
    let builder = match &args.public_origin {
        Some(origin) => vizion::webhook::Verifier::builder(origin)?,
        None => vizion::webhook::Verifier::builder_for_any_host(),
    };
    let mut keys = vizion::webhook::Keys::new();
    for key in webhook_keys::vizion(&context.environment.credentials(&[])?)? {
        // Even a key that is too short for a service can judge a capture; so with the other two providers.
        keys = keys.dangerous_short_key(&key.id, key.secret)?;
    }
    let builder = stripping(builder, args.strip_prefix.as_deref())?;
    let verifier = builder.keys(keys).body_limit(usize::MAX).build();
    let mut judged = judge(&verifier, &args.webhook.captured, args.webhook.now(), context)?;
    if let (None, Ok(verdict)) = (&args.public_origin, &mut judged.verdict) {
        verdict.note =
            Some("signed for the host that it names, which may not be yours: give --public-origin");
    }
    Ok(judged)
}

pub(super) fn unleashed(args: &WebhookArgs, context: &Context) -> Result<Judged, Failure> {
    let key = webhook_keys::unleashed(&context.environment.credentials(&[])?)?;
    let keys = unleashed::webhook::Keys::new().dangerous_short_key(key)?;
    let verifier = unleashed::webhook::Verifier::builder().keys(keys).body_limit(usize::MAX).build();
    judge(&verifier, &args.captured, args.now(), context)
}

/// A callback carries no time, so none is given.
pub(super) fn netgiro_callback(args: &CallbackArgs, context: &Context) -> Result<Judged, Failure> {
    let secret = webhook_keys::netgiro(&context.environment.credentials(&[])?)?;
    let keys = netgiro::webhook::Keys::new().dangerous_short_key(secret)?;
    let builder = netgiro::webhook::Verifier::builder(&args.public_origin)?.keys(keys);
    let builder = stripping(builder, args.strip_prefix.as_deref())?;
    let verifier = builder.body_limit(usize::MAX).build();
    judge(&verifier, &args.captured, SystemClock.now(), context)
}

pub(super) fn judge<S: Scheme>(
    verifier: &Verifier<S>,
    captured: &Captured,
    now: SystemTime,
    context: &Context,
) -> Result<Judged, Failure> {
    let (parts, body) = captured.request(context)?;
    judge_request(verifier, captured, now, &parts, &body, context)
}

pub(super) fn judge_request<S: Scheme>(
    verifier: &Verifier<S>,
    captured: &Captured,
    now: SystemTime,
    parts: &Parts,
    body: &[u8],
    context: &Context,
) -> Result<Judged, Failure> {
    let verdict = verifier.verify(parts, body, now).map(|verified| Verdict {
        verdict: "verified",
        provider: verified.provider().to_owned(),
        key_id: verified.key_id().map(str::to_owned),
        signed: verified.signed_at().and_then(|time| SignedAt::of(time, now)),
        reference_id: None,
        note: None,
    });
    if verdict.is_ok() {
        captured.check_length(&parts.headers, body)?;
    }
    captured.workings.add(&Delivery { verifier, parts, body, context }, verdict)
}

struct Delivery<'d, S: Scheme> {
    verifier: &'d Verifier<S>,
    parts: &'d Parts,
    body: &'d [u8],
    context: &'d Context,
}

impl<S: Scheme> Message for Delivery<'_, S> {
    fn transcript(&self) -> Result<Transcript, Error> {
        self.verifier.transcript(self.parts, self.body)
    }
    fn diagnose(&self) -> Result<Diagnosis, Error> {
        self.verifier.diagnose_with(self.parts, self.body, &|known| self.context.environment.known_by(known))
    }
    fn compare(&self, signed: &[u8]) -> Result<Comparison, Error> {
        self.verifier.compare(self.parts, self.body, signed)
    }
}
