//! Makes a verifier.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::request::Parts;

use super::origin::{AddedPrefix, PublicOrigin};
use super::scheme::{Scheme, cut};
use super::{Delivery, Keys, MemoryStore, ReplayStore, Verifier, Window};
use crate::error::Error;
use crate::observer::{Event, Observed, Observer};
use crate::renewal::Renewal;
use crate::time::{Clock, SystemClock};

/// The longest body that is accepted by default: 1 MiB.
const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// The settings of a [`Verifier`]. Each provider's module adds the methods for its keys.
///
/// ```
/// # fn build(secret: countersign::SecretString) -> Result<(), countersign::Error> {
/// use std::time::Duration;
///
/// use countersign::vizion::webhook::Verifier;
/// use countersign::webhook::{MemoryStore, Window};
///
/// let verifier = Verifier::builder("https://hooks.example.com")?
///     .key("hmac-key-1", secret)?
///     .window(Window::new(Duration::from_secs(120), Duration::from_secs(30)))
///     .replay_store(MemoryStore::new(50_000))
///     .body_limit(64 << 10)
///     .on_refused(|error, _| eprintln!("{error}: {}", error.next_step()))
///     .build();
/// # Ok(()) }
/// ```
pub struct Builder<S: Scheme> {
    pub(crate) scheme: S,
    pub(crate) keys: Keys<S>,
    /// Exchanges the keys of the verifier, if they rotate.
    pub(crate) rotate: Option<Box<Rotate<S>>>,
    pub(super) settings: Settings,
    pub(super) diagnose: Option<Diagnose<S>>,
}

/// Exchanges the keys of a provider whenever there are new ones, and tells the observer.
pub(crate) type Rotate<S> =
    dyn FnOnce(&str, Arc<ArcSwap<Keys<S>>>, Observed) -> Arc<dyn Renewal> + Send + Sync;

/// Diagnoses a refusal and reports it. `false` if the refusal cannot be diagnosed and was not reported.
pub(super) type Diagnose<S> = fn(&Verifier<S>, &Error, &Parts, Bytes) -> bool;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) window: Window,
    pub(super) body_limit: usize,
    pub(super) origin: Option<PublicOrigin>,
    pub(super) added: Option<AddedPrefix>,
    pub(super) store: Arc<dyn ReplayStore>,
    pub(super) accept_without_store: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) reporter: Reporter,
}

impl<S: Scheme> Builder<S> {
    /// For deliveries to a public origin. Without an origin, the URL is taken as it arrives.
    pub(crate) fn new(scheme: S, origin: Option<PublicOrigin>) -> Self {
        let settings = Settings {
            window: Window::default(),
            body_limit: DEFAULT_BODY_LIMIT,
            origin,
            added: None,
            store: Arc::new(MemoryStore::default()),
            accept_without_store: false,
            clock: Arc::new(SystemClock),
            reporter: Reporter::default(),
        };
        Self { scheme, keys: Keys::new(), rotate: None, settings, diagnose: None }
    }

    /// Uses these keys instead of those added so far.
    #[must_use]
    pub fn keys(mut self, keys: Keys<S>) -> Self {
        self.keys = keys;
        self
    }

    /// How far a signed time may be from the clock. Default: 5 minutes back, 60 seconds ahead. It does not affect
    /// Netgíró's callbacks, which carry no time: see [`Builder::remember_for`](Self::remember_for).
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.settings.window = window;
        self
    }

    /// Refuses bodies longer than `bytes`. Default: 1 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// Takes `prefix`, which a proxy puts in front of the path, off again before the signature is checked. If the
    /// sender signs `https://hooks.example.com/hook` and the proxy hands on `/internal/v1/hook`, the prefix is
    /// `/internal/v1`. A delivery without the prefix did not come through the proxy and is refused. (A prefix that a
    /// proxy takes off is part of the public origin.)
    ///
    /// ```
    /// # fn build(secret: countersign::SecretString) -> Result<(), countersign::Error> {
    /// use countersign::vizion::webhook::Verifier;
    ///
    /// let builder = Verifier::builder("https://hooks.example.com")?.key("hmac-key-1", secret)?;
    /// let verifier = builder.strip_prefix("/internal/v1")?.build();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `invalid-path-prefix`, if `prefix` is not `/segment[/segment…]`.
    pub fn strip_prefix(mut self, prefix: &str) -> Result<Self, Error> {
        let added = AddedPrefix::parse(prefix);
        self.settings.added = Some(added.map_err(|error| error.in_provider(self.scheme.name().to_owned()))?);
        Ok(self)
    }

    /// Where accepted deliveries are remembered. Default: a [`MemoryStore`] of this verifier. A service on several
    /// machines needs a shared store and the same window everywhere: the store remembers a delivery for the window of
    /// the verifier that accepted it, and a verifier with a longer window would accept it again.
    #[must_use]
    pub fn replay_store(mut self, store: impl ReplayStore) -> Self {
        self.settings.store = Arc::new(store);
        self
    }

    /// Accepts deliveries while the replay store does not answer: anyone who recorded one can then repeat it.
    #[must_use]
    pub fn dangerous_accept_without_store(mut self) -> Self {
        self.settings.accept_without_store = true;
        self
    }

    /// Takes the time from `clock` instead of the operating system.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Calls `hook` with the reason for each refused delivery, also for a delivery that verified but is not the JSON
    /// that a handler's `Verified<Json<_>>` wants (`webhook-json`). The reason must not reach the sender. The hook runs
    /// before the sender is answered; with `diagnose_refusals`, it runs later and in another thread.
    #[must_use]
    pub fn on_refused(mut self, hook: impl Fn(&Error, &Parts) + Send + Sync + 'static) -> Self {
        self.settings.reporter.hook = Some(Arc::new(hook));
        self
    }

    /// Reports events to `observer`: see [`observer`](crate::observer).
    #[must_use]
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.settings.reporter.observer = Observed::by(observer);
        self
    }

    /// Diagnoses refused deliveries: the log and the [hook](Self::on_refused) get the known mistake that explains a
    /// signature, a digest or a key id, if there is one. Use it while you set a service up, or if it suddenly refuses
    /// honest deliveries. [`Verifier::diagnose`] looks further, at a delivery that you kept.
    ///
    /// A refusal takes some 20 µs, a diagnosis milliseconds, and any stranger can cause one. So the sender is answered
    /// first, and another thread makes and reports the diagnosis. All verifiers and clients of the process share one
    /// allowance: a few diagnoses at once, then one every two seconds, or more if they are cheap. A refusal beyond that
    /// is reported at once, and says so. Bodies over 16 KiB, URLs over 2 KiB and headers over 16 KiB are not diagnosed.
    ///
    /// With the feature `diagnose`.
    #[cfg(feature = "diagnose")]
    #[must_use]
    pub fn diagnose_refusals(mut self) -> Self {
        self.diagnose = Some(Verifier::report_diagnosed);
        self
    }

    /// Builds the verifier.
    #[must_use]
    pub fn build(self) -> Verifier<S> {
        Verifier::new(self)
    }
}

impl<S: Scheme> fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("provider", &S::NAME)
            .field("keys", &self.keys)
            .field("settings", &self.settings)
            .field("diagnose_refusals", &self.diagnose.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("window", &self.window)
            .field("body_limit", &self.body_limit)
            .field("origin", &self.origin)
            .field("added", &self.added)
            .field("accept_without_store", &self.accept_without_store)
            .finish_non_exhaustive()
    }
}

type Hook = dyn Fn(&Error, &Parts) + Send + Sync;

/// Reports the reason of a refusal to the log and the hook, never to the sender. The layer hands it to the extractors
/// with the delivery.
#[derive(Clone, Default)]
pub(super) struct Reporter {
    hook: Option<Arc<Hook>>,
    pub(super) observer: Observed,
}

impl Reporter {
    pub(super) fn report(&self, error: &Error, parts: &Parts) {
        // The query may hold personal data.
        let path = Delivery::new(parts, None).received_target().split('?').next().map(cut);
        tracing::warn!(
            name: "countersign.webhook_refused",
            provider = error.provider(),
            code = error.code(),
            path,
            next_step = error.next_step(),
            source = std::error::Error::source(error).map(tracing::field::display),
            "webhook refused: {error}"
        );
        self.observer.tell(error.provider().unwrap_or_default(), Event::WebhookRefused(error.code()));
        if let Some(hook) = &self.hook {
            hook(error, parts);
        }
    }
}
