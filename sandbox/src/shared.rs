//! What the servers share.

use std::sync::Mutex;

use countersign::redact::Secrets;

use crate::fault::{Fault, Injected};
use crate::lock::lock;
use crate::log::Log;
use crate::replies::{Matcher, Replies, Reply, ReplyError};
use crate::vendor::Vendor;

/// What the servers have in common.
pub(crate) struct Shared {
    pub(crate) log: Log,
    pub(crate) secrets: Secrets,
    pub(crate) replies: Replies,
    injected: Mutex<Injected>,
    played: Mutex<Vec<Played>>,
}

/// A provider that is played.
struct Played {
    vendor: Vendor,
    origin: String,
    ready: Vec<String>,
}

impl Shared {
    pub(crate) fn new(secrets: Secrets) -> Self {
        let (log, replies) = (Log::default(), Replies::default());
        Self { log, secrets, replies, injected: Mutex::default(), played: Mutex::default() }
    }

    pub(crate) fn inject(&self, injected: Injected) {
        *lock(&self.injected) = injected;
    }

    /// The fault of the next answer.
    pub(crate) fn next_fault(&self) -> Option<Fault> {
        lock(&self.injected).next()
    }

    /// Adds a provider that is played, with the names of its ready replies.
    pub(crate) fn add(&self, vendor: Vendor, origin: String, ready: Vec<String>) {
        lock(&self.played).push(Played { vendor, origin, ready });
    }

    /// Adds a chosen reply of the provider that has this name.
    pub(crate) fn respond(&self, provider: &str, matcher: Matcher, reply: Reply) -> Result<(), ReplyError> {
        let played = lock(&self.played);
        let Some(Played { ready, .. }) = played.iter().find(|played| played.vendor.name() == provider) else {
            let known = played.iter().map(|played| played.vendor.name()).collect::<Vec<_>>().join(", ");
            return Err(ReplyError::UnknownProvider { name: provider.to_owned(), known });
        };
        self.replies.add(provider, ready, matcher, reply)
    }

    /// The played providers and their origins.
    pub(crate) fn origins(&self) -> Vec<(Vendor, String)> {
        lock(&self.played).iter().map(|played| (played.vendor, played.origin.clone())).collect()
    }

    /// The origin of another provider.
    pub(crate) fn elsewhere(&self, vendor: Vendor) -> Option<String> {
        let played = lock(&self.played);
        played.iter().find(|other| other.vendor != vendor).map(|other| other.origin.clone())
    }
}
