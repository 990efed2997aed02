//! Signers with credentials from variables.

use super::{Scheme, Signer};
use crate::env;
use crate::error::Error;

/// A scheme whose credentials can come from variables, like those of the four providers. The type of each provider
/// lists the names.
pub trait FromVariables: Scheme {
    /// Makes a signer with the credentials that `lookup` finds.
    ///
    /// # Errors
    /// `missing-variables`, listing all that are not set; otherwise as for a signer made of these values.
    fn signer_from(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Signer<Self>, Error>;

    /// The scheme with the credentials of `new`, and with its own settings and memory.
    #[must_use]
    fn with_credentials_of(&self, new: &Self) -> Self;
}

impl<S: FromVariables> Signer<S> {
    /// Reads the credentials from the process environment. A variable that is empty or not Unicode counts as not set.
    ///
    /// # Errors
    /// `missing-variables`, listing all that are not set; otherwise as for a signer made of these values.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(env::process)
    }

    /// As [`from_env`](Self::from_env), but looks the variables up with `lookup`.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        S::signer_from(&lookup)
    }
}
