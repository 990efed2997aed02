//! Whether the timestamps of a request have the forms that Netvisor asks for, and name the time that it is. Its signature
//! covers them, whatever they say.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::judge::{TIMESTAMP, TIMESTAMP_UNIX};
use crate::verdict::Refusal;

/// Seconds beyond this, in the year 5138, are milliseconds of a day after 1973.
const SECONDS_END: i64 = 100_000_000_000;

/// A client that reads the clock for each of the two may read another second.
const MOST_APART: u64 = 1;

/// Checks their forms and, where there is a window, whether they agree and lie within it. With SHA-256, `unix` is `None`,
/// and nothing public says that the vendor compares the time with its own.
pub(super) fn check(
    text: &str,
    unix: Option<i64>,
    now: SystemTime,
    window: Option<Duration>,
) -> Result<(), Refusal> {
    if unix.is_some_and(|unix| unix >= SECONDS_END) {
        return Err(Refusal::Milliseconds(TIMESTAMP_UNIX));
    }
    let moment = moment(text).ok_or(Refusal::TimestampFormat(TIMESTAMP))?;
    let Some(unix) = unix else { return Ok(()) };
    if DateTime::from_timestamp(unix, 0).is_none() {
        return Err(Refusal::TimestampFormat(TIMESTAMP_UNIX));
    }
    let Some(window) = window else { return Ok(()) };
    if moment.timestamp().abs_diff(unix) > MOST_APART {
        return Err(Refusal::TimesDisagree);
    }
    if DateTime::<Utc>::from(now).timestamp().abs_diff(unix) > window.as_secs() {
        return Err(Refusal::OutsideTimeWindow(TIMESTAMP_UNIX));
    }
    Ok(())
}

/// The time in UTC of `YYYY-MM-DD HH:MM:SS`, as in the vendor's sample, or with `.mmm`, as in its older one. chrono alone
/// would take more.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let form = text.replace(|c: char| c.is_ascii_digit(), "0");
    let is_known = matches!(form.as_str(), "0000-00-00 00:00:00" | "0000-00-00 00:00:00.000");
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok().filter(|_| is_known)?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_known_forms_are_taken_and_no_others() {
        let code = |text: &str, unix| {
            let refusal = check(text, unix, SystemTime::UNIX_EPOCH, None).err();
            refusal.map_or("taken", |refusal| refusal.code())
        };
        for (text, unix, expected) in [
            ("2024-01-15 10:00:00", Some(1_705_312_800), "taken"),
            ("2024-01-15 10:00:00.999", Some(1_705_312_800), "taken"),
            ("2024-01-15 10:00:00", None, "taken"),
            ("2024-01-15 12:00:00.000", Some(1_705_312_800), "taken"),
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
    #[test]
    fn the_times_of_a_request_agree_and_are_those_of_the_clock() {
        const NOON: i64 = 1_705_320_000;
        let window = Some(Duration::from_secs(600));
        for (text, unix, code) in [
            ("2024-01-15 12:00:00", NOON, None),
            ("2024-01-15 12:00:00.999", NOON, None),
            ("2024-01-15 11:59:59", NOON, None),
            ("2024-01-15 12:00:02", NOON, Some("times-disagree")),
            // Local time in Finland beside seconds.
            ("2024-01-15 14:00:00", NOON, Some("times-disagree")),
            ("2024-01-15 11:50:00", NOON - 600, None),
            ("2024-01-15 12:10:00", NOON + 600, None),
            ("2024-01-15 11:49:59", NOON - 601, Some("outside-time-window")),
            ("2024-01-15 12:10:01", NOON + 601, Some("outside-time-window")),
            ("0000-01-01 00:00:00", -62_167_219_200, Some("outside-time-window")),
            ("9999-12-31 23:59:59", SECONDS_END - 1, Some("times-disagree")),
        ] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOON.unsigned_abs());
            let refusal = check(text, Some(unix), now, window).err();
            assert_eq!(refusal.map(|refusal| refusal.code()), code, "{text} {unix}");
            check(text, Some(unix), now, None).unwrap();
            check(text, None, now, window).unwrap();
        }
    }
}
