//! How often refusals are diagnosed that nobody asked to have diagnosed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::time::unix_nanos;

/// A longer body is not diagnosed: what a diagnosis costs grows with it.
pub(crate) const LONGEST_BODY: usize = 16 << 10;

/// Nor is a longer URL, or target of one: each of its parameters is one more thing to have gone wrong.
const LONGEST_URL: usize = 2 << 10;

/// Whether a message is short enough to be diagnosed though nobody asked.
pub(crate) fn is_short(url: &str, body: &[u8]) -> bool {
    url.len() <= LONGEST_URL && body.len() <= LONGEST_BODY
}

/// Diagnosing takes milliseconds where refusing takes microseconds, and anybody may send what is refused: enough for
/// whoever sets a service up, too little to keep a core busy.
const PER_SECOND: u64 = 8;

/// Bits in front of which the second stands; `PER_SECOND` fits.
const COUNT: u32 = 8;

/// Counts the diagnoses of the latest second.
#[derive(Debug, Default)]
pub(crate) struct Allowance(AtomicU64);

impl Allowance {
    /// Whether one more is allowed at `now`; counts it. A clock that steps back gains none.
    pub(crate) fn take(&self, now: SystemTime) -> bool {
        let second = unix_nanos(now).div_euclid(1_000_000_000).clamp(0, i128::from(u64::MAX >> COUNT));
        // It was just limited to what fits.
        let second = u64::try_from(second).unwrap_or_default();
        let count = |kept: u64| {
            let taken = kept & ((1 << COUNT) - 1);
            if second > kept >> COUNT {
                Some(second << COUNT | 1)
            } else {
                (taken < PER_SECOND).then_some(kept + 1)
            }
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn allowed(allowance: &Allowance, second: u64) -> u64 {
        let now = UNIX_EPOCH + Duration::from_secs(second);
        (0..100).filter(|_| allowance.take(now)).count() as u64
    }

    #[test]
    fn each_later_second_allows_a_few() {
        let allowance = Allowance::default();
        for (second, expected) in [(7, PER_SECOND), (8, PER_SECOND), (7, 0), (8, 0), (1 << 40, PER_SECOND)] {
            assert_eq!(allowed(&allowance, second), expected, "{second}");
        }
        assert_eq!(allowed(&Allowance::default(), 0), PER_SECOND);
    }

    #[test]
    fn threads_share_what_is_allowed() {
        let (allowance, now) = (Allowance::default(), UNIX_EPOCH + Duration::from_secs(1));
        let take = || (0..100_000).filter(|_| allowance.take(now)).count() as u64;
        let taken = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<u64>()
        });
        assert_eq!(taken, PER_SECOND);
    }
}
