//! The parts of a scheme that only explanations need.

use crate::Scheme;
use crate::error::Error;
use crate::signing::{MacKey, RequestRef, SignedText};

/// A scheme that can be explained and diagnosed. Signing uses none of this: an empty `impl` is enough for an API of your own.
pub trait Explained: Scheme {
    /// States the bytes of the key that [`Scheme::mac`] was made of. Without them, mistakes with the key are not tried.
    fn key_text(&self, _request: &RequestRef<'_>, _stamp: &Self::Stamp, _key: &mut SignedText<'_>) {}

    /// The key state of one request: [`Scheme::mac`], unless the key is made of the request.
    ///
    /// # Errors
    /// If the key cannot be made.
    fn mac_of(&self, _request: &RequestRef<'_>, _stamp: &Self::Stamp) -> Result<Option<MacKey>, Error> {
        Ok(self.mac().cloned())
    }

    /// The same scheme with the other algorithm of its API. Diagnoses try what that algorithm would sign. Default:
    /// `None`, for an API with one algorithm.
    fn other_algorithm(&self) -> Option<Self> {
        None
    }

    /// This API's own names for mistakes with its parts. Default: none, the common names are used.
    #[must_use]
    fn own_mistakes() -> &'static [OwnMistake] {
        &[]
    }
}

/// A mistake in making a signature, and what a diagnosis says about it.
#[derive(Debug)]
pub struct Mistake {
    /// Stable: programs and runbooks rely on it.
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
    /// The mistake to report instead.
    pub mistake: Mistake,
}
