//! Where time comes from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Class, Error, Fault};

/// A source of the current time. Any `Fn() -> SystemTime` is one.
///
/// ```
/// use countersign::time::Clock;
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// let fixed = || UNIX_EPOCH + Duration::from_secs(1_705_312_800);
/// assert_eq!(fixed.now(), UNIX_EPOCH + Duration::from_secs(1_705_312_800));
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time. It may step back; nothing in this crate relies on it rising.
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

/// The clock shows a time that the provider's format cannot express.
#[derive(Debug, thiserror::Error)]
#[error("the clock is outside the years that a timestamp can express")]
pub(crate) struct ClockOutOfRange;

impl Fault for ClockOutOfRange {
    fn code(&self) -> &'static str {
        "clock-out-of-range"
    }
    fn class(&self) -> Class {
        Class::Signing
    }
    fn next_step(&self) -> &'static str {
        "Set this machine's clock, then try again."
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

/// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
///
/// # Errors
/// Only when the seconds do not fit `i64`.
pub(crate) fn unix_seconds(time: SystemTime) -> Result<i64, Error> {
    i64::try_from(unix_nanos(time).div_euclid(1_000_000_000)).map_err(|_| Error::new(ClockOutOfRange))
}

/// A sentence for an error when the `Date` of a reply is more than a minute away from the local clock.
#[cfg(feature = "middleware")]
pub(crate) fn skew_note(date: Option<&http::HeaderValue>, now: SystemTime) -> Option<String> {
    let theirs = httpdate::parse_http_date(date?.to_str().ok()?).ok()?;
    let seconds = (unix_nanos(now) - unix_nanos(theirs)) / 1_000_000_000;
    let direction = if seconds < 0 { "behind" } else { "ahead of" };
    (seconds.abs() > 60)
        .then(|| format!("the local clock is {} s {direction} the provider's Date", seconds.abs()))
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

    #[cfg(feature = "middleware")]
    #[test]
    fn skew_is_told_beyond_a_minute_in_either_direction() {
        let date = http::HeaderValue::from_static("Thu, 01 Jan 1970 00:10:00 GMT");
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(skew_note(Some(&date), at(660)), None);
        assert!(skew_note(Some(&date), at(661)).unwrap().contains("61 s ahead of"));
        assert!(skew_note(Some(&date), at(500)).unwrap().contains("100 s behind"));
        assert_eq!(skew_note(None, at(0)), None);
        assert_eq!(skew_note(Some(&http::HeaderValue::from_static("yesterday")), at(0)), None);
    }
}
