//! Keys by id.

use std::fmt;
use std::sync::Arc;

use super::DeliveryFault;
use super::scheme::Scheme;
use crate::error::{Class, Error, Fault};

/// The keys that deliveries may be signed with: several at once while the vendor rotates them.
///
/// Each provider's `webhook` module says how to add one. Where deliveries name their key, only that key is tried;
/// where the scheme has no key ids, each is.
pub struct Keys<S: Scheme>(Vec<Entry<S::Key>>);

struct Entry<K> {
    /// `None` where the scheme has no key ids.
    id: Option<Arc<str>>,
    key: K,
}

impl<S: Scheme> Default for Keys<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Scheme> Keys<S> {
    /// No keys: every delivery is refused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(mut self, id: Option<&str>, key: S::Key) -> Result<Self, Error> {
        if id.is_some() && self.0.iter().any(|entry| entry.id.as_deref() == id) {
            return Err(Error::new(KeyIdTaken));
        }
        self.0.push(Entry { id: id.map(Arc::from), key });
        Ok(self)
    }

    /// The keys that a delivery may have been signed with.
    pub(super) fn named<'k>(
        &'k self,
        id: Option<&'k str>,
    ) -> impl Iterator<Item = (&'k Option<Arc<str>>, &'k S::Key)> {
        self.0.iter().filter(move |entry| entry.id.as_deref() == id).map(|entry| (&entry.id, &entry.key))
    }

    /// Why no key is [named](Self::named).
    pub(super) fn none_named(&self) -> DeliveryFault {
        if self.0.is_empty() { DeliveryFault::NoKeys } else { DeliveryFault::KeyUnknown }
    }

    /// The keys that have an id.
    #[cfg(feature = "explain")]
    pub(super) fn with_ids(&self) -> impl Iterator<Item = (&Arc<str>, &S::Key)> {
        self.0.iter().filter_map(|entry| Some((entry.id.as_ref()?, &entry.key)))
    }
}

/// Shows the ids, never a key.
impl<S: Scheme> fmt::Debug for Keys<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|entry| entry.id.as_deref().unwrap_or("(no id)"))).finish()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("two keys were given one id")]
struct KeyIdTaken;

impl Fault for KeyIdTaken {
    fn code(&self) -> &'static str {
        "key-id-taken"
    }
    fn class(&self) -> Class {
        Class::Configuration
    }
    fn next_step(&self) -> &'static str {
        "Give each key the id that the vendor lists it under."
    }
}
