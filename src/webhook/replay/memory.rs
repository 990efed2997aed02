//! A replay store in the memory of this process.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::{ReplayKey, ReplayStore, StoreError};
use crate::lock::lock;

/// Remembers accepted deliveries in this process, up to a capacity. Clones share one memory.
///
/// If it is full of deliveries that could still be repeated, it refuses new ones: a forgotten delivery could be
/// repeated unnoticed. Only deliveries with the right signature take up room, so nobody without the key can fill it. If
/// deliveries are remembered for long, give it room for all of them: the default is enough for 3,300 a day over
/// Netgíró's 30 days.
///
/// It forgets everything when the process ends. So a delivery that was recorded just before a restart can be repeated
/// just after it, while it is fresh. `RedisStore`, behind the feature `redis`, does not forget.
#[derive(Clone)]
pub struct MemoryStore {
    seen: Arc<Mutex<Seen>>,
    capacity: u64,
}

/// The remembered keys, and until when each is remembered.
#[derive(Default)]
struct Seen {
    until: HashMap<ReplayKey, Instant>,
    in_order: BTreeSet<(Instant, ReplayKey)>,
}

/// Longer than any process runs: an `Instant` cannot lie arbitrarily far in the future.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl MemoryStore {
    /// A store for `capacity` deliveries.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        Self { seen: Arc::default(), capacity }
    }

    /// The deliveries that are still remembered.
    fn seen_at(&self, now: Instant) -> MutexGuard<'_, Seen> {
        let mut seen = lock(&self.seen);
        while let Some((_, key)) = seen.in_order.first().copied().filter(|(until, _)| *until <= now) {
            seen.in_order.pop_first();
            seen.until.remove(&key);
        }
        seen
    }
}

/// A clock that nobody sets: if a `Clock` stepped, deliveries would be remembered for longer or shorter.
#[expect(clippy::disallowed_methods, reason = "spans of this process, which nothing outside sees")]
fn now() -> Instant {
    Instant::now()
}

impl Default for MemoryStore {
    /// A store for 100,000 deliveries, which take about 200 bytes each, some 20 MB. At the default window of 5 minutes,
    /// a delivery stays for about 10 minutes, so this is enough for 160 deliveries a second.
    fn default() -> Self {
        Self::new(100_000)
    }
}

#[async_trait::async_trait]
impl ReplayStore for MemoryStore {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        let now = now();
        let mut seen = self.seen_at(now);
        // Even a full memory recognises what it remembers.
        if seen.until.contains_key(key) {
            return Ok(false);
        }
        if seen.until.len() as u64 >= self.capacity {
            return Err(Box::new(Full));
        }
        let until = now + ttl.min(LONGEST);
        seen.until.insert(*key, until);
        seen.in_order.insert((until, *key));
        Ok(true)
    }

    async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError> {
        let mut seen = lock(&self.seen);
        if let Some(until) = seen.until.remove(key) {
            seen.in_order.remove(&(until, *key));
        }
        Ok(())
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.seen_at(now()).until.contains_key(key))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("remembered", &lock(&self.seen).until.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the memory for replays is full; raise its capacity or use a shared store")]
struct Full;

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn what_has_expired_takes_no_room() {
        let store = MemoryStore::new(2);
        // Long enough that both are still remembered when a busy machine looks.
        let life = Duration::from_secs(1);
        let insert =
            |n: u8| store.insert_if_absent(&ReplayKey::new("test", [n; 32]), life).now_or_never().unwrap();
        assert!(insert(1).unwrap() && insert(2).unwrap());
        assert_eq!(format!("{store:?}"), "MemoryStore { remembered: 2, capacity: 2, .. }");
        assert!(insert(3).unwrap_err().to_string().contains("full"));
        let accepted = |_| {
            std::thread::sleep(life / 10);
            insert(3).is_ok()
        };
        assert!((0..100).any(accepted));
    }

    #[test]
    fn w5_of_threads_that_insert_one_key_at_once_exactly_one_is_first() {
        const THREADS: usize = 4;
        const KEYS: u64 = 5_000;
        let store = MemoryStore::default();
        let together = Barrier::new(THREADS);
        let insert_all = || {
            let is_first = |n: u64| {
                let mut signature = [0; 32];
                signature[..8].copy_from_slice(&n.to_le_bytes());
                let key = ReplayKey::new("test", signature);
                together.wait();
                store.insert_if_absent(&key, Duration::MAX).now_or_never().unwrap().unwrap()
            };
            (0..KEYS).filter(|n| is_first(*n)).count() as u64
        };
        let first = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(insert_all)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<u64>()
        });
        assert_eq!(first, KEYS);
    }
}
