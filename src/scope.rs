//! Where a provider's credentials may go.

use url::{Host, Position, Url};

use crate::error::Error;
use crate::fault::faults;

/// The origins (scheme, host, port) that a provider's credentials may be sent to.
///
/// A provider's scope starts with the vendor's own origins; `allow` adds more. Every other URL is refused before a
/// connection is made. Plain `http` can be added for loopback only (see [`is_loopback`]), unless
/// [`Scope::dangerous_allow_http`] was called first.
///
/// ```
/// use countersign::scope::Scope;
///
/// let mut scope = Scope::new(["https://api.acme.example"])?;
/// scope.allow("http://127.0.0.1:8080")?; // loopback, for tests
/// let check = |url: &str| scope.check(&url.parse().expect("a URL")).map_err(|error| error.code());
/// assert_eq!(check("https://api.acme.example/v1/pay"), Ok(()));
/// assert_eq!(check("http://api.acme.example/v1/pay"), Err("plain-http"));
/// assert_eq!(check("https://api.acme.example.evil.example/"), Err("origin-not-allowed"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    allowed: Vec<Allowed>,
    /// Origins of the provider that these credentials must not go to.
    withheld: Vec<(Environment, Url)>,
    plain_http: bool,
}

#[derive(Clone, Debug)]
struct Allowed {
    url: Url,
    /// The environment of an origin of the provider; `None` for an origin that was added by name.
    environment: Option<Environment>,
}

/// The purpose of a provider's host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Environment {
    Production,
    Test,
}

/// The origins of a provider.
pub(crate) struct Origins {
    pub(crate) production: &'static [&'static str],
    pub(crate) test: &'static [&'static str],
}

impl Scope {
    /// A scope of the given origins, e.g. `["https://api.netgiro.is"]`.
    ///
    /// # Errors
    /// `invalid-origin` if an origin is not `scheme://host[:port]`; `plain-http` if an origin is `http` and not loopback.
    pub fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut scope = Self { allowed: Vec::new(), withheld: Vec::new(), plain_http: false };
        for origin in origins {
            scope.allow(origin)?;
        }
        Ok(scope)
    }

    /// The scope that a provider starts out with.
    pub(crate) fn of_provider(origins: &Origins) -> Result<Self, Error> {
        let mut scope = Self::new([])?;
        for (environment, origins) in
            [(Environment::Production, origins.production), (Environment::Test, origins.test)]
        {
            for origin in origins {
                scope.add(origin, Some(environment))?;
            }
        }
        Ok(scope)
    }

    /// Takes out the provider's own origins of one environment. Origins that were added by name stay in any case.
    pub(crate) fn withhold(&mut self, environment: Environment) {
        let (out, allowed) = std::mem::take(&mut self.allowed)
            .into_iter()
            .partition::<Vec<_>, _>(|allowed| allowed.environment == Some(environment));
        self.allowed = allowed;
        self.withheld.extend(out.into_iter().map(|allowed| (environment, allowed.url)));
    }

    /// Adds an origin: `https://host`, with `:port` unless it is the scheme's default.
    ///
    /// # Errors
    /// As [`Scope::new`].
    pub fn allow(&mut self, origin: &str) -> Result<(), Error> {
        self.add(origin, None)
    }

    fn add(&mut self, origin: &str, environment: Option<Environment>) -> Result<(), Error> {
        let url = Url::parse(origin).map_err(|_| Error::new(ScopeFault::InvalidOrigin))?;
        let bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && !has_user_info(&url)
            // A wildcard would be read literally, and match nothing.
            && !url.host_str().is_some_and(|host| host.contains('*'));
        if !bare {
            return Err(Error::new(ScopeFault::InvalidOrigin));
        }
        if url.scheme() == "http" && !self.may_be_clear(&url) {
            return Err(Error::new(ScopeFault::PlainHttp { origin: printable_origin(&url) }));
        }
        self.allowed.push(Allowed { url, environment });
        Ok(())
    }

    /// Lets credentials travel unencrypted to origins allowed *after* this call, beyond loopback: for a TLS-terminating
    /// proxy on a network that you trust as much as the keys.
    pub fn dangerous_allow_http(&mut self) {
        self.plain_http = true;
    }

    /// Whether a request to `url` may be signed.
    ///
    /// # Errors
    /// `origin-not-allowed`; `plain-http` for a host that is allowed with `https`; `user-info-in-url`.
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        // The text of a URL up to its path is its origin, normalised: it has no default port. No allowed origin has
        // user information, so a URL with user information equals none of them.
        let origin = &url[..Position::BeforePath];
        // This also checks the scheme: `allow` has refused plain http where it is forbidden.
        if self.allowed.iter().any(|allowed| allowed.url[..Position::BeforePath] == *origin) {
            Ok(())
        } else {
            Err(Error::new(self.refusal(url)))
        }
    }

    /// Checks that a request may be sent on unsigned. It may not if it goes to an allowed host in clear or in another
    /// spelling, or to a withheld host: such a request was meant to be signed.
    pub(crate) fn check_passing_on(&self, url: &Url) -> Result<(), Error> {
        if has_user_info(url) || self.leads_to_allowed(url) || self.withheld(url).is_some() {
            return Err(Error::new(self.refusal(url)));
        }
        Ok(())
    }

    /// The reason why `url`, which has no allowed origin, is refused.
    fn refusal(&self, url: &Url) -> ScopeFault {
        let origin = printable_origin(url);
        if has_user_info(url) {
            ScopeFault::UserInfo
        } else if url.scheme() == "http" && !self.may_be_clear(url) && self.leads_to_allowed(url) {
            ScopeFault::PlainHttp { origin }
        } else {
            match self.withheld(url) {
                Some(Environment::Production) => ScopeFault::ProductionWithheld { origin },
                Some(Environment::Test) => ScopeFault::TestWithheld { origin },
                None => ScopeFault::OriginNotAllowed { origin },
            }
        }
    }

    fn leads_to_allowed(&self, url: &Url) -> bool {
        self.allowed.iter().any(|allowed| is_another_way_to(url, &allowed.url))
    }

    /// The environment of the withheld host that `url` leads to.
    fn withheld(&self, url: &Url) -> Option<Environment> {
        let found = self.withheld.iter().find(|(_, withheld)| is_another_way_to(url, withheld));
        found.map(|(environment, _)| *environment)
    }

    /// The allowed origins as text, for logs and tools.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        self.allowed.iter().map(|allowed| printable_origin(&allowed.url))
    }

    /// The allowed and the withheld origins: a mistake may have been made with either.
    pub(crate) fn known_origins(&self) -> impl Iterator<Item = String> {
        self.origins().chain(self.withheld.iter().map(|(_, url)| printable_origin(url)))
    }

    fn may_be_clear(&self, url: &Url) -> bool {
        self.plain_http || is_loopback(url)
    }
}

/// Whether two URLs have the same scheme, host and port. A default port equals an absent one.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// Whether `url` leads to the host of `allowed`, at the same port or with less protection. An equally protected port is
/// another service.
fn is_another_way_to(url: &Url, allowed: &Url) -> bool {
    host_without_dot(url) == host_without_dot(allowed)
        && (url.port_or_known_default() == allowed.port_or_known_default()
            || url.scheme() != "https" && allowed.scheme() == "https")
}

/// DNS finds the same host with and without a dot behind the name.
fn host_without_dot(url: &Url) -> Option<&str> {
    url.host_str().map(|host| host.trim_end_matches('.'))
}

/// The origin as text, without path and query, which may hold personal data.
pub(crate) fn printable_origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether `url` leads to this machine: its host is in `127.0.0.0/8`, or is `[::1]` or `localhost`. Any other name could
/// lead elsewhere.
///
/// ```
/// use countersign::scope::is_loopback;
///
/// assert!(is_loopback(&"http://127.0.0.1:8100/hook".parse()?));
/// assert!(!is_loopback(&"http://localhost.example.com/".parse()?));
/// # Ok::<(), url::ParseError>(())
/// ```
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

faults! {
    #[derive(Debug)]
    pub(crate) enum ScopeFault {
        InvalidOrigin = Configuration, "invalid-origin",
            "an allowed origin must be scheme://host[:port] with http or https and nothing else, nor a wildcard",
            "Write it like https://proxy.example:8443.";
        // The scope is checked before anything is sent.
        OriginNotAllowed { origin: String } = Scope None, "origin-not-allowed",
            "{origin} is not an origin that these credentials belong to",
            "If the host is yours or the vendor's, add it with `allow_origin` (`Scope::allow`); else correct the URL.";
        ProductionWithheld { origin: String } = Scope None, "origin-not-allowed",
            "{origin} is the provider's production host, and these credentials are kept from it",
            "Use the URL of the test host; if these keys are for production, leave out `test_only`.";
        TestWithheld { origin: String } = Scope None, "origin-not-allowed",
            "{origin} is the provider's test host, and these credentials are kept from it",
            "Use the URL of the production host; if these keys are for tests, leave out `production_only`.";
        PlainHttp { origin: String } = Scope None, "plain-http",
            "{origin} is plain http, where credentials travel in clear",
            "Use https.";
        UserInfo = Scope None, "user-info-in-url",
            "the URL holds a user name or password",
            "Remove it: the provider's scheme has its own headers for credentials.";
    }
}
