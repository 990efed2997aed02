//! Making a [`Vizion`] out of what the vendor issued.

use secrecy::{ExposeSecret as _, SecretString};

use super::Scheme;
use super::Vizion;
use super::variables as names;
use crate::Signer;
use crate::env::{self, Variables};
use crate::error::Error;
use crate::field;
use crate::scope::Origins;

pub(super) const NAME: &str = "vizion";

const ORIGINS: Origins =
    Origins { production: &["https://prod.vizionapi.com"], test: &["https://demo.vizionapi.com"] };

/// For Vizion only: `vizion::Vizion`.
impl Vizion {
    /// Takes the API key as issued.
    ///
    /// # Errors
    /// When it is empty, padded with white space, or not printable ASCII.
    pub fn new(api_key: impl Into<SecretString>) -> Result<Self, Error> {
        Self::build(&api_key.into()).map_err(|error| error.in_provider(NAME))
    }

    /// Reads `VIZION_API_KEY` from the process environment.
    ///
    /// # Errors
    /// `missing-variables`; otherwise as [`Vizion::new`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(env::process)
    }

    /// As [`Vizion::from_env`], with the variable looked up by `lookup`.
    ///
    /// # Errors
    /// As [`Vizion::from_env`].
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut variables = Variables::new(lookup);
        let api_key = variables.secret(names::API_KEY);
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        Self::new(api_key)
    }

    /// Takes the variables of [`Vizion::from_env`] from `rotation`, now and whenever they change.
    ///
    /// With the feature `rotation`.
    ///
    /// # Errors
    /// As [`Vizion::from_env`].
    #[cfg(feature = "rotation")]
    pub fn from_rotation(rotation: &crate::rotation::Rotation) -> Result<Self, Error> {
        Self::taken_from(rotation, |set| Self::from_variables(|name| set.text(name)), |_, new| new.clone())
    }

    fn build(api_key: &SecretString) -> Result<Self, Error> {
        let mut api_key = field::ascii_header("api_key", api_key.expose_secret())?;
        api_key.set_sensitive(true);
        Signer::of_provider(Scheme { api_key }, &ORIGINS)
    }
}
