//! What Netvisor signs.

use http::{HeaderName, HeaderValue, header};
use secrecy::ExposeSecret as _;

use super::credentials::NAME;
use super::{Language, MacAlgorithm, Netvisor, Stamp, TransactionId, encoding};
use crate::error::Error;
use crate::scope::Scope;
use crate::signing::{AuthHeaders, MacKey, Outgoing, Provider, SignedText};

const SENDER: HeaderName = HeaderName::from_static("x-netvisor-authentication-sender");
const CUSTOMER_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-customerid");
const PARTNER_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-partnerid");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-netvisor-authentication-timestamp");
const TIMESTAMP_UNIX: HeaderName = HeaderName::from_static("x-netvisor-authentication-timestampunix");
const TRANSACTION_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-transactionid");
const MAC: HeaderName = HeaderName::from_static("x-netvisor-authentication-mac");
const ALGORITHM: HeaderName =
    HeaderName::from_static("x-netvisor-authentication-machashcalculationalgorithm");
const USE_STATUS_CODES: HeaderName =
    HeaderName::from_static("x-netvisor-authentication-usehttpresponsestatuscodes");
const LANGUAGE: HeaderName = HeaderName::from_static("x-netvisor-interface-language");
const ORGANISATION_ID: HeaderName = HeaderName::from_static("x-netvisor-organisation-id");

impl Provider for Netvisor {
    type Stamp = Stamp;

    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> &Scope {
        &self.settings.scope
    }

    fn stamp(&self, request: &Outgoing<'_>) -> Result<Stamp, Error> {
        let language = request.extensions().get::<Language>().copied().unwrap_or(self.language);
        let now = self.settings.clock.now();
        match request.extensions().get::<TransactionId>() {
            Some(stable) => Stamp::at(now, stable.clone(), language),
            None => Stamp::draw(now, &*self.settings.randomness, language),
        }
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(&self.mac)
    }

    fn signed_text(
        &self,
        request: &Outgoing<'_>,
        stamp: &Stamp,
        text: &mut SignedText<'_>,
    ) -> Result<(), Error> {
        let url = self.signed_form.of(request.url_as_sent());
        text.public("url", &encoding::encode("url", &url)?)
            .separator("&")
            .public("sender", self.sender.as_bytes())
            .separator("&")
            .public("customer_id", self.customer_id.as_bytes())
            .separator("&")
            .public("timestamp", stamp.timestamp.as_bytes())
            .separator("&")
            .public("language", stamp.language.as_str().as_bytes())
            .separator("&")
            .public("organisation_id", self.organisation_id.as_bytes())
            .separator("&")
            .public("transaction_id", stamp.transaction_id.as_bytes())
            .separator("&");
        if self.mac.algorithm() == MacAlgorithm::HmacSha256 {
            text.public("timestamp_unix", stamp.timestamp_unix.as_bytes()).separator("&");
        }
        text.secret("customer_key", self.customer_key.expose_secret())
            .separator("&")
            .secret("partner_key", self.partner_key.expose_secret());
        Ok(())
    }

    fn headers(&self, stamp: Stamp, headers: &mut AuthHeaders<'_>) {
        headers
            .reserve(12)
            .set(SENDER, self.sender.clone())
            .set(CUSTOMER_ID, self.customer_id.clone())
            .set(PARTNER_ID, self.partner_id.clone())
            .set(TIMESTAMP, stamp.timestamp)
            .set(TRANSACTION_ID, stamp.transaction_id)
            .set(LANGUAGE, HeaderValue::from_static(stamp.language.as_str()))
            .set(ORGANISATION_ID, self.organisation_id.clone())
            .set_signature(MAC)
            .set_default(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        match self.mac.algorithm() {
            MacAlgorithm::Sha256 => {
                headers.set(ALGORITHM, HeaderValue::from_static("SHA256"));
            }
            MacAlgorithm::HmacSha256 => {
                headers
                    .set(ALGORITHM, HeaderValue::from_static("HMACSHA256"))
                    .set(TIMESTAMP_UNIX, stamp.timestamp_unix)
                    .set(USE_STATUS_CODES, HeaderValue::from_static("1"));
            }
        }
    }
}
