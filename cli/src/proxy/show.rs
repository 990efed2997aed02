//! Shows deliveries as they come in, for developers of an application.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use countersign::redact::printable;
use http::{Method, StatusCode};

use crate::output;

/// Prints deliveries, and keeps the last: its target and body.
#[derive(Default)]
pub(super) struct Show(Mutex<Option<(String, Bytes)>>);

impl Show {
    /// Prints what verified.
    pub(super) fn delivered(&self, target: &str, body: &Bytes) {
        print(&String::from_utf8_lossy(body));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((target.to_owned(), body.clone()));
    }

    pub(super) fn answered(&self, method: &Method, target: &str, status: StatusCode) {
        print(&format!("{method} {target} → {status}"));
    }

    pub(super) fn last(&self) -> Option<(String, Bytes)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn print(line: &str) {
    // Deliveries are handed on even if nobody reads this.
    let _ = output::line(&printable(line));
}
