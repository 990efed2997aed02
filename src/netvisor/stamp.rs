//! What is drawn anew for each attempt.

use std::time::SystemTime;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use http::HeaderValue;
use uuid::Uuid;

use super::credentials::NAME;
use super::{Language, TransactionId, encoding, options};
use crate::error::Error;
use crate::random::Randomness;
use crate::signing::write_values;
use crate::time::{ClockFault, unix_seconds};

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
        let moment = Moment::of(time)?;
        let unix = &mut itoa::Buffer::new();
        let [timestamp, timestamp_unix] = write_values([&moment.text(), moment.unix(unix)])?;
        Ok(Self { timestamp, timestamp_unix, transaction_id: transaction_id.0, language })
    }

    /// The stamp of a moment, with a random transaction id.
    pub(super) fn draw(
        time: SystemTime,
        randomness: &dyn Randomness,
        language: Language,
    ) -> Result<Self, Error> {
        let moment = Moment::of(time)?;
        let id = options::random_uuid(randomness)?;
        let (unix, buffer) = (&mut itoa::Buffer::new(), &mut Uuid::encode_buffer());
        let id = id.hyphenated().encode_lower(buffer);
        let [timestamp, timestamp_unix, transaction_id] =
            write_values([&moment.text(), moment.unix(unix), id.as_bytes()])?;
        Ok(Self { timestamp, timestamp_unix, transaction_id, language })
    }

    /// The transaction id, to be looked for in the vendor's log.
    #[must_use]
    pub fn transaction_id(&self) -> TransactionId {
        TransactionId(self.transaction_id.clone())
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

/// A moment in the years 0 to 9999.
struct Moment(DateTime<Utc>);

impl Moment {
    fn of(time: SystemTime) -> Result<Self, Error> {
        DateTime::from_timestamp(unix_seconds(time)?, 0)
            .filter(|moment| (0..=9999).contains(&moment.year()))
            .map(Self)
            .ok_or_else(|| Error::new(ClockFault::OutOfRange).in_provider(NAME))
    }

    /// `YYYY-MM-DD HH:MM:SS`, from the fields: chrono's own formatter costs several times as much and five allocations.
    fn text(&self) -> [u8; 19] {
        let Self(moment) = self;
        let year = moment.year().unsigned_abs();
        let [[y1, y2], [y3, y4]] = [year / 100, year].map(last_two_digits);
        let [[o1, o2], [d1, d2]] = [moment.month(), moment.day()].map(last_two_digits);
        let [[h1, h2], [m1, m2], [s1, s2]] =
            [moment.hour(), moment.minute(), moment.second()].map(last_two_digits);
        [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b' ', h1, h2, b':', m1, m2, b':', s1, s2]
    }

    fn unix<'b>(&self, buffer: &'b mut itoa::Buffer) -> &'b [u8] {
        buffer.format(self.0.timestamp()).as_bytes()
    }
}

fn last_two_digits(number: u32) -> [u8; 2] {
    // Each fits: a digit is below 10.
    [number / 10 % 10, number % 10].map(|digit| b'0' + u8::try_from(digit).unwrap_or_default())
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
