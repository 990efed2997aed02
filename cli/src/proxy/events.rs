//! Counts events for `/metrics`, and prints refusals on standard error, without path, company or key.

use std::sync::Arc;

use clap::ValueEnum as _;
use countersign::observer::{Event, Metrics, Observer as _};
use countersign::redact::printable;
use http::StatusCode;
use serde_json::json;

use crate::code::Code;
use crate::output;

pub(super) struct Events {
    json: bool,
    pub(super) metrics: Arc<Metrics>,
}

impl Events {
    pub(super) fn new(json: bool) -> Self {
        Self { json, metrics: Arc::default() }
    }

    /// The client gets `status`; `cause` goes only to standard error. Signers and verifiers count the library's codes; this
    /// counts the tool's own.
    pub(super) fn refused(&self, provider: &str, status: StatusCode, code: &str, cause: &str) {
        if let Ok(own) = Code::from_str(code, false) {
            self.metrics.observe(provider, &Event::Refused(own.name()));
        }
        let status = status.as_u16();
        output::note(&if self.json {
            let mut refused = json!({ "status": status, "provider": provider, "code": code });
            if let Some(refused) = refused.as_object_mut().filter(|_| !cause.is_empty()) {
                refused.insert("cause".to_owned(), cause.into());
            }
            output::json_line(&json!({ "refused": refused }))
        } else {
            let cause = if cause.is_empty() { String::new() } else { format!(": {}", printable(cause)) };
            format!("countersign: refused with {status}, {provider} [{code}]{cause}")
        });
    }
}
