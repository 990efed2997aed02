//! The names of headers and variables.

/// The headers of requests and webhooks.
pub mod headers {
    /// The API key.
    pub const API_KEY: &str = "x-api-key";
    /// The signature of a webhook, with its key id, its times and what it covers.
    pub const WEBHOOK_SIGNATURE: &str = "x-vizion-signature";
}

/// The environment variable that [`Vizion::from_env`](super::Vizion::from_env) reads.
pub mod variables {
    /// The API key.
    pub const API_KEY: &str = "VIZION_API_KEY";
}
