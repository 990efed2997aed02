//! Formats of stamps, which are new for each message: times, rising numbers, random texts.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset, NaiveDateTime};

use crate::error::Error;
use crate::random::Randomness;
use crate::time::{ClockFault, unix_nanos};

const SECOND: i128 = 1_000_000_000;

/// .NET counts ticks of 100 ns from the year 1.
const DOTNET_EPOCH: i128 = 621_355_968_000_000_000;

const LONGEST_PATTERN: usize = 64;

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The names of formats, for a refusal.
pub(crate) const FORMATS: &str = "unix, unix-ms, unix-us, unix-ns, dotnet-ticks, rising, rising-ms, rising-us, rising-ns, \
    rising-ticks, iso, iso-ms, http-date, uuid, hex-N, alnum-N, digits-N, or a pattern like %Y-%m-%d";

/// How a stamp is written.
#[derive(Debug)]
pub(crate) struct Format {
    kind: Kind,
    /// How far the stamp is ahead of the clock.
    plus: Duration,
}

#[derive(Debug)]
enum Kind {
    /// A count of units of `unit` nanoseconds each, which began `epoch` units before 1970.
    Count {
        unit: i128,
        epoch: i128,
        floor: Option<AtomicU64>,
    },
    /// A pattern of strftime, in a zone.
    Date {
        pattern: Box<str>,
        zone: FixedOffset,
        /// Whether any form of RFC 3339 is read.
        is_iso: bool,
    },
    Uuid,
    /// `length` characters of an alphabet.
    Random {
        alphabet: &'static [u8],
        length: usize,
    },
}

impl Format {
    /// The format of a word; `None` if the word is no format.
    pub(crate) fn parse(word: &str, zone: FixedOffset, plus: Duration) -> Option<Self> {
        let count =
            |unit, epoch, rising: bool| Kind::Count { unit, epoch, floor: rising.then(AtomicU64::default) };
        let random = |name, alphabet| {
            let length = word.strip_prefix(name)?.parse().ok().filter(|length| (8..=128).contains(length))?;
            Some(Kind::Random { alphabet, length })
        };
        let pattern = match word {
            "iso" => "%Y-%m-%dT%H:%M:%SZ",
            "iso-ms" => "%Y-%m-%dT%H:%M:%S%.3fZ",
            "http-date" => "%a, %d %b %Y %H:%M:%S GMT",
            _ => word,
        };
        let kind = match word {
            "unix" => count(SECOND, 0, false),
            "unix-ms" => count(1_000_000, 0, false),
            "unix-us" => count(1_000, 0, false),
            "unix-ns" => count(1, 0, false),
            "dotnet-ticks" => count(100, DOTNET_EPOCH, false),
            "rising" => count(SECOND, 0, true),
            "rising-ms" => count(1_000_000, 0, true),
            "rising-us" => count(1_000, 0, true),
            "rising-ns" => count(1, 0, true),
            "rising-ticks" => count(100, DOTNET_EPOCH, true),
            "uuid" => Kind::Uuid,
            _ if is_pattern(pattern) => {
                Kind::Date { pattern: pattern.into(), zone, is_iso: word.starts_with("iso") }
            }
            _ => random("hex-", b"0123456789abcdef".as_slice())
                .or_else(|| random("alnum-", ALPHANUMERIC))
                .or_else(|| random("digits-", b"0123456789".as_slice()))?,
        };
        Some(Self { kind, plus })
    }

    /// Whether the stamp is drawn, rather than read off the clock.
    pub(crate) fn is_drawn(&self) -> bool {
        !matches!(self.kind, Kind::Count { floor: None, .. } | Kind::Date { .. })
    }

    /// Whether the stamp is a number without a fixed length.
    pub(crate) fn is_count(&self) -> bool {
        matches!(self.kind, Kind::Count { .. })
    }

    /// Whether the stamp says when the message was made.
    pub(crate) fn is_time(&self) -> bool {
        let sample = UNIX_EPOCH + Duration::from_secs(1_705_312_800);
        !self.is_drawn() && self.at(sample).is_ok_and(|text| self.read(&text).is_some())
    }

    /// How long a message is good, if its stamp is an expiry.
    pub(crate) fn life(&self) -> Option<Duration> {
        Some(self.plus).filter(|plus| !plus.is_zero())
    }

    /// A fresh stamp.
    pub(crate) fn draw(&self, now: SystemTime, randomness: &dyn Randomness) -> Result<String, Error> {
        match &self.kind {
            Kind::Count { floor: Some(floor), .. } => {
                let count = self.count(now)?;
                let rise = |last: u64| Some(count.max(last.saturating_add(1)));
                let last = floor.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rise).unwrap_or_default();
                Ok(count.max(last.saturating_add(1)).to_string())
            }
            Kind::Count { .. } | Kind::Date { .. } => self.at(now),
            Kind::Uuid => {
                let mut bytes = [0; 16];
                randomness.fill(&mut bytes)?;
                Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
            }
            Kind::Random { alphabet, length } => random_text(alphabet, *length, randomness),
        }
    }

    /// The stamp of a moment, for a format that is read off the clock.
    fn at(&self, now: SystemTime) -> Result<String, Error> {
        let Kind::Date { pattern, zone, .. } = &self.kind else { return Ok(self.count(now)?.to_string()) };
        let time = i64::try_from(unix_nanos(self.ahead(now)?)).map(DateTime::from_timestamp_nanos);
        let time = time.map_err(|_| Error::new(ClockFault::OutOfRange))?.with_timezone(zone);
        let mut text = String::new();
        write!(text, "{}", time.format(pattern)).map_err(|_| Error::new(ClockFault::OutOfRange))?;
        Ok(text)
    }

    fn count(&self, now: SystemTime) -> Result<u64, Error> {
        let Kind::Count { unit, epoch, .. } = self.kind else {
            return Err(Error::new(ClockFault::OutOfRange));
        };
        let count = unix_nanos(self.ahead(now)?).div_euclid(unit) + epoch;
        u64::try_from(count).map_err(|_| Error::new(ClockFault::OutOfRange))
    }

    fn ahead(&self, now: SystemTime) -> Result<SystemTime, Error> {
        now.checked_add(self.plus).ok_or_else(|| Error::new(ClockFault::OutOfRange))
    }

    /// The moment when a stamp was drawn; `None` if the text is not written exactly as this format writes it.
    pub(crate) fn read(&self, text: &str) -> Option<SystemTime> {
        let nanos = match &self.kind {
            Kind::Count { unit, epoch, .. } => {
                let count: u64 = text.parse().ok().filter(|count: &u64| count.to_string() == text)?;
                (i128::from(count) - epoch).checked_mul(*unit)?
            }
            Kind::Date { is_iso: true, .. } => {
                i128::from(DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()?)
            }
            Kind::Date { pattern, zone, .. } => {
                let local = NaiveDateTime::parse_from_str(text, pattern).ok()?;
                let time = local.and_local_timezone(*zone).single()?;
                let mut again = String::new();
                write!(again, "{}", time.format(pattern)).ok()?;
                i128::from(time.timestamp_nanos_opt().filter(|_| again == text)?)
            }
            Kind::Uuid | Kind::Random { .. } => return None,
        };
        UNIX_EPOCH.checked_add(Duration::from_nanos(u64::try_from(nanos).ok()?))?.checked_sub(self.plus)
    }
}

fn is_pattern(word: &str) -> bool {
    word.contains('%')
        && word.len() <= LONGEST_PATTERN
        && StrftimeItems::new(word).all(|item| !matches!(item, Item::Error))
}

/// Random characters of an alphabet, each equally likely.
fn random_text(alphabet: &[u8], length: usize, randomness: &dyn Randomness) -> Result<String, Error> {
    let size = alphabet.len().max(1);
    // Bytes at or above the largest multiple would favour the first characters.
    let bound = 256 / size * size;
    let (mut text, mut bytes) = (String::with_capacity(length), [0; 32]);
    while text.len() < length {
        randomness.fill(&mut bytes)?;
        let usable = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < bound);
        let characters = usable.filter_map(|byte| alphabet.get(byte % size)).map(|byte| char::from(*byte));
        text.extend(characters.take(length - text.len()));
    }
    Ok(text)
}

/// A span like `90s`, `5m`, `12h` or `1d`.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return None,
    };
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    Some(Duration::from_secs(u64::from(number) * seconds))
        .filter(|span| *span <= Duration::from_secs(366 * 86400))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandomness;

    fn format(word: &str) -> Format {
        Format::parse(word, FixedOffset::east_opt(0).unwrap(), Duration::ZERO).unwrap()
    }

    #[test]
    fn a_moment_is_written_in_each_format_and_read_back() {
        let now = UNIX_EPOCH + Duration::from_nanos(1_530_871_291_904_000_000);
        for (word, text) in [
            ("unix", "1530871291"),
            ("unix-ms", "1530871291904"),
            ("unix-us", "1530871291904000"),
            ("unix-ns", "1530871291904000000"),
            ("dotnet-ticks", "636664680919040000"),
            ("iso", "2018-07-06T10:01:31Z"),
            ("iso-ms", "2018-07-06T10:01:31.904Z"),
            ("http-date", "Fri, 06 Jul 2018 10:01:31 GMT"),
            ("%Y%m%dT%H%M%SZ", "20180706T100131Z"),
        ] {
            let format = format(word);
            assert_eq!(format.draw(now, &OsRandomness).unwrap(), text);
            assert!(format.is_time() && !format.is_drawn(), "{word}");
            let read = format.read(text).unwrap();
            assert!(now.duration_since(read).unwrap() < Duration::from_secs(1), "{word}");
        }
        let day = format("%Y%m%d");
        assert_eq!(day.draw(now, &OsRandomness).unwrap(), "20180706");
        assert!(!day.is_time(), "a day is no moment");
    }

    #[test]
    fn a_zone_and_a_span_are_added_and_taken_off_again() {
        let zone = FixedOffset::east_opt(8 * 3600).unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(1_451_620_800);
        let there = Format::parse("%Y-%m-%d %H:%M:%S", zone, Duration::ZERO).unwrap();
        assert_eq!(there.draw(now, &OsRandomness).unwrap(), "2016-01-01 12:00:00");
        assert_eq!(there.read("2016-01-01 12:00:00"), Some(now));
        let expires = Format::parse("unix", zone, Duration::from_secs(60)).unwrap();
        assert_eq!(expires.draw(now, &OsRandomness).unwrap(), "1451620860");
        assert_eq!((expires.read("1451620860"), expires.life()), (Some(now), Some(Duration::from_secs(60))));
    }

    #[test]
    fn a_time_is_read_as_it_would_be_written_and_no_otherwise() {
        for (word, text) in [
            ("unix", "+1"),
            ("unix", "01"),
            ("unix", "1e3"),
            ("unix", ""),
            ("unix", "-1"),
            ("unix", "99999999999999999999"),
            ("unix", "18446744073709551615"),
            ("iso", "2018-07-06T10:01:31"),
            ("iso", "2018-7-6T10:01:31Z"),
            ("iso", "2018-07-06T10:01:61Z"),
            ("iso-ms", "2018-07-06"),
            ("http-date", "Mon, 06 Jul 2018 10:01:31 GMT"),
        ] {
            assert_eq!(format(word).read(text), None, "{word} of {text:?}");
        }
    }

    #[test]
    fn an_iso_time_is_read_in_each_form_of_rfc_3339() {
        let second = Duration::from_secs(1_530_871_291);
        for text in ["2018-07-06T10:01:31Z", "2018-07-06T12:01:31+02:00", "2018-07-06T10:01:31.123456789Z"] {
            for word in ["iso", "iso-ms"] {
                let read = format(word).read(text).unwrap().duration_since(UNIX_EPOCH).unwrap();
                assert_eq!(read.as_secs(), second.as_secs(), "{word} of {text}");
            }
        }
    }

    #[test]
    fn what_rises_rises_whatever_the_clock_does() {
        let format = format("rising-ms");
        let drawn: Vec<u64> = [1000, 1000, 999, 5, 2000]
            .map(|ms| format.draw(UNIX_EPOCH + Duration::from_millis(ms), &OsRandomness).unwrap())
            .map(|text| text.parse().unwrap())
            .to_vec();
        assert_eq!(drawn, [1000, 1001, 1002, 1003, 2000]);
    }

    #[test]
    fn what_is_random_has_its_length_and_alphabet() {
        for (word, length, alphabet) in [
            ("hex-32", 32, "0123456789abcdef"),
            ("digits-9", 9, "0123456789"),
            ("uuid", 36, "0123456789abcdef-"),
        ] {
            let [one, other] = [(); 2].map(|()| format(word).draw(UNIX_EPOCH, &OsRandomness).unwrap());
            assert_eq!((one.len(), other.len()), (length, length));
            assert!(one != other && one.chars().all(|letter| alphabet.contains(letter)), "{one}");
        }
        for wrong in ["hex-7", "hex-129", "hex-", "alnum", "%", "%Q", "uuid4", &"%Y".repeat(40)] {
            assert!(
                Format::parse(wrong, FixedOffset::east_opt(0).unwrap(), Duration::ZERO).is_none(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn spans_have_one_unit_and_an_end() {
        assert_eq!(span("90s"), Some(Duration::from_secs(90)));
        assert_eq!(span("1d"), Some(Duration::from_secs(86400)));
        for wrong in ["", "5", "m", "0m", "-5m", "5 m", "4294967295d", "1w", "5ä"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }
}
