//! What is set of how requests are sent.

use std::time::Duration;

use crate::signer::{Scheme, Signer};

/// What the middleware does beside signing.
impl<S: Scheme> Signer<S> {
    /// Sends requests to other origins on as they are, unsigned, instead of refusing them. **Their replies are not
    /// verified** and carry no verdict.
    ///
    /// A host that is allowed with `https` is still refused with plain `http`, and any allowed one with the other
    /// scheme on its port or with a dot behind its name: as `plain-http` or `origin-not-allowed`.
    #[must_use]
    pub fn pass_other_origins_unsigned(mut self) -> Self {
        self.transport.pass_other_origins = true;
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
    /// Netgíró's redirects are followed only where the reply verifies, so nobody makes one up. Its signature covers neither
    /// status nor `Location`, though: somebody who can change an honest reply on its way can make a redirect of it. One that
    /// is not followed is judged like any reply: without a signature, as gateways send it, it is refused as
    /// `reply-signature-missing`.
    ///
    /// Default: 0, a redirect is handed to the caller.
    #[must_use]
    pub fn follow_redirects(mut self, limit: usize) -> Self {
        self.transport.redirect_limit = limit;
        self
    }

    /// Reads request bodies that are streams into memory, up to `limit` bytes, so that they can be signed.
    /// A longer one is refused as `stream-too-long`. By default the scheme decides what becomes of a stream: one that signs
    /// the body, as Netgíró's, refuses it as `stream-body`; the others send it on.
    #[must_use]
    pub fn buffer_stream_bodies(mut self, limit: usize) -> Self {
        self.transport.stream_limit = Some(limit);
        self
    }

    /// The time-out of a request that has none of its own, for each attempt, from connecting to the end of the body.
    /// **It overrides the time-out of the client**, longer or shorter; `None` leaves a request to that. Default: `None`, and
    /// of Netvisor [360 s](crate::netvisor::DEFAULT_TIMEOUT).
    ///
    /// ```
    /// # fn set(netvisor: countersign::netvisor::Netvisor) {
    /// use std::time::Duration;
    ///
    /// let patient = netvisor.clone().timeout(Duration::from_secs(900));
    /// let as_the_client_says = netvisor.timeout(None);
    /// # }
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.transport.timeout = timeout.into();
        self
    }
}
