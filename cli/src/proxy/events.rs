//! What happened: counted for `/metrics`, and refusals told on standard error. Neither path, company nor key is in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use serde_json::json;

use crate::output;

/// Of what has a code when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Request,
    Webhook,
}

impl Event {
    /// The counter's name and what it counts.
    fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Request => ("countersign_requests_total", "Requests, by what became of them."),
            Self::Webhook => ("countersign_webhooks_total", "Webhook deliveries, by what became of them."),
        }
    }
}

/// The code of what did not fail.
const OK: &str = "ok";

#[derive(Default)]
pub(super) struct Events {
    json: bool,
    counts: Mutex<BTreeMap<(Event, String, String), u64>>,
}

impl Events {
    pub(super) fn new(json: bool) -> Self {
        Self { json, counts: Mutex::default() }
    }

    pub(super) fn succeeded(&self, event: Event, provider: &str) {
        self.count(event, provider, OK);
    }

    /// `status` is what the client is told.
    pub(super) fn failed(&self, event: Event, provider: &str, status: StatusCode, code: &str) {
        self.count(event, provider, code);
        let status = status.as_u16();
        output::note(&if self.json {
            output::json_line(&json!({ "refused": { "status": status, "provider": provider, "code": code } }))
        } else {
            format!("countersign: refused with {status}, {provider} [{code}]")
        });
    }

    fn count(&self, event: Event, provider: &str, code: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((event, provider.to_owned(), code.to_owned())).or_default() += 1;
    }

    /// As Prometheus reads it.
    pub(super) fn text(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut text, mut described) = (String::new(), None);
        for ((event, provider, code), count) in counts.iter() {
            let (name, help) = event.described();
            if described.replace(event) != Some(event) {
                let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
            }
            let _ = writeln!(text, "{name}{{provider=\"{provider}\",code=\"{code}\"}} {count}");
        }
        text
    }
}
