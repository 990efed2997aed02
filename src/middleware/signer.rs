//! The middleware for a provider of your own.

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use super::{Transport, Unjudged, exchange};
use crate::signing::Provider;

/// Makes middleware of any [`Provider`]. It signs and no more: replies are handed on as they are, unverified. The crate's
/// own providers are middleware by themselves, and do with a reply what can be done.
#[derive(Clone, Debug)]
pub struct Signer<P> {
    provider: P,
    transport: Transport,
}

impl<P: Provider> Signer<P> {
    /// Middleware that signs with `provider`.
    pub fn new(provider: P) -> Self {
        Self { provider, transport: Transport::default() }
    }

    /// Sends requests to other origins on as they are, unsigned, instead of refusing them.
    ///
    /// A host that is allowed with `https` is still refused with plain `http`, and any allowed one with the other scheme
    /// on its port or with a dot behind its name: as `plain-http` or `origin-not-allowed`.
    #[must_use]
    pub fn pass_other_origins_unsigned(mut self) -> Self {
        self.transport.pass_other_origins = true;
        self
    }

    /// Follows up to `limit` redirects within the origin, signing each hop anew; a hop to another origin ends in an
    /// error, and so do one more than `limit` and one of a request whose body is a stream. For clients that follow none
    /// by themselves, as those of [`client_builder`](crate::client_builder).
    ///
    /// **Whoever answers in the provider's place then chooses a URL within the origin that is signed and sent next**,
    /// with the method and the body of your request or as a `GET`, as the status says: replies are not verified here.
    /// The reply that you are given is to the last URL: compare `Response::url` with the one that you asked.
    ///
    /// Default: 0, a redirect is handed to the caller.
    #[must_use]
    pub fn follow_redirects(mut self, limit: usize) -> Self {
        self.transport.redirect_limit = limit;
        self
    }

    /// Reads request bodies that are streams into memory, up to `limit` bytes, so that they can be signed.
    /// A longer one is refused as `stream-too-long`. By default the provider decides what becomes of a stream.
    #[must_use]
    pub fn buffer_stream_bodies(mut self, limit: usize) -> Self {
        self.transport.stream_limit = Some(limit);
        self
    }
}

#[async_trait::async_trait]
impl<P: Provider> Middleware for Signer<P> {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let (response, _) =
            exchange(&self.provider, &Unjudged, &self.transport, request, extensions, next).await?;
        Ok(response)
    }
}
