//! Judging a request by its headers and URL; neither method nor body is signed.

use countersign::netvisor::{
    Credentials, Language, MacAlgorithm, Netvisor as Provider, Stamp, TransactionId,
};
use countersign::time::{Clock as _, SystemClock};
use encoding_rs::ISO_8859_15;

use super::{Netvisor, timestamps};
use crate::request::Received;
use crate::verdict::Refusal;
use crate::workings::Workings;

const SENDER: &str = "x-netvisor-authentication-sender";
const CUSTOMER_ID: &str = "x-netvisor-authentication-customerid";
const PARTNER_ID: &str = "x-netvisor-authentication-partnerid";
pub(super) const TIMESTAMP: &str = "x-netvisor-authentication-timestamp";
pub(super) const TIMESTAMP_UNIX: &str = "x-netvisor-authentication-timestampunix";
const TRANSACTION_ID: &str = "x-netvisor-authentication-transactionid";
const MAC: &str = "x-netvisor-authentication-mac";
const ALGORITHM: &str = "x-netvisor-authentication-machashcalculationalgorithm";
pub(super) const USE_STATUS_CODES: &str = "x-netvisor-authentication-usehttpresponsestatuscodes";
const LANGUAGE: &str = "x-netvisor-interface-language";
const ORGANISATION_ID: &str = "x-netvisor-organisation-id";

impl Netvisor {
    pub(super) fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        let algorithm = algorithm(arrived)?;
        for (name, known) in [
            (CUSTOMER_ID, &self.credentials.customer_id),
            (PARTNER_ID, &self.credentials.partner_id),
            (ORGANISATION_ID, &self.credentials.organisation_id),
        ] {
            arrived.expect_account(name, &ISO_8859_15.encode(known).0)?;
        }
        let transaction_id = text(arrived, TRANSACTION_ID)?;
        workings.expect_signature(
            arrived,
            MAC,
            &self.provider(arrived, algorithm)?,
            stamp(arrived, algorithm)?,
        )?;
        // After the signature, so that of a timestamp that was signed in another form, that is told.
        timestamps::check(
            &text(arrived, TIMESTAMP)?,
            unix(arrived, algorithm)?,
            SystemClock.now(),
            self.time_window,
        )?;
        // Only now: a request that is not the partner's own must not use up an id of his.
        if self.transaction_ids.insert(transaction_id.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal::Repeated(TRANSACTION_ID))
        }
    }

    /// The provider as the client must have had it: any sender, the origin that it called.
    fn provider(&self, arrived: &Received, algorithm: MacAlgorithm) -> Result<Provider, Refusal> {
        let credentials = Credentials { sender: text(arrived, SENDER)?, ..self.credentials.clone() };
        Provider::new(credentials)
            .map_err(|_| Refusal::HeaderMalformed(SENDER))?
            .algorithm(algorithm)
            .signed_form(self.signed_form)
            .dangerous_allow_http()
            .allow_origin(&arrived.origin()?)
            .map_err(|_| Refusal::UrlMalformed)
    }
}

fn algorithm(arrived: &Received) -> Result<MacAlgorithm, Refusal> {
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

fn stamp(arrived: &Received, algorithm: MacAlgorithm) -> Result<Stamp, Refusal> {
    let malformed = |name| move |_| Refusal::HeaderMalformed(name);
    let transaction_id =
        TransactionId::new(&text(arrived, TRANSACTION_ID)?).map_err(malformed(TRANSACTION_ID))?;
    let language = arrived.ascii(LANGUAGE)?.parse::<Language>().map_err(malformed(LANGUAGE))?;
    // Without one, it is not part of the text.
    let unix = unix(arrived, algorithm)?.unwrap_or_default();
    Stamp::given(&text(arrived, TIMESTAMP)?, unix, transaction_id, language).map_err(malformed(TIMESTAMP))
}

/// Seconds, where they are part of the text. Written as an integer is printed: what is recomputed must be the text that
/// arrived.
fn unix(arrived: &Received, algorithm: MacAlgorithm) -> Result<Option<i64>, Refusal> {
    if algorithm != MacAlgorithm::HmacSha256 {
        return Ok(None);
    }
    let text = arrived.ascii(TIMESTAMP_UNIX)?;
    let seconds = text.parse::<i64>().ok().filter(|seconds| seconds.to_string() == text);
    seconds.map(Some).ok_or(Refusal::HeaderMalformed(TIMESTAMP_UNIX))
}

/// A header's value out of ISO-8859-15, in which every byte is a character: nothing is lost on the way back.
fn text(arrived: &Received, name: &'static str) -> Result<String, Refusal> {
    let value = arrived.header(name)?;
    Ok(ISO_8859_15.decode_without_bom_handling(value.as_bytes()).0.into_owned())
}
