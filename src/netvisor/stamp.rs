//! What is drawn anew for each attempt.

use std::time::SystemTime;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use http::HeaderValue;

use super::credentials::NAME;
use super::{Language, TransactionId, encoding};
use crate::error::Error;
use crate::time::{ClockOutOfRange, unix_seconds};

/// The timestamp, transaction id and language of one attempt.
#[derive(Clone, Debug)]
pub struct Stamp {
    pub(super) timestamp: HeaderValue,
    pub(super) timestamp_unix: HeaderValue,
    pub(super) transaction_id: HeaderValue,
    pub(super) language: Language,
}

impl Stamp {
    /// The stamp of a moment: `YYYY-MM-DD HH:MM:SS` in UTC, and Unix seconds.
    ///
    /// # Errors
    /// `clock-out-of-range` outside the years 0 to 9999.
    pub fn at(time: SystemTime, transaction_id: TransactionId, language: Language) -> Result<Self, Error> {
        let seconds = unix_seconds(time)?;
        let moment = DateTime::from_timestamp(seconds, 0)
            .filter(|moment| (0..=9999).contains(&moment.year()))
            .ok_or_else(|| Error::new(ClockOutOfRange).in_provider(NAME))?;
        Ok(Self {
            timestamp: format(&moment),
            timestamp_unix: HeaderValue::from(seconds),
            transaction_id: transaction_id.0,
            language,
        })
    }

    /// A stamp with the timestamp's text as given, to reproduce a known case.
    ///
    /// # Errors
    /// As [`TransactionId::new`], for the timestamp.
    pub fn given(
        timestamp: &str,
        timestamp_unix: i64,
        transaction_id: TransactionId,
        language: Language,
    ) -> Result<Self, Error> {
        Ok(Self {
            timestamp: encoding::header("timestamp", timestamp).map_err(|error| error.in_provider(NAME))?,
            timestamp_unix: HeaderValue::from(timestamp_unix),
            transaction_id: transaction_id.0,
            language,
        })
    }
}

/// Written digit by digit: chrono's formatter costs seven times as much and five allocations.
fn format(moment: &DateTime<Utc>) -> HeaderValue {
    let mut text = *b"0000-00-00 00:00:00";
    let parts = [
        (moment.year().unsigned_abs(), 0..4),
        (moment.month(), 5..7),
        (moment.day(), 8..10),
        (moment.hour(), 11..13),
        (moment.minute(), 14..16),
        (moment.second(), 17..19),
    ];
    for (mut number, place) in parts {
        for digit in text.get_mut(place).unwrap_or_default().iter_mut().rev() {
            // A remainder of ten always fits a byte.
            *digit += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
    }
    // Digits, '-', ':' and a space are all allowed in a header value, so the fallback is never taken.
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: i64) -> Result<Stamp, Error> {
        let span = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span };
        Stamp::at(time, TransactionId::new("id").unwrap(), Language::Fi)
    }

    #[test]
    fn timestamps_equal_chronos() {
        for seconds in [0, 1_705_312_800, 951_782_400, -1, -62_135_596_800, 253_402_300_799] {
            let stamp = at(seconds).unwrap();
            let expected =
                DateTime::from_timestamp(seconds, 0).unwrap().format("%Y-%m-%d %H:%M:%S").to_string();
            assert_eq!(stamp.timestamp.to_str().unwrap(), expected);
            assert_eq!(stamp.timestamp_unix.to_str().unwrap(), seconds.to_string());
        }
    }

    #[test]
    fn years_without_four_digits_are_an_error() {
        assert_eq!(at(253_402_300_800).unwrap_err().code(), "clock-out-of-range");
        assert_eq!(at(-62_198_755_200).unwrap_err().code(), "clock-out-of-range");
    }
}
