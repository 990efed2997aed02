//! Signers whose credentials rotate.

use super::{CredentialSet, Rotating, Rotation, Source};
use crate::error::Error;
use crate::signer::{FromVariables, Prepared, Scheme, Signer};

impl<S: Scheme> Signer<S> {
    /// The signer that `read` makes of the credentials of `rotation`, now and whenever they change. `renew` takes the
    /// credentials from the new scheme, and the rest from the old one.
    pub(crate) fn taken_from(
        rotation: &Rotation,
        read: impl Fn(&CredentialSet) -> Result<Self, Error> + Send + Sync + 'static,
        renew: fn(&S, &S) -> S,
    ) -> Result<Self, Error> {
        // Read only once, so that id and secret belong together.
        read(&rotation.latest())?
            .rotating(rotation, move |before, set| Ok(renew(before, &read(set)?.scheme())))
    }

    /// The signer with the credentials of `rotation`, now and whenever they change. `renew` makes a scheme of new
    /// credentials, with the settings and the memory of the old scheme. This is for an API of your own: the four
    /// providers have [`from_rotation`](Self::from_rotation).
    ///
    /// # Errors
    /// As `renew`, for the present credentials. Later credentials that it refuses are not used, which is logged.
    pub fn rotating(
        mut self,
        rotation: &Rotation,
        renew: impl Fn(&S, &CredentialSet) -> Result<S, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let source = Source::new(rotation, "credentials", renew);
        let before = self.scheme();
        let scheme = Rotating::renewed(self.name(), &*before, source, self.observer.clone())?;
        self.prepared = Prepared::Rotating(scheme);
        Ok(self)
    }
}

impl<S: FromVariables> Signer<S> {
    /// Takes the variables of [`from_env`](Self::from_env) from `rotation`, now and whenever they change. Settings,
    /// such as `NETVISOR_LANGUAGE` and `UNLEASHED_CLIENT_TYPE`, are not taken from it.
    ///
    /// With the feature `rotation`.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_rotation(rotation: &Rotation) -> Result<Self, Error> {
        let read = |set: &CredentialSet| Self::from_variables(|name| set.text(name));
        Self::taken_from(rotation, read, S::with_credentials_of)
    }
}
