//! Netvisor: Finnish accounting.
//!
//! Each request carries who asks (sender, customer, partner, organisation), a UTC timestamp, a transaction id, the
//! language of messages, and a MAC over these and the URL, joined by `&`, in ISO-8859-15. Neither method nor body is
//! signed. With HMAC-SHA256, the default, the key is `customerKey&partnerKey`; the vendor is going to remove plain
//! SHA-256.
//!
//! Replies are XML and not signed. [`ResponseStatus`] reads whether they say `OK` or `FAILED`.
//!
//! `Content-Type` is `text/plain`, as in the vendor's sample, unless the request has one. The client's default headers are
//! added below this middleware, which does not see them: a `Content-Type` among them loses to `text/plain`. Set it on the
//! request instead.
//!
//! Netvisor takes one call at a time per company, and some take minutes: the vendor asks for a time-out of 360 s or more
//! (support article 77000466681). A request without one gets [that](Netvisor::timeout), whatever the client's own is.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::netvisor::Netvisor;
//!
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(Netvisor::from_env()?)
//!     .build();
//! let customers = client.get("https://integration.netvisor.fi/customerlist.nv").send().await?;
//! # Ok(()) }
//! ```

mod credentials;
mod encoding;
#[cfg(feature = "middleware")]
mod middleware;
#[cfg(feature = "explain")]
mod mistakes;
mod options;
mod refusal;
mod signing;
mod status;

use std::fmt;
#[cfg(feature = "middleware")]
use std::time::Duration;

use http::HeaderValue;
use secrecy::SecretSlice;

pub use credentials::Credentials;
#[cfg(feature = "middleware")]
pub use middleware::{error_for_status, read_status};
pub use options::{Language, MacAlgorithm, TransactionId};
pub use refusal::{Failure, FailureCode};
pub use signing::Stamp;
pub use status::ResponseStatus;

#[cfg(feature = "explain")]
pub(crate) use mistakes::MISTAKES;

use crate::SignedForm;
use crate::error::Code;
use crate::settings::{Settings, drawn_settings, environment_settings, shared_settings};
use crate::signing::MacKey;

pub(crate) const CODES: [&[(Code, &str)]; 4] = [
    encoding::UrlFault::CODES,
    options::LanguageFault::CODES,
    refusal::Answer::CODES,
    status::StatusFault::CODES,
];

/// How long the middleware waits for Netvisor by default: 360 s, the vendor's minimum (support article 77000466681).
#[cfg(feature = "middleware")]
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(360);

/// Signs requests to Netvisor. Cheap to clone.
#[derive(Clone)]
pub struct Netvisor {
    sender: HeaderValue,
    customer_id: HeaderValue,
    partner_id: HeaderValue,
    organisation_id: HeaderValue,
    customer_key: SecretSlice<u8>,
    partner_key: SecretSlice<u8>,
    hmac: MacKey,
    sha256: MacKey,
    algorithm: MacAlgorithm,
    language: Language,
    signed_form: SignedForm,
    #[cfg(feature = "middleware")]
    fail_on_failed: bool,
    settings: Settings,
}

shared_settings!(Netvisor);
environment_settings!(Netvisor);
drawn_settings!(Netvisor);

impl Netvisor {
    /// The language of messages. Default: [`Language::Fi`]. One request may differ: attach a [`Language`] to it as an
    /// extension.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// The algorithm. Default: [`MacAlgorithm::HmacSha256`]. Plain SHA-256 is for integrations from before May 2025 and going
    /// to be removed (vendor's documentation).
    #[must_use]
    pub fn algorithm(mut self, algorithm: MacAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Which form of the URL is signed. Default: [`SignedForm::AsSent`].
    #[must_use]
    pub fn signed_form(mut self, form: SignedForm) -> Self {
        self.signed_form = form;
        self
    }

    /// The time-out of a request that has none of its own, for each attempt, from connecting to the end of the body.
    /// Default: [`DEFAULT_TIMEOUT`]. **It overrides the time-out of the client**, longer or shorter; `None` leaves a request
    /// to that.
    ///
    /// ```
    /// # fn set(netvisor: countersign::netvisor::Netvisor) {
    /// use std::time::Duration;
    ///
    /// let patient = netvisor.clone().timeout(Duration::from_secs(900));
    /// let as_the_client_says = netvisor.timeout(None);
    /// # }
    /// ```
    #[cfg(feature = "middleware")]
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.transport.timeout = timeout.into();
        self
    }

    /// Turns a reply that says `FAILED` into an error, whatever its HTTP status; see [`Failure`]. A reply whose status
    /// cannot be read is an error too, unless it is a 429 or 5xx, which a gateway sends and a retry layer wants to
    /// see. By default replies pass as they are, and [`read_status`] tells.
    #[cfg(feature = "middleware")]
    #[must_use]
    pub fn fail_on_failed(mut self) -> Self {
        self.fail_on_failed = true;
        self
    }
}

impl fmt::Debug for Netvisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Netvisor")
            .field("algorithm", &self.algorithm)
            .field("language", &self.language)
            .field("signed_form", &self.signed_form)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
