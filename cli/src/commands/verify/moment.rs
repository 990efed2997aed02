//! Reads and prints times.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use countersign::time::{Seconds, UNIX_SECONDS_END};
use serde::Serialize;

/// When a message was signed.
#[derive(Serialize)]
pub(super) struct SignedAt {
    signed_at_unix_ms: i64,
    /// In RFC 3339, in UTC.
    signed_at: String,
    /// How long before the time of judging it was signed; negative if it was signed later.
    #[serde(skip)]
    age_ms: i64,
}

impl SignedAt {
    pub(super) fn of(time: SystemTime, now: SystemTime) -> Option<Self> {
        let unix_ms =
            |time: SystemTime| i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok();
        let (signed_at_unix_ms, now) = (unix_ms(time)?, unix_ms(now)?);
        let signed_at = DateTime::from_timestamp_millis(signed_at_unix_ms)?;
        let signed_at = signed_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        Some(Self { signed_at_unix_ms, signed_at, age_ms: now - signed_at_unix_ms })
    }
}

impl fmt::Display for SignedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = Seconds(self.age_ms.unsigned_abs() / 1000);
        let direction = if self.age_ms < 0 { "earlier" } else { "later" };
        write!(f, "{}, judged {span} {direction}", self.signed_at)
    }
}

/// Reads a number or a time in RFC 3339. The size of a number says whether it is in seconds, as Unleashed prints them, or in
/// milliseconds, as Vizion does.
pub(super) fn parse(text: &str) -> Result<SystemTime, String> {
    const SECONDS_END: u64 = UNIX_SECONDS_END.unsigned_abs();
    /// In milliseconds the year 5138, in microseconds 1973.
    const MILLISECONDS_END: u64 = 1000 * SECONDS_END;
    let Ok(number) = text.parse::<u64>() else {
        let since = DateTime::parse_from_rfc3339(text).ok().and_then(|time| {
            let seconds = u64::try_from(time.timestamp()).ok()?;
            Some(Duration::new(seconds, time.timestamp_subsec_nanos()))
        });
        return since.and_then(|since| UNIX_EPOCH.checked_add(since)).ok_or_else(|| {
            "give seconds or milliseconds since 1970, or a time such as 2023-05-31T16:01:00Z".to_owned()
        });
    };
    let since = match number {
        seconds @ ..SECONDS_END => Duration::from_secs(seconds),
        milliseconds @ SECONDS_END..MILLISECONDS_END => Duration::from_millis(milliseconds),
        MILLISECONDS_END.. => {
            return Err(
                "give milliseconds or seconds since 1970: this looks like micro- or nanoseconds".to_owned()
            );
        }
    };
    UNIX_EPOCH.checked_add(since).ok_or_else(|| "outside the times that this machine knows".to_owned())
}
