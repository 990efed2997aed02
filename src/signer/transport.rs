//! How requests are sent.

use std::time::Duration;

/// How a provider's requests are sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transport {
    /// Requests to other origins are passed on unsigned instead of being refused.
    pub(crate) pass_other_origins: bool,
    /// How many same-origin redirects are followed, each hop signed anew.
    pub(crate) redirect_limit: usize,
    /// How much of a stream is buffered so that it can be signed; `None` leaves streams to the provider.
    pub(crate) stream_limit: Option<usize>,
    /// The time-out of a signed request that has none of its own; `None` leaves it to the client.
    pub(crate) timeout: Option<Duration>,
}
