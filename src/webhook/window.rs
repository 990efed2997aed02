//! Whether a delivery is fresh.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::DeliveryFault;
use crate::time::{Seconds, UNIX_SECONDS_END, unix_nanos};

/// How far the time in a signature may be from the local clock.
///
/// A delivery at exactly a limit is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    past: Duration,
    ahead: Duration,
}

impl Default for Window {
    /// 5 minutes back, 60 seconds ahead.
    fn default() -> Self {
        Self::new(Duration::from_secs(5 * 60), Duration::from_secs(60))
    }
}

impl Window {
    /// A window of `past` back and `ahead` ahead.
    #[must_use]
    pub const fn new(past: Duration, ahead: Duration) -> Self {
        Self { past, ahead }
    }

    /// Checks that the delivery is fresh. Returns how long it can still be repeated, which is more than zero.
    pub(super) fn check(&self, times: &Times, now: SystemTime) -> Result<Duration, DeliveryFault> {
        times.check_unit()?;
        let now = unix_nanos(now);
        let age = now - times.signed_at();
        let (past, ahead) = (nanos(self.past), nanos(self.ahead));
        if age > past {
            return Err(DeliveryFault::TooOld { by: seconds_up(age - past) });
        }
        if age < -ahead {
            return Err(DeliveryFault::TooEarly { by: seconds_up(-age - ahead) });
        }
        if times.expires_at().is_some_and(|expires_at| now >= expires_at) {
            return Err(DeliveryFault::Expired);
        }
        // A clock that is set back, or the slower clock of another machine with the same replay store, accepts a copy
        // for longer. So the delivery is remembered for one more window. The second makes up for rounding.
        let left = u64::try_from(past - age).map_or(self.past, Duration::from_nanos);
        Ok(left.saturating_add(self.past.max(self.ahead)).saturating_add(Duration::from_secs(1)))
    }
}

/// The times in a signature, in the scheme's unit since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    created: i64,
    /// The sender's own limit. It can only shorten the window, since it need not be signed.
    expires: Option<i64>,
    unit: Unit,
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    Seconds,
    Milliseconds,
}

impl Times {
    pub(crate) fn in_milliseconds(created: i64, expires: Option<i64>) -> Self {
        Self { created, expires, unit: Unit::Milliseconds }
    }

    pub(crate) fn in_seconds(created: i64) -> Self {
        Self { created, expires: None, unit: Unit::Seconds }
    }

    pub(super) fn signed_at_time(&self) -> Option<SystemTime> {
        let nanos = u64::try_from(self.signed_at()).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_nanos(nanos))
    }

    fn signed_at(&self) -> i128 {
        i128::from(self.created) * self.unit.nanos()
    }

    fn expires_at(&self) -> Option<i128> {
        self.expires.map(|expires| i128::from(expires) * self.unit.nanos())
    }

    fn check_unit(&self) -> Result<(), DeliveryFault> {
        let mut times = [Some(self.created), self.expires].into_iter().flatten();
        match self.unit {
            Unit::Milliseconds if times.any(|time| (1..UNIX_SECONDS_END).contains(&time)) => {
                Err(DeliveryFault::TimeUnit { unit: "milliseconds" })
            }
            Unit::Seconds if times.any(|time| time >= UNIX_SECONDS_END) => {
                Err(DeliveryFault::TimeUnit { unit: "seconds" })
            }
            _ => Ok(()),
        }
    }
}

impl Unit {
    fn nanos(self) -> i128 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
        }
    }
}

fn nanos(span: Duration) -> i128 {
    i128::try_from(span.as_nanos()).unwrap_or(i128::MAX)
}

fn seconds_up(nanos: i128) -> Seconds {
    Seconds(u64::try_from(nanos.saturating_add(999_999_999) / 1_000_000_000).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_685_548_865_944;

    fn check(created: i64, expires: Option<i64>) -> Result<Duration, DeliveryFault> {
        let now = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
        Window::default().check(&Times::in_milliseconds(created, expires), now)
    }

    #[test]
    fn the_edges_are_inside() {
        assert_eq!(check(NOW_MS - 300_000, None), Ok(Duration::from_secs(301)));
        assert_eq!(check(NOW_MS + 60_000, None), Ok(Duration::from_secs(300 + 60 + 301)));
        assert_eq!(check(NOW_MS - 300_001, None), Err(DeliveryFault::TooOld { by: Seconds(1) }));
        assert_eq!(check(NOW_MS + 60_001, None), Err(DeliveryFault::TooEarly { by: Seconds(1) }));
        assert_eq!(check(NOW_MS - 310_000, None), Err(DeliveryFault::TooOld { by: Seconds(10) }));
        assert_eq!(check(NOW_MS + 70_000, None), Err(DeliveryFault::TooEarly { by: Seconds(10) }));
    }

    #[test]
    fn expires_only_shortens() {
        assert!(check(NOW_MS, Some(NOW_MS + 1)).is_ok());
        assert_eq!(check(NOW_MS, Some(NOW_MS)), Err(DeliveryFault::Expired));
        assert_eq!(check(NOW_MS - 300_001, Some(i64::MAX)), Err(DeliveryFault::TooOld { by: Seconds(1) }));
        assert_eq!(check(NOW_MS, Some(i64::MIN)), Err(DeliveryFault::Expired));
    }

    #[test]
    fn a_signed_time_is_since_1970() {
        let at = |times: Times| times.signed_at_time().map(|at| at.duration_since(UNIX_EPOCH).unwrap());
        assert_eq!(at(Times::in_milliseconds(1500, None)), Some(Duration::from_millis(1500)));
        assert_eq!(at(Times::in_seconds(15)), Some(Duration::from_secs(15)));
        assert_eq!(at(Times::in_seconds(-1)), None);
    }

    #[test]
    fn extremes_are_refused_without_a_panic() {
        let extreme = Window::new(Duration::MAX, Duration::MAX);
        for created in [i64::MIN, i64::MIN + 1, -1, 0] {
            assert!(matches!(check(created, None), Err(DeliveryFault::TooOld { .. })), "{created}");
        }
        assert!(matches!(check(i64::MAX, None), Err(DeliveryFault::TooEarly { .. })));
        for created in [i64::MIN, i64::MAX] {
            assert!(extreme.check(&Times::in_milliseconds(created, None), UNIX_EPOCH).is_ok());
        }
    }

    #[test]
    fn the_wrong_unit_is_named() {
        assert_eq!(check(NOW_MS / 1000, None), Err(DeliveryFault::TimeUnit { unit: "milliseconds" }));
        let now = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
        let seconds = |created| Window::default().check(&Times::in_seconds(created), now);
        assert!(seconds(NOW_MS / 1000).is_ok());
        assert_eq!(seconds(NOW_MS), Err(DeliveryFault::TimeUnit { unit: "seconds" }));
    }
}
