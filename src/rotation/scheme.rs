//! A signer's scheme, exchanged as a whole.

use std::convert::Infallible;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::flight::Target;
use super::{CredentialSet, Rotation};
use crate::Signer;
use crate::error::Error;
use crate::observer::{Event, Observed};
use crate::prepared::Prepared;
use crate::signer::Scheme;

/// The scheme with other credentials, and the settings and memory of the one before.
type Renew<S> = dyn Fn(&S, &CredentialSet) -> Result<S, Error> + Send + Sync;

/// The scheme of a signer whose credentials rotate.
pub(crate) struct RotatingScheme<S> {
    scheme: ArcSwap<S>,
    renew: Arc<Renew<S>>,
    rotation: Rotation,
    observer: Observed,
}

impl<S: Scheme> RotatingScheme<S> {
    pub(crate) fn load(&self) -> Arc<S> {
        self.scheme.load_full()
    }

    pub(crate) async fn ready(&self) -> Result<(), Error> {
        self.rotation.ready().await
    }

    pub(crate) fn refused(&self) {
        self.rotation.refused();
    }

    /// Another one, of the same rotation, with what `change` has changed.
    pub(crate) fn changed(&self, observer: Observed, change: impl FnOnce(&mut S)) -> Arc<Self> {
        let made = self.rotation.register(|_| {
            let mut scheme = S::clone(&self.load());
            change(&mut scheme);
            let (renew, rotation) = (Arc::clone(&self.renew), self.rotation.clone());
            Ok::<_, Infallible>(Arc::new(Self {
                scheme: ArcSwap::from_pointee(scheme),
                renew,
                rotation,
                observer,
            }))
        });
        match made {
            Ok(made) => made,
        }
    }
}

impl<S: Scheme> Target for RotatingScheme<S> {
    fn prepare(self: Arc<Self>, set: &CredentialSet) -> Result<Box<dyn FnOnce() + Send>, Error> {
        // Settings are of a target's own, and never change: only rotations store.
        let scheme = Arc::new((self.renew)(&self.load(), set)?);
        Ok(Box::new(move || {
            tracing::info!(name: "countersign.rotated", provider = scheme.name(), "new credentials are in use");
            self.observer.tell(scheme.name(), Event::Rotated);
            self.scheme.store(scheme);
        }))
    }

    fn failed(&self, code: &'static str) {
        self.observer.tell(self.load().name(), Event::RotationFailed(code));
    }
}

impl<S: Scheme> Signer<S> {
    /// The signer that `read` makes of the credentials of `rotation`, now and whenever they change. `renew` takes from a new
    /// scheme what is a credential, and the rest from the one before.
    pub(crate) fn taken_from(
        rotation: &Rotation,
        read: fn(&CredentialSet) -> Result<Self, Error>,
        renew: fn(&S, &S) -> S,
    ) -> Result<Self, Error> {
        // Read once: id and secret are of one set.
        read(&rotation.latest())?
            .rotating(rotation, move |before, set| Ok(renew(before, &read(set)?.scheme())))
    }

    /// The signer with the credentials of `rotation`, now and whenever they change. `renew` makes a scheme of new credentials,
    /// with the settings and the memory of the one before. For an API of your own: the four providers have `from_rotation`.
    ///
    /// # Errors
    /// Those of `renew`, for the credentials that there are. Later ones that it refuses are not used, which is logged.
    pub fn rotating(
        mut self,
        rotation: &Rotation,
        renew: impl Fn(&S, &CredentialSet) -> Result<S, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let (before, observer) = (self.scheme(), self.observer.clone());
        let scheme = rotation.register(|latest| {
            let scheme = ArcSwap::from_pointee(renew(&before, latest)?);
            Ok::<_, Error>(Arc::new(RotatingScheme {
                scheme,
                renew: Arc::new(renew),
                rotation: rotation.clone(),
                observer,
            }))
        })?;
        self.prepared = Prepared::Rotating(scheme);
        Ok(self)
    }
}
