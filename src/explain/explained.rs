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

    /// What mistakes with a part that only this API has are called; none, as by default, where the common names do.
    #[must_use]
    fn own_mistakes() -> &'static [OwnMistake] {
        &[]
    }
}

/// A mistake that a signature can be made with, and what a diagnosis says of it.
#[derive(Debug)]
pub struct Mistake {
    /// Stable; programs and runbooks rely on it.
    pub code: &'static str,
    /// What went wrong.
    pub sentence: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// A provider's own name for a common mistake, made with one part of its format.
#[derive(Debug)]
pub struct OwnMistake {
    /// The common code: `field-other` or `field-included`.
    pub of: &'static str,
    /// The name of the part, or of the header.
    pub part: &'static str,
    /// What it is called instead.
    pub mistake: Mistake,
}
