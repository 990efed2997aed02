//! Signs the requests of one provider: its scheme, where the credentials may go, and how requests are sent.

mod prepared;
mod scheme;
mod sent;
mod transport;
mod variables;

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, Uri};
use url::Url;

use crate::error::Error;
use crate::observer::{Event, Observed, Observer};
use crate::random::{OsRandomness, Randomness};
use crate::scope::{Environment, Origins, Scope};
use crate::signing::{AuthHeaders, Payload, RequestRef, Signature, SigningFault};
use crate::time::{Clock, SystemClock};

pub(crate) use prepared::Prepared;
pub use scheme::{Rewritten, Scheme};
pub use sent::{Permit, Sent};
pub(crate) use transport::Transport;
pub use variables::FromVariables;

/// Signs requests by a [`Scheme`]. Cheap to clone.
///
/// With the feature `middleware`, it is a middleware for `reqwest_middleware::ClientBuilder`. Without that feature, it
/// signs an `http::Request` in place.
///
/// # In a client
/// Order matters. From the outside in: tracing, cache, retry, signer. If the retry layer is outside the signer, each
/// attempt is signed anew; inside, one nonce would be sent again and again.
///
/// To the provider, each attempt is a new request, even the repetition of a `POST` whose answer was lost. For requests
/// that must not happen twice, let the retry layer repeat only attempts without effect: `effect_of` tells which ones
/// these are.
///
/// # In place
/// ```
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("api-id", "api-key")?;
/// let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers?pageSize=1").body(())?;
/// unleashed.sign_http(&mut request)?;
/// assert!(request.headers().contains_key("api-auth-signature"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer<S> {
    pub(crate) prepared: Prepared<S>,
    name: Arc<str>,
    scope: Arc<Scope>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    pub(crate) observer: Observed,
    pub(crate) transport: Transport,
}

impl<S: Scheme> Signer<S> {
    /// A signer for an API of your own, whose credentials may go to `origins`, e.g. `["https://api.acme.example"]`.
    ///
    /// # Errors
    /// `invalid-origin` if an origin is not `scheme://host[:port]`; `plain-http` if an origin is `http` and not loopback.
    pub fn of<'a>(scheme: S, origins: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let scope = Scope::new(origins).map_err(|error| error.in_provider(scheme.name().to_owned()))?;
        Ok(Self::new_in(scheme, scope))
    }

    pub(crate) fn of_provider(scheme: S, origins: &Origins) -> Result<Self, Error> {
        Ok(Self::new_in(scheme, Scope::of_provider(origins)?))
    }

    pub(crate) fn new_in(scheme: S, scope: Scope) -> Self {
        Self {
            name: scheme.name().into(),
            prepared: Prepared::Fixed(Arc::new(scheme)),
            scope: Arc::new(scope),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(OsRandomness),
            observer: Observed::default(),
            transport: Transport::default(),
        }
    }

    /// The provider's name, e.g. `netgiro`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the credentials may go.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Adds an origin, `scheme://host[:port]`, that the credentials may be sent to, such as your proxy or a test
    /// server. The provider's own origins are allowed from the start.
    ///
    /// # Errors
    /// `invalid-origin`; `plain-http` for `http` beyond loopback.
    pub fn allow_origin(mut self, origin: &str) -> Result<Self, Error> {
        Arc::make_mut(&mut self.scope).allow(origin).map_err(|error| self.named(error))?;
        Ok(self)
    }

    /// Lets credentials travel unencrypted to origins allowed *after* this call, beyond loopback.
    #[must_use]
    pub fn dangerous_allow_http(mut self) -> Self {
        Arc::make_mut(&mut self.scope).dangerous_allow_http();
        self
    }

    /// Keeps these credentials from the provider's production hosts: for test keys.
    ///
    /// A request to a production host is then refused as `origin-not-allowed`, also with `pass_other_origins_unsigned`.
    /// Origins of [`allow_origin`](Self::allow_origin) stay allowed, whether it is called before or after. If
    /// [`production_only`](Self::production_only) is called as well, only those origins are left. Unleashed has one
    /// host for tests and production, which counts as production.
    #[must_use]
    pub fn test_only(mut self) -> Self {
        Arc::make_mut(&mut self.scope).withhold(Environment::Production);
        self
    }

    /// Keeps these credentials from the provider's test hosts: for production keys. Otherwise as [`test_only`](Self::test_only).
    #[must_use]
    pub fn production_only(mut self) -> Self {
        Arc::make_mut(&mut self.scope).withhold(Environment::Test);
        self
    }

    /// Takes the time of stamps from `clock` instead of the operating system.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes randomness from `randomness` instead of the operating system: for tests.
    #[must_use]
    pub fn randomness(mut self, randomness: impl Randomness) -> Self {
        self.randomness = Arc::new(randomness);
        self
    }

    /// Reports events to `observer`: see [`observer`](crate::observer).
    #[must_use]
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Observed::by(observer);
        // A rotating scheme reports to the observer, too.
        self.with_scheme(|_| ())
    }

    /// Rewrites the query of a URL as the [scheme wants it sent](Scheme::query_to_send), and returns whether that
    /// changed the URL. The middleware and [`sign_http`](Self::sign_http) do this themselves; call it before
    /// [`sign`](Self::sign).
    pub fn prepare_url(&self, url: &mut Url) -> bool {
        match url.query().and_then(|query| self.scheme().query_to_send(query)) {
            Some(query) => {
                url.set_query(Some(&query));
                true
            }
            None => false,
        }
    }

    /// Signs a request with a fresh stamp.
    ///
    /// # Errors
    /// If the URL is outside the [`Scope`]; `query-ambiguous` if its query is not [prepared](Self::prepare_url); or if
    /// the provider cannot sign the request.
    pub fn sign(&self, request: &RequestRef<'_>) -> Result<Signed<S>, Error> {
        self.check(request).map_err(|error| self.refuse(error))?;
        self.sign_in_scope(request)
    }

    /// Signs a request with a given stamp, to reproduce a known case. Never send a stamp twice.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn sign_with(&self, request: &RequestRef<'_>, stamp: S::Stamp) -> Result<Signed<S>, Error> {
        let checked = self.scope.check(request.url());
        self.told(checked.and_then(|()| compute(self.scheme(), request, stamp)))
    }

    /// The signature alone, for any URL; `None` if the provider has no signature. This is for programs that recompute a
    /// signature; to send a request, use [`Signer::sign`].
    ///
    /// # Errors
    /// When the provider cannot sign the request.
    #[inline]
    pub fn signature(&self, request: &RequestRef<'_>, stamp: &S::Stamp) -> Result<Option<Signature>, Error> {
        self.scheme().signature(request, stamp)
    }

    /// Signs an `http::Request` in place, for any client that sends one. On an error, the request is unchanged. The
    /// query may change: see [`Signer::prepare_url`].
    ///
    /// # Errors
    /// As [`Signer::sign`]; also `url-not-absolute` and `url-not-normalised` (see [`RequestRef::from_http`]).
    pub fn sign_http<B: Payload>(&self, request: &mut http::Request<B>) -> Result<(), Error> {
        let refuse = |error: Error| self.refuse(error);
        let mut read = RequestRef::from_http(request).map_err(refuse)?;
        let uri = self.prepare_url(read.url_mut()).then(|| read.url_as_sent().parse::<Uri>()).transpose();
        // The new query may be too long for a URI.
        let uri =
            uri.map_err(|source| refuse(Error::new(SigningFault::AmbiguousQuery).with_source(source)))?;
        let signed = self.sign(&read)?;
        let Rewritten { query, body } = signed.rewritten();
        let uri = match query {
            None => uri,
            Some(query) => {
                let address = read.url_as_sent().split('?').next().unwrap_or_default();
                let uri = format!("{address}?{query}").parse();
                Some(uri.map_err(|source| {
                    refuse(Error::new(SigningFault::QueryUnwritable).with_source(source))
                })?)
            }
        };
        if let Some(body) = body
            && !request.body_mut().replace(body)
        {
            return Err(refuse(Error::new(SigningFault::BodyUnwritable)));
        }
        if let Some(uri) = uri {
            *request.uri_mut() = uri;
        }
        signed.apply(request.headers_mut());
        Ok(())
    }

    /// The signer with the present keys, for the whole of a call; `None` if the keys never change.
    pub(crate) async fn pinned(&self) -> Result<Option<Box<Self>>, Error> {
        let pinned = self.prepared.pinned().await?;
        Ok(pinned.map(|prepared| Box::new(Self { prepared, ..self.clone() })))
    }

    /// Checks that a request may go to its URL, and may be sent as it is.
    pub(crate) fn check(&self, request: &RequestRef<'_>) -> Result<(), Error> {
        self.scope.check(request.url())?;
        match request.url().query().and_then(|query| self.scheme().query_to_send(query)) {
            Some(_) => Err(Error::new(SigningFault::AmbiguousQuery)),
            None => Ok(()),
        }
    }

    /// Signs a request whose URL is known to be in the scope.
    pub(crate) fn sign_in_scope(&self, request: &RequestRef<'_>) -> Result<Signed<S>, Error> {
        // Loaded only once, so that id and key belong together.
        let scheme = self.scheme();
        let stamp = scheme.stamp(request, &*self.clock, &*self.randomness);
        self.told(stamp.and_then(|stamp| compute(scheme, request, stamp)))
    }

    /// Tells the observer whether a request was signed.
    fn told(&self, signed: Result<Signed<S>, Error>) -> Result<Signed<S>, Error> {
        match signed {
            Ok(signed) => {
                self.tell(Event::Signed);
                Ok(signed)
            }
            Err(error) => Err(self.refuse(error)),
        }
    }

    /// Draws a stamp for a request like [`Signer::sign`], for programs that need the stamp before they [sign
    /// with](Self::sign_with) it.
    ///
    /// # Errors
    /// If the provider cannot sign the request, or the stamp cannot be drawn.
    pub fn stamp(&self, request: &RequestRef<'_>) -> Result<S::Stamp, Error> {
        self.scheme().stamp(request, &*self.clock, &*self.randomness).map_err(|error| self.named(error))
    }

    /// The scheme with its present keys.
    #[must_use]
    pub fn scheme(&self) -> Arc<S> {
        self.prepared.load()
    }

    /// The same signer with a scheme that `change` has changed. Clones keep their scheme.
    pub(crate) fn with_scheme(mut self, change: impl FnOnce(&mut S)) -> Self {
        self.prepared.change(&self.observer, change);
        self
    }

    pub(crate) fn now(&self) -> std::time::SystemTime {
        self.clock.now()
    }

    pub(crate) fn named(&self, error: Error) -> Error {
        error.in_provider(self.name().to_owned())
    }

    /// Reports the error that a request ends with, and names the provider in it.
    pub(crate) fn refuse(&self, error: Error) -> Error {
        self.tell(Event::Refused(error.code()));
        self.named(error)
    }

    pub(crate) fn tell(&self, event: Event) {
        self.observer.tell(self.name(), event);
    }
}

impl<S: Scheme + fmt::Debug> fmt::Debug for Signer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Signer");
        let scheme = self.scheme();
        debug.field("provider", &self.name).field("scheme", &scheme).field("scope", &self.scope);
        debug.field("transport", &self.transport);
        debug.finish_non_exhaustive()
    }
}

fn compute<S: Scheme>(
    scheme: Arc<S>,
    request: &RequestRef<'_>,
    mut stamp: S::Stamp,
) -> Result<Signed<S>, Error> {
    let signature = scheme.sign(request, &mut stamp)?;
    Ok(Signed { scheme, stamp, signature })
}

/// A computed signature, to be applied to its request.
///
/// ```
/// use countersign::RequestRef;
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("an id", "a key of nobody")?;
/// let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers").body(())?;
/// let signed = unleashed.sign(&RequestRef::from_http(&request)?)?; // nothing is changed yet
/// signed.apply(request.headers_mut());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the request is unchanged until `apply` is called"]
pub struct Signed<S: Scheme> {
    scheme: Arc<S>,
    stamp: S::Stamp,
    signature: Option<Signature>,
}

impl<S: Scheme> Signed<S> {
    /// Writes the headers, replacing any of the same name.
    pub fn apply(&self, headers: &mut HeaderMap) {
        self.scheme.headers(&self.stamp, &mut AuthHeaders::new(headers, self.signature));
    }

    /// What to send in place of the request's query and body.
    #[must_use]
    pub fn rewritten(&self) -> Rewritten<'_> {
        self.scheme.rewritten(&self.stamp)
    }

    /// The signature; `None` where the provider has none.
    #[must_use]
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// The stamp that was signed.
    #[must_use]
    pub fn stamp(&self) -> &S::Stamp {
        &self.stamp
    }
}

impl<S: Scheme> fmt::Debug for Signed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("provider", &self.scheme.name()).finish_non_exhaustive()
    }
}
