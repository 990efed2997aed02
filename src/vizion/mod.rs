//! Vizion: container tracking.
//!
//! Requests carry the API key in `X-API-Key` and no signature. Beware: 401 means that the key lacks a permission, 403
//! that there is no valid key, the reverse of the usual; [`refusal`] says so.
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
#[cfg(feature = "middleware")]
mod middleware;
mod refusal;
mod signing;
#[cfg(feature = "webhook")]
pub mod webhook;

use std::fmt;

use http::HeaderValue;

#[cfg(feature = "middleware")]
pub use refusal::error_for_status;
pub use refusal::{Refusal, refusal};

use crate::error::Code;
use crate::settings::{Settings, environment_settings, shared_settings};

pub(crate) const CODES: [&[(Code, &str)]; 1] = [Refusal::CODES];

/// Adds the API key to requests to Vizion. Cheap to clone.
#[derive(Clone)]
pub struct Vizion {
    api_key: HeaderValue,
    settings: Settings,
}

shared_settings!(Vizion);
environment_settings!(Vizion);

impl fmt::Debug for Vizion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vizion").field("settings", &self.settings).finish_non_exhaustive()
    }
}
