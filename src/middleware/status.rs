//! Statuses that are errors.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::Response;

use super::is_worth_a_retry;
use crate::error::{Code, Effect, Error, Fault};
use crate::fault::faults;
use crate::redact;
use crate::time::{Clock as _, SystemClock, unix_nanos};

/// How much of a body is kept, in bytes.
const KEPT: usize = 4096;

/// The reply behind an `error-status`: a provider that does not sign replies answered with an error status.
///
/// ```no_run
/// # async fn run(client: reqwest_middleware::ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// use countersign::{ErrorStatus, unleashed::error_for_status};
///
/// let page = client.get("https://api.unleashedsoftware.com/Customers/1").send().await?;
/// if let Err(error) = error_for_status(page).await
///     && let Some(refused) = error.fault::<ErrorStatus>()
/// {
///     println!("{}, again in {:?}: {}", refused.status(), refused.retry_after(), refused.body());
/// }
/// # Ok(()) }
/// ```
pub struct ErrorStatus {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: String,
}

impl ErrorStatus {
    /// Keeps the status and the beginning of the body, or what arrived of a body that broke off.
    async fn of(response: &mut Response) -> Self {
        let mut start = Vec::new();
        while start.len() <= KEPT
            && let Ok(Some(chunk)) = response.chunk().await
        {
            start.extend_from_slice(chunk.get(..=KEPT).unwrap_or(&chunk));
        }
        Self {
            status: response.status(),
            retry_after: retry_after(response.headers(), SystemClock.now()),
            body: printable_start(&start),
        }
    }

    /// The status, a 4xx or 5xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// How long to wait according to `Retry-After`: its seconds, or the time until its date by this machine's clock,
    /// which is zero if the date has passed. `None` if the header is missing or neither.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The beginning of the body, at most 4 KiB, read as UTF-8 with U+FFFD for other bytes. `(masked)` replaces each
    /// long run of characters that may be a key or a signature, since a server may send back what it received. **The
    /// text is unauthenticated, and may hold personal data and control characters**: neither `Display` nor `Debug`
    /// shows it.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Display for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the provider answered {}", self.status)
    }
}

impl fmt::Debug for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorStatus")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("body_length", &self.body.len())
            .finish()
    }
}

faults! {
    /// The meaning of an error status.
    #[derive(Debug)]
    pub(super) enum Answer {
        Later = Refused Unknown, "error-status", "the provider answered a 429, 408 or 5xx",
            "Try again later, but only if the request may happen twice: it may have been carried out. A retry layer goes outside the signer.";
        Refused = Refused, "error-status", "the provider answered another 4xx",
            "Read what the provider says: `error.fault::<ErrorStatus>()` has the beginning of the body.";
    }
}

impl Fault for ErrorStatus {
    fn code(&self) -> Code {
        if is_worth_a_retry(self.status) { Answer::Later } else { Answer::Refused }.code()
    }

    /// A gateway also answers 408 and 5xx if the provider's answer is lost; a 409 may be about an earlier attempt.
    fn effect(&self) -> Effect {
        match self.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => Effect::Unknown,
            status if status.is_server_error() => Effect::Unknown,
            _ => Effect::None,
        }
    }
}

/// The response, unless its status is an error: then `known`, the provider's own meaning of the status, or else an
/// `error-status`.
pub(crate) async fn error_for_status(
    mut response: Response,
    provider: &'static str,
    known: Option<Error>,
) -> Result<Response, Error> {
    let status = response.status();
    if known.is_none() && !status.is_client_error() && !status.is_server_error() {
        return Ok(response);
    }
    let error = match known {
        Some(error) => error,
        None => Error::new(ErrorStatus::of(&mut response).await),
    };
    Err(error.in_provider(provider).with_skew(response.headers(), SystemClock.now()))
}

/// RFC 9110, section 10.2.3: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The first bytes of a body as text, without possible keys and signatures. If the body is cut off, the text ends
/// before a last run of characters that may be the beginning of one.
fn printable_start(start: &[u8]) -> String {
    let kept = start.get(..KEPT).unwrap_or(start);
    let text = String::from_utf8_lossy(kept);
    let text = if kept.len() < start.len() { text.trim_end_matches(redact::is_of_token) } else { &*text };
    redact::without_tokens(text)
}

impl Error {
    /// Notes the status of the reply.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        self.with_note(format!("the reply's status was {}", status.as_u16()))
    }

    /// Adds a note if the `Date` of the reply is more than a minute away from the local clock.
    pub(crate) fn with_skew(self, reply: &HeaderMap, now: SystemTime) -> Self {
        let note = skew_note(reply.get(header::DATE), now);
        note.into_iter().fold(self, Self::with_note)
    }
}

/// How many seconds `now` is ahead of the `Date` of a reply.
pub(crate) fn skew(date: Option<&HeaderValue>, now: SystemTime) -> Option<i64> {
    let theirs = httpdate::parse_http_date(date?.to_str().ok()?).ok()?;
    i64::try_from((unix_nanos(now) - unix_nanos(theirs)) / 1_000_000_000).ok()
}

/// A note for an error if the `Date` of the reply is more than a minute away from the local clock.
pub(crate) fn skew_note(date: Option<&HeaderValue>, now: SystemTime) -> Option<String> {
    let seconds = skew(date, now)?;
    let direction = if seconds < 0 { "behind" } else { "ahead of" };
    (seconds.abs() > 60)
        .then(|| format!("the local clock is {} s {direction} the provider's Date", seconds.abs()))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_nothing_else() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now).map(|duration| duration.as_secs())
        };
        for (text, expected) in [
            ("0", 0),
            ("120", 120),
            (" 7 ", 7),
            ("18446744073709551615", u64::MAX),
            ("Sun, 06 Nov 1994 08:49:47 GMT", 10),
            ("Sunday, 06-Nov-94 08:49:47 GMT", 10),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in ["", "-1", "+1", "1.5", "1e3", "0x10", "18446744073709551616", "soon", "1, 2", "٣"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_body_that_is_cut_does_not_end_within_a_key() {
        let body = format!("{}{}", "x ".repeat(2040), "a1".repeat(30));
        assert_eq!(printable_start(&body.as_bytes()[..=KEPT]), "x ".repeat(2040));
        assert_eq!(printable_start(b"no more than a1a1"), "no more than a1a1");
        assert_eq!(printable_start(&[0xff; 2]), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn skew_is_told_beyond_a_minute_in_either_direction() {
        let date = HeaderValue::from_static("Thu, 01 Jan 1970 00:10:00 GMT");
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(skew_note(Some(&date), at(660)), None);
        assert!(skew_note(Some(&date), at(661)).unwrap().contains("61 s ahead of"));
        assert!(skew_note(Some(&date), at(500)).unwrap().contains("100 s behind"));
        assert_eq!(skew_note(None, at(0)), None);
        assert_eq!(skew_note(Some(&HeaderValue::from_static("yesterday")), at(0)), None);
    }
}
