//! Verified deliveries.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::ReplayKey;
use super::scheme::Scheme;
use super::verifier::Remembered;
use crate::error::Error;
use crate::fault::faults;

/// A value whose signature was verified, by the verifier of the scheme `S`. Only this crate makes one, so a handler
/// that takes it cannot run for an unverified delivery, or for another provider's.
///
/// Each provider names its own: `vizion::webhook::Verified<T>`, `netgiro::webhook::Verified<T>`,
/// `unleashed::webhook::Verified<T>`.
///
/// It can be read and taken apart:
///
/// ```
/// # mod of_vizion {
/// use bytes::Bytes;
/// use countersign::vizion::webhook::Verified;
///
/// fn read(real: Verified<Bytes>) -> Bytes {
///     real.into_inner()
/// }
/// # }
/// ```
///
/// but neither made nor changed:
///
/// ```compile_fail
/// # use {bytes::Bytes, countersign::vizion::webhook::Verified};
/// fn forge(real: Verified<Bytes>, content: Bytes) -> Verified<Bytes> {
///     Verified { content, ..real }
/// }
/// ```
/// ```compile_fail
/// # use {bytes::Bytes, countersign::vizion::webhook::Verified};
/// fn change(mut real: Verified<Bytes>) {
///     real.clear();
/// }
/// ```
///
/// nor passed off as another provider's:
///
/// ```compile_fail
/// # use {bytes::Bytes, countersign::{netgiro, unleashed}};
/// fn pay(paid: netgiro::webhook::Verified<Bytes>) {}
///
/// fn receive(stock: unleashed::webhook::Verified<Bytes>) {
///     pay(stock);
/// }
/// ```
pub struct Verified<S, T> {
    content: T,
    proof: Proof,
    scheme: PhantomData<fn() -> S>,
}

/// What the verification has found.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    pub(super) provider: Arc<str>,
    pub(super) key_id: Option<Arc<str>>,
    pub(super) signed_at: Option<SystemTime>,
    pub(super) replay_key: ReplayKey,
    /// How long the delivery has to be remembered after it was verified.
    pub(super) repeatable_for: Duration,
    /// `None` unless this very verification made a replay store remember the delivery.
    pub(super) remembered: Option<Remembered>,
}

impl<S: Scheme, T> Verified<S, T> {
    pub(super) fn new(content: T, proof: Proof) -> Self {
        Self { content, proof, scheme: PhantomData }
    }

    pub(super) fn remembered(&self) -> Option<&Remembered> {
        self.proof.remembered.as_ref()
    }

    /// The content, as a plain value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.content
    }

    /// The provider that signed it, e.g. `vizion`. A declared provider has the name in its file.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.proof.provider
    }

    /// The id of the key that it verified under, if the scheme has key ids.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.proof.key_id.as_deref()
    }

    /// When it was signed, according to the signature; `None` if the scheme signs no time.
    #[must_use]
    pub fn signed_at(&self) -> Option<SystemTime> {
        self.proof.signed_at
    }

    /// The key by which a replay store remembers this delivery.
    ///
    /// It is **no idempotency key**. It is made from the signature. Most senders sign a retry anew, with another time
    /// or nonce, so the same event has another replay key, which no store knows. Check the event's own id, in the
    /// transaction that does the work:
    ///
    /// ```
    /// # mod of_vizion {
    /// use bytes::Bytes;
    /// use countersign::vizion::webhook::Verified;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Event {
    ///     id: String,
    /// }
    ///
    /// # trait Transaction { fn insert_unless_there(&self, id: &str) -> bool; fn book(&self, event: &Event); }
    /// fn handle(delivery: &Verified<Bytes>, transaction: &impl Transaction) -> Result<(), countersign::Error> {
    ///     let event = delivery.json::<Event>()?;
    ///     // insert into handled_events (id) values ($1) on conflict do nothing
    ///     if transaction.insert_unless_there(&event.id) {
    ///         transaction.book(&event);
    ///     }
    ///     Ok(()) // also for an event that was handled before: the sender need not come again
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn replay_key(&self) -> &ReplayKey {
        &self.proof.replay_key
    }

    /// How long a replay store must remember this delivery: for as long as a copy would be fresh on any machine whose
    /// clock differs from this machine's by less than the window. If the scheme signs no time, a copy is always fresh,
    /// and the verifier's setting counts.
    #[must_use]
    pub fn repeatable_for(&self) -> Duration {
        self.proof.repeatable_for
    }
}

#[cfg(feature = "axum")]
impl<S: Scheme, T> Verified<S, T> {
    /// Wraps the content differently. Private, since the result of `wrap` counts as verified.
    pub(super) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Verified<S, U> {
        Verified::new(wrap(self.content), self.proof)
    }
}

impl<S: Scheme, B: AsRef<[u8]>> Verified<S, B> {
    /// Reads the verified bytes as JSON. After an error, the delivery is still at hand, e.g. for
    /// [`Verifier::forget`](super::Verifier::forget).
    ///
    /// # Errors
    /// `webhook-json`, if the bytes are not what `T` describes. The error says where. Its source also says what is
    /// wrong, and may quote the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<Verified<S, T>, Error> {
        self.read_json().map_err(|(error, source)| error.with_source(source))
    }

    /// As [`Verified::json`], but keeps the error that may quote the body separate.
    pub(super) fn read_json<T: DeserializeOwned>(
        &self,
    ) -> Result<Verified<S, T>, (Error, serde_json::Error)> {
        match serde_json::from_slice(self.content.as_ref()) {
            Ok(content) => Ok(Verified::new(content, self.proof.clone())),
            Err(source) => Err((Error::new(JsonFault::at(&source)).in_provider(S::NAME), source)),
        }
    }
}

impl<S, T: Clone> Clone for Verified<S, T> {
    fn clone(&self) -> Self {
        Self { content: self.content.clone(), proof: self.proof.clone(), scheme: PhantomData }
    }
}

impl<S, T> Deref for Verified<S, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

/// Shows the origin of the delivery, not its content, which may hold personal data.
impl<S: Scheme, T> fmt::Debug for Verified<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("provider", &self.provider())
            .field("key_id", &self.key_id())
            .field("signed_at", &self.signed_at())
            .finish_non_exhaustive()
    }
}

faults! {
    #[derive(Debug)]
    pub(super) enum JsonFault {
        Unexpected { what: &'static str, line: usize, column: usize } = Unreadable, "webhook-json",
            "the verified body is not the JSON that was expected: {what} at line {line}, column {column}",
            "Compare the fields with the vendor's page for this event; the signature was right.";
    }
}

impl JsonFault {
    /// The parts of serde's error that do not quote the body.
    fn at(error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            Category::Data => "a wrong type or field",
            Category::Eof => "a premature end",
            Category::Syntax | Category::Io => "a syntax error",
        };
        Self::Unexpected { what, line: error.line(), column: error.column() }
    }
}
