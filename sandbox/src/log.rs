//! The record of exchanges.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::broadcast;

use crate::exchange::Exchange;

/// How many exchanges are kept.
const CAPACITY: usize = 256;
/// How many bytes of requests are kept.
const BYTES: usize = 16 * 1024 * 1024;

/// The latest exchanges, bounded in number and in bytes.
pub(crate) struct Log {
    kept: Mutex<Kept>,
    live: broadcast::Sender<Exchange>,
}

#[derive(Default)]
struct Kept {
    exchanges: VecDeque<Exchange>,
    bytes: usize,
}

impl Default for Log {
    fn default() -> Self {
        Self { kept: Mutex::default(), live: broadcast::Sender::new(CAPACITY) }
    }
}

impl Log {
    pub(crate) fn push(&self, exchange: Exchange) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(exchange.clone());
        // Fails where nobody listens, which is fine.
        let _ = self.live.send(exchange);
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.exchanges.iter().cloned().collect()
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Exchange> {
        self.live.subscribe()
    }
}

impl Kept {
    fn push(&mut self, exchange: Exchange) {
        self.bytes += exchange.size();
        self.exchanges.push_back(exchange);
        while self.exchanges.len() > CAPACITY || self.bytes > BYTES {
            let Some(oldest) = self.exchanges.pop_front() else { return };
            self.bytes -= oldest.size();
        }
    }
}
