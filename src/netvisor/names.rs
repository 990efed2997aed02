//! The names of headers and variables.

/// The headers of requests.
pub mod headers {
    /// The name of the calling program.
    pub const SENDER: &str = "x-netvisor-authentication-sender";
    /// The customer's user id.
    pub const CUSTOMER_ID: &str = "x-netvisor-authentication-customerid";
    /// The partner's id.
    pub const PARTNER_ID: &str = "x-netvisor-authentication-partnerid";
    /// `YYYY-MM-DD HH:MM:SS` in UTC.
    pub const TIMESTAMP: &str = "x-netvisor-authentication-timestamp";
    /// The same time in Unix seconds.
    pub const TIMESTAMP_UNIX: &str = "x-netvisor-authentication-timestampunix";
    /// The transaction id.
    pub const TRANSACTION_ID: &str = "x-netvisor-authentication-transactionid";
    /// The MAC.
    pub const MAC: &str = "x-netvisor-authentication-mac";
    /// The algorithm of the MAC.
    pub const ALGORITHM: &str = "x-netvisor-authentication-machashcalculationalgorithm";
    /// Asks for HTTP status codes that say whether the call succeeded.
    pub const USE_STATUS_CODES: &str = "x-netvisor-authentication-usehttpresponsestatuscodes";
    /// The language of messages.
    pub const LANGUAGE: &str = "x-netvisor-interface-language";
    /// The company's business id.
    pub const ORGANISATION_ID: &str = "x-netvisor-organisation-id";
}

/// The environment variables that [`Netvisor::from_env`](super::Netvisor::from_env) reads.
pub mod variables {
    /// The name of the calling program.
    pub const SENDER: &str = "NETVISOR_SENDER";
    /// The customer's user id.
    pub const CUSTOMER_ID: &str = "NETVISOR_CUSTOMER_ID";
    /// The key that belongs to it.
    pub const CUSTOMER_KEY: &str = "NETVISOR_CUSTOMER_KEY";
    /// The partner's id.
    pub const PARTNER_ID: &str = "NETVISOR_PARTNER_ID";
    /// The key that belongs to it.
    pub const PARTNER_KEY: &str = "NETVISOR_PARTNER_KEY";
    /// The company's business id.
    pub const ORGANISATION_ID: &str = "NETVISOR_ORGANISATION_ID";
    /// The language of messages, which is optional.
    pub const LANGUAGE: &str = "NETVISOR_LANGUAGE";
}
