//! What every provider can be told.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::random::{OsRandomness, Randomness};
use crate::scope::{Origins, Scope};
use crate::time::{Clock, SystemClock};

/// The settings that all providers have in common.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) scope: Scope,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    #[cfg(feature = "middleware")]
    pub(crate) transport: crate::middleware::Transport,
}

impl Settings {
    pub(crate) fn new(origins: &Origins) -> Result<Self, Error> {
        Ok(Self {
            scope: Scope::of_provider(origins)?,
            clock: Arc::new(SystemClock),
            randomness: Arc::new(OsRandomness),
            #[cfg(feature = "middleware")]
            transport: crate::middleware::Transport::default(),
        })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Settings");
        debug.field("scope", &self.scope);
        #[cfg(feature = "middleware")]
        debug.field("transport", &self.transport);
        debug.finish_non_exhaustive()
    }
}

/// Gives a provider with a `settings` field the methods that all providers have. `redirects` is what else is to be known of
/// redirects there.
macro_rules! shared_settings {
    ($provider:ty $(, $redirects:literal)* $(,)?) => {
        impl $provider {
            /// Adds an origin, `scheme://host[:port]`, that the credentials may be sent to: a proxy of yours, a
            /// test server. The vendor's own are allowed from the start.
            ///
            /// # Errors
            /// `invalid-origin`; `plain-http` for `http` beyond loopback.
            pub fn allow_origin(mut self, origin: &str) -> Result<Self, $crate::Error> {
                let name = $crate::Provider::name(&self);
                self.settings.scope.allow(origin).map_err(|error| error.in_provider(name))?;
                Ok(self)
            }

            /// Lets credentials travel unencrypted to origins allowed *after* this call, beyond loopback.
            #[must_use]
            pub fn dangerous_allow_http(mut self) -> Self {
                self.settings.scope.dangerous_allow_http();
                self
            }

            /// Sends requests to other origins on as they are, unsigned, instead of refusing them. **Their replies are not
            /// verified** and carry no verdict.
            ///
            /// A host that is allowed with `https` is still refused with plain `http`, and any allowed one with the other
            /// scheme on its port or with a dot behind its name: as `plain-http` or `origin-not-allowed`.
            #[cfg(feature = "middleware")]
            #[must_use]
            pub fn pass_other_origins_unsigned(mut self) -> Self {
                self.settings.transport.pass_other_origins = true;
                self
            }

            /// Follows up to `limit` redirects within the origin, signing each hop anew; a hop to another origin ends in
            /// an error, and so do one more than `limit` and one of a request whose body is a stream. For clients that
            /// follow none by themselves, as those of [`client_builder`](crate::client_builder).
            ///
            /// **Whoever answers in the provider's place then chooses a URL within the origin that is signed and sent
            /// next**, with the method and the body of your request or as a `GET`, as the status says. A gateway can do
            /// so, and somebody on the path who gets past TLS; no provider signs where a redirect leads. The reply that
            /// you are given is to the last URL: compare `Response::url` with the one that you asked.
            ///
            /// Default: 0, a redirect is handed to the caller.
            ///
            $(#[doc = $redirects])*
            #[cfg(feature = "middleware")]
            #[must_use]
            pub fn follow_redirects(mut self, limit: usize) -> Self {
                self.settings.transport.redirect_limit = limit;
                self
            }
        }
    };
}
pub(crate) use shared_settings;

/// Gives a provider that has hosts for production and for tests the methods that keep its credentials from one kind.
macro_rules! environment_settings {
    ($provider:ty) => {
        impl $provider {
            /// Keeps these credentials from the provider's production hosts: for test keys.
            ///
            /// A request to a production host is then refused as `origin-not-allowed`, also with
            /// `pass_other_origins_unsigned`. What [`allow_origin`](Self::allow_origin) adds is allowed all the same,
            /// whether it is called before or after. Together with [`production_only`](Self::production_only), nothing
            /// else is left.
            #[must_use]
            pub fn test_only(mut self) -> Self {
                self.settings.scope.withhold($crate::scope::Environment::Production);
                self
            }

            /// Keeps these credentials from the provider's hosts for tests: for production keys. Otherwise as
            /// [`test_only`](Self::test_only).
            #[must_use]
            pub fn production_only(mut self) -> Self {
                self.settings.scope.withhold($crate::scope::Environment::Test);
                self
            }
        }
    };
}
pub(crate) use environment_settings;

/// Gives a provider that draws a timestamp or a nonce the methods that say out of what.
macro_rules! drawn_settings {
    ($provider:ty) => {
        impl $provider {
            /// Takes the time from `clock` instead of the operating system.
            #[must_use]
            pub fn clock(mut self, clock: impl $crate::time::Clock) -> Self {
                self.settings.clock = std::sync::Arc::new(clock);
                self
            }

            /// Takes randomness from `randomness` instead of the operating system: for tests.
            #[must_use]
            pub fn randomness(mut self, randomness: impl $crate::random::Randomness) -> Self {
                self.settings.randomness = std::sync::Arc::new(randomness);
                self
            }
        }
    };
}
pub(crate) use drawn_settings;
