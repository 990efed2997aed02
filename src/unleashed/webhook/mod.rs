//! Verifies Unleashed's webhooks.
//!
//! `x-unleashed-signature` is the base64 HMAC-SHA256, under the subscription's signing key, of
//! `x-unleashed-timestamp` (seconds since 1970), a full stop, and the raw body. A delivery may be 5 minutes old.
//!
//! ```
//! use countersign::unleashed::webhook::{Verifier, testing};
//! use std::time::{Duration, UNIX_EPOCH};
//!
//! let verifier = Verifier::builder().signing_key("an example signing key")?.build();
//!
//! let now = UNIX_EPOCH + Duration::from_secs(1_705_312_800);
//! let request = testing::sign("an example signing key", "https://hooks.example.com/stock", r#"{"event":1}"#, now)?;
//! let (parts, body) = request.into_parts();
//! let event = verifier.verify(&parts, &body, now)?;
//! assert_eq!((&**event, event.signed_at()), (br#"{"event":1}"#.as_slice(), Some(now)));
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! Method, host and path are not covered: a delivery for one of your paths also passes at any other path with the same key.

mod scheme;
pub mod testing;

use secrecy::SecretString;

use super::credentials::NAME;
use crate::error::Error;
use crate::signing::Encoding;
use crate::webhook::{self, HmacKey};

pub use scheme::Scheme;

/// Verifies Unleashed's webhooks.
///
/// ```
/// use countersign::unleashed::webhook::Verifier;
///
/// let verifier = Verifier::builder().signing_key("an example secret")?.build();
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = webhook::Verifier<Scheme>;

/// A value from Unleashed whose signature was verified. Handlers of webhooks take this type.
pub type Verified<T> = webhook::Verified<Scheme, T>;

/// Unleashed's signing keys: usually one, or two while a key is exchanged.
///
/// ```
/// use countersign::unleashed::webhook::Keys;
///
/// let keys = Keys::new().with("an example secret")?;
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Keys = webhook::Keys<Scheme>;

/// Makes a [`Verifier`] of Unleashed's webhooks. See [`webhook::Builder`] for the common settings.
pub type Builder = webhook::Builder<Scheme>;

/// For Unleashed only: `unleashed::webhook::Verifier`.
impl Verifier {
    /// A verifier without keys: add at least one.
    #[must_use]
    pub fn builder() -> Builder {
        webhook::Builder::new(Scheme, None)
    }
}

/// For Unleashed only: `unleashed::webhook::Builder`.
impl Builder {
    /// Accepts deliveries signed with `key`, as issued: the key is used as text, not decoded.
    ///
    /// # Errors
    /// If the key is empty, padded, or holds control characters; `webhook-key-too-short` if it has fewer than 16 bytes.
    pub fn signing_key(mut self, key: impl Into<SecretString>) -> Result<Self, Error> {
        self.keys = self.keys.with(key)?;
        Ok(self)
    }
}

/// For Unleashed only: `unleashed::webhook::Keys`.
impl Keys {
    /// Adds a signing key.
    ///
    /// # Errors
    /// As [`Builder::signing_key`](webhook::Builder::signing_key).
    pub fn with(self, key: impl Into<SecretString>) -> Result<Self, Error> {
        let key = key.into();
        webhook::check_key("signing_key", &key).map_err(|error| error.in_provider(NAME))?;
        self.dangerous_short_key(key)
    }

    /// Adds a signing key of any length, even of fewer than 16 bytes. Whoever has recorded one delivery may find such a
    /// key by trying, and can then sign anything.
    ///
    /// # Errors
    /// As [`Keys::with`], except for the length.
    pub fn dangerous_short_key(self, key: impl Into<SecretString>) -> Result<Self, Error> {
        let add = || self.add(None, prepare(key.into())?);
        add().map_err(|error: Error| error.in_provider(NAME))
    }
}

fn prepare(key: SecretString) -> Result<HmacKey, Error> {
    HmacKey::new("signing_key", key, Encoding::Base64)
}
