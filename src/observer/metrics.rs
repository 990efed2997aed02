//! Figures in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use super::{Event, Observer};
use crate::lock::lock;

/// A figure: its name, its type in Prometheus, and its help text.
type Figure = (&'static str, &'static str, &'static str);

const SIGNED: Figure = ("countersign_signed_total", "counter", "Requests signed.");
const REFUSED: Figure =
    ("countersign_refused_total", "counter", "Requests not sent, or their replies not handed on, by code.");
const REPLIES_VERIFIED: Figure = ("countersign_replies_verified_total", "counter", "Replies that verified.");
const REPLIES_FAILED: Figure =
    ("countersign_replies_failed_total", "counter", "Replies that did not verify, by code.");
const WEBHOOKS_ACCEPTED: Figure = ("countersign_webhooks_accepted_total", "counter", "Webhooks accepted.");
const WEBHOOKS_REFUSED: Figure =
    ("countersign_webhooks_refused_total", "counter", "Webhooks refused, by code.");
const WEBHOOKS_REPLAYED: Figure =
    ("countersign_webhooks_replayed_total", "counter", "Webhooks that repeat an accepted one.");
const CLOCK_SKEW: Figure = (
    "countersign_clock_skew_seconds",
    "gauge",
    "Seconds the local clock is ahead of the latest reply's Date.",
);
const ROTATIONS: Figure = ("countersign_rotations_total", "counter", "Times new credentials came into use.");
const ROTATIONS_FAILED: Figure =
    ("countersign_rotations_failed_total", "counter", "Times no new credentials could be had, by code.");
const WAITS: Figure = ("countersign_waits_total", "counter", "Calls that waited for their turn.");
const WAIT_SECONDS: Figure =
    ("countersign_wait_seconds_total", "counter", "Seconds that calls waited for their turn.");

/// By provider, then by code; `""` without a code.
type Samples = BTreeMap<Box<str>, BTreeMap<&'static str, f64>>;

/// Counts events. `Display` writes the text format of Prometheus, for your `/metrics`; its content type is
/// [`CONTENT_TYPE`](Self::CONTENT_TYPE). The labels are `provider` and, where there is one, `code`.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign::observer::Metrics;
/// use countersign::unleashed::Unleashed;
///
/// let metrics = Arc::new(Metrics::default());
/// let unleashed = Unleashed::new("an id", "a key of nobody")?.observer(metrics.clone());
/// let elsewhere = http::Request::get("https://elsewhere.example/").body(())?;
/// assert!(unleashed.sign(&countersign::RequestRef::from_http(&elsewhere)?).is_err());
/// let line = r#"countersign_refused_total{provider="unleashed",code="origin-not-allowed"} 1"#;
/// assert!(metrics.to_string().contains(line));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Metrics(Mutex<BTreeMap<Figure, Samples>>);

impl Metrics {
    /// The content type of an answer with these figures.
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    fn change(&self, figure: Figure, provider: &str, code: &'static str, change: impl FnOnce(&mut f64)) {
        let mut figures = lock(&self.0);
        let providers = figures.entry(figure).or_default();
        // Looked up first: an entry would copy the name each time.
        match providers.get_mut(provider) {
            Some(codes) => change(codes.entry(code).or_default()),
            None => change(providers.entry(provider.into()).or_default().entry(code).or_default()),
        }
    }
}

impl Observer for Metrics {
    fn observe(&self, provider: &str, event: &Event) {
        let (figure, code) = match event {
            Event::Signed => (SIGNED, ""),
            Event::Refused(code) => (REFUSED, *code),
            Event::ReplyVerified => (REPLIES_VERIFIED, ""),
            Event::ReplyFailed(code) => (REPLIES_FAILED, *code),
            Event::WebhookAccepted => (WEBHOOKS_ACCEPTED, ""),
            Event::WebhookRefused(code) => (WEBHOOKS_REFUSED, *code),
            Event::WebhookReplayed => (WEBHOOKS_REPLAYED, ""),
            Event::Rotated => (ROTATIONS, ""),
            Event::RotationFailed(code) => (ROTATIONS_FAILED, *code),
            Event::ClockSkew(seconds) => {
                return self.change(CLOCK_SKEW, provider, "", |figure| *figure = *seconds as f64);
            }
            Event::Waited(time) => {
                self.change(WAIT_SECONDS, provider, "", |figure| *figure += time.as_secs_f64());
                (WAITS, "")
            }
        };
        self.change(figure, provider, code, |figure| *figure += 1.0);
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = lock(&self.0);
        for ((name, kind, help), providers) in &*figures {
            writeln!(f, "# HELP {name} {help}\n# TYPE {name} {kind}")?;
            for (provider, codes) in providers {
                let provider = provider.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
                for (code, value) in codes {
                    match *code {
                        "" => writeln!(f, "{name}{{provider=\"{provider}\"}} {value}")?,
                        code => writeln!(f, "{name}{{provider=\"{provider}\",code=\"{code}\"}} {value}")?,
                    }
                }
            }
        }
        Ok(())
    }
}
