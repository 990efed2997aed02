//! What only explaining needs of a scheme.

use crate::Scheme;
use crate::error::Error;
use crate::signing::{MacKey, RequestRef, SignedText};

/// A scheme that can be explained and diagnosed. Signing calls none of this: an empty `impl` does for an API of your own.
pub trait Explained: Scheme {
    /// States the bytes of the key that [`Scheme::mac`] was made of. Where it is left out, mistakes made with the key are
    /// not tried.
    fn key_text(&self, _request: &RequestRef<'_>, _stamp: &Self::Stamp, _key: &mut SignedText<'_>) {}

    /// The key state of one request: [`Scheme::mac`], unless the key is made of the request.
    ///
    /// # Errors
    /// When the key cannot be made.
    fn mac_of(&self, _request: &RequestRef<'_>, _stamp: &Self::Stamp) -> Result<Option<MacKey>, Error> {
        Ok(self.mac().cloned())
    }

    /// The same scheme with the other algorithm that its API knows; `None`, as by default, where there is one only.
    /// Diagnoses try what would be signed with it.
    fn other_algorithm(&self) -> Option<Self> {
        None
    }
}
