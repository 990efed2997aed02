//! Netvisor: Finnish accounting.
//!
//! Each request carries who asks (sender, customer, partner, organisation), a UTC timestamp, a transaction id, the
//! language of messages, and a MAC over these and the URL, joined by `&`, in ISO-8859-15. Neither method nor body is
//! signed. With HMAC-SHA256, the default, the key is `customerKey&partnerKey`; the vendor is going to remove plain
//! SHA-256.
//!
//! Replies are XML and not signed. [`ResponseStatus`] reads whether they say `OK` or `FAILED`.
//!
//! `Content-Type` is `text/plain`, as in the vendor's sample, unless the request has one. The client's default headers
//! are added below this middleware, which does not see them: `text/plain` replaces a default `Content-Type`. Set it on
//! the request instead.
//!
//! Netvisor takes one call at a time for each company, and so does the middleware: a call waits until the body of the
//! previous reply was read to its end or dropped. This holds for all values of [`Netvisor`] in one process with the
//! same origin and organisation id; see [`Netvisor::parallel_calls`].
//!
//! Some calls take minutes: the vendor asks for a time-out of at least 360 s (support article 77000466681). A request
//! without its own time-out gets [these 360 s](Netvisor::timeout), instead of the client's time-out. They begin when
//! the call's turn has come.
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
mod mistakes;
mod names;
mod options;
mod refusal;
mod root;
mod signing;
mod status;

use std::time::Duration;

pub use credentials::Credentials;
#[cfg(feature = "middleware")]
pub use middleware::{error_for_status, read_status};
pub use names::{headers, variables};
pub use options::{Language, MacAlgorithm, TransactionId};
pub use refusal::{Failure, FailureCode};
pub use root::Root;
pub use signing::{Scheme, Stamp};
pub use status::ResponseStatus;

use crate::error::Code;
use crate::{SignedForm, Signer};

pub(crate) const CODES: [&[(Code, &str)]; if cfg!(feature = "middleware") { 5 } else { 4 }] = [
    encoding::UrlFault::CODES,
    options::LanguageFault::CODES,
    #[cfg(feature = "middleware")]
    middleware::QueueFault::CODES,
    refusal::Answer::CODES,
    status::StatusFault::CODES,
];

/// How long the middleware waits for Netvisor by default: 360 s, the vendor's minimum (support article 77000466681).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(360);

/// Signs requests to Netvisor. Cheap to clone.
///
/// [`from_env`](Signer::from_env) reads `NETVISOR_SENDER`, `NETVISOR_CUSTOMER_ID`, `NETVISOR_CUSTOMER_KEY`,
/// `NETVISOR_PARTNER_ID`, `NETVISOR_PARTNER_KEY`, `NETVISOR_ORGANISATION_ID` and, if set, `NETVISOR_LANGUAGE` (`FI`, `SE` or
/// `EN`).
///
/// ```
/// use countersign::netvisor::{Credentials, Netvisor};
///
/// let netvisor = Netvisor::new(Credentials {
///     sender: "Acme".into(),
///     customer_id: "FI_12345_67".into(),
///     customer_key: "customer key".into(),
///     partner_id: "Acm_1234".into(),
///     partner_key: "partner key".into(),
///     organisation_id: "1234567-8".into(),
/// })?;
/// let mut request = http::Request::get("https://integration.netvisor.fi/customerlist.nv").body(())?;
/// netvisor.sign_http(&mut request)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Netvisor = Signer<Scheme>;

/// For Netvisor only: `netvisor::Netvisor`.
impl Netvisor {
    /// The language of messages. Default: [`Language::Fi`]. One request may differ: attach a [`Language`] to it as an
    /// extension.
    #[must_use]
    pub fn language(self, language: Language) -> Self {
        self.with_scheme(|scheme| scheme.language = language)
    }

    /// The algorithm. Default: [`MacAlgorithm::HmacSha256`]. Plain SHA-256 is for integrations from before May 2025,
    /// and the vendor is going to remove it (vendor's documentation).
    #[must_use]
    pub fn algorithm(self, algorithm: MacAlgorithm) -> Self {
        self.with_scheme(|scheme| scheme.algorithm = algorithm)
    }

    /// The form of the URL that is signed. Default: [`SignedForm::AsSent`].
    #[must_use]
    pub fn signed_form(self, form: SignedForm) -> Self {
        self.with_scheme(|scheme| scheme.signed_form = form)
    }
}
