//! Locking what is replaced as a whole.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks what other threads replace as a whole, so that what a panic elsewhere left behind is whole, too.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
