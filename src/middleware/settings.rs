//! Settings for sending requests.

use std::time::Duration;

use crate::signer::{Scheme, Signer};

/// Settings of the middleware.
impl<S: Scheme> Signer<S> {
    /// Sends requests to other origins on as they are, unsigned, instead of refusing them. **Their replies are not
    /// verified** and carry no verdict.
    ///
    /// An allowed host is still refused with plain `http`, with the other scheme on its port, or with a dot behind its
    /// name: as `plain-http` or `origin-not-allowed`.
    #[must_use]
    pub fn pass_other_origins_unsigned(mut self) -> Self {
        self.transport.pass_other_origins = true;
        self
    }

    /// Follows up to `limit` redirects within the origin, and signs each hop anew. One redirect more, a redirect to
    /// another origin, and a redirect of a request with a stream as its body end in an error. Use a client that follows
    /// no redirects by itself, such as [`client_builder`](crate::client_builder) makes.
    ///
    /// **Whoever answers in the provider's place can then choose the next URL within the origin that is signed and
    /// sent**, with the method and the body of your request or as a `GET`, depending on the status. A gateway can do
    /// this, and so can somebody on the path who gets past TLS: no provider signs the target of a redirect. The reply
    /// that you get belongs to the last URL: compare `Response::url` with the URL of your request.
    ///
    /// Netgíró's redirects are followed only if the reply verifies, so nobody can make one up. But the signature covers
    /// neither the status nor `Location`: somebody who can change an honest reply on its way can turn it into a
    /// redirect. A redirect that is not followed is judged like any reply: if a gateway sends it unsigned, it is
    /// refused as `reply-signature-missing`.
    ///
    /// Default: 0, which hands redirects to the caller.
    #[must_use]
    pub fn follow_redirects(mut self, limit: usize) -> Self {
        self.transport.redirect_limit = limit;
        self
    }

    /// Reads streamed request bodies into memory, up to `limit` bytes, to sign them. A longer stream is refused as
    /// `stream-too-long`. By default, the scheme decides: a scheme that signs the body, such as Netgíró's, refuses a
    /// stream as `stream-body`; the others send it on.
    #[must_use]
    pub fn buffer_stream_bodies(mut self, limit: usize) -> Self {
        self.transport.stream_limit = Some(limit);
        self
    }

    /// The time-out of a request that has no time-out of its own, for each attempt, from connecting to the end of the
    /// body. **It overrides the client's time-out**, whether longer or shorter; with `None`, the client's time-out
    /// applies. Default: `None`, and [360 s](crate::netvisor::DEFAULT_TIMEOUT) for Netvisor.
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
