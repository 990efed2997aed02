//! Making a [`Netgiro`] out of what the vendor issued.

use std::sync::Arc;

use secrecy::SecretString;

#[cfg(feature = "middleware")]
use super::middleware::Reading;
use super::seen::SeenNonces;
use super::signing::Secret;
use super::variables as names;
use super::{Netgiro, Scheme};
use crate::Signer;
use crate::env::{self, Variables};
use crate::error::Error;
use crate::field;
use crate::scope::Origins;

pub(super) const NAME: &str = "netgiro";

const ORIGINS: Origins = Origins {
    production: &["https://api.netgiro.is"],
    // The second is the older one.
    test: &["https://api.test.netgiro.is", "https://test.netgiro.is"],
};

/// For Netgíró only: `netgiro::Netgiro`.
impl Netgiro {
    /// Takes the application key (a GUID) and the secret key, as issued: the secret's base64 text is used as the text
    /// that it is, not decoded.
    ///
    /// # Errors
    /// When one is empty, padded with white space, or holds control characters; for the app key also non-ASCII.
    pub fn new(app_key: impl AsRef<str>, secret_key: impl Into<SecretString>) -> Result<Self, Error> {
        Self::build(app_key.as_ref(), secret_key.into()).map_err(|error| error.in_provider(NAME))
    }

    /// Reads `NETGIRO_APP_KEY` and `NETGIRO_SECRET_KEY` from the process environment.
    ///
    /// # Errors
    /// `missing-variables`, listing all that are not set; otherwise as [`Netgiro::new`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(env::process)
    }

    /// As [`Netgiro::from_env`], with the variables looked up by `lookup`.
    ///
    /// # Errors
    /// As [`Netgiro::from_env`].
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut variables = Variables::new(lookup);
        let app_key = variables.text(names::APP_KEY);
        let secret_key = variables.secret(names::SECRET_KEY);
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        Self::new(app_key, secret_key)
    }

    /// Takes the variables of [`Netgiro::from_env`] from `rotation`, now and whenever they change.
    ///
    /// With the feature `rotation`.
    ///
    /// # Errors
    /// As [`Netgiro::from_env`].
    #[cfg(feature = "rotation")]
    pub fn from_rotation(rotation: &crate::rotation::Rotation) -> Result<Self, Error> {
        Self::taken_from(
            rotation,
            |set| Self::from_variables(|name| set.text(name)),
            |before, new| Scheme {
                app_key: new.app_key.clone(),
                secret: new.secret.clone(),
                ..before.clone()
            },
        )
    }

    fn build(app_key: &str, secret_key: SecretString) -> Result<Self, Error> {
        let scheme = Scheme {
            secret: Secret::new(secret_key)?,
            app_key: field::ascii_header("app_key", app_key)?,
            seen: Arc::new(SeenNonces::default()),
            #[cfg(feature = "middleware")]
            replies: Reading::default(),
        };
        Signer::of_provider(scheme, &ORIGINS)
    }
}
