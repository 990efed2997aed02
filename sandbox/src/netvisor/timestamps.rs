//! Whether the timestamps of a request have the forms that Netvisor asks for. Its signature covers them, whatever they say.

use chrono::{DateTime, NaiveDateTime};

use super::judge::{TIMESTAMP, TIMESTAMP_UNIX};
use crate::verdict::Refusal;

/// Seconds beyond this, in the year 5138, are milliseconds of a day after 1973.
const SECONDS_END: i64 = 100_000_000_000;

/// Checks their forms, not the time they name: the sandbox does not take its own clock for the vendor's, and no public
/// text says that the vendor compares one with the other. With SHA-256, `unix` is `None`.
pub(super) fn check(text: &str, unix: Option<i64>) -> Result<(), Refusal> {
    if unix.is_some_and(|unix| unix >= SECONDS_END) {
        return Err(Refusal::Milliseconds(TIMESTAMP_UNIX));
    }
    if !is_moment(text) {
        return Err(Refusal::TimestampFormat(TIMESTAMP));
    }
    if unix.is_some_and(|unix| DateTime::from_timestamp(unix, 0).is_none()) {
        return Err(Refusal::TimestampFormat(TIMESTAMP_UNIX));
    }
    Ok(())
}

/// `YYYY-MM-DD HH:MM:SS`, as in the vendor's sample, or with `.mmm`, as in its older one. chrono alone would take more.
fn is_moment(text: &str) -> bool {
    let form = text.replace(|c: char| c.is_ascii_digit(), "0");
    let is_known = matches!(form.as_str(), "0000-00-00 00:00:00" | "0000-00-00 00:00:00.000");
    is_known && NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_known_forms_are_taken_and_no_others() {
        let code = |text: &str, unix| check(text, unix).err().map_or("taken", |refusal| refusal.code());
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
}
