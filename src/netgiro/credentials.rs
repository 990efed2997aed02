//! Makes a [`Netgiro`] from the credentials that the vendor issued.

use std::sync::Arc;

use secrecy::SecretString;

use super::seen::SeenNonces;
use super::signing::{Reading, Secret};
use super::variables as names;
use super::{Netgiro, Scheme};
use crate::env::Variables;
use crate::error::Error;
use crate::field;
use crate::scope::Origins;
use crate::signer::{FromVariables, Signer};

pub(super) const NAME: &str = "netgiro";

const ORIGINS: Origins = Origins {
    production: &["https://api.netgiro.is"],
    // The second is the older one.
    test: &["https://api.test.netgiro.is", "https://test.netgiro.is"],
};

/// For Netgíró only: `netgiro::Netgiro`.
impl Netgiro {
    /// Takes the application key (a GUID) and the secret key, as issued: the secret's base64 text is used as text, not decoded.
    ///
    /// # Errors
    /// If a key is empty, padded with white space, or holds control characters, or the app key holds other than ASCII characters.
    pub fn new(app_key: impl AsRef<str>, secret_key: impl Into<SecretString>) -> Result<Self, Error> {
        Self::build(app_key.as_ref(), secret_key.into()).map_err(|error| error.in_provider(NAME))
    }

    fn build(app_key: &str, secret_key: SecretString) -> Result<Self, Error> {
        let scheme = Scheme {
            secret: Secret::new(secret_key)?,
            app_key: field::ascii_header("app_key", app_key)?,
            seen: Arc::new(SeenNonces::default()),
            replies: Reading::default(),
        };
        Signer::of_provider(scheme, &ORIGINS)
    }
}

impl FromVariables for Scheme {
    fn signer_from(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Netgiro, Error> {
        let mut variables = Variables::new(lookup);
        let app_key = variables.text(names::APP_KEY);
        let secret_key = variables.secret(names::SECRET_KEY);
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        Netgiro::new(app_key, secret_key)
    }

    fn with_credentials_of(&self, new: &Self) -> Self {
        Self { app_key: new.app_key.clone(), secret: new.secret.clone(), ..self.clone() }
    }
}
