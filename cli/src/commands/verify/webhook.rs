//! A captured webhook.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use clap::Args;
use countersign::diagnose::{Comparison, Diagnosis};
use countersign::explain::Transcript;
use countersign::time::{Clock as _, SystemClock, UNIX_SECONDS_END};
use countersign::webhook::{Scheme, Verifier};
use countersign::{Error, netgiro, unleashed, vizion};
use http::request::Parts;

use super::workings::{Judged, Message};
use super::{Captured, Verdict};
use crate::commands::Context;
use crate::environment::webhook_keys;
use crate::failure::Failure;

#[derive(Args)]
pub(super) struct WebhookArgs {
    #[command(flatten)]
    captured: Captured,

    /// Judge as if it were this time: seconds or milliseconds since 1970, or as 2023-05-31T16:01:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
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

    /// The origin that Vizion was told: without it, what was signed for any host verifies, as long as the capture names that
    /// host
    #[arg(long, value_name = "ORIGIN")]
    public_origin: Option<String>,
}

#[derive(Args)]
pub(super) struct CallbackArgs {
    #[command(flatten)]
    captured: Captured,

    /// The origin of the callback URL that Netgíró was given, which its signature covers
    #[arg(long, value_name = "ORIGIN")]
    public_origin: String,
}

pub(super) fn vizion(args: &VizionArgs, context: &Context) -> Result<Judged, Failure> {
    let mut builder = match &args.public_origin {
        Some(origin) => vizion::webhook::Verifier::builder(origin)?,
        None => vizion::webhook::Verifier::builder_for_any_host(),
    };
    for key in webhook_keys::vizion(&context.environment)? {
        // A key that is too short for a service is good enough to judge what was signed with it; so with the other two.
        builder = builder.dangerous_short_key(&key.id, key.secret)?;
    }
    let verifier = builder.body_limit(usize::MAX).build();
    let mut judged = judge(&verifier, &args.webhook.captured, args.webhook.now(), context)?;
    if let (None, Ok(verdict)) = (&args.public_origin, &mut judged.verdict) {
        verdict.note =
            Some("signed for the host that it names, whosever that is: --public-origin says which is yours");
    }
    Ok(judged)
}

pub(super) fn unleashed(args: &WebhookArgs, context: &Context) -> Result<Judged, Failure> {
    let key = webhook_keys::unleashed(&context.environment)?;
    let builder = unleashed::webhook::Verifier::builder().dangerous_short_key(key)?;
    let verifier = builder.body_limit(usize::MAX).build();
    judge(&verifier, &args.captured, args.now(), context)
}

/// A callback carries no time, so none is given.
pub(super) fn netgiro_callback(args: &CallbackArgs, context: &Context) -> Result<Judged, Failure> {
    let secret = webhook_keys::netgiro(&context.environment)?;
    let builder = netgiro::webhook::Verifier::builder(&args.public_origin)?.dangerous_short_key(secret)?;
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
        signed_at_unix_ms: verified.signed_at().and_then(unix_ms),
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

/// Whether in seconds, as Unleashed prints them, or in milliseconds, as Vizion does, a number itself says. What is none
/// is a time in RFC 3339.
pub(super) fn parse_moment(text: &str) -> Result<SystemTime, String> {
    const SECONDS_END: u64 = UNIX_SECONDS_END.unsigned_abs();
    /// In milliseconds the year 5138, in microseconds 1973.
    const MILLISECONDS_END: u64 = 1000 * SECONDS_END;
    let Ok(number) = text.parse::<u64>() else {
        let since = DateTime::parse_from_rfc3339(text).ok().and_then(|time| {
            let seconds = u64::try_from(time.timestamp()).ok()?;
            Some(Duration::new(seconds, time.timestamp_subsec_nanos()))
        });
        return since.and_then(|since| UNIX_EPOCH.checked_add(since)).ok_or_else(|| {
            "give seconds or milliseconds since 1970, or a time such as 2023-05-31T16:01:00Z".to_owned()
        });
    };
    let since = match number {
        seconds @ ..SECONDS_END => Duration::from_secs(seconds),
        milliseconds @ SECONDS_END..MILLISECONDS_END => Duration::from_millis(milliseconds),
        MILLISECONDS_END.. => {
            return Err(
                "give milliseconds or seconds since 1970: this looks like micro- or nanoseconds".to_owned()
            );
        }
    };
    UNIX_EPOCH.checked_add(since).ok_or_else(|| "outside the times that this machine knows".to_owned())
}

fn unix_ms(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
