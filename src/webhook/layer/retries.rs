//! What becomes of a delivery when its handler has ended, so that the sender's retry is let in or not.

use bytes::Bytes;
use http::StatusCode;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::webhook::scheme::Scheme;
use crate::webhook::{Verified, Verifier};

/// What the layer was told about retries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retries {
    pub(super) forget_failed: bool,
}

impl Retries {
    /// What watches over the handling of a delivery, if anything depends on how that ends.
    pub(super) fn watch<S: Scheme>(
        self,
        verifier: &Verifier<S>,
        delivery: &Verified<Bytes>,
    ) -> Option<Handling<S>> {
        self.forget_failed.then(|| Handling {
            retries: self,
            verifier: verifier.clone(),
            delivery: Some(delivery.clone()),
            runtime: Handle::try_current().ok(),
        })
    }
}

/// How the handling of a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The handler says that it can be tried again, or did not get to say anything.
    Failed,
    /// Any other answer.
    Answered,
}

impl From<StatusCode> for Ending {
    fn from(status: StatusCode) -> Self {
        // The two below 500 that ask to come again: a time-out layer and a limit answer with them.
        let is_failure = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        if is_failure { Self::Failed } else { Self::Answered }
    }
}

/// A delivery in the hands of its handler. What is dropped has failed: the sender hung up, or the handler panicked.
pub(super) struct Handling<S: Scheme> {
    retries: Retries,
    verifier: Verifier<S>,
    /// `None` when it is settled.
    delivery: Option<Verified<Bytes>>,
    /// The one that the handling began in: it may be dropped outside of any.
    runtime: Option<Handle>,
}

impl<S: Scheme> Handling<S> {
    pub(super) async fn end(mut self, ending: Ending) {
        if let Some(settling) = self.settle(ending) {
            // Where it panicked, the store was not told; there is no more to be done than after any of its errors.
            let _ = settling.await;
        }
    }

    /// Tells the store in a task of its own, which does not end with the connection: told twice, it could forget a retry
    /// that was let in meanwhile.
    fn settle(&mut self, ending: Ending) -> Option<JoinHandle<()>> {
        let delivery = self.delivery.take()?;
        if ending != Ending::Failed || !self.retries.forget_failed {
            return None;
        }
        let Some(runtime) = &self.runtime else {
            tracing::warn!(provider = delivery.provider(), "webhook stays spent: forgetting it takes tokio");
            return None;
        };
        Some(runtime.spawn(forget(self.verifier.clone(), delivery)))
    }
}

impl<S: Scheme> Drop for Handling<S> {
    fn drop(&mut self) {
        // The task goes on without its handle.
        drop(self.settle(Ending::Failed));
    }
}

async fn forget<S: Scheme>(verifier: Verifier<S>, delivery: Verified<Bytes>) {
    let provider = delivery.provider();
    match verifier.forget(&delivery).await {
        Ok(()) => tracing::info!(provider, "webhook forgotten, since its handler failed: a retry is let in"),
        Err(source) => {
            tracing::warn!(provider, %source, "webhook stays spent, though its handler failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_tried_again_has_failed() {
        for (status, ending) in [
            (200, Ending::Answered),
            (302, Ending::Answered),
            (404, Ending::Answered),
            (408, Ending::Failed),
            (422, Ending::Answered),
            (429, Ending::Failed),
            (500, Ending::Failed),
            (503, Ending::Failed),
            (599, Ending::Failed),
        ] {
            assert_eq!(Ending::from(StatusCode::from_u16(status).unwrap()), ending, "{status}");
        }
    }
}
