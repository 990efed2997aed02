//! The prepared scheme of a signer, with its keys. It is behind one pointer, so that ids and keys change together.

use std::sync::Arc;

use super::Scheme;
use crate::error::Error;
use crate::observer::Observed;
use crate::renewal::Renewed;

#[derive(Clone)]
pub(crate) enum Prepared<S> {
    Fixed(Arc<S>),
    Rotating(Arc<dyn Renewed<S>>),
    /// A rotating scheme, as it was when a call began.
    Pinned(Arc<S>, Arc<dyn Renewed<S>>),
}

impl<S: Scheme> Prepared<S> {
    pub(crate) fn load(&self) -> Arc<S> {
        match self {
            Self::Fixed(scheme) | Self::Pinned(scheme, _) => Arc::clone(scheme),
            Self::Rotating(rotating) => rotating.load(),
        }
    }

    /// Changes the scheme with `change`. Clones keep their scheme.
    pub(crate) fn change(&mut self, observer: &Observed, change: impl FnOnce(&mut S)) {
        match self {
            Self::Fixed(scheme) => change(Arc::make_mut(scheme)),
            Self::Rotating(rotating) | Self::Pinned(_, rotating) => {
                *self = Self::Rotating(rotating.changed(observer.clone(), Box::new(change)));
            }
        }
    }

    /// A copy that does not change any more; `None` if this scheme never changes.
    pub(crate) async fn pinned(&self) -> Result<Option<Self>, Error> {
        let Self::Rotating(rotating) = self else { return Ok(None) };
        if let Some(ready) = rotating.ready() {
            ready.await?;
        }
        Ok(Some(Self::Pinned(rotating.load(), Arc::clone(rotating))))
    }

    /// The provider did not accept the credentials.
    pub(crate) fn refused(&self) {
        if let Self::Rotating(rotating) | Self::Pinned(_, rotating) = self {
            rotating.refused();
        }
    }
}
