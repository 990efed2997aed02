//! Webhook keys that rotate.

use super::{CredentialSet, Rotating, Rotation, Source};
use crate::error::Error;
use crate::webhook::{Builder, Keys, Scheme};

impl<S: Scheme> Builder<S> {
    /// Uses the keys that `read` makes of the credentials of `rotation`, now and whenever they change, instead of the
    /// keys added so far. Deliveries that are being verified finish with the keys that they began with.
    ///
    /// ```no_run
    /// # fn run(rotation: countersign::rotation::Rotation) -> Result<(), countersign::Error> {
    /// use countersign::vizion::webhook::{Keys, Verifier};
    ///
    /// let verifier = Verifier::builder("https://hooks.example.com")?
    ///     .rotating_keys(&rotation, |set| match set.value("VIZION_WEBHOOK_KEY") {
    ///         Some(key) => Keys::new().with("hmac-key-1", key.clone()),
    ///         None => Ok(Keys::new()), // every delivery is refused
    ///     })?
    ///     .build();
    /// # Ok(()) }
    /// ```
    ///
    /// With the feature `rotation`.
    ///
    /// # Errors
    /// As `read`, for the present credentials. Later credentials that it refuses are not used, which is logged.
    pub fn rotating_keys(
        mut self,
        rotation: &Rotation,
        read: impl Fn(&CredentialSet) -> Result<Keys<S>, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let keys = read(&rotation.latest())?;
        let source = Source::new(rotation, "webhook keys", move |_, set| read(set));
        self.rotate =
            Some(Box::new(|name, keys, observer| Rotating::exchanging(name, keys, source, observer)));
        Ok(self.keys(keys))
    }
}
