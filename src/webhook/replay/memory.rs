//! Remembering in this process.

use std::fmt;
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;

use super::{ReplayKey, ReplayStore, StoreError};

/// Remembers accepted deliveries in this process, bounded. Clones share one memory.
///
/// If it is full of deliveries that could still be repeated, it refuses new ones rather than forget one, which could
/// then be repeated unnoticed. Only deliveries with the right signature take up room, so nobody without the key can
/// fill it. If deliveries stay for long, give it room for all of them: the default is enough for 3,300 a day over
/// Netgíró's 30 days.
///
/// It forgets everything when the process ends: with a window of 5 minutes, a delivery recorded just before a restart
/// can be repeated just after it. `RedisStore`, behind the feature `redis`, does not forget.
#[derive(Clone)]
pub struct MemoryStore {
    seen: Cache<ReplayKey, Duration>,
    capacity: u64,
}

impl MemoryStore {
    /// A store for about `capacity` deliveries: a burst may exceed it by a few hundred.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        Self { seen: Cache::builder().expire_after(OwnTtl).build(), capacity }
    }

    fn is_full(&self) -> bool {
        if self.seen.entry_count() >= self.capacity {
            // The count still has what has expired but was not cleared away.
            self.seen.run_pending_tasks();
        }
        self.seen.entry_count() >= self.capacity
    }
}

impl Default for MemoryStore {
    /// A store for 100,000 deliveries: at about 300 bytes each, some 30 MB; at the default window of 5 minutes, where one stays
    /// for about 10 minutes, enough for 160 deliveries a second.
    fn default() -> Self {
        Self::new(100_000)
    }
}

#[async_trait::async_trait]
impl ReplayStore for MemoryStore {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        // What is known stays known when the memory is full.
        if self.seen.contains_key(key) {
            return Ok(false);
        }
        if self.is_full() {
            return Err(Box::new(Full));
        }
        // `or_insert` would let two callers at once both find nothing; `or_insert_with` has one wait for the other.
        Ok(self.seen.entry_by_ref(key).or_insert_with(|| ttl).is_fresh())
    }

    async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError> {
        self.seen.invalidate(key);
        Ok(())
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.seen.contains_key(key))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("remembered", &self.seen.entry_count())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

/// Each entry brings its own life.
struct OwnTtl;

impl Expiry<ReplayKey, Duration> for OwnTtl {
    fn expire_after_create(&self, _: &ReplayKey, ttl: &Duration, _: Instant) -> Option<Duration> {
        Some(*ttl)
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
        // Long enough that both are still there when a busy machine comes to look.
        let life = Duration::from_secs(1);
        let insert =
            |n: u8| store.insert_if_absent(&ReplayKey::new("test", [n; 32]), life).now_or_never().unwrap();
        assert!(insert(1).unwrap() && insert(2).unwrap());
        store.seen.run_pending_tasks();
        assert_eq!(format!("{store:?}"), "MemoryStore { remembered: 2, capacity: 2, .. }");
        assert!(insert(3).unwrap_err().to_string().contains("full"));
        // moka clears away what has expired once in a second or so.
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
