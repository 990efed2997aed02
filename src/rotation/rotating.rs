//! A value made of credentials and replaced as a whole: the scheme of a signer, or the keys of a webhook verifier.

use std::convert::Infallible;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::flight::Target;
use super::{CredentialSet, Rotation};
use crate::error::Error;
use crate::observer::{Event, Observed};
use crate::renewal::{Ready, Renewal, Renewed};

/// Makes the successor of a value from new credentials, with the settings and the memory of the old value.
type Renew<T> = dyn Fn(&T, &CredentialSet) -> Result<T, Error> + Send + Sync;

/// The source of new values, and their name in the log.
pub(crate) struct Source<T> {
    rotation: Rotation,
    renew: Arc<Renew<T>>,
    what: &'static str,
}

impl<T> Source<T> {
    pub(crate) fn new(
        rotation: &Rotation,
        what: &'static str,
        renew: impl Fn(&T, &CredentialSet) -> Result<T, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { rotation: rotation.clone(), renew: Arc::new(renew), what }
    }
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Self {
        Self { rotation: self.rotation.clone(), renew: Arc::clone(&self.renew), what: self.what }
    }
}

/// A value made of rotating credentials.
pub(crate) struct Rotating<T> {
    provider: Arc<str>,
    value: Arc<ArcSwap<T>>,
    source: Source<T>,
    observer: Observed,
}

impl<T: Send + Sync + 'static> Rotating<T> {
    /// The successor of `before`, made of the present credentials, and again of all later ones.
    pub(crate) fn renewed(
        provider: &str,
        before: &T,
        source: Source<T>,
        observer: Observed,
    ) -> Result<Arc<Self>, Error> {
        let renew = Arc::clone(&source.renew);
        let made = |latest: &CredentialSet| Ok(Arc::new(ArcSwap::from_pointee(renew(before, latest)?)));
        Self::register(provider.into(), source, observer, made)
    }

    /// Replaces `value` whenever the source has new credentials.
    pub(crate) fn exchanging(
        provider: &str,
        value: Arc<ArcSwap<T>>,
        source: Source<T>,
        observer: Observed,
    ) -> Arc<Self> {
        let renew = Arc::clone(&source.renew);
        let made = |latest: &CredentialSet| {
            // The credentials may have changed since `value` was made.
            if let Ok(latest) = renew(&value.load(), latest) {
                value.store(Arc::new(latest));
            }
            Ok::<_, Infallible>(value)
        };
        let Ok(made) = Self::register(provider.into(), source, observer, made);
        made
    }

    fn register<E>(
        provider: Arc<str>,
        source: Source<T>,
        observer: Observed,
        make: impl FnOnce(&CredentialSet) -> Result<Arc<ArcSwap<T>>, E>,
    ) -> Result<Arc<Self>, E> {
        let rotation = source.rotation.clone();
        rotation.register(|latest| Ok(Arc::new(Self { provider, value: make(latest)?, source, observer })))
    }
}

impl<T: Send + Sync + 'static> Renewal for Rotating<T> {
    fn ready(&self) -> Option<Ready<'_>> {
        self.source.rotation.ready()
    }

    fn refused(&self) {
        self.source.rotation.refused();
    }
}

impl<T: Clone + Send + Sync + 'static> Renewed<T> for Rotating<T> {
    fn load(&self) -> Arc<T> {
        self.value.load_full()
    }

    fn changed(&self, observer: Observed, change: Box<dyn FnOnce(&mut T) + '_>) -> Arc<dyn Renewed<T>> {
        let made = |_: &CredentialSet| {
            let mut value = T::clone(&self.value.load());
            change(&mut value);
            Ok::<_, Infallible>(Arc::new(ArcSwap::from_pointee(value)))
        };
        let Ok(made) = Self::register(Arc::clone(&self.provider), self.source.clone(), observer, made);
        made
    }
}

impl<T: Send + Sync + 'static> Target for Rotating<T> {
    fn prepare(self: Arc<Self>, set: &CredentialSet) -> Result<Box<dyn FnOnce() + Send>, Error> {
        // No change is lost: only rotations store values, and the settings of a target never change.
        let value = Arc::new((self.source.renew)(&self.value.load(), set)?);
        Ok(Box::new(move || {
            let (provider, what) = (&*self.provider, self.source.what);
            tracing::info!(name: "countersign.rotated", provider, "new {what} are in use");
            self.observer.tell(provider, Event::Rotated);
            self.value.store(value);
        }))
    }

    fn failed(&self, error: &Error) {
        let (provider, what, code) = (&*self.provider, self.source.what, error.code());
        tracing::warn!(name: "countersign.rotation_failed", provider, code, "no new {what}: {error}");
        self.observer.tell(&self.provider, Event::RotationFailed(code));
    }
}
