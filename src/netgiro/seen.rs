//! Which replies have been seen.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;
use sha2::{Digest as _, Sha256};

/// How many reply nonces are remembered. An entry takes about 100 bytes, so the memory stays near 1 MB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// A nonce, hashed, so that it takes the same room however long it is.
pub(super) type NonceId = [u8; 32];

pub(super) fn nonce_id(nonce: &[u8]) -> NonceId {
    Sha256::digest(nonce).into()
}

/// The nonces of the latest verified replies, so that a recorded reply cannot answer a later request.
///
/// Bounded: once 10,000 newer replies have come in, the oldest is forgotten and could be replayed.
pub(super) struct SeenNonces(Mutex<LruCache<NonceId, ()>>);

impl Default for SeenNonces {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }
}

impl SeenNonces {
    /// Remembers a nonce; `false` if it was known already.
    pub(super) fn insert(&self, nonce: NonceId) -> bool {
        // A panic elsewhere while the lock was held leaves the cache whole: the one operation on it is `put`.
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.put(nonce, ()).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_new_once_and_the_memory_is_bounded() {
        let seen = SeenNonces::default();
        assert!(seen.insert(nonce_id(b"first")));
        assert!(!seen.insert(nonce_id(b"first")));
        for n in 0..CAPACITY.get() {
            assert!(seen.insert(nonce_id(n.to_string().as_bytes())));
        }
        assert_eq!(seen.0.lock().unwrap().len(), CAPACITY.get());
    }
}
