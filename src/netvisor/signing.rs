//! What Netvisor signs.

use http::{HeaderName, HeaderValue, header};
use secrecy::ExposeSecret as _;

use super::credentials::NAME;
use super::{Language, MacAlgorithm, Netvisor, Stamp, TransactionId, encoding};
use crate::error::Error;
use crate::scope::Scope;
use crate::signing::{AuthHeaders, Charset, MacKey, Provider, RequestRef, Segment, SignedText, Source};

const SENDER: HeaderName = HeaderName::from_static("x-netvisor-authentication-sender");
const CUSTOMER_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-customerid");
pub(super) const PARTNER_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-partnerid");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-netvisor-authentication-timestamp");
const TIMESTAMP_UNIX: HeaderName = HeaderName::from_static("x-netvisor-authentication-timestampunix");
const TRANSACTION_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-transactionid");
const MAC: HeaderName = HeaderName::from_static("x-netvisor-authentication-mac");
const ALGORITHM: HeaderName =
    HeaderName::from_static("x-netvisor-authentication-machashcalculationalgorithm");
/// The field that only the text of the HMAC has.
pub(super) const TIMESTAMP_UNIX_FIELD: &str = "timestamp_unix";
const USE_STATUS_CODES: HeaderName =
    HeaderName::from_static("x-netvisor-authentication-usehttpresponsestatuscodes");
const LANGUAGE: HeaderName = HeaderName::from_static("x-netvisor-interface-language");
const ORGANISATION_ID: HeaderName = HeaderName::from_static("x-netvisor-organisation-id");

impl Netvisor {
    /// Both keys, the end of every signed text and the key of the HMAC.
    fn state_keys(&self, text: &mut SignedText<'_>) {
        let key = |name, bytes| Segment::secret(name, bytes).with_charset(Charset::Latin9);
        text.push(key("customer_key", self.customer_key.expose_secret()))
            .separator("&")
            .push(key("partner_key", self.partner_key.expose_secret()));
    }
}

impl Provider for Netvisor {
    type Stamp = Stamp;

    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> &Scope {
        &self.settings.scope
    }

    fn stamp(&self, request: &RequestRef<'_>) -> Result<Stamp, Error> {
        let language = request.extensions().get::<Language>().copied().unwrap_or(self.language);
        let now = self.settings.clock.now();
        match request.extensions().get::<TransactionId>() {
            Some(stable) => Stamp::at(now, stable.clone(), language),
            None => Stamp::draw(now, &*self.settings.randomness, language),
        }
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(match self.algorithm {
            MacAlgorithm::HmacSha256 => &self.hmac,
            MacAlgorithm::Sha256 => &self.sha256,
        })
    }

    fn mac_key_text(&self, key: &mut SignedText<'_>) {
        if self.algorithm == MacAlgorithm::HmacSha256 {
            self.state_keys(key);
        }
    }

    fn other_algorithm(&self) -> Option<Self> {
        let other = match self.algorithm {
            MacAlgorithm::HmacSha256 => MacAlgorithm::Sha256,
            MacAlgorithm::Sha256 => MacAlgorithm::HmacSha256,
        };
        Some(self.clone().algorithm(other))
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

    fn headers(&self, stamp: Stamp, headers: &mut AuthHeaders<'_>) {
        headers
            .reserve(12)
            .set_public(SENDER, self.sender.clone())
            .set_public(CUSTOMER_ID, self.customer_id.clone())
            .set_public(PARTNER_ID, self.partner_id.clone())
            .set_public(TIMESTAMP, stamp.timestamp)
            .set_public(TRANSACTION_ID, stamp.transaction_id)
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
                    .set_public(TIMESTAMP_UNIX, stamp.timestamp_unix)
                    .set_public(USE_STATUS_CODES, HeaderValue::from_static("1"));
            }
        }
    }
}
