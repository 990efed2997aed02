//! How much work strangers may cause with messages that are diagnosed.

use std::sync::Mutex;
use std::time::SystemTime;

use crate::lock::lock;
use crate::time::{Clock as _, SystemClock};

/// A longer body is not diagnosed: the cost of a diagnosis grows with it.
pub(crate) const LONGEST_BODY: usize = 16 << 10;

/// A message with a longer URL or target is not diagnosed either: each parameter is one more thing to have gone wrong.
const LONGEST_URL: usize = 2 << 10;

/// Whether a stranger's message is short enough to be diagnosed.
pub(crate) fn is_short(url: &str, body: &[u8]) -> bool {
    url.len() <= LONGEST_URL && body.len() <= LONGEST_BODY
}

/// The note of a refusal that was not diagnosed because no share was left.
pub(crate) const TOO_MANY: &str = "not diagnosed: too many were refused just before";

/// What the diagnosis of one refusal may cost, in bytes hashed. Printing, copying and rewriting count as the bytes that
/// could be hashed in the same time.
pub(super) const OF_ONE: usize = 16 << 20;

/// What all diagnoses that come at once may cost.
const AT_ONCE: usize = 4 * OF_ONE;

/// What each second adds to the allowance.
const PER_SECOND: usize = OF_ONE / 2;

/// One allowance for the process: a service may have any number of verifiers, and a stranger may send to them all.
static OF_PROCESS: Allowance = Allowance::new();

/// A share of the allowance of this process, if a share is left.
pub(crate) fn allow() -> Option<Allowed<'static>> {
    // The system's clock, not a verifier's: all verifiers share the allowance, and each has its own clock.
    OF_PROCESS.take(SystemClock.now())
}

/// What is left of an allowance.
struct Allowance(Mutex<Left>);

struct Left {
    cost: usize,
    at: SystemTime,
}

impl Allowance {
    const fn new() -> Self {
        Self(Mutex::new(Left { cost: AT_ONCE, at: SystemTime::UNIX_EPOCH }))
    }

    /// Takes the share of one diagnosis. A clock that steps back gains nothing.
    fn take(&self, now: SystemTime) -> Option<Allowed<'_>> {
        self.update(|left| {
            let passed = now.duration_since(left.at).unwrap_or_default().as_millis();
            let gained = usize::try_from(passed).unwrap_or(AT_ONCE).saturating_mul(PER_SECOND / 1000);
            *left = Left { cost: left.cost.saturating_add(gained).min(AT_ONCE), at: now };
            let rest = left.cost.checked_sub(OF_ONE)?;
            left.cost = rest;
            Some(Allowed { left: OF_ONE, of: self })
        })
    }

    fn update<R>(&self, change: impl FnOnce(&mut Left) -> R) -> R {
        // Nothing that can panic runs under the lock.
        change(&mut lock(&self.0))
    }
}

/// The share of one diagnosis. What the diagnosis does not spend goes back.
pub(crate) struct Allowed<'a> {
    pub(super) left: usize,
    of: &'a Allowance,
}

impl Drop for Allowed<'_> {
    fn drop(&mut self) {
        let unspent = self.left;
        self.of.update(|left| left.cost = left.cost.saturating_add(unspent).min(AT_ONCE));
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const MOST: usize = AT_ONCE / OF_ONE;

    /// How many of 100 diagnoses are allowed at this second, if each spends its whole share.
    fn allowed(allowance: &Allowance, second: f64) -> usize {
        let now = UNIX_EPOCH + Duration::from_secs_f64(second);
        (0..100).filter_map(|_| allowance.take(now)).map(|mut one| one.left = 0).count()
    }

    #[test]
    fn a_few_are_allowed_at_once_and_then_one_every_other_second() {
        let allowance = Allowance::new();
        let cases =
            [(1e9, MOST), (1e9, 0), (1e9 + 2.1, 1), (1e9 + 2.2, 0), (1e9 + 6.5, 2), (1e10, MOST), (1e9, 0)];
        for (second, expected) in cases {
            assert_eq!(allowed(&allowance, second), expected, "{second}");
        }
        assert_eq!(allowed(&allowance, 1e9 + 2.1), 1, "a clock that was set back goes on from there");
    }

    #[test]
    fn what_was_not_spent_goes_back() {
        let allowance = Allowance::new();
        let cheap = (0..100).filter_map(|_| allowance.take(UNIX_EPOCH)).map(|mut one| one.left -= 10).count();
        assert_eq!(cheap, 100);
        assert_eq!(allowed(&allowance, 0.0), MOST - 1, "a thousand bytes are spent");
    }

    #[test]
    fn threads_share_what_is_allowed() {
        let allowance = Allowance::new();
        let taken = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| allowed(&allowance, 0.0))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(taken, MOST);
    }
}
