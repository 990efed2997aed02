//! How signing scales with threads: nothing in signing may make threads wait for each other.
#![expect(clippy::disallowed_methods, reason = "what is measured is time itself")]

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use countersign::netgiro;

use crate::rounds::Spread;
use crate::subjects::{self, Subject};

const OPERATIONS: u32 = 200_000;

thread_local! {
    static OWN: Subject<netgiro::Scheme> = subjects::netgiro(0);
}

/// Whole Netgíró signatures per second on two threads that share one signer, over those on one thread; the same with a signer
/// for each thread, and for plain digests. What the machine's cores share, such as the units of one core with two threads,
/// slows down all three; what signers share slows down only the first.
#[must_use]
pub fn two_threads_over_one(rounds: usize) -> [Spread; 3] {
    let netgiro = subjects::netgiro(0);
    let text = subjects::netgiro_text(0);
    let mut ratios = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        ratios[0].push(speed_up(&|| drop(black_box(netgiro.headers()))));
        ratios[1].push(speed_up(&|| OWN.with(|own| drop(black_box(own.headers())))));
        ratios[2].push(speed_up(&|| {
            black_box(subjects::raw_digest(&text));
        }));
    }
    ratios.map(|ratios| Spread::of(&ratios))
}

fn speed_up(operation: &(dyn Fn() + Sync)) -> f64 {
    per_second(operation, 2) / per_second(operation, 1)
}

fn per_second(operation: &(dyn Fn() + Sync), threads: u32) -> f64 {
    let together = Barrier::new(threads as usize);
    let slowest = std::thread::scope(|scope| {
        let run = || {
            together.wait();
            let start = Instant::now();
            (0..OPERATIONS).for_each(|_| operation());
            start.elapsed().as_secs_f64()
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or(f64::INFINITY)).fold(0.0, f64::max)
    });
    f64::from(threads * OPERATIONS) / slowest
}
