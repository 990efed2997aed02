//! Netgíró: Icelandic payments.
//!
//! Each request carries `netgiro_appkey`, `netgiro_nonce` and `netgiro_signature`: the lower-case hex SHA-256 of
//! secret, nonce, URL and body, joined without separator. Each reply is signed in the same way under another nonce, and
//! verified before you get it.
//!
//! The vendor's prose speaks of HMAC and base64, but only the formula above reproduces the values that the vendor
//! published. A reply's signature covers the URL of the request, query included, and the raw reply body: this is how
//! the vendor's own .NET wrappers check it. They do not check replies of 4xx and 5xx, so nobody knows whether those are
//! signed. For first contact with a live account, there is [`Netgiro::dangerous_report_only`].
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::netgiro::Netgiro;
//!
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(Netgiro::from_env()?)
//!     .build();
//! let carts = client.get("https://api.netgiro.is/v1/sales/GetList?AllForCompany=true").send().await?;
//! # Ok(()) }
//! ```

mod bodies;
mod credentials;
#[cfg(feature = "diagnose")]
mod diagnose;
mod ends;
mod explain;
#[cfg(feature = "middleware")]
mod middleware;
mod mistakes;
mod names;
mod nonce;
mod refusal;
mod reply;
mod seen;
mod signing;
#[cfg(feature = "middleware")]
mod stream;
pub mod testing;
mod utf8;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use bodies::{ApiResponse, ResultCode, SimpleResponse};
pub use names::{headers, variables};
pub use refusal::Failure;
pub use reply::{Reply, ReplyFault, SentRequest, Verdict};
pub use signing::{DEFAULT_REPLY_LIMIT, Scheme, Stamp};

use crate::Signer;
use crate::error::Code;

pub(crate) const CODES: [&[(Code, &str)]; 3] =
    [bodies::BodyFault::CODES, refusal::Answer::CODES, ReplyFault::CODES];

/// Signs requests to Netgíró and verifies its replies. Cheap to clone: clones share the memory of seen reply nonces.
///
/// [`from_env`](Signer::from_env) reads `NETGIRO_APP_KEY` and `NETGIRO_SECRET_KEY`.
///
/// ```
/// use countersign::netgiro::Netgiro;
///
/// let netgiro = Netgiro::new("app key", "secret key")?;
/// let mut request = http::Request::get("https://api.netgiro.is/v1/sales/GetList?AllForCompany=true").body(())?;
/// netgiro.sign_http(&mut request)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Netgiro = Signer<Scheme>;
