//! What was used before.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

/// How many values are remembered; the oldest is forgotten first.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// Transaction ids or nonces that were used before. Bounded.
pub(crate) struct Seen(Mutex<LruCache<Vec<u8>, ()>>);

impl Seen {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }

    /// Remembers a value; `false` if it was known already.
    pub(crate) fn insert(&self, value: &[u8]) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.put(value.to_vec(), ()).is_none()
    }
}
