//! The signed text of Netvisor, and the stamp of each attempt.

use std::fmt;
use std::time::SystemTime;

use chrono::{DateTime, Datelike as _, Utc};
use http::{HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretSlice};
use url::Url;

use super::credentials::NAME;
use super::{Language, MacAlgorithm, TransactionId, encoding, headers, options};
use crate::SignedForm;
use crate::error::Error;
use crate::explain::{Explained, OwnMistake};
use crate::random::Randomness;
use crate::signer::{Permit, Sent, Signer};
use crate::signing::{AuthHeaders, Charset, MacKey, RequestRef, Segment, SignedText, Source, write_values};
use crate::time::{Clock, ClockFault, unix_seconds};

const SENDER: HeaderName = HeaderName::from_static(headers::SENDER);
const CUSTOMER_ID: HeaderName = HeaderName::from_static(headers::CUSTOMER_ID);
const PARTNER_ID: HeaderName = HeaderName::from_static(headers::PARTNER_ID);
const TIMESTAMP: HeaderName = HeaderName::from_static(headers::TIMESTAMP);
const TIMESTAMP_UNIX: HeaderName = HeaderName::from_static(headers::TIMESTAMP_UNIX);
const TRANSACTION_ID: HeaderName = HeaderName::from_static(headers::TRANSACTION_ID);
const MAC: HeaderName = HeaderName::from_static(headers::MAC);
const ALGORITHM: HeaderName = HeaderName::from_static(headers::ALGORITHM);
const USE_STATUS_CODES: HeaderName = HeaderName::from_static(headers::USE_STATUS_CODES);
const LANGUAGE: HeaderName = HeaderName::from_static(headers::LANGUAGE);
const ORGANISATION_ID: HeaderName = HeaderName::from_static(headers::ORGANISATION_ID);
/// The name of the field that only the text of the HMAC has.
pub(super) const TIMESTAMP_UNIX_FIELD: &str = "timestamp_unix";

/// The timestamp, transaction id and language of one attempt.
#[derive(Clone, Debug)]
pub struct Stamp {
    timestamp: HeaderValue,
    timestamp_unix: HeaderValue,
    transaction_id: HeaderValue,
    language: Language,
}

impl Stamp {
    /// The stamp of a moment: `YYYY-MM-DD HH:MM:SS` in UTC, and Unix seconds.
    ///
    /// # Errors
    /// `clock-out-of-range` outside the years 0 to 9999.
    pub fn at(time: SystemTime, transaction_id: TransactionId, language: Language) -> Result<Self, Error> {
        let moment = moment(time)?;
        let [timestamp, timestamp_unix] = write_values([&moment.naive_utc(), &moment.timestamp()])?;
        Ok(Self { timestamp, timestamp_unix, transaction_id: transaction_id.0, language })
    }

    /// The stamp of a moment, with a random transaction id.
    fn draw(time: SystemTime, randomness: &dyn Randomness, language: Language) -> Result<Self, Error> {
        let moment = moment(time)?;
        let id = options::random_uuid(randomness)?;
        let [timestamp, timestamp_unix, transaction_id] =
            write_values([&moment.naive_utc(), &moment.timestamp(), &id])?;
        Ok(Self { timestamp, timestamp_unix, transaction_id, language })
    }

    /// The transaction id, which the vendor's log shows.
    #[must_use]
    pub fn transaction_id(&self) -> TransactionId {
        TransactionId(self.transaction_id.clone())
    }

    /// A stamp with a given text of the timestamp, to reproduce a known case.
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

/// A moment in the years 0 to 9999: chrono writes years of four digits as Netvisor does.
fn moment(time: SystemTime) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp(unix_seconds(time)?, 0)
        .filter(|moment| (0..=9999).contains(&moment.year()))
        .ok_or_else(|| Error::new(ClockFault::OutOfRange).in_provider(NAME))
}

/// The MAC over URL, ids and times, and the credentials that it is made with.
#[derive(Clone)]
pub struct Scheme {
    pub(super) sender: HeaderValue,
    pub(super) customer_id: HeaderValue,
    pub(super) partner_id: HeaderValue,
    pub(super) organisation_id: HeaderValue,
    pub(super) customer_key: SecretSlice<u8>,
    pub(super) partner_key: SecretSlice<u8>,
    pub(super) hmac: MacKey,
    pub(super) sha256: MacKey,
    pub(super) algorithm: MacAlgorithm,
    pub(super) language: Language,
    pub(super) signed_form: SignedForm,
    pub(super) fail_on_failed: bool,
    pub(super) parallel_calls: usize,
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme")
            .field("algorithm", &self.algorithm)
            .field("language", &self.language)
            .field("signed_form", &self.signed_form)
            .finish_non_exhaustive()
    }
}

impl Scheme {
    /// Both keys, the end of every signed text and the key of the HMAC.
    fn state_keys(&self, text: &mut SignedText<'_>) {
        let key = |name, bytes| Segment::secret(name, bytes).with_charset(Charset::Latin9);
        text.push(key("customer_key", self.customer_key.expose_secret()))
            .separator("&")
            .push(key("partner_key", self.partner_key.expose_secret()));
    }
}

impl crate::Scheme for Scheme {
    type Stamp = Stamp;

    fn name(&self) -> &str {
        NAME
    }

    fn stamp(
        &self,
        request: &RequestRef<'_>,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
    ) -> Result<Stamp, Error> {
        let language = request.extensions().get::<Language>().copied().unwrap_or(self.language);
        let now = clock.now();
        match request.extensions().get::<TransactionId>() {
            Some(stable) => Stamp::at(now, stable.clone(), language),
            None => Stamp::draw(now, randomness, language),
        }
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(match self.algorithm {
            MacAlgorithm::HmacSha256 => &self.hmac,
            MacAlgorithm::Sha256 => &self.sha256,
        })
    }

    fn signed_text(
        &self,
        request: &RequestRef<'_>,
        stamp: &Stamp,
        text: &mut SignedText<'_>,
    ) -> Result<(), Error> {
        let url = self.signed_form.of(request.url_as_sent());
        let url = encoding::url(&url)?;
        let field = |name, value, origin| {
            Segment::public(name, value).with_source(origin).with_charset(Charset::Latin9)
        };
        text.push(field("url", &url, Source::RequestUrl))
            .separator("&")
            .push(field("sender", self.sender.as_bytes(), Source::Setting))
            .separator("&")
            .push(field("customer_id", self.customer_id.as_bytes(), Source::Credential))
            .separator("&")
            .push(field("timestamp", stamp.timestamp.as_bytes(), Source::Clock))
            .separator("&")
            .push(field("language", stamp.language.as_str().as_bytes(), Source::Setting))
            .separator("&")
            .push(field("organisation_id", self.organisation_id.as_bytes(), Source::Credential))
            .separator("&")
            .push(field("transaction_id", stamp.transaction_id.as_bytes(), Source::Drawn))
            .separator("&");
        if self.algorithm == MacAlgorithm::HmacSha256 {
            text.push(field(TIMESTAMP_UNIX_FIELD, stamp.timestamp_unix.as_bytes(), Source::Clock))
                .separator("&");
        }
        self.state_keys(text);
        Ok(())
    }

    fn headers(&self, stamp: &Stamp, headers: &mut AuthHeaders<'_>) {
        headers
            .reserve(12)
            .set_public(SENDER, self.sender.clone())
            .set_public(CUSTOMER_ID, self.customer_id.clone())
            .set_public(PARTNER_ID, self.partner_id.clone())
            .set_public(TIMESTAMP, stamp.timestamp.clone())
            .set_public(TRANSACTION_ID, stamp.transaction_id.clone())
            .set_public(LANGUAGE, HeaderValue::from_static(stamp.language.as_str()))
            .set_public(ORGANISATION_ID, self.organisation_id.clone())
            .set_signature(MAC)
            .set_default(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        match self.algorithm {
            MacAlgorithm::Sha256 => {
                headers.set_public(ALGORITHM, HeaderValue::from_static("SHA256"));
            }
            MacAlgorithm::HmacSha256 => {
                headers
                    .set_public(ALGORITHM, HeaderValue::from_static("HMACSHA256"))
                    .set_public(TIMESTAMP_UNIX, stamp.timestamp_unix.clone())
                    .set_public(USE_STATUS_CODES, HeaderValue::from_static("1"));
            }
        }
    }

    #[cfg(feature = "middleware")]
    fn admit(
        netvisor: &Signer<Self>,
        url: &Url,
    ) -> impl Future<Output = Result<Option<Permit>, Error>> + Send {
        super::middleware::admit(netvisor, url)
    }

    #[cfg(feature = "middleware")]
    fn judge(
        netvisor: &Signer<Self>,
        sent: Sent<Self>,
        response: reqwest::Response,
    ) -> impl Future<Output = reqwest_middleware::Result<reqwest::Response>> + Send {
        super::middleware::judge(netvisor, sent, response)
    }
}

impl Explained for Scheme {
    fn key_text(&self, _: &RequestRef<'_>, _: &Self::Stamp, key: &mut SignedText<'_>) {
        if self.algorithm == MacAlgorithm::HmacSha256 {
            self.state_keys(key);
        }
    }

    fn other_algorithm(&self) -> Option<Self> {
        let algorithm = match self.algorithm {
            MacAlgorithm::HmacSha256 => MacAlgorithm::Sha256,
            MacAlgorithm::Sha256 => MacAlgorithm::HmacSha256,
        };
        Some(Self { algorithm, ..self.clone() })
    }

    fn own_mistakes() -> &'static [OwnMistake] {
        &super::mistakes::MISTAKES
    }
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
