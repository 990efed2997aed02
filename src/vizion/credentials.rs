//! Makes a [`Vizion`] from the API key that the vendor issued.

use secrecy::{ExposeSecret as _, SecretString};

use super::variables as names;
use super::{Scheme, Vizion};
use crate::env::Variables;
use crate::error::Error;
use crate::field;
use crate::scope::Origins;
use crate::signer::{FromVariables, Signer};

pub(super) const NAME: &str = "vizion";

const ORIGINS: Origins =
    Origins { production: &["https://prod.vizionapi.com"], test: &["https://demo.vizionapi.com"] };

/// For Vizion only: `vizion::Vizion`.
impl Vizion {
    /// Takes the API key as issued.
    ///
    /// # Errors
    /// If it is empty, padded with white space, or not printable ASCII.
    pub fn new(api_key: impl Into<SecretString>) -> Result<Self, Error> {
        Self::build(&api_key.into()).map_err(|error| error.in_provider(NAME))
    }

    fn build(api_key: &SecretString) -> Result<Self, Error> {
        let mut api_key = field::ascii_header("api_key", api_key.expose_secret())?;
        api_key.set_sensitive(true);
        Signer::of_provider(Scheme { api_key }, &ORIGINS)
    }
}

impl FromVariables for Scheme {
    fn signer_from(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vizion, Error> {
        let mut variables = Variables::new(lookup);
        let api_key = variables.secret(names::API_KEY);
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        Vizion::new(api_key)
    }

    fn with_credentials_of(&self, new: &Self) -> Self {
        new.clone()
    }
}
