//! Remembers which replies have been seen.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::mem;
use std::sync::Mutex;

use crate::lock::lock;

/// At least this many replies are remembered, and at most twice as many.
const REPLIES: usize = 10_000;

/// The nonces of the latest verified replies, so that a recorded reply cannot answer a later request: a reply does not
/// name its request.
///
/// Bounded: once 10,000 newer replies have verified, the oldest may be forgotten and could be replayed. Takes less than
/// 0.5 MB.
#[derive(Default)]
pub(super) struct SeenNonces {
    hasher: RandomState,
    generations: Mutex<Generations>,
}

/// Nonces, hashed under a random key, so that all take the same room. If two nonces had one hash, which nobody without
/// the key can look for, an honest reply would be refused, but no forged one accepted.
#[derive(Default)]
struct Generations {
    newer: HashSet<u64>,
    /// Forgotten all at once.
    older: HashSet<u64>,
}

impl SeenNonces {
    /// Remembers the nonce of a verified reply. `false` if an earlier reply had it.
    pub(super) fn admit(&self, nonce: &[u8]) -> bool {
        let id = self.hasher.hash_one(nonce);
        // Looked up and inserted under one lock, so that only one of two simultaneous copies is the first. A panic
        // elsewhere cannot have left the sets half changed.
        let mut seen = lock(&self.generations);
        if seen.older.contains(&id) || !seen.newer.insert(id) {
            return false;
        }
        if seen.newer.len() == REPLIES {
            seen.older = mem::take(&mut seen.newer);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_nonce_is_admitted_once_and_the_memory_is_bounded() {
        let seen = SeenNonces::default();
        let mut others = (0..).map(|n: usize| n.to_string());
        let mut admit_others = |count| {
            for other in others.by_ref().take(count) {
                assert!(seen.admit(other.as_bytes()), "{other}");
                let kept = seen.generations.lock().unwrap();
                assert!(kept.newer.len() + kept.older.len() <= 2 * REPLIES);
            }
        };
        assert!(seen.admit(b"first"));
        assert!(!seen.admit(b"first"));
        admit_others(REPLIES);
        assert!(!seen.admit(b"first"), "it is one of the last 10,000");
        admit_others(REPLIES);
        assert!(seen.admit(b"first"), "the older generation is forgotten");
        admit_others(10 * REPLIES);
    }

    #[test]
    fn v4_of_threads_that_admit_one_nonce_at_once_exactly_one_does() {
        const THREADS: usize = 2;
        let nonces: Vec<String> = (0..2_000).map(|n| n.to_string()).collect();
        let (seen, arrived) = (SeenNonces::default(), AtomicUsize::new(0));
        let admit_all = || {
            let admitted = nonces.iter().zip(1..).filter(|(nonce, round)| {
                // The threads start closer together than with a `Barrier`, which wakes one after the other.
                arrived.fetch_add(1, Ordering::SeqCst);
                while arrived.load(Ordering::SeqCst) < THREADS * round {
                    std::thread::yield_now();
                }
                seen.admit(nonce.as_bytes())
            });
            admitted.count()
        };
        let admitted = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(admit_all)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(admitted, nonces.len());
    }
}
