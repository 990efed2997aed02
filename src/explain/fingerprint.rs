//! Tells two secrets apart without showing either.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

const DOMAIN: &[u8] = b"countersign secret fingerprint, version 1\0";

/// Four hex digits that are equal for equal secrets, on every machine: enough to see that the key in one place is not the
/// key in another.
///
/// The first 16 bits of SHA-256 over a fixed label and the secret. The fingerprint is short on purpose. Two secrets
/// share it by chance once in 65,536, which is good enough for a comparison by eye. Somebody who finds an explanation
/// in a log can rule out guesses with it, but cannot confirm a guess. A longer fingerprint would confirm a short or
/// guessable secret; a fingerprint under a random key would differ between machines. The label ensures that it is not
/// the beginning of a digest that a provider uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 2]);

impl Fingerprint {
    /// The fingerprint of a secret that you hold, to compare with one in an explanation.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        let [first, second, ..]: [u8; 32] =
            Sha256::new().chain_update(DOMAIN).chain_update(secret).finalize().into();
        Self([first, second])
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.0;
        write!(f, "{first:02x}{second:02x}")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
