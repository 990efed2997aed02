//! Which nonces have been seen.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

use super::ReplyFault;

/// A nonce, hashed under a key of this memory's own, so that it takes the same room however long it is. Two nonces of one
/// id, which nobody without the key can look for, would have an honest reply refused, never a forged one accepted.
pub(super) type NonceId = u64;

/// How many exchanges are remembered.
const EXCHANGES: usize = 10_000;

/// The nonces of requests and of replies. An entry takes about 30 bytes, so the memory stays below 1 MB.
const CAPACITY: usize = 2 * EXCHANGES;

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
    hasher: RandomState,
    known: Mutex<Known>,
    /// Requests that are not among the known yet. Signing adds to the queue of its thread and nothing else, so that no
    /// thread waits for another; whoever judges a reply takes over what is here. Locked after `known`.
    sent: [Queue; QUEUES],
}

impl Default for SeenNonces {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            known: Mutex::default(),
            sent: std::array::from_fn(|_| Queue::default()),
        }
    }
}

impl SeenNonces {
    pub(super) fn id(&self, nonce: &[u8]) -> NonceId {
        self.hasher.hash_one(nonce)
    }

    /// Remembers the nonce of a request of ours.
    pub(super) fn remember_request(&self, nonce: &[u8]) {
        // There is a queue for each number below `QUEUES`.
        let Some(queue) = self.sent.get(QUEUE.with(|queue| *queue)) else { return };
        let mut sent = lock(&queue.0);
        if sent.len() == EXCHANGES {
            sent.pop_front();
        }
        sent.push_back(self.id(nonce));
    }

    /// Remembers the nonce of a verified reply.
    ///
    /// # Errors
    /// When it was known already, from a request of ours or from an earlier reply.
    pub(super) fn admit_reply(&self, nonce: NonceId) -> Result<(), ReplyFault> {
        let mut known = lock(&self.known);
        for queue in &self.sent {
            for nonce in lock(&queue.0).drain(..) {
                known.remember(nonce, Sender::Us);
            }
        }
        known.admit(nonce)
    }
}

/// What has been seen, and in which order.
struct Known {
    senders: HashMap<NonceId, Sender>,
    oldest_first: VecDeque<NonceId>,
}

impl Default for Known {
    /// With room for all that is kept, so that no request waits for a larger table.
    fn default() -> Self {
        let room = CAPACITY + 1;
        Self { senders: HashMap::with_capacity(room), oldest_first: VecDeque::with_capacity(room) }
    }
}

impl Known {
    /// Takes in the nonce of a reply unless it is known: looked up and taken in under one lock, so that of two copies at
    /// once only one is the first.
    fn admit(&mut self, nonce: NonceId) -> Result<(), ReplyFault> {
        match self.senders.get(&nonce) {
            Some(Sender::Us) => Err(ReplyFault::Reflected),
            Some(Sender::Them) => Err(ReplyFault::Replayed),
            None => {
                self.remember(nonce, Sender::Them);
                Ok(())
            }
        }
    }

    /// Takes in a nonce, and forgets the oldest when there is no room.
    fn remember(&mut self, nonce: NonceId, sender: Sender) {
        if self.senders.insert(nonce, sender).is_none() {
            self.oldest_first.push_back(nonce);
        }
        if self.oldest_first.len() > CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.senders.remove(&oldest);
        }
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
struct Queue(Mutex<VecDeque<NonceId>>);

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere cannot have left it half changed: nothing but single insertions and removals runs under a lock.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(seen: &SeenNonces, nonce: &str) -> Result<(), ReplyFault> {
        seen.admit_reply(seen.id(nonce.as_bytes()))
    }

    #[test]
    fn a_nonce_is_admitted_once_and_the_memory_is_bounded() {
        let seen = SeenNonces::default();
        assert_eq!(admit(&seen, "first"), Ok(()));
        assert_eq!(admit(&seen, "first"), Err(ReplyFault::Replayed));
        for n in 1..CAPACITY {
            assert_eq!(admit(&seen, &n.to_string()), Ok(()));
        }
        assert_eq!(admit(&seen, "first"), Err(ReplyFault::Replayed), "it is the oldest that is kept");
        assert_eq!(admit(&seen, "one more"), Ok(()));
        assert_eq!(admit(&seen, "first"), Ok(()));
        let known = lock(&seen.known);
        assert_eq!((known.senders.len(), known.oldest_first.len()), (CAPACITY, CAPACITY));
    }

    #[test]
    fn v4_of_threads_that_admit_one_nonce_at_once_exactly_one_does() {
        const THREADS: usize = 2;
        let nonces: Vec<String> = (0..2_000).map(|n| n.to_string()).collect();
        let (seen, arrived) = (SeenNonces::default(), AtomicUsize::new(0));
        let admit_all = || {
            let admitted = nonces.iter().zip(1..).filter(|(nonce, round)| {
                // Closer together than a `Barrier` brings them, which wakes one thread after the other.
                arrived.fetch_add(1, Ordering::SeqCst);
                while arrived.load(Ordering::SeqCst) < THREADS * round {
                    std::thread::yield_now();
                }
                admit(&seen, nonce).is_ok()
            });
            admitted.count()
        };
        let admitted = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(admit_all)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(admitted, nonces.len());
    }

    #[test]
    fn ten_thousand_exchanges_are_remembered() {
        let seen = SeenNonces::default();
        for n in 0..EXCHANGES {
            seen.remember_request(format!("request {n}").as_bytes());
            assert_eq!(admit(&seen, &format!("reply {n}")), Ok(()));
        }
        assert_eq!(admit(&seen, "request 0"), Err(ReplyFault::Reflected));
        assert_eq!(admit(&seen, "reply 0"), Err(ReplyFault::Replayed));
    }

    #[test]
    fn a_nonce_of_ours_is_never_admitted_whichever_thread_sent_it() {
        let seen = SeenNonces::default();
        std::thread::scope(|scope| {
            for thread in 0..2 * QUEUES {
                let seen = &seen;
                scope.spawn(move || seen.remember_request(thread.to_string().as_bytes()));
            }
        });
        for thread in (0..2 * QUEUES).chain(0..2 * QUEUES) {
            assert_eq!(admit(&seen, &thread.to_string()), Err(ReplyFault::Reflected));
        }
    }

    #[test]
    fn requests_that_no_reply_came_to_do_not_pile_up() {
        let seen = SeenNonces::default();
        (0..=EXCHANGES).for_each(|n| seen.remember_request(n.to_string().as_bytes()));
        assert_eq!(seen.sent.iter().map(|queue| lock(&queue.0).len()).sum::<usize>(), EXCHANGES);
        assert_eq!(admit(&seen, "1"), Err(ReplyFault::Reflected));
        assert_eq!(admit(&seen, "0"), Ok(()), "the oldest is forgotten");
    }
}
