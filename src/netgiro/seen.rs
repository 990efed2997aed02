//! Which nonces have been seen.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use sha2::{Digest as _, Sha256};

use super::ReplyFault;

/// A nonce, hashed, so that it takes the same room however long it is.
pub(super) type NonceId = [u8; 32];

pub(super) fn nonce_id(nonce: &[u8]) -> NonceId {
    Sha256::digest(nonce).into()
}

/// How many exchanges are remembered.
const EXCHANGES: usize = 10_000;

/// The nonces of requests and of replies. An entry takes about 100 bytes, so the memory stays near 2 MB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(2 * EXCHANGES).unwrap();

#[derive(Clone, Copy)]
enum Sender {
    Us,
    Them,
}

/// The nonces of the latest requests and verified replies, so that neither a recorded request of ours nor a recorded
/// reply can answer a later request: the formula has no direction, and a reply does not name its request.
///
/// Bounded: once 10,000 newer exchanges have taken place, the oldest is forgotten and could be replayed.
pub(super) struct SeenNonces {
    known: Mutex<LruCache<NonceId, Sender>>,
    /// Requests that are not among the known yet: signing adds to this queue only, so that many threads can sign at once
    /// without waiting for each other. Whoever judges a reply takes over what is here. Locked after `known`.
    sent: Mutex<VecDeque<NonceId>>,
}

impl Default for SeenNonces {
    fn default() -> Self {
        Self { known: Mutex::new(LruCache::new(CAPACITY)), sent: Mutex::default() }
    }
}

impl SeenNonces {
    /// Remembers the nonce of a request of ours.
    pub(super) fn remember_request(&self, nonce: NonceId) {
        let mut sent = lock(&self.sent);
        if sent.len() == EXCHANGES {
            sent.pop_front();
        }
        sent.push_back(nonce);
    }

    /// Remembers the nonce of a verified reply.
    ///
    /// # Errors
    /// When it was known already, from a request of ours or from an earlier reply.
    pub(super) fn admit_reply(&self, nonce: NonceId) -> Result<(), ReplyFault> {
        let mut known = lock(&self.known);
        for nonce in lock(&self.sent).drain(..) {
            known.put(nonce, Sender::Us);
        }
        match known.get(&nonce) {
            Some(Sender::Us) => Err(ReplyFault::Reflected),
            Some(Sender::Them) => Err(ReplyFault::Replayed),
            None => {
                known.put(nonce, Sender::Them);
                Ok(())
            }
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere cannot have left it half changed: nothing but single insertions and removals runs under a lock.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(lock(&seen.known).len(), CAPACITY.get());
    }

    #[test]
    fn a_nonce_of_ours_is_never_admitted() {
        let seen = SeenNonces::default();
        seen.remember_request(nonce_id(b"ours"));
        for _ in 0..2 {
            assert_eq!(seen.admit_reply(nonce_id(b"ours")), Err(ReplyFault::Reflected));
        }
    }

    #[test]
    fn requests_that_no_reply_came_to_do_not_pile_up() {
        let seen = SeenNonces::default();
        let id = |n: usize| nonce_id(n.to_string().as_bytes());
        (0..=EXCHANGES).for_each(|n| seen.remember_request(id(n)));
        assert_eq!(lock(&seen.sent).len(), EXCHANGES);
        assert_eq!(seen.admit_reply(id(1)), Err(ReplyFault::Reflected));
        assert_eq!(seen.admit_reply(id(0)), Ok(()), "the oldest is forgotten");
    }
}
