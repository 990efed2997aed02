//! Deliveries as they come in, for whoever develops what receives them.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use countersign::redact::printable;
use http::{Method, StatusCode};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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
    // Where nobody reads, deliveries are handed on all the same.
    let _ = output::line(&printable(line));
}

/// Hears of each line of `r` on standard input.
pub(super) fn asked_to_repeat() -> UnboundedReceiver<()> {
    let (sender, asked) = unbounded_channel();
    // Not a task of tokio's: the process would wait for it, and so for a line that nobody types.
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        for _ in lines.filter(|line| line.trim() == "r") {
            if sender.send(()).is_err() {
                return;
            }
        }
    });
    asked
}
