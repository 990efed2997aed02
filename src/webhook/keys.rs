//! Keys by id.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::DeliveryFault;
use super::scheme::Scheme;
use crate::error::Error;
use crate::fault::faults;
use crate::field;

/// The keys that deliveries may be signed with. There are several while the vendor rotates them.
///
/// Each provider's `webhook` module says how to add a key. If deliveries name their key, only keys with that id are
/// tried. Up to three keys may share an id, so that a key that was issued anew under the same id overlaps with the one
/// before. If the scheme has no key ids, all keys are always tried.
///
/// ```
/// use countersign::vizion::webhook::{Keys, Verifier};
///
/// let verifier = Verifier::builder_for_any_host().key("key-1", "the first secret of nobody")?.build();
/// // The vendor issues another: both are taken until the first is gone there.
/// let both = Keys::new().with("key-1", "the first secret of nobody")?;
/// verifier.exchange_keys(both.with("key-2", "the second secret of nobody")?);
/// # Ok::<(), countersign::Error>(())
/// ```
pub struct Keys<S: Scheme>(Vec<Entry<S::Key>>);

/// At most this many keys have the same id.
const MOST_UNDER_ONE_ID: usize = 3;

/// In bytes. Whoever has recorded one delivery can find a shorter key by trying.
const SHORTEST: usize = 16;

/// Refuses a text that is no key, or a key that can be guessed.
pub(crate) fn check_key(name: impl Into<Cow<'static, str>>, key: &SecretString) -> Result<(), Error> {
    let name = name.into();
    field::check(name.clone(), key.expose_secret())?;
    let is_long = key.expose_secret().len() >= SHORTEST;
    if is_long { Ok(()) } else { Err(Error::new(KeyFault::TooShort { name })) }
}

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
        if id.is_some() && self.named(id).count() == MOST_UNDER_ONE_ID {
            return Err(Error::new(KeyFault::TooMany));
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

    /// The reason why [`named`](Self::named) has found no key.
    pub(super) fn none_named(&self) -> DeliveryFault {
        if self.0.is_empty() { DeliveryFault::NoKeys } else { DeliveryFault::KeyUnknown }
    }

    /// The keys that have an id.
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

faults! {
    #[derive(Debug)]
    pub(super) enum KeyFault {
        TooMany = Configuration, "webhook-keys-too-many",
            "more than three keys were given one id",
            "Give each key the id that the vendor lists it under, and leave out those that it has retired.";
        TooShort { name: Cow<'static, str> } = Configuration, "webhook-key-too-short",
            "{name} has fewer than 16 bytes",
            "Have the provider issue a longer key; `dangerous_short_key` accepts a short one.";
    }
}
