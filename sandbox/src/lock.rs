//! Locks values that are replaced as a whole.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a value that threads replace only as a whole: even after a panic elsewhere, the value is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
