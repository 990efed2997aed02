//! Vizion: container tracking.
//!
//! Requests carry the API key in `X-API-Key` and no signature. Beware: 401 means that the key lacks a permission, and
//! 403 that there is no valid key. This is the reverse of the usual; [`refusal`] says so.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::vizion::Vizion;
//!
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(Vizion::from_env()?)
//!     .build();
//! let references = client.get("https://prod.vizionapi.com/references").send().await?;
//! # Ok(()) }
//! ```

mod credentials;
mod names;
mod page;
mod refusal;
mod signing;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use names::{headers, variables};
pub use page::{Metadata, Page};
#[cfg(feature = "middleware")]
pub use refusal::error_for_status;
pub use refusal::refusal;

pub use signing::Scheme;

use crate::Signer;
use crate::error::Code;

pub(crate) const CODES: [&[(Code, &str)]; 1] = [refusal::Refusal::CODES];

/// Adds the API key to requests to Vizion. Cheap to clone.
///
/// [`from_env`](Signer::from_env) reads `VIZION_API_KEY`.
///
/// ```
/// use countersign::vizion::Vizion;
///
/// let vizion = Vizion::new("api key")?;
/// let mut request = http::Request::get("https://prod.vizionapi.com/references").body(())?;
/// vizion.sign_http(&mut request)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Vizion = Signer<Scheme>;
