//! What the servers share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign::redact::Secrets;

use crate::fault::{Fault, Injected};
use crate::log::Log;
use crate::vendor::Vendor;

/// What the servers have in common.
pub(crate) struct Shared {
    pub(crate) log: Log,
    pub(crate) secrets: Secrets,
    injected: Mutex<Injected>,
    origins: Mutex<Vec<(Vendor, String)>>,
}

impl Shared {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self { log: Log::default(), secrets, injected: Mutex::default(), origins: Mutex::default() }
    }

    pub(crate) fn inject(&self, injected: Injected) {
        *lock(&self.injected) = injected;
    }

    /// The fault of the next answer.
    pub(crate) fn next_fault(&self) -> Option<Fault> {
        lock(&self.injected).next()
    }

    pub(crate) fn add_origin(&self, vendor: Vendor, origin: String) {
        lock(&self.origins).push((vendor, origin));
    }

    /// The origin of a vendor other than this one.
    pub(crate) fn elsewhere(&self, vendor: Vendor) -> Option<String> {
        let origins = lock(&self.origins);
        origins.iter().find(|(other, _)| *other != vendor).map(|(_, origin)| origin.clone())
    }
}

/// Locks what other threads replace as a whole, so that what a panic elsewhere left behind is whole, too.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
