//! The verification that all schemes share, in its order.

mod once;

pub(super) use once::{Remembered, State, Taken};

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::request::Parts;

use super::builder::{Builder, Diagnose, Settings};
use super::scheme::{Claim, Delivery, Freshness, Received, Scheme};
use super::verified::Proof;
use super::{DeliveryFault, Keys, ReplayKey, Verified};
use crate::error::Error;
use crate::header::note_renamed;
use crate::observer::Event;
use crate::renewal::Renewal;
use crate::signing::SignedText;

/// The advice of a refusal whose reason may be a known mistake.
const ASK_FOR_A_DIAGNOSIS: &str =
    "`diagnose_refusals`, on the verifier's builder, looks for a known mistake (feature `diagnose`).";

/// Verifies the webhooks of one provider. Cheap to clone; clones share keys and replay store.
///
/// Each provider names its own: `vizion::webhook::Verifier`, `netgiro::webhook::Verifier`,
/// `unleashed::webhook::Verifier`.
///
/// ```
/// use std::time::SystemTime;
///
/// use countersign::unleashed::webhook::{Verifier, testing};
///
/// let verifier = Verifier::builder().signing_key("a signing key of nobody")?.build();
/// let url = "https://hooks.example.com/unleashed";
/// let delivery = testing::sign("a signing key of nobody", url, "{}", SystemTime::now())?; // as Unleashed would
/// let (parts, body) = delivery.into_parts();
/// let verified = verifier.verify(&parts, &body, SystemTime::now())?;
/// assert_eq!(**verified, *b"{}");
///
/// let refused = verifier.verify(&parts, b"another body", SystemTime::now()).unwrap_err();
/// assert_eq!(refused.code(), "webhook-signature-mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Verifier<S: Scheme>(Arc<Inner<S>>);

struct Inner<S: Scheme> {
    scheme: S,
    /// The name of the scheme, which each verified delivery shares.
    name: Arc<str>,
    keys: Arc<ArcSwap<Keys<S>>>,
    rotation: Option<Arc<dyn Renewal>>,
    settings: Settings,
    diagnose: Option<Diagnose<S>>,
}

/// What the head of a delivery says, checked as far as possible without the body.
struct Head<'r, T> {
    signature: Received<'r>,
    key_id: Option<&'r str>,
    signed_at: Option<SystemTime>,
    repeatable_for: Duration,
    stated: T,
}

impl<S: Scheme> Verifier<S> {
    pub(super) fn new(builder: Builder<S>) -> Self {
        let keys = Arc::new(ArcSwap::from_pointee(builder.keys));
        Self(Arc::new(Inner {
            rotation: builder.rotate.map(|rotate| {
                let observer = builder.settings.reporter.observer.clone();
                rotate(builder.scheme.name(), Arc::clone(&keys), observer)
            }),
            name: builder.scheme.name().into(),
            scheme: builder.scheme,
            keys,
            settings: builder.settings,
            diagnose: builder.diagnose,
        }))
    }

    /// Waits for new keys if the present ones have expired.
    pub(super) async fn ready(&self, parts: &Parts) -> Result<(), Error> {
        let Some(ready) = self.0.rotation.as_ref().and_then(|rotation| rotation.ready()) else {
            return Ok(());
        };
        ready.await.map_err(|source| self.error(DeliveryFault::KeysExpired, parts).with_source(source))
    }

    /// Verifies a delivery without the replay store: a pure function, for tests, tools and stores of your own. It
    /// returns `body` itself, unless the body was pretty-printed on the way and the verifier accepts that.
    ///
    /// A copy of the delivery verifies as well. A service that uses this must refuse a
    /// [`replay_key`](Verified::replay_key) that it has seen, for [`repeatable_for`](Verified::repeatable_for). No
    /// refusal is diagnosed here: `Verifier::diagnose` does that, with the feature `diagnose`.
    ///
    /// # Errors
    /// Why the delivery was refused. Of several reasons, the first in the order of the [module](super).
    pub fn verify<'b>(
        &self,
        parts: &Parts,
        body: &'b [u8],
        now: SystemTime,
    ) -> Result<Verified<S, Cow<'b, [u8]>>, Error> {
        let (content, proof) = self.judge(parts, body, now).map_err(|refused| self.error(refused, parts))?;
        Ok(Verified::new(content, proof))
    }

    /// States the text that a delivery's signature should cover, for programs that explain a mismatch.
    ///
    /// # Errors
    /// As [`Verifier::verify`], up to the key id.
    pub fn signed_text(&self, parts: &Parts, body: &[u8], text: &mut SignedText<'_>) -> Result<(), Error> {
        let error = |refused| self.error(refused, parts);
        let claim = self.read(&self.delivery(parts).with_body(body)).map_err(error)?;
        let keys = self.0.keys.load();
        let (_, key) = keys.named(claim.key_id).next().ok_or_else(|| error(keys.none_named()))?;
        S::state(&claim.stated, key, body, text);
        Ok(())
    }

    /// Replaces the keys, for all clones at once. Deliveries that are being verified finish with the old keys. A key
    /// that is not among the new ones is retired.
    ///
    /// The keys of a `Rotation` replace these again at their next change.
    pub fn exchange_keys(&self, keys: Keys<S>) {
        self.0.keys.store(Arc::new(keys));
    }

    fn judge<'b>(
        &self,
        parts: &Parts,
        body: &'b [u8],
        now: SystemTime,
    ) -> Result<(Cow<'b, [u8]>, Proof), DeliveryFault> {
        let keys = self.0.keys.load();
        let head = self.read_head(self.delivery(parts).with_body(body), &keys, now)?;
        let Head { signature, key_id, signed_at, repeatable_for, mut stated } = head;
        let limit = self.settings().body_limit;
        if body.len() > limit {
            return Err(DeliveryFault::BodyTooLong { limit });
        }
        let content = self.0.scheme.check_digest(&mut stated, body)?;
        // All keys are tried, even after a match, so that the time taken says nothing about the keys.
        let mut judged = Err(DeliveryFault::SignatureMismatch);
        for (id, key) in keys.named(key_id) {
            match S::judge(&signature, &stated, key, &content) {
                Ok(identity) => judged = Ok((id, identity)),
                Err(refused) if judged.is_err() => judged = Err(refused),
                Err(_) => {}
            }
        }
        let (key_id, identity) = judged?;
        self.0.scheme.check_signed_body(&content)?;
        let replay_key = ReplayKey::new(S::NAME, identity);
        let (provider, key_id) = (Arc::clone(&self.0.name), key_id.clone());
        Ok((content, Proof { provider, key_id, signed_at, replay_key, repeatable_for, remembered: None }))
    }

    /// Refuses a head that no body can make right.
    pub(super) fn check_head(&self, parts: &Parts) -> Result<(), DeliveryFault> {
        if self.0.scheme.reads_body() {
            return Ok(());
        }
        self.read_head(self.delivery(parts), &self.0.keys.load(), self.settings().clock.now()).map(drop)
    }

    fn read_head<'r>(
        &'r self,
        delivery: Delivery<'r>,
        keys: &Keys<S>,
        now: SystemTime,
    ) -> Result<Head<'r, S::Stated<'r>>, DeliveryFault> {
        let Claim { signature, key_id, freshness, stated } = self.read(&delivery)?;
        if !S::has_form(&signature) {
            return Err(DeliveryFault::SignatureMalformed);
        }
        if keys.named(key_id).next().is_none() {
            return Err(keys.none_named());
        }
        let (signed_at, repeatable_for) = match freshness {
            Freshness::Timed(times) => (times.signed_at_time(), self.settings().window.check(&times, now)?),
            Freshness::Remembered(span) => (None, span),
        };
        Ok(Head { signature, key_id, signed_at, repeatable_for, stated })
    }

    pub(super) fn delivery<'r>(&'r self, parts: &'r Parts) -> Delivery<'r> {
        let settings = self.settings();
        Delivery::new(parts, settings.origin.as_ref()).with_added(settings.added.as_ref())
    }

    /// What a delivery says about itself.
    pub(super) fn read<'r>(
        &'r self,
        delivery: &Delivery<'r>,
    ) -> Result<Claim<'r, S::Stated<'r>>, DeliveryFault> {
        delivery.check_prefix()?;
        self.0.scheme.read(delivery)
    }

    pub(super) fn scheme(&self) -> &S {
        &self.0.scheme
    }

    pub(super) fn keys(&self) -> Arc<Keys<S>> {
        self.0.keys.load_full()
    }

    pub(super) fn diagnoses(&self) -> bool {
        self.0.diagnose.is_some()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn named(&self, error: Error) -> Error {
        error.in_provider(self.0.scheme.name().to_owned())
    }

    pub(super) fn tell(&self, event: Event) {
        self.settings().reporter.observer.tell(self.0.scheme.name(), event);
    }

    pub(super) fn error(&self, refused: DeliveryFault, parts: &Parts) -> Error {
        let is_mismatch = refused == DeliveryFault::SignatureMismatch;
        let missing =
            if let DeliveryFault::HeaderMissing { name } = &refused { Some(name.clone()) } else { None };
        let error = self.named(Error::new(refused));
        if let Some(name) = missing {
            return note_renamed(error, &parts.headers, &name);
        }
        if !is_mismatch {
            return error;
        }
        let error = error.with_next_step(S::AFTER_MISMATCH);
        if self.0.scheme.covers_url() { error.with_note(self.delivery(parts).addresses()) } else { error }
    }

    /// The refusal, for the operator of the service.
    pub(super) fn refusal(&self, refused: DeliveryFault, parts: &Parts) -> Error {
        let is_unexplained = refused.is_mismatch() && !self.diagnoses();
        let error = self.error(refused, parts);
        if !is_unexplained {
            return error;
        }
        let next_step = format!("{} {ASK_FOR_A_DIAGNOSIS}", error.next_step());
        error.with_next_step(next_step)
    }

    /// Reports a refusal to log and hook. A refusal that is diagnosed, which takes the body, is reported afterwards.
    pub(super) fn report(&self, error: &Error, parts: &Parts, body: Option<Bytes>) {
        // The sender may know newer keys.
        if let Some(rotation) = &self.0.rotation
            && let Some(DeliveryFault::NoKeys | DeliveryFault::KeyUnknown | DeliveryFault::SignatureMismatch) =
                error.fault()
        {
            rotation.refused();
        }
        let diagnosed = self.0.diagnose.zip(body);
        if !diagnosed.is_some_and(|(diagnose, body)| diagnose(self, error, parts, body)) {
            self.settings().reporter.report(error, parts);
        }
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
            .field("provider", &self.0.scheme.name())
            .field("keys", &self.0.keys.load())
            .field("settings", self.settings())
            .field("diagnose_refusals", &self.diagnoses())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use http::{HeaderName, Request};

    use super::*;
    use crate::signing::{Encoding, MacKey, Signature};
    use crate::webhook::{Received, Steps};

    /// Signs the body alone, and counts how often.
    struct Counted;

    static SIGNED: AtomicUsize = AtomicUsize::new(0);
    static SIGNATURE: HeaderName = HeaderName::from_static("x-signature");

    impl Steps for Counted {
        const NAME: &'static str = "counted";
        const AFTER_MISMATCH: &'static str = "Nothing.";
        type Key = MacKey;
        type Stated<'r> = ();

        fn read<'r>(&'r self, delivery: &Delivery<'r>) -> Result<Claim<'r, ()>, DeliveryFault> {
            let signature = Received::new(delivery.single(&SIGNATURE)?, Encoding::HexLower);
            let freshness = Freshness::Remembered(Duration::from_secs(1));
            Ok(Claim { signature, key_id: Some("key"), freshness, stated: () })
        }

        fn covers_url(&self) -> bool {
            false
        }

        fn mac<'k>((): &(), key: &'k MacKey) -> Cow<'k, MacKey> {
            Cow::Borrowed(key)
        }

        fn state((): &(), _: &MacKey, body: &[u8], text: &mut SignedText<'_>) {
            text.public("body", body);
        }

        fn signature((): &(), key: &MacKey, body: &[u8]) -> Signature {
            SIGNED.fetch_add(1, Ordering::SeqCst);
            let mut mac = key.start();
            mac.update(body);
            mac.finish()
        }
    }

    #[test]
    fn all_keys_of_an_id_are_tried_whichever_is_right() {
        let key = |n: u8| MacKey::hmac_sha256(&[n; 16], Encoding::HexLower).unwrap();
        let keys = (0..3).fold(Keys::new(), |keys, n| keys.add(Some("key"), key(n)).unwrap());
        let verifier = Builder::new(Counted, None).keys(keys.add(Some("other"), key(9)).unwrap()).build();
        for (n, is_right) in [(0, true), (1, true), (2, true), (3, false)] {
            let signature = Counted::signature(&(), &key(n), b"body").header_value();
            let request = Request::post("/").header(&SIGNATURE, signature).body(()).unwrap();
            SIGNED.store(0, Ordering::SeqCst);
            let verified = verifier.verify(&request.into_parts().0, b"body", SystemTime::UNIX_EPOCH);
            assert_eq!((verified.is_ok(), SIGNED.load(Ordering::SeqCst)), (is_right, 3), "key {n}");
        }
    }
}
