//! Which nonces have been seen.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;
use sha2::{Digest as _, Sha256};

use super::ReplyFault;

/// A nonce, hashed, so that it takes the same room however long it is.
pub(super) type NonceId = [u8; 32];

pub(super) fn nonce_id(nonce: &[u8]) -> NonceId {
    Sha256::digest(nonce).into()
}

/// How many nonces are remembered, those of requests and of replies together: 10,000 exchanges. An entry takes about
/// 100 bytes, so the memory stays near 2 MB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();

#[derive(Clone, Copy)]
enum Sender {
    Us,
    Them,
}

/// The nonces of the latest requests and verified replies, so that neither a recorded request of ours nor a recorded
/// reply can answer a later request: the formula has no direction, and a reply does not name its request.
///
/// Bounded: once 10,000 newer exchanges have taken place, the oldest is forgotten and could be replayed.
pub(super) struct SeenNonces(Mutex<LruCache<NonceId, Sender>>);

impl Default for SeenNonces {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }
}

impl SeenNonces {
    /// Remembers the nonce of a request of ours.
    pub(super) fn remember_request(&self, nonce: NonceId) {
        self.with_cache(|cache| cache.put(nonce, Sender::Us));
    }

    /// Remembers the nonce of a verified reply.
    ///
    /// # Errors
    /// When it was known already, from a request of ours or from an earlier reply.
    pub(super) fn admit_reply(&self, nonce: NonceId) -> Result<(), ReplyFault> {
        self.with_cache(|cache| match cache.get(&nonce) {
            Some(Sender::Us) => Err(ReplyFault::Reflected),
            Some(Sender::Them) => Err(ReplyFault::Replayed),
            None => {
                cache.put(nonce, Sender::Them);
                Ok(())
            }
        })
    }

    fn with_cache<T>(&self, act: impl FnOnce(&mut LruCache<NonceId, Sender>) -> T) -> T {
        // A panic elsewhere cannot have left the cache half changed: nothing but `get` and `put` runs under the lock.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_admitted_once_and_the_memory_is_bounded() {
        let seen = SeenNonces::default();
        assert_eq!(seen.admit_reply(nonce_id(b"first")), Ok(()));
        assert_eq!(seen.admit_reply(nonce_id(b"first")), Err(ReplyFault::Replayed));
        for n in 0..CAPACITY.get() {
            assert_eq!(seen.admit_reply(nonce_id(n.to_string().as_bytes())), Ok(()));
        }
        assert_eq!(seen.0.lock().unwrap().len(), CAPACITY.get());
    }

    #[test]
    fn a_nonce_of_ours_is_never_admitted() {
        let seen = SeenNonces::default();
        seen.remember_request(nonce_id(b"ours"));
        for _ in 0..2 {
            assert_eq!(seen.admit_reply(nonce_id(b"ours")), Err(ReplyFault::Reflected));
        }
    }
}
