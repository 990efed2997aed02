//! The common way of verifying, in its order.

#[cfg(feature = "explain")]
mod diagnosis;
mod once;

#[cfg(feature = "tower")]
pub(super) use once::Taken;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use http::request::Parts;

use super::builder::{Builder, Settings};
use super::scheme::{Claim, Delivery, Freshness, Scheme};
use super::verified::Proof;
use super::{DeliveryFault, Keys, ReplayKey, Verified};
use crate::error::Error;
use crate::renamed_header::note_renamed;
use crate::signing::SignedText;

/// Verifies the webhooks of one provider. Cheap to clone; clones share keys and replay store.
///
/// Each provider names its own: `vizion::webhook::Verifier`, `netgiro::callback::Verifier`,
/// `unleashed::webhook::Verifier`.
pub struct Verifier<S: Scheme>(Arc<Inner<S>>);

struct Inner<S: Scheme> {
    scheme: S,
    keys: ArcSwap<Keys<S>>,
    settings: Settings,
    #[cfg(feature = "explain")]
    allowance: crate::diagnose::Allowance,
}

impl<S: Scheme> Verifier<S> {
    pub(super) fn new(Builder { scheme, keys, settings }: Builder<S>) -> Self {
        Self(Arc::new(Inner {
            scheme,
            keys: ArcSwap::from_pointee(keys),
            settings,
            #[cfg(feature = "explain")]
            allowance: crate::diagnose::Allowance::default(),
        }))
    }

    /// Verifies a delivery but for the replay store: a pure function, for tests, tools and stores of your own. What it
    /// gives is `body` itself, but for one that was pretty-printed and is accepted as such.
    ///
    /// A copy of the delivery verifies as well. A service that uses this has to refuse a
    /// [`replay_key`](Verified::replay_key) that it has seen, for [`repeatable_for`](Verified::repeatable_for).
    /// With the feature `explain`, each refusal is diagnosed, which takes milliseconds: what strangers send is better
    /// given to [`Verifier::receive`], which limits that.
    ///
    /// # Errors
    /// Why it was refused, as an [`Error`] over [`DeliveryFault`]; of several reasons the first in the order of the
    /// [module](super).
    pub fn verify<'b>(
        &self,
        parts: &Parts,
        body: &'b [u8],
        now: SystemTime,
    ) -> Result<Verified<Cow<'b, [u8]>>, Error> {
        let (content, proof) =
            self.judge(parts, body, now).map_err(|refused| self.noted(refused, parts, body))?;
        Ok(Verified::new(content, proof))
    }

    /// States the text that a delivery's signature should cover, for those who explain why it does not.
    ///
    /// # Errors
    /// As [`Verifier::verify`], up to the key id.
    pub fn signed_text(&self, parts: &Parts, body: &[u8], text: &mut SignedText<'_>) -> Result<(), Error> {
        let error = |refused| self.error(refused, parts);
        let claim = self.0.scheme.read(&self.delivery(parts)).map_err(error)?;
        let keys = self.0.keys.load();
        let (_, key) = keys.named(claim.key_id).next().ok_or_else(|| error(keys.none_named()))?;
        S::state(&claim.stated, key, body, text);
        Ok(())
    }

    /// Exchanges the keys, for all clones at once. Deliveries being verified finish with the keys that they began with;
    /// a key that is not among the new ones is retired.
    pub fn exchange_keys(&self, keys: Keys<S>) {
        self.0.keys.store(Arc::new(keys));
    }

    fn judge<'b>(
        &self,
        parts: &Parts,
        body: &'b [u8],
        now: SystemTime,
    ) -> Result<(Cow<'b, [u8]>, Proof), DeliveryFault> {
        let Settings { body_limit, window, .. } = *self.settings();
        if body.len() > body_limit {
            return Err(DeliveryFault::BodyTooLong { limit: body_limit });
        }
        let scheme = &self.0.scheme;
        let Claim { signature, key_id, freshness, mut stated } = scheme.read(&self.delivery(parts))?;
        let signature = signature.digest.ok_or(DeliveryFault::SignatureMalformed)?;
        let keys = self.0.keys.load();
        let mut candidates = keys.named(key_id).peekable();
        candidates.peek().ok_or_else(|| keys.none_named())?;
        let (signed_at, repeatable_for) = match freshness {
            Freshness::Timed(times) => (times.signed_at_time(), window.check(&times, now)?),
            Freshness::Remembered(span) => (None, span),
        };
        let content = scheme.check_digest(&mut stated, body)?;
        let (key_id, _) = candidates
            .find(|(_, key)| S::signature(&stated, key, &content).matches(&signature))
            .ok_or(DeliveryFault::SignatureMismatch)?;
        scheme.check_signed_body(&content)?;
        let replay_key = ReplayKey::new(S::NAME, signature);
        Ok((
            content,
            Proof {
                provider: S::NAME,
                key_id: key_id.clone(),
                signed_at,
                replay_key,
                repeatable_for,
                remembered: None,
            },
        ))
    }

    fn delivery<'r>(&'r self, parts: &'r Parts) -> Delivery<'r> {
        Delivery::new(parts, self.settings().origin.as_ref())
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn error(&self, refused: DeliveryFault, parts: &Parts) -> Error {
        let is_mismatch = refused == DeliveryFault::SignatureMismatch;
        let missing = if let DeliveryFault::HeaderMissing { name } = refused { Some(name) } else { None };
        let error = Error::new(refused).in_provider(S::NAME);
        if let Some(name) = missing {
            return note_renamed(error, &parts.headers, name);
        }
        if !is_mismatch {
            return error;
        }
        let error = error.with_next_step(S::AFTER_MISMATCH);
        if S::COVERS_URL { error.with_note(self.delivery(parts).addresses()) } else { error }
    }

    /// The refusal, with the known mistake that would explain it, a few times a second.
    #[cfg(feature = "explain")]
    fn noted_at(&self, now: SystemTime, refused: DeliveryFault, parts: &Parts, body: &[u8]) -> Error {
        if refused.is_mismatch() && self.0.allowance.take(now) {
            self.noted(refused, parts, body)
        } else {
            self.error(refused, parts)
        }
    }

    #[cfg(not(feature = "explain"))]
    fn noted_at(&self, _: SystemTime, refused: DeliveryFault, parts: &Parts, _: &[u8]) -> Error {
        self.error(refused, parts)
    }

    /// The refusal, with the known mistake that would explain it, if one does.
    #[cfg(feature = "explain")]
    fn noted(&self, refused: DeliveryFault, parts: &Parts, body: &[u8]) -> Error {
        let is_mismatch = refused.is_mismatch();
        let error = self.error(refused, parts);
        if is_mismatch { self.with_known_mistake(error, parts, body) } else { error }
    }

    #[cfg(not(feature = "explain"))]
    fn noted(&self, refused: DeliveryFault, parts: &Parts, _: &[u8]) -> Error {
        self.error(refused, parts)
    }

    pub(super) fn report(&self, error: &Error, parts: &Parts) {
        self.settings().reporter.report(error, parts);
    }
}

impl<S: Scheme> Clone for Verifier<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Scheme> fmt::Debug for Verifier<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &S::NAME)
            .field("keys", &self.0.keys.load())
            .field("settings", self.settings())
            .finish_non_exhaustive()
    }
}
