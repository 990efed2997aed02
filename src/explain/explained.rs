//! What only explaining needs of a scheme.

use crate::signing::{Scheme, SignedText};

/// A scheme that can be explained and diagnosed. Signing calls none of this: an empty `impl` does for an API of your own.
pub trait Explained: Scheme {
    /// States the bytes of the key that [`Scheme::mac`] was made of. Where it is left out, mistakes made with the key are
    /// not tried.
    fn key_text(&self, _key: &mut SignedText<'_>) {}

    /// The same scheme with the other algorithm that its API knows; `None`, as by default, where there is one only.
    /// Diagnoses try what would be signed with it.
    fn other_algorithm(&self) -> Option<Self> {
        None
    }
}
