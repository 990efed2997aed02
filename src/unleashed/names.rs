//! The names of headers and variables.

/// The headers of requests and webhooks.
pub mod headers {
    /// The API id, which says whose request it is.
    pub const API_ID: &str = "api-auth-id";
    /// The signature of a request.
    pub const SIGNATURE: &str = "api-auth-signature";
    /// The name of the calling program.
    pub const CLIENT_TYPE: &str = "client-type";
    /// The signature of a webhook.
    pub const WEBHOOK_SIGNATURE: &str = "x-unleashed-signature";
    /// The time of a webhook, in Unix seconds.
    pub const WEBHOOK_TIMESTAMP: &str = "x-unleashed-timestamp";
}

/// The environment variables that [`Unleashed::from_env`](super::Unleashed::from_env) reads.
pub mod variables {
    /// The API id.
    pub const API_ID: &str = "UNLEASHED_API_ID";
    /// The API key.
    pub const API_KEY: &str = "UNLEASHED_API_KEY";
    /// The client type, which is optional.
    pub const CLIENT_TYPE: &str = "UNLEASHED_CLIENT_TYPE";
}
