//! How often refusals are diagnosed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::time::unix_nanos;

/// Diagnosing costs a hundred times what refusing does, and anybody may send what is refused: enough for whoever sets a
/// service up, too little to keep a core busy.
const PER_SECOND: u64 = 8;

/// Counts the diagnoses of the current second.
#[derive(Debug, Default)]
pub(super) struct Allowance(AtomicU64);

impl Allowance {
    /// Whether one more is allowed at `now`; counts it.
    pub(super) fn take(&self, now: SystemTime) -> bool {
        let second = unix_nanos(now).div_euclid(1_000_000_000).rem_euclid(1 << 32);
        // Within 32 bits, so it fits.
        let second = u64::try_from(second).unwrap_or_default();
        let count = |kept: u64| match (kept >> 32 == second, kept & u64::from(u32::MAX)) {
            (true, taken) if taken >= PER_SECOND => None,
            (true, taken) => Some(second << 32 | (taken + 1)),
            (false, _) => Some(second << 32 | 1),
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn each_second_allows_a_few() {
        let allowance = Allowance::default();
        for second in [0, 1, u64::from(u32::MAX), 1] {
            let now = UNIX_EPOCH + Duration::from_secs(second);
            let taken = (0..100).filter(|_| allowance.take(now)).count();
            assert_eq!(taken as u64, PER_SECOND, "{second}");
        }
    }
}
