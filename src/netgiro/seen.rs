//! Which nonces have been seen.

mod recent;

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::nonce::lane_of;
use super::{ReplyFault, Stamp};
use recent::Recent;

/// How many exchanges are remembered.
const EXCHANGES: usize = 10_000;

/// The nonces of the latest requests and verified replies, so that neither a recorded request of ours nor a recorded
/// reply can answer a later request: the formula has no direction, and a reply does not name its request.
///
/// Bounded: once 10,000 newer exchanges have taken place, the oldest may be forgotten and could be replayed. Takes less
/// than 1 MB, of which 80 KB for each thread that signs, up to eight; 0.3 MB more where nonces are given by the caller or
/// a forked child signs.
pub(super) struct SeenNonces {
    hasher: RandomState,
    known: Mutex<Known>,
    /// The numbers that were drawn for requests. Signing adds to the queue of its thread and nothing else, so that no
    /// thread waits for another. They are searched for a number of their lane only, which few replies have.
    drawn: [Queue; QUEUES],
    /// The lane of all numbers in the queues. A forked child draws from another: it keeps its numbers with `known`, for
    /// which its threads do wait.
    lane: OnceLock<u64>,
}

/// The nonce of a reply, ready to be looked for.
pub(super) struct ReplyNonce {
    id: NonceId,
    /// The number that it is, where it is one that may have been drawn here.
    number: Option<u64>,
}

/// A nonce, hashed under a key of this memory's own, so that it takes the same room however long it is. Two nonces of one
/// id, which nobody without the key can look for, would have an honest reply refused, never a forged one accepted.
type NonceId = u64;

/// What is looked for by id.
struct Known {
    /// The nonces of requests that are no numbers in the lane of the queues.
    given: Recent,
    replies: Recent,
}

impl Default for SeenNonces {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            known: Mutex::new(Known { given: Recent::default(), replies: Recent::with_room() }),
            drawn: std::array::from_fn(|_| Queue::default()),
            lane: OnceLock::new(),
        }
    }
}

impl SeenNonces {
    /// Remembers the nonce of a request of ours.
    pub(super) fn remember_request(&self, stamp: &Stamp) {
        let in_lane = |number: &u64| *self.lane.get_or_init(|| lane_of(*number)) == lane_of(*number);
        match (stamp.drawn.filter(in_lane), self.own_queue()) {
            (Some(number), Some(queue)) => lock(&queue.0).push(number),
            _ => _ = lock(&self.known).given.insert(self.id(stamp.nonce.as_bytes())),
        }
    }

    /// The nonce of a reply, as it arrived.
    pub(super) fn reply_nonce(&self, nonce: &[u8]) -> ReplyNonce {
        // With a zero in front it would be taken for the number, too: no honest nonce is one that was drawn here.
        let number = std::str::from_utf8(nonce).ok().and_then(|text| text.parse().ok());
        let number = number.filter(|number| self.lane.get() == Some(&lane_of(*number)));
        ReplyNonce { id: self.id(nonce), number }
    }

    /// Remembers the nonce of a verified reply.
    ///
    /// # Errors
    /// When it was known already, from a request of ours or from an earlier reply.
    pub(super) fn admit_reply(&self, nonce: &ReplyNonce) -> Result<(), ReplyFault> {
        if nonce.number.is_some_and(|number| self.has_drawn(number)) {
            return Err(ReplyFault::Reflected);
        }
        // Looked up and taken in under one lock, so that of two copies at once only one is the first.
        let mut known = lock(&self.known);
        if known.given.contains(nonce.id) {
            Err(ReplyFault::Reflected)
        } else if known.replies.insert(nonce.id) {
            Ok(())
        } else {
            Err(ReplyFault::Replayed)
        }
    }

    fn has_drawn(&self, number: u64) -> bool {
        self.drawn.iter().any(|queue| lock(&queue.0).numbers.contains(&number))
    }

    fn own_queue(&self) -> Option<&Queue> {
        self.drawn.get(QUEUE.with(|queue| *queue))
    }

    fn id(&self, nonce: &[u8]) -> NonceId {
        self.hasher.hash_one(nonce)
    }
}

/// Threads beyond this many share queues.
const QUEUES: usize = 8;

thread_local! {
    /// Which queue this thread adds to.
    static QUEUE: usize = {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        THREADS.fetch_add(1, Ordering::Relaxed) % QUEUES
    };
}

/// Alone on its cache lines: two threads that write to neighbours would wait for each other as well.
#[derive(Default)]
#[repr(align(128))]
struct Queue(Mutex<Drawn>);

/// The latest numbers, the oldest first.
#[derive(Default)]
struct Drawn {
    numbers: VecDeque<u64>,
}

impl Drawn {
    fn push(&mut self, number: u64) {
        if self.numbers.len() == EXCHANGES {
            self.numbers.pop_front();
        }
        // Not `reserve`: doubling would make room for more than is ever kept.
        self.numbers.reserve_exact(EXCHANGES - self.numbers.len());
        self.numbers.push_back(number);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere cannot have left it half changed: nothing but single insertions and removals runs under a lock.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
