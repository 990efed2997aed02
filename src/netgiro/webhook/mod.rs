//! Verifies Netgíró's payment callbacks.
//!
//! `netgiro_signature` is the lower-case hex SHA-256 of secret, `netgiro_nonce`, callback URL and raw body, as the
//! vendor's demo checks it. The URL is the URL that Netgíró was given, so the verifier needs the public origin. Give
//! Netgíró whole URLs: the vendor's example of a `CallbackUrl` has no scheme, and nobody knows what such a callback
//! signs.
//!
//! **Answer 200.** After any other answer, even 204, Netgíró does not count the callback as received. In axum, a
//! handler that returns `()` answers 200; with `acknowledge_duplicates`, so does the layer to a copy.
//!
//! **A callback carries no time.** Only the replay store keeps a recorded callback from being repeated, and only for as
//! long as the store remembers ([`remember_for`](crate::webhook::Builder::remember_for)). Use a store that outlives the
//! process and holds a month of callbacks; a [`MemoryStore`](crate::webhook::MemoryStore) of the default size holds
//! 3,300 a day. A paid order must stay paid, whatever comes in later.
//!
//! ```
//! use countersign::netgiro::webhook::{Verifier, testing};
//! use std::time::SystemTime;
//!
//! let verifier = Verifier::builder("https://shop.example.is")?.secret("an example secret")?.build();
//!
//! let request = testing::sign("an example secret", "https://shop.example.is/paid?order=7", r#"{"Success":true}"#, 42)?;
//! let (parts, body) = request.into_parts();
//! let paid = verifier.verify(&parts, &body, SystemTime::UNIX_EPOCH)?;
//! assert_eq!(&**paid, br#"{"Success":true}"#);
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! The signature covers neither the method nor other headers. Nothing separates the parts of the signed text, so
//! everything that could move the border between two parts is refused:
//!
//! - a nonce with characters other than letters, digits and `-`;
//! - a path or query that is not percent-encoded as clients send it, or that ends with `]` or `}`;
//! - a body that does not begin with `{`, `[` or `<` and end with `}`, `]` or `>` to match, that has neither `"` nor
//!   `<` in it, or that is not UTF-8 (the mark of a length extension, which plain SHA-256 allows);
//! - an empty body, unless you choose [`accept_empty_bodies`](crate::webhook::Builder::accept_empty_bodies).
//!
//! The rest of the body is not read: give it to a parser that refuses text behind the end of a document.
//!
//! The same secret signs the checkout form (`reference`, `total`, `appId`) and the redirect back, which every customer
//! sees. **No customer may choose how `reference` begins**: start it with a prefix of your own that no nonce has, such
//! as `order_`, so that neither text can read as a nonce and a URL.

mod scheme;
pub mod testing;

use std::time::Duration;

use secrecy::SecretString;

use super::credentials::NAME;
use super::signing::Secret;
use crate::error::Error;
use crate::webhook::{self, PublicOrigin};

use scheme::Key;
pub use scheme::Scheme;

/// Verifies Netgíró's callbacks.
///
/// ```
/// use countersign::netgiro::webhook::Verifier;
///
/// let verifier = Verifier::builder("https://hooks.example.com")?.secret("an example secret")?.build();
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = webhook::Verifier<Scheme>;

/// A value from Netgíró whose signature was verified. Handlers of callbacks take this type.
pub type Verified<T> = webhook::Verified<Scheme, T>;

/// Netgíró's secrets: usually one, or two while a secret is exchanged.
///
/// ```
/// use countersign::netgiro::webhook::Keys;
///
/// let keys = Keys::new().with("an example secret")?;
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Keys = webhook::Keys<Scheme>;

/// Makes a [`Verifier`] of Netgíró's webhooks. See [`webhook::Builder`] for the common settings.
pub type Builder = webhook::Builder<Scheme>;

/// For Netgíró only: `netgiro::webhook::Verifier`.
impl Verifier {
    /// A verifier without secrets, for callbacks to `public_origin`: `https://host[:port][/prefix]`, as in the callback
    /// URLs that you give to Netgíró. `/prefix` is the part of the path that a proxy takes off.
    ///
    /// # Errors
    /// `invalid-public-origin`.
    pub fn builder(public_origin: &str) -> Result<Builder, Error> {
        let origin = PublicOrigin::new(public_origin, NAME)?;
        Ok(webhook::Builder::new(Scheme::default(), Some(origin)))
    }
}

/// For Netgíró only: `netgiro::webhook::Builder`.
impl Builder {
    /// Accepts callbacks signed with `secret`.
    ///
    /// # Errors
    /// If the secret is empty, padded, or holds control characters; `webhook-key-too-short` if it has fewer than 16 bytes.
    pub fn secret(mut self, secret: impl Into<SecretString>) -> Result<Self, Error> {
        self.keys = self.keys.with(secret)?;
        Ok(self)
    }

    /// How long the replay store remembers a callback. After that, whoever recorded it can repeat it. Default: 30 days;
    /// less than a minute counts as a minute.
    #[must_use]
    pub fn remember_for(mut self, span: Duration) -> Self {
        self.scheme.remember_for = span.max(Duration::from_secs(60));
        self
    }

    /// Accepts callbacks without a body, which are refused by default (`webhook-body-empty`). Every customer sees
    /// signatures that the same secret makes of `reference`, `total` and `appId`. If customers choose how the reference
    /// begins, that text can read as a nonce and the URL of such a callback.
    #[must_use]
    pub fn accept_empty_bodies(mut self) -> Self {
        self.scheme.accept_empty = true;
        self
    }
}

/// For Netgíró only: `netgiro::webhook::Keys`.
impl Keys {
    /// Adds a secret.
    ///
    /// # Errors
    /// As [`Builder::secret`](webhook::Builder::secret).
    pub fn with(self, secret: impl Into<SecretString>) -> Result<Self, Error> {
        let secret = secret.into();
        webhook::check_key("secret_key", &secret).map_err(|error| error.in_provider(NAME))?;
        self.dangerous_short_key(secret)
    }

    /// Adds a secret of any length, even of fewer than 16 bytes. Whoever has recorded one callback may find such a
    /// secret by trying, and can then sign anything.
    ///
    /// # Errors
    /// As [`Keys::with`], except for the length.
    pub fn dangerous_short_key(self, secret: impl Into<SecretString>) -> Result<Self, Error> {
        let add = || self.add(None, Key(Secret::new(secret.into())?));
        add().map_err(|error: Error| error.in_provider(NAME))
    }
}
