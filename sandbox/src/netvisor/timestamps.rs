//! Whether the two timestamps of a request can be what Netvisor asks for. Its signature covers them, whatever they say.

use chrono::{DateTime, NaiveDateTime, TimeDelta};

use super::judge::{TIMESTAMP, TIMESTAMP_UNIX};
use crate::verdict::Refusal;

/// A client may look at its clock twice.
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// Time zones lie at most this far from UTC, and at multiples of a quarter of an hour.
const FARTHEST_ZONE: TimeDelta = TimeDelta::hours(14);
const ZONE_STEP: i64 = 15 * 60;

/// Seconds beyond this, in the year 5138, are milliseconds of a day after 1973.
const SECONDS_END: i64 = 100_000_000_000;

/// Checks their forms, and against each other: the sandbox does not take its own clock for the vendor's. With SHA-256,
/// `unix` is `None`.
pub(super) fn check(text: &str, unix: Option<i64>) -> Result<(), Refusal> {
    if unix.is_some_and(|unix| unix >= SECONDS_END) {
        return Err(Refusal::Milliseconds(TIMESTAMP_UNIX));
    }
    let moment = moment(text).ok_or(Refusal::TimestampFormat(TIMESTAMP))?;
    let Some(unix) = unix else { return Ok(()) };
    let unix = DateTime::from_timestamp(unix, 0).ok_or(Refusal::TimestampFormat(TIMESTAMP_UNIX))?;
    let apart = (moment.and_utc() - unix).abs();
    if apart <= TOLERANCE {
        return Ok(());
    }
    let past_zone = apart.num_seconds() % ZONE_STEP;
    let is_zone = past_zone.min(ZONE_STEP - past_zone) <= TOLERANCE.num_seconds();
    match is_zone && apart <= FARTHEST_ZONE + TOLERANCE {
        true => Err(Refusal::LocalTime(TIMESTAMP)),
        false => Err(Refusal::TimestampsDiffer),
    }
}

/// `YYYY-MM-DD HH:MM:SS`, as in the vendor's sample, or with `.mmm`, as in its older one. chrono alone would take more.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let form = text.replace(|c: char| c.is_ascii_digit(), "0");
    let is_known = matches!(form.as_str(), "0000-00-00 00:00:00" | "0000-00-00 00:00:00.000");
    is_known.then(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_of_one_moment_are_taken_and_no_others() {
        let code = |text: &str, unix| check(text, unix).err().map_or("taken", |refusal| refusal.code());
        for (text, unix, expected) in [
            ("2024-01-15 10:00:00", Some(1_705_312_800), "taken"),
            ("2024-01-15 10:00:00.999", Some(1_705_312_800), "taken"),
            ("2024-01-15 10:00:02", Some(1_705_312_800), "taken"),
            ("2024-01-15 10:00:00", None, "taken"),
            ("2024-01-15 12:00:00", Some(1_705_312_800), "local-time"),
            ("2024-01-15 04:30:01", Some(1_705_312_800), "local-time"),
            ("2024-01-15 10:07:00", Some(1_705_312_800), "timestamp-format"),
            ("2024-01-14 10:00:00", Some(1_705_312_800), "timestamp-format"),
            ("2024-01-15 10:00:00", Some(1_705_312_800_123), "milliseconds-for-seconds"),
            ("foo", Some(1_705_312_800_123), "milliseconds-for-seconds"),
            ("2024-01-15 10:00:00", Some(i64::MIN), "timestamp-format"),
            ("2024-01-15T10:00:00", None, "timestamp-format"),
            ("2024-01-15 10:00:00Z", None, "timestamp-format"),
            ("2024-01-15 10:00:00.1", None, "timestamp-format"),
            ("2024-1-15 10:00:00", None, "timestamp-format"),
            ("2024-02-30 10:00:00", None, "timestamp-format"),
            ("1705312800", None, "timestamp-format"),
        ] {
            assert_eq!(code(text, unix), expected, "{text} {unix:?}");
        }
    }
}
