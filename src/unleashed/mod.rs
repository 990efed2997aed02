//! Unleashed: inventory.
//!
//! Each request carries `api-auth-id`, `api-auth-signature`, `client-type` [if you set it](Unleashed::client_type), and
//! `Accept` and `Content-Type`. The signature is the base64 HMAC-SHA256 of the query string without its `?`, with each
//! `%XX` undone, under the API key's text. `Accept` and `Content-Type` are JSON unless the request says XML. The
//! client's default headers are added below this middleware, which does not see them, so these two have no effect
//! there: set them on the request.
//!
//! A `+` in the query is sent as `%20`, which `Response::url` and the log of a proxy show: see [`Unleashed::keep_plus_in_query`].
//!
//! Method, path, headers and body are not signed, and nothing makes a signature expire: the signature of a request
//! without a query is one constant per key, as good as the key itself.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::unleashed::Unleashed;
//!
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(Unleashed::from_env()?)
//!     .build();
//! let page = client.get("https://api.unleashedsoftware.com/Customers/2?pageSize=200").send().await?;
//! # Ok(()) }
//! ```

mod credentials;
mod media_type;
#[cfg(feature = "middleware")]
mod middleware;
mod names;
mod page;
mod refusal;
mod signing;
#[cfg(feature = "webhook")]
pub mod webhook;

#[cfg(feature = "middleware")]
pub use middleware::{error_for_status, pages};
pub use names::{headers, variables};
pub use page::{Page, Pagination};
pub use refusal::refusal;

pub use signing::Scheme;

use crate::error::Code;
use crate::{SignedForm, Signer};

pub(crate) const CODES: [&[(Code, &str)]; 2] = [media_type::MediaTypeFault::CODES, refusal::Refusal::CODES];

/// Signs requests to Unleashed. Cheap to clone.
///
/// [`from_env`](Signer::from_env) reads `UNLEASHED_API_ID`, `UNLEASHED_API_KEY` and, if set, `UNLEASHED_CLIENT_TYPE`.
///
/// ```
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("api id", "api key")?;
/// let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers?pageSize=20").body(())?;
/// unleashed.sign_http(&mut request)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Unleashed = Signer<Scheme>;

/// For Unleashed only: `unleashed::Unleashed`.
impl Unleashed {
    /// The form of the query that is signed. Default: [`SignedForm::Decoded`]. In August 2026, the live API accepted
    /// that form, and refused all signatures of queries as sent that had a `%3A`.
    #[must_use]
    pub fn signed_form(self, form: SignedForm) -> Self {
        self.with_scheme(|scheme| scheme.signed_form = form)
    }

    /// Sends and signs a `+` in the query as it is. By default, a `+` is sent as `%20` and signed as `%20` or, decoded,
    /// as a blank. Some clients sign a `+` as itself, some as a blank, and no public material says which of the two the
    /// server expects; everybody reads `%20` as a blank. In a form, such as reqwest's `.query(…)` makes, a `+` is a
    /// blank; a plus sign is `%2B`, which stays.
    #[must_use]
    pub fn keep_plus_in_query(self) -> Self {
        self.with_scheme(|scheme| scheme.keep_plus = true)
    }
}
