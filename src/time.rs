//! Where time comes from.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Error;
use crate::fault::faults;

/// A source of the current time. Any `Fn() -> SystemTime` is one.
///
/// ```
/// use countersign::time::Clock;
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// let fixed = || UNIX_EPOCH + Duration::from_secs(1_705_312_800);
/// assert_eq!(fixed.now(), UNIX_EPOCH + Duration::from_secs(1_705_312_800));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell the time",
    note = "use `SystemClock`, or a closure that returns a `SystemTime`"
)]
pub trait Clock: Send + Sync + 'static {
    /// The current time. It may step back: nothing in this crate relies on it to rise.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync + 'static> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The operating system's clock: the default everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Whole seconds. People read them in the unit that fits, rounded down.
///
/// ```
/// use countersign::time::Seconds;
///
/// let read = [Seconds(119), Seconds(300), Seconds(10_000), Seconds(110_309_050)].map(|span| span.to_string());
/// assert_eq!(read, ["119 s", "5 min", "2 h", "1276 days"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(seconds) = self;
        match seconds {
            ..120 => write!(f, "{seconds} s"),
            120..7200 => write!(f, "{} min", seconds / 60),
            7200..172_800 => write!(f, "{} h", seconds / 3600),
            172_800.. => write!(f, "{} days", seconds / 86_400),
        }
    }
}

faults! {
    #[derive(Debug)]
    pub(crate) enum ClockFault {
        OutOfRange = Signing, "clock-out-of-range",
            "the clock is outside the years that a timestamp can express",
            "Set this machine's clock, then try again.";
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z, negative before it.
pub(crate) fn unix_nanos(time: SystemTime) -> i128 {
    let nanos = |span: Duration| i128::try_from(span.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => -nanos(before.duration()),
    }
}

/// In seconds since 1970, this is the year 5138; in milliseconds, 1973. So a larger number for a present time is in milliseconds.
pub const UNIX_SECONDS_END: i64 = 100_000_000_000;

/// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
///
/// # Errors
/// Only if the seconds do not fit `i64`.
pub(crate) fn unix_seconds(time: SystemTime) -> Result<i64, Error> {
    i64::try_from(unix_nanos(time).div_euclid(1_000_000_000)).map_err(|_| Error::new(ClockFault::OutOfRange))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_down_on_both_sides_of_1970() {
        let at = |nanos: i64| {
            let span = Duration::from_nanos(nanos.unsigned_abs());
            if nanos < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
        };
        assert_eq!(unix_seconds(at(1_999_999_999)).unwrap(), 1);
        assert_eq!(unix_seconds(at(-1)).unwrap(), -1);
        assert_eq!(unix_seconds(at(-1_000_000_001)).unwrap(), -2);
    }
}
