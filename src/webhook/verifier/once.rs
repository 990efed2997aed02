//! Takes each delivery once.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use bytes::Bytes;
use http::request::Parts;

use super::Verifier;
use crate::error::Error;
use crate::lock::lock;
use crate::observer::Event;
use crate::webhook::replay::Place;
use crate::webhook::scheme::Scheme;
use crate::webhook::{DeliveryFault, ReplayKey, StoreError, Verified};

/// A delivery that verified.
pub(in crate::webhook) enum Taken<S> {
    First(Verified<S, Bytes>),
    /// The replay store knew it.
    Again(Verified<S, Bytes>),
}

impl<S: Scheme> Verifier<S> {
    /// Verifies a delivery and accepts it only once. This is what a service calls.
    ///
    /// A refusal goes to the log (a `tracing` warning) and to [`on_refused`](super::super::Builder::on_refused). An
    /// accepted delivery is never accepted again, even if your handler fails. So store or queue it before anything
    /// else, or [`forget`](Self::forget) it after a failure.
    ///
    /// # Errors
    /// As [`Verifier::verify`]; also `webhook-replayed`, `webhook-store-unreachable` and, where keys rotate,
    /// `webhook-keys-expired`. Answer the last two with 503 and a `Retry-After`: the delivery may be honest, and many
    /// senders take a 4xx as final. Answer everything else with the same 401.
    pub async fn receive(&self, parts: &Parts, body: Bytes) -> Result<Verified<S, Bytes>, Error> {
        let accepted = self.take_first(parts, body.clone()).await;
        accepted.inspect_err(|error| self.report(error, parts, Some(body)))
    }

    async fn take_first(&self, parts: &Parts, body: Bytes) -> Result<Verified<S, Bytes>, Error> {
        self.ready(parts).await?;
        match self.take(parts, body).await? {
            Taken::First(accepted) => Ok(accepted),
            Taken::Again(_) => Err(self.error(DeliveryFault::Replayed, parts)),
        }
    }

    /// Has the replay store forget a delivery that [`receive`](Self::receive) accepted but that could not be handled,
    /// so that the sender's retry is let in. Work that was already done for it is then done again: at least once,
    /// instead of at most once.
    ///
    /// Does nothing for a delivery from [`verify`](Self::verify), which no store was told of: the store may know an
    /// earlier copy. Acts only once for all clones of a delivery: a second time, it could forget a retry that was let
    /// in meanwhile.
    ///
    /// # Errors
    /// The store's error, if the store may not have forgotten: the retry stays refused until this is called again. (If
    /// only the store's answer was lost, that call may forget a retry that was let in meanwhile.) Also an error while
    /// another call for this delivery has not ended. A call that was dropped never ends, since nobody knows whether the
    /// store has forgotten.
    pub async fn forget<T>(&self, accepted: &Verified<S, T>) -> Result<(), StoreError> {
        let Some(remembered) = accepted.remembered() else { return Ok(()) };
        match remembered.begin_forgetting() {
            State::Remembered => {}
            State::Forgetting => return Err("an earlier call to forget it has not ended".into()),
            State::Forgotten => return Ok(()),
        }
        let store = &*self.settings().store;
        // The entry that it was handled goes first: a delivery that is let in again must not be answered 200.
        let mut forgotten = match remembered.handled() {
            Some(handled) => store.forget(handled).await,
            None => Ok(()),
        };
        if forgotten.is_ok() {
            forgotten = store.forget(accepted.replay_key()).await;
        }
        remembered.end_forgetting(forgotten.is_ok());
        forgotten
    }

    /// Has the replay store remember that a delivery was handled.
    pub(in crate::webhook) async fn remember_handled(
        &self,
        delivery: &Verified<S, Bytes>,
        place: &Place,
    ) -> Result<(), StoreError> {
        let Some(remembered) = delivery.remembered() else { return Ok(()) };
        let (store, key) = (&*self.settings().store, delivery.replay_key().of_handled(place));
        remembered.set_handled(key);
        store.insert_if_absent(&key, delivery.repeatable_for()).await?;
        // A call that forgot the delivery meanwhile may have come before this entry.
        match remembered.state() {
            State::Remembered => Ok(()),
            State::Forgetting | State::Forgotten => store.forget(&key).await,
        }
    }

    /// Where a delivery came in.
    pub(in crate::webhook) fn place(&self, parts: &Parts) -> Place {
        let delivery = self.delivery(parts);
        Place::of(delivery.method(), delivery.host().unwrap_or_default(), &delivery.target())
    }

    /// Whether the repeated delivery was handled at the same place.
    pub(in crate::webhook) async fn was_handled(
        &self,
        repeated: &Verified<S, Bytes>,
        parts: &Parts,
    ) -> Result<bool, Error> {
        let key = repeated.replay_key().of_handled(&self.place(parts));
        let known = self.settings().store.contains(&key).await;
        known.map_err(|source| self.error(DeliveryFault::StoreUnreachable, parts).with_source(source))
    }

    /// Verifies a delivery and gives it to the replay store. Reports nothing.
    pub(in crate::webhook) async fn take(&self, parts: &Parts, body: Bytes) -> Result<Taken<S>, Error> {
        let now = self.settings().clock.now();
        let (content, mut proof) =
            self.judge(parts, &body, now).map_err(|refused| self.refusal(refused, parts))?;
        let content = match content {
            Cow::Borrowed(_) => body,
            Cow::Owned(rewritten) => rewritten.into(),
        };
        let store = &*self.settings().store;
        match store.insert_if_absent(&proof.replay_key, proof.repeatable_for).await {
            Ok(true) => proof.remembered = Some(Remembered::default()),
            Ok(false) => {
                self.tell(Event::WebhookReplayed);
                return Ok(Taken::Again(Verified::new(content, proof)));
            }
            Err(source) if self.settings().accept_without_store => {
                tracing::warn!(name: "countersign.webhook_without_store", provider = S::NAME, %source, "webhook accepted without the replay store");
            }
            Err(source) => {
                return Err(self.error(DeliveryFault::StoreUnreachable, parts).with_source(source));
            }
        }
        self.tell(Event::WebhookAccepted);
        Ok(Taken::First(Verified::new(content, proof)))
    }
}

/// Whether the replay store still remembers a delivery. All clones of the delivery share this, so that it is forgotten
/// only once: a second time, the store could forget a retry that was let in meanwhile.
#[derive(Clone, Debug, Default)]
pub(in crate::webhook) struct Remembered(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// The key under which the store remembers that the delivery was handled, if it does.
    handled: OnceLock<ReplayKey>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::webhook) enum State {
    #[default]
    Remembered,
    /// The store was asked and has not answered. If the call was dropped, it never will.
    Forgetting,
    Forgotten,
}

impl Remembered {
    pub(in crate::webhook) fn state(&self) -> State {
        *self.lock()
    }

    /// Begins to forget the delivery, and returns the state before.
    pub(in crate::webhook) fn begin_forgetting(&self) -> State {
        let mut state = self.lock();
        let before = *state;
        if before == State::Remembered {
            *state = State::Forgetting;
        }
        before
    }

    /// Records the store's answer to the call that began to forget.
    pub(in crate::webhook) fn end_forgetting(&self, is_forgotten: bool) {
        *self.lock() = if is_forgotten { State::Forgotten } else { State::Remembered };
    }

    pub(in crate::webhook) fn handled(&self) -> Option<&ReplayKey> {
        self.0.handled.get()
    }

    pub(in crate::webhook) fn set_handled(&self, key: ReplayKey) {
        // Set only once: a delivery is handled once.
        let _ = self.0.handled.set(key);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}
