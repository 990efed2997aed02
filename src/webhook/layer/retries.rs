//! Decides, once a handler has ended, whether the retry of its delivery is let in.

use std::pin::Pin;

use bytes::Bytes;
use http::{Response, StatusCode};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::Unseen;
use crate::webhook::replay::Place;
use crate::webhook::scheme::Scheme;
use crate::webhook::verifier::{Remembered, State};
use crate::webhook::{Verified, Verifier};

/// The settings of the layer for retries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retries {
    pub(super) forget_failed: bool,
    pub(super) acknowledge_duplicates: bool,
}

/// How the handling of a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The handler asks for a retry, or has not answered.
    Failed,
    /// Success.
    Handled,
    /// Any other answer.
    Rejected,
}

impl Ending {
    pub(super) fn of<Answer>(answer: &Response<Answer>) -> Self {
        if answer.extensions().get::<Unseen>().is_some() {
            return Self::Failed;
        }
        Self::of_status(answer.status())
    }

    fn of_status(status: StatusCode) -> Self {
        // Time-out layers and rate limits answer with these two, which ask for a retry.
        let is_failure = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        match () {
            () if is_failure => Self::Failed,
            () if status.is_success() => Self::Handled,
            () => Self::Rejected,
        }
    }
}

/// A delivery that is being handled. If this is dropped, the handler has failed: the sender hung up, or the handler panicked.
pub(super) struct Handling<S: Scheme> {
    forget_failed: bool,
    verifier: Verifier<S>,
    /// Where the delivery came in; `None` if duplicates are not acknowledged.
    place: Option<Place>,
    /// `None` once the store was told.
    delivery: Option<Verified<S, Bytes>>,
    /// The tokio runtime that the handling began in: this value may be dropped outside of any runtime.
    runtime: Option<Handle>,
}

impl<S: Scheme> Handling<S> {
    pub(super) fn new(
        forget_failed: bool,
        verifier: Verifier<S>,
        place: Option<Place>,
        delivery: Verified<S, Bytes>,
    ) -> Self {
        Self { forget_failed, verifier, place, delivery: Some(delivery), runtime: Handle::try_current().ok() }
    }

    pub(super) async fn end(mut self, ending: Ending) {
        if let Some(settling) = self.settle(ending) {
            // If the task panicked, the store was not told. As after an error of the store, nothing more can be done.
            let _ = settling.await;
        }
    }

    /// Tells the store in a separate task, which does not end with the connection. Telling it twice could forget a
    /// retry that was let in meanwhile.
    fn settle(&mut self, ending: Ending) -> Option<JoinHandle<()>> {
        let is_known = |remembered: &Remembered| remembered.state() != State::Forgotten;
        let delivery = self.delivery.take().filter(|delivery| delivery.remembered().is_some_and(is_known))?;
        let verifier = self.verifier.clone();
        let telling: Pin<Box<dyn Future<Output = ()> + Send>> = match (ending, self.place) {
            (Ending::Failed, _) if self.forget_failed => Box::pin(forget(verifier, delivery)),
            (Ending::Handled, Some(place)) => Box::pin(remember_handled(verifier, delivery, place)),
            _ => return None,
        };
        let Some(runtime) = &self.runtime else {
            tracing::warn!(name: "countersign.webhook_spent", provider = S::NAME, ?ending, "webhook stays spent: telling the store takes tokio");
            return None;
        };
        Some(runtime.spawn(telling))
    }
}

impl<S: Scheme> Drop for Handling<S> {
    fn drop(&mut self) {
        // The task goes on without its handle.
        drop(self.settle(Ending::Failed));
    }
}

async fn forget<S: Scheme>(verifier: Verifier<S>, delivery: Verified<S, Bytes>) {
    match verifier.forget(&delivery).await {
        Ok(()) => {
            tracing::info!(
                name: "countersign.webhook_forgotten",
                provider = S::NAME,
                "webhook forgotten, since its handler failed: a retry is let in"
            );
        }
        Err(source) => {
            tracing::warn!(name: "countersign.webhook_spent", provider = S::NAME, %source, "webhook stays spent, though its handler failed");
        }
    }
}

async fn remember_handled<S: Scheme>(verifier: Verifier<S>, delivery: Verified<S, Bytes>, place: Place) {
    if let Err(source) = verifier.remember_handled(&delivery, &place).await {
        tracing::warn!(name: "countersign.webhook_not_remembered", provider = S::NAME, %source, "webhook handled, and its repetitions are refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_tried_again_has_failed_and_success_alone_is_handled() {
        for (status, ending) in [
            (200, Ending::Handled),
            (204, Ending::Handled),
            (302, Ending::Rejected),
            (404, Ending::Rejected),
            (408, Ending::Failed),
            (422, Ending::Rejected),
            (429, Ending::Failed),
            (500, Ending::Failed),
            (503, Ending::Failed),
            (599, Ending::Failed),
        ] {
            assert_eq!(Ending::of_status(StatusCode::from_u16(status).unwrap()), ending, "{status}");
        }
    }
}
