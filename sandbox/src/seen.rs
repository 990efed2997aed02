//! Remembers used values.

use std::num::NonZeroUsize;
use std::sync::Mutex;

use lru::LruCache;

use crate::lock::lock;

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
        lock(&self.0).put(value.to_vec(), ()).is_none()
    }
}
