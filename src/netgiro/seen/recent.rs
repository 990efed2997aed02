//! A bounded set.

use std::mem;

use hashbrown::HashTable;

use super::{EXCHANGES, NonceId};

/// The latest ids: at least `EXCHANGES` of them, at most twice as many.
///
/// Two generations, of which the older is forgotten as a whole. Removing one id for each that comes would touch memory
/// that is in no cache, which costs several times what hashing the body does.
#[derive(Default)]
pub(super) struct Recent {
    newer: HashTable<NonceId>,
    older: HashTable<NonceId>,
}

impl Recent {
    /// With room for all that is kept, so that nobody waits for a larger table.
    pub(super) fn with_room() -> Self {
        Self { newer: HashTable::with_capacity(EXCHANGES), older: HashTable::with_capacity(EXCHANGES) }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }

    /// How many ids fit each generation as it is.
    #[cfg(test)]
    pub(super) fn room(&self) -> [usize; 2] {
        [self.newer.capacity(), self.older.capacity()]
    }

    pub(super) fn contains(&self, id: NonceId) -> bool {
        // An id is a hash already.
        [&self.newer, &self.older].into_iter().any(|ids| ids.find(id, |known| *known == id).is_some())
    }

    /// Takes in an id; `false` for one that is known.
    pub(super) fn insert(&mut self, id: NonceId) -> bool {
        if self.contains(id) {
            return false;
        }
        if self.newer.len() == EXCHANGES {
            mem::swap(&mut self.newer, &mut self.older);
            self.newer.clear();
        }
        self.newer.insert_unique(id, id, |id| *id);
        true
    }
}
