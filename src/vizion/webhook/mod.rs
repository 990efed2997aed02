//! Verifies Vizion's webhooks: signed container events.
//!
//! Each delivery carries `x-vizion-signature`, a signature as in draft-cavage-http-signatures with three differences:
//! hex, no quotes around the parameters, and times in milliseconds:
//!
//! ```text
//! Signature keyId=hmac-key-1,signature=<64 hex digits>,algorithm=SHA-256,created=1685548865944,expires=1685552465944,
//!           headers=(request-target) (created) user-agent host date content-type content-length digest
//! ```
//!
//! (one line), and `digest: SHA-256=<64 hex digits>` of the body.
//!
//! ```
//! use countersign::vizion::webhook::{Verifier, testing};
//! use std::time::{Duration, UNIX_EPOCH};
//!
//! let verifier = Verifier::builder("https://hooks.example.com")?.key("hmac-key-1", "an example secret")?.build();
//!
//! let now = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
//! let request = testing::sign("hmac-key-1", "an example secret", "https://hooks.example.com/vizion", r#"{"event":1}"#, now)?;
//! let (parts, body) = request.into_parts();
//! let event = verifier.verify(&parts, &body, now)?;
//! assert_eq!(&**event, br#"{"event":1}"#);
//! assert_eq!(event.key_id(), Some("hmac-key-1"));
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # Which host
//! The signature covers the `host` header, but the sender chooses its value, which means nothing until it is compared
//! with a host that you know. So give the verifier the origin that you gave to Vizion. Without the origin, a delivery
//! for another host of yours verifies here, too. Vizion signs for all hosts of an organisation with the same keys, so
//! somebody who runs one of those hosts, or reads its log, can pass its deliveries on. A service that receives for many
//! hosts may want that: `builder_for_any_host`.
//!
//! # What is accepted
//! - `(request-target) (created) host digest` must be covered. All other listed names are checked as well, including `(expires)`.
//! - The draft's quoted form, which a gateway may write: values in quotes, `algorithm` also `hmac-sha256` or `hs2019`,
//!   and the signature, inside its quotes, in hex or in base64. Times are milliseconds in either form.
//! - Unknown parameters are ignored, as the draft demands. A repeated parameter, known or not, is refused.
//! - `expires` need not be signed, so it can only shorten the window.
//! - `keyId` chooses the key; keys of other ids are never tried. Up to three keys may have one id, so that a key that
//!   was issued anew overlaps with the one before.

mod parameters;
mod scheme;
mod signing_string;
pub mod testing;

use std::time::Duration;

use secrecy::SecretString;

use super::credentials::NAME;
use crate::error::Error;
use crate::field;
use crate::signing::Encoding;
use crate::webhook::{self, HmacKey, PublicOrigin, ReplayStore, Window};

pub use scheme::Scheme;

/// Verifies Vizion's webhooks.
///
/// ```
/// use countersign::vizion::webhook::Verifier;
///
/// let verifier = Verifier::builder("https://hooks.example.com")?.key("hmac-key-1", "an example secret")?.build();
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = webhook::Verifier<Scheme>;

/// A value from Vizion whose signature was verified. Handlers of webhooks take this type.
pub type Verified<T> = webhook::Verified<Scheme, T>;

/// Vizion's keys by id: `hmac-key-1` is the organisation's first.
///
/// ```
/// use countersign::vizion::webhook::Keys;
///
/// let keys = Keys::new().with("hmac-key-1", "an example secret")?;
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Keys = webhook::Keys<Scheme>;

/// Makes a [`Verifier`] of Vizion's webhooks. See [`webhook::Builder`] for the common settings.
pub type Builder = webhook::Builder<Scheme>;

/// For Vizion only: `vizion::webhook::Verifier`.
impl Verifier {
    /// A verifier without keys, for deliveries to `public_origin`: `https://host[:port][/prefix]`, as in the URL that
    /// you gave to Vizion. It binds deliveries to this host, whatever the `host` header says, so a proxy in front may
    /// change that header. `/prefix` is the part of the path that a proxy takes off. (For the part that axum's `nest`
    /// takes off, use `VerifyLayer::nested_in_axum`.)
    ///
    /// # Errors
    /// `invalid-public-origin`.
    pub fn builder(public_origin: &str) -> Result<Builder, Error> {
        let origin = PublicOrigin::new(public_origin, NAME)?;
        Ok(webhook::Builder::new(Scheme::default(), Some(origin)))
    }

    /// A verifier without keys, for deliveries to any host. The sender chooses the `host` header, so a delivery that
    /// was signed for another host of your organisation [passes here, too](self#which-host).
    #[must_use]
    pub fn builder_for_any_host() -> Builder {
        webhook::Builder::new(Scheme::default(), None)
    }
}

/// For Vizion only: `vizion::webhook::Builder`.
impl Builder {
    /// Accepts deliveries signed with `secret` under `key_id`. Up to three secrets may have one id.
    ///
    /// # Errors
    /// If id or secret is empty, padded, or holds control characters; `webhook-key-too-short` for a secret of fewer
    /// than 16 bytes; `webhook-keys-too-many` for a fourth secret under one id.
    pub fn key(mut self, key_id: &str, secret: impl Into<SecretString>) -> Result<Self, Error> {
        self.keys = self.keys.with(key_id, secret)?;
        Ok(self)
    }

    /// The vendor's own window: a delivery may be 60 minutes old. An hour leaves much time to repeat a recorded
    /// delivery, so this asks for the store that lets each delivery in only once.
    #[must_use]
    pub fn vendor_window(self, store: impl ReplayStore) -> Self {
        self.window(Window::new(Duration::from_secs(60 * 60), Duration::from_secs(60))).replay_store(store)
    }

    /// Accepts a JSON body that was pretty-printed on the way.
    ///
    /// Vizion computes the digest over JSON on a single line. If the digest does not match the bytes as received, the
    /// white space outside strings is removed, and the digest is tried again; nothing else is touched. You get the
    /// bytes that match. If the signature covers `content-length`, as Vizion's does, it must cover the length of those
    /// bytes.
    #[must_use]
    pub fn accept_pretty_printed_body(mut self) -> Self {
        self.scheme.accept_pretty_printed = true;
        self
    }
}

/// For Vizion only: `vizion::webhook::Keys`.
impl Keys {
    /// Adds a key.
    ///
    /// # Errors
    /// As [`Builder::key`](webhook::Builder::key).
    pub fn with(self, key_id: &str, secret: impl Into<SecretString>) -> Result<Self, Error> {
        let secret = secret.into();
        webhook::check_key("secret", &secret).map_err(|error| error.in_provider(NAME))?;
        self.dangerous_short_key(key_id, secret)
    }

    /// Adds a key of any length, even of fewer than 16 bytes. Whoever has recorded one delivery may find such a key by
    /// trying, and can then sign anything.
    ///
    /// # Errors
    /// As [`Keys::with`], except for the length.
    pub fn dangerous_short_key(self, key_id: &str, secret: impl Into<SecretString>) -> Result<Self, Error> {
        let add = || self.add(Some(key_id), prepare(key_id, secret.into())?);
        add().map_err(|error: Error| error.in_provider(NAME))
    }
}

fn prepare(key_id: &str, secret: SecretString) -> Result<HmacKey, Error> {
    field::check("key_id", key_id)?;
    HmacKey::new("secret", secret, Encoding::HexLower)
}
