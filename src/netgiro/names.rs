//! The names of headers and variables.

/// The headers of requests, replies and callbacks.
pub mod headers {
    /// The application key, which says whose request it is.
    pub const APP_KEY: &str = "netgiro_appkey";
    /// The nonce of a request, reply or callback.
    pub const NONCE: &str = "netgiro_nonce";
    /// The signature of a request, reply or callback.
    pub const SIGNATURE: &str = "netgiro_signature";
    /// The vendor's id of a reply.
    pub const REFERENCE_ID: &str = "netgiro_referenceid";
}

/// The environment variables that [`Netgiro::from_env`](super::Netgiro::from_env) reads.
pub mod variables {
    /// The application key.
    pub const APP_KEY: &str = "NETGIRO_APP_KEY";
    /// The secret key, which signs callbacks as well.
    pub const SECRET_KEY: &str = "NETGIRO_SECRET_KEY";
}
