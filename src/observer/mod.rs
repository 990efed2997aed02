//! Figures to watch: events are reported to your observer, or counted for Prometheus.
//!
//! ```
//! use std::sync::Arc;
//!
//! use countersign::observer::Metrics;
//! use countersign::unleashed::Unleashed;
//!
//! let metrics = Arc::new(Metrics::default());
//! let unleashed = Unleashed::new("api-id", "api-key")?.observer(Arc::clone(&metrics));
//! let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers").body(())?;
//! unleashed.sign_http(&mut request)?;
//! assert!(metrics.to_string().contains("countersign_signed_total{provider=\"unleashed\"} 1\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `docs/observing.md` lists the figures, and the spans and events of `tracing`.

mod metrics;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use metrics::Metrics;

/// Gets told what happens. Any `Fn(&str, &Event)` is an observer, and so is an `Arc` of an observer, which several
/// signers and webhook verifiers may share.
///
/// It is called while a request is handled: it must be quick, and must not block.
///
/// ```
/// use countersign::observer::Event;
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("api-id", "api-key")?.observer(|provider: &str, event: &Event| {
///     if let Event::ClockSkew(seconds) = event {
///         eprintln!("{provider}: this machine's clock is {seconds} s ahead");
///     }
/// });
/// # Ok::<(), countersign::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened with a provider, e.g. `netgiro`.
    fn observe(&self, provider: &str, event: &Event);
}

impl<F: Fn(&str, &Event) + Send + Sync + 'static> Observer for F {
    fn observe(&self, provider: &str, event: &Event) {
        self(provider, event);
    }
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn observe(&self, provider: &str, event: &Event) {
        (**self).observe(provider, event);
    }
}

/// An event. Codes are those of [`Error::code`](crate::Error::code). Events never hold a path, a company or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A request was signed. Each attempt and each hop of a redirect counts.
    Signed,
    /// A request was not sent, or its reply was refused, with this code: by the crate, or by a setting that turns the
    /// provider's refusals into errors. A reply that does not verify is [`ReplyFailed`](Self::ReplyFailed) instead.
    Refused(&'static str),
    /// A reply verified.
    ReplyVerified,
    /// A reply did not verify, with this code.
    ReplyFailed(&'static str),
    /// A webhook was accepted.
    WebhookAccepted,
    /// A webhook was refused, with this code.
    WebhookRefused(&'static str),
    /// A webhook repeats an accepted one. It was refused or, if so configured, acknowledged.
    WebhookReplayed,
    /// How many seconds the local clock is ahead of the `Date` of a reply; negative if it is behind. `Date` is not
    /// authenticated, and has whole seconds only. Reported for each reply with a `Date`.
    ClockSkew(i64),
    /// New credentials or webhook keys took the place of the old.
    Rotated,
    /// There were no new credentials, with this code. The present ones stay in use.
    RotationFailed(&'static str),
    /// A call waited this long for its turn, perhaps in vain. Not reported for calls that did not wait.
    Waited(Duration),
}

/// The observer of a signer or verifier, if it has one.
#[derive(Clone, Default)]
pub(crate) struct Observed(Option<Arc<dyn Observer>>);

impl Observed {
    pub(crate) fn by(observer: impl Observer) -> Self {
        Self(Some(Arc::new(observer)))
    }

    pub(crate) fn is_observed(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn tell(&self, provider: &str, event: Event) {
        if let Some(observer) = &self.0 {
            observer.observe(provider, &event);
        }
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.is_observed()).finish()
    }
}
