//! Judges a request by its headers and URL; neither method nor body is signed.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime, Utc};
use countersign::netvisor::headers::{
    ALGORITHM, CUSTOMER_ID, LANGUAGE, MAC, ORGANISATION_ID, PARTNER_ID, SENDER, TIMESTAMP, TIMESTAMP_UNIX,
    TRANSACTION_ID, USE_STATUS_CODES,
};
use countersign::netvisor::{
    Credentials, Language, MacAlgorithm, Netvisor as Provider, Stamp, TransactionId,
};
use countersign::time::{Clock as _, SystemClock, UNIX_SECONDS_END};
use encoding_rs::ISO_8859_15;

use super::Netvisor;
use crate::provider::Judge;
use crate::request::Received;
use crate::verdict::Refusal;
use crate::workings::Workings;

/// By how many seconds the two times may differ: a client that reads the clock twice may read another second.
const MOST_APART: u64 = 1;

impl Judge for Netvisor {
    const SIGNED_BY: &'static [&'static str] =
        &[SENDER, CUSTOMER_ID, PARTNER_ID, TIMESTAMP, TRANSACTION_ID, MAC];

    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        let named = named_algorithm(arrived)?;
        let algorithm = self.takes.algorithm.unwrap_or(named);
        for (name, known) in [
            (CUSTOMER_ID, &self.credentials.customer_id),
            (PARTNER_ID, &self.credentials.partner_id),
            (ORGANISATION_ID, &self.credentials.organisation_id),
        ] {
            arrived.expect_account(name, &self.takes.charset.encode(known).0)?;
        }
        workings.expect_signature(
            arrived,
            MAC,
            &self.provider(arrived, algorithm)?,
            self.stamp(arrived, algorithm)?,
        )?;
        // After the signature, so that a timestamp that was signed in another form is diagnosed as that.
        check_times(
            &self.text(arrived, TIMESTAMP)?,
            unix(arrived, algorithm)?,
            SystemClock.now(),
            self.takes.time_window,
        )
    }

    /// Uses the transaction id up.
    fn process(&self, arrived: &Received) -> Result<(), Refusal> {
        let transaction_id = self.text(arrived, TRANSACTION_ID)?;
        if self.transaction_ids.insert(transaction_id.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal::Repeated(TRANSACTION_ID))
        }
    }
}

impl Netvisor {
    /// The signer that the client must have used: with any sender, and the origin that it called.
    fn provider(&self, arrived: &Received, algorithm: MacAlgorithm) -> Result<Provider, Refusal> {
        let credentials = Credentials { sender: self.text(arrived, SENDER)?, ..self.credentials.clone() };
        Provider::new(credentials)
            .map_err(|_| Refusal::HeaderMalformed(SENDER))?
            .algorithm(algorithm)
            .signed_form(self.takes.signed_form)
            .dangerous_allow_http()
            .allow_origin(&arrived.origin()?)
            .map_err(|_| Refusal::UrlMalformed)
    }

    fn stamp(&self, arrived: &Received, algorithm: MacAlgorithm) -> Result<Stamp, Refusal> {
        let malformed = |name| move |_| Refusal::HeaderMalformed(name);
        let transaction_id =
            TransactionId::new(&self.text(arrived, TRANSACTION_ID)?).map_err(malformed(TRANSACTION_ID))?;
        let language = arrived.ascii(LANGUAGE)?.parse::<Language>().map_err(malformed(LANGUAGE))?;
        // Without Unix seconds, none are part of the text.
        let unix = unix(arrived, algorithm)?.unwrap_or_default();
        Stamp::given(&self.text(arrived, TIMESTAMP)?, unix, transaction_id, language)
            .map_err(malformed(TIMESTAMP))
    }

    /// A header's value as the library's text: in ISO-8859-15, every byte is a character, so that nothing is lost on the way
    /// back.
    fn text(&self, arrived: &Received, name: &'static str) -> Result<String, Refusal> {
        let value = arrived.header(name)?.as_bytes();
        let (_, is_malformed) = self.takes.charset.decode_without_bom_handling(value);
        if is_malformed {
            return Err(Refusal::HeaderMalformed(name));
        }
        Ok(ISO_8859_15.decode_without_bom_handling(value).0.into_owned())
    }
}

/// The algorithm that a request names.
fn named_algorithm(arrived: &Received) -> Result<MacAlgorithm, Refusal> {
    match arrived.ascii(ALGORITHM) {
        Ok("HMACSHA256") => {
            arrived.header(USE_STATUS_CODES)?;
            Ok(MacAlgorithm::HmacSha256)
        }
        Ok("SHA256") => Ok(MacAlgorithm::Sha256),
        Ok(_) | Err(Refusal::HeaderMissing(_)) => Err(Refusal::Algorithm),
        Err(refusal) => Err(refusal),
    }
}

/// Unix seconds, if they are part of the text. Must be written as an integer is printed: the recomputed text must be the one
/// that arrived.
fn unix(arrived: &Received, algorithm: MacAlgorithm) -> Result<Option<i64>, Refusal> {
    if algorithm != MacAlgorithm::HmacSha256 {
        return Ok(None);
    }
    let text = arrived.ascii(TIMESTAMP_UNIX)?;
    let seconds = text.parse::<i64>().ok().filter(|seconds| seconds.to_string() == text);
    seconds.map(Some).ok_or(Refusal::HeaderMalformed(TIMESTAMP_UNIX))
}

/// Checks that the timestamps have Netvisor's forms, whatever the signature covers, and if there is a window, that they agree
/// and lie within it. With SHA-256, `unix` is `None`, and nothing public says that Netvisor compares the time with its own.
fn check_times(
    text: &str,
    unix: Option<i64>,
    now: SystemTime,
    window: Option<Duration>,
) -> Result<(), Refusal> {
    if unix.is_some_and(|unix| unix >= UNIX_SECONDS_END) {
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

/// The time in UTC of `YYYY-MM-DD HH:MM:SS`, as in Netvisor's sample, or with `.mmm`, as in its older sample. chrono alone
/// would accept more forms.
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
            let refusal = check_times(text, unix, SystemTime::UNIX_EPOCH, None).err();
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
            ("9999-12-31 23:59:59", UNIX_SECONDS_END - 1, Some("times-disagree")),
        ] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOON.unsigned_abs());
            let refusal = check_times(text, Some(unix), now, window).err();
            assert_eq!(refusal.map(|refusal| refusal.code()), code, "{text} {unix}");
            check_times(text, Some(unix), now, None).unwrap();
            check_times(text, None, now, window).unwrap();
        }
    }
}
