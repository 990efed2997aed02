//! Where the reason of a refusal goes: to the log and the hook, never to the sender.

use std::sync::Arc;

use http::request::Parts;

use super::Delivery;
use super::scheme::cut;
use crate::error::Error;

type Hook = dyn Fn(&Error, &Parts) + Send + Sync;

/// Told of what was refused. The layer hands it on with the delivery, for the extractors.
#[derive(Clone, Default)]
pub(super) struct Reporter(Option<Arc<Hook>>);

impl Reporter {
    pub(super) fn new(hook: impl Fn(&Error, &Parts) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(super) fn report(&self, error: &Error, parts: &Parts) {
        // Without the query, which may hold personal data.
        let path = Delivery::new(parts, None).received_target().split('?').next().map(cut);
        tracing::warn!(
            provider = error.provider(),
            code = error.code(),
            path,
            next_step = error.next_step(),
            source = std::error::Error::source(error).map(tracing::field::display),
            "webhook refused: {error}"
        );
        if let Some(hook) = &self.0 {
            hook(error, parts);
        }
    }
}
