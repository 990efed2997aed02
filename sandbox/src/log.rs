//! The record of exchanges.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::broadcast;

use crate::exchange::Exchange;
use crate::lock::lock;

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
    /// How many exchanges there have been.
    count: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self { kept: Mutex::default(), live: broadcast::Sender::new(CAPACITY) }
    }
}

impl Log {
    /// Adds an exchange, which `make` makes with its number.
    pub(crate) fn push(&self, make: impl FnOnce(u64) -> Exchange) {
        let mut kept = lock(&self.kept);
        kept.count += 1;
        let exchange = make(kept.count);
        kept.push(exchange.clone());
        // Still under the lock, so that all receivers see the order of the numbers. Fails if nobody listens, which is fine.
        let _ = self.live.send(exchange);
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.after(0)
    }

    /// The kept exchanges with a higher number.
    pub(crate) fn after(&self, number: u64) -> Vec<Exchange> {
        lock(&self.kept).exchanges.iter().filter(|exchange| exchange.number() > number).cloned().collect()
    }

    /// How many exchanges there have been: the number of the latest.
    pub(crate) fn count(&self) -> u64 {
        lock(&self.kept).count
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
