//! A webhook verifier's keys, exchanged as a whole.

use std::convert::Infallible;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::flight::Target;
use super::{CredentialSet, Rotation};
use crate::error::Error;
use crate::observer::{Event, Observed};
use crate::webhook::{Keys, Scheme};

type Read<S> = dyn Fn(&CredentialSet) -> Result<Keys<S>, Error> + Send + Sync;

/// Where the keys of a verifier come from.
pub(crate) struct KeySource<S: Scheme> {
    rotation: Rotation,
    read: Arc<Read<S>>,
}

impl<S: Scheme> KeySource<S> {
    /// The source, and the keys that it has.
    pub(crate) fn new(
        rotation: &Rotation,
        read: impl Fn(&CredentialSet) -> Result<Keys<S>, Error> + Send + Sync + 'static,
    ) -> Result<(Self, Keys<S>), Error> {
        let keys = read(&rotation.latest())?;
        Ok((Self { rotation: rotation.clone(), read: Arc::new(read) }, keys))
    }

    /// Exchanges `keys` whenever the source has others.
    pub(crate) fn rotate(
        self,
        provider: &str,
        keys: Arc<ArcSwap<Keys<S>>>,
        observer: Observed,
    ) -> Arc<RotatingKeys<S>> {
        let Self { rotation, read } = self;
        let made = rotation.clone().register(|latest| {
            // They may have changed since the source was given.
            if let Ok(latest) = read(latest) {
                keys.store(Arc::new(latest));
            }
            Ok::<_, Infallible>(Arc::new(RotatingKeys {
                provider: provider.into(),
                keys,
                read,
                rotation,
                observer,
            }))
        });
        match made {
            Ok(made) => made,
        }
    }
}

/// The keys of a verifier whose keys rotate.
pub(crate) struct RotatingKeys<S: Scheme> {
    provider: Box<str>,
    keys: Arc<ArcSwap<Keys<S>>>,
    read: Arc<Read<S>>,
    rotation: Rotation,
    observer: Observed,
}

impl<S: Scheme> RotatingKeys<S> {
    pub(crate) async fn ready(&self) -> Result<(), Error> {
        self.rotation.ready().await
    }

    pub(crate) fn refused(&self) {
        self.rotation.refused();
    }
}

impl<S: Scheme> Target for RotatingKeys<S> {
    fn prepare(self: Arc<Self>, set: &CredentialSet) -> Result<Box<dyn FnOnce() + Send>, Error> {
        let keys = Arc::new((self.read)(set)?);
        Ok(Box::new(move || {
            self.keys.store(keys);
            let provider = &*self.provider;
            tracing::info!(name: "countersign.rotated", provider, "new webhook keys are in use");
            self.observer.tell(provider, Event::Rotated);
        }))
    }

    fn failed(&self, code: &'static str) {
        self.observer.tell(&self.provider, Event::RotationFailed(code));
    }
}
