//! Netvisor on the command line.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::NaiveDateTime;
use countersign::Scheme as _;
use countersign::netvisor::{
    Language, MacAlgorithm, Netvisor, ResponseStatus, Scheme, Stamp, TransactionId, headers, variables,
};
use countersign::rotation::Rotation;
use countersign::time::{Clock as _, SystemClock};
use countersign::{Error, RequestRef, Signer};
use encoding_rs::ISO_8859_15;
use http::{HeaderName, HeaderValue, StatusCode};

use super::{Answer, Tool, captured, captured_signature, covered};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{Algorithm, ProviderName, Reproduction, Settings};

impl Tool for Scheme {
    const VARIABLES: &'static [&'static str] = &[
        variables::SENDER,
        variables::CUSTOMER_ID,
        variables::CUSTOMER_KEY,
        variables::PARTNER_ID,
        variables::PARTNER_KEY,
        variables::ORGANISATION_ID,
    ];
    const HEADERS: &'static [&'static str] = &[
        headers::SENDER,
        headers::CUSTOMER_ID,
        headers::PARTNER_ID,
        headers::TIMESTAMP,
        headers::TIMESTAMP_UNIX,
        headers::TRANSACTION_ID,
        headers::ALGORITHM,
        headers::USE_STATUS_CODES,
        headers::LANGUAGE,
        headers::ORGANISATION_ID,
        headers::MAC,
    ];
    const FLAGS: &'static [&'static str] =
        &["--algorithm", "--form", "--timestamp", "--timestamp-unix", "--transaction-id"];
    const NEEDED_TO_REPRODUCE: &'static str = "--transaction-id, and --timestamp or --timestamp-unix";
    const SETS_CONTENT_TYPE: bool = true;
    const ASKS_FOR_DEFAULTS: bool = false;

    fn build(
        environment: &Environment,
        _: &ProviderName,
        settings: &Settings,
    ) -> Result<Signer<Self>, Failure> {
        let algorithm = match settings.algorithm {
            Some(Algorithm::Sha256) => MacAlgorithm::Sha256,
            Some(Algorithm::HmacSha256) | None => MacAlgorithm::HmacSha256,
        };
        let value = |name: &str, lookup: &dyn Fn(&str) -> Option<String>| match settings.sender {
            Some(change) if name == variables::SENDER => lookup(name).map(|sender| change(&sender)),
            _ => lookup(name),
        };
        let netvisor =
            environment.supply(|lookup| Netvisor::from_variables(|name| value(name, lookup)))??;
        // The tool's own time-out is for silence, not for the whole answer.
        let netvisor = netvisor.timeout(None).algorithm(algorithm);
        Ok(match settings.form {
            Some(form) => netvisor.signed_form(form.into()),
            None => netvisor,
        })
    }

    /// As in [`build`](Self::build), the time-out is for silence.
    fn rotating(rotation: &Rotation, _: &ProviderName) -> Result<Signer<Self>, Failure> {
        Ok(Netvisor::from_rotation(rotation)?.timeout(None))
    }

    fn given_stamp(
        _: &Signer<Self>,
        given: &Reproduction,
        environment: &Environment,
    ) -> Result<Option<Stamp>, Failure> {
        let Reproduction { timestamp, timestamp_unix, transaction_id, language: captured, .. } = given;
        if timestamp.is_none() && timestamp_unix.is_none() && transaction_id.is_none() {
            return Ok(None);
        }
        let id = transaction_id.as_deref().map_or_else(TransactionId::random, TransactionId::new)?;
        let language = captured.map_or_else(|| language(environment), Ok)?;
        let stamp = match (timestamp, timestamp_unix) {
            (Some(text), Some(seconds)) => Stamp::given(text, *seconds, id, language)?,
            (Some(text), None) => Stamp::given(text, unix_seconds(text)?, id, language)?,
            (None, Some(seconds)) => {
                // The flag is wrong, not the machine's clock, which the library's error would blame.
                Stamp::at(moment(*seconds)?, id, language).map_err(|_| outside_known_times())?
            }
            (None, None) => Stamp::at(SystemClock.now(), id, language)?,
        };
        Ok(Some(stamp))
    }

    fn is_reproduced(_: &Signer<Self>, given: &Reproduction) -> bool {
        given.transaction_id.is_some() && (given.timestamp.is_some() || given.timestamp_unix.is_some())
    }

    fn take_captured(
        signer: Signer<Self>,
        request: &RequestRef<'_>,
        given: &mut Reproduction,
    ) -> Result<(Signer<Self>, String), Failure> {
        let of_request = |name: &str| captured::<Self>(request, name);
        let signer = match of_request(headers::ALGORITHM).as_deref() {
            Some("SHA256") => signer.algorithm(MacAlgorithm::Sha256),
            Some("HMACSHA256") => signer.algorithm(MacAlgorithm::HmacSha256),
            _ => signer,
        };
        let timestamp = given.timestamp.take().or_else(|| of_request(headers::TIMESTAMP));
        given.timestamp = covered(timestamp, "X-Netvisor-Authentication-Timestamp")?;
        let unix = || of_request(headers::TIMESTAMP_UNIX)?.parse().ok();
        given.timestamp_unix = given.timestamp_unix.or_else(unix);
        let id = given.transaction_id.take().or_else(|| of_request(headers::TRANSACTION_ID));
        given.transaction_id = covered(id, "X-Netvisor-Authentication-TransactionId")?;
        given.language = of_request(headers::LANGUAGE).and_then(|language| language.parse().ok());
        Ok((signer, captured_signature::<Self>(request)))
    }

    fn sets_header(signer: &Signer<Self>, name: &HeaderName) -> bool {
        // With the older algorithm, the sender may set this header.
        let is_optional = name == headers::USE_STATUS_CODES
            && signer.scheme().mac().is_some_and(|mac| !mac.algorithm().is_keyed());
        !is_optional && Self::HEADERS.contains(&name.as_str())
    }

    fn header_text(value: &HeaderValue) -> String {
        ISO_8859_15.decode_without_bom_handling(value.as_bytes()).0.into_owned()
    }

    /// Reads `ResponseStatus`, unless a gateway answered: its answers, such as redirects, are no XML of Netvisor's.
    fn check(answer: &Answer<'_>) -> Result<(), Error> {
        let status = answer.status;
        let from_gateway =
            status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() || status.is_redirection();
        match ResponseStatus::from_slice(answer.start) {
            Ok(Some(ResponseStatus::Failed(failure))) => Err(Error::new(failure).in_provider("netvisor")),
            Err(error) if !from_gateway => Err(error),
            _ => Ok(()),
        }
    }
}

fn language(environment: &Environment) -> Result<Language, Failure> {
    match environment.get(variables::LANGUAGE)? {
        Some(text) => Ok(text.parse::<Language>()?),
        None => Ok(Language::default()),
    }
}

/// The Unix seconds of a timestamp in one of the two forms that Netvisor documents; for other texts, a flag gives them.
fn unix_seconds(timestamp: &str) -> Result<i64, Failure> {
    NaiveDateTime::parse_from_str(timestamp, "%Y-%m-%d %H:%M:%S%.f")
        .map(|time| time.and_utc().timestamp())
        .map_err(|_| Failure::usage("--timestamp is not YYYY-MM-DD HH:MM:SS: give --timestamp-unix as well"))
}

fn moment(unix_seconds: i64) -> Result<SystemTime, Failure> {
    let span = Duration::from_secs(unix_seconds.unsigned_abs());
    let moment = if unix_seconds < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
    moment.ok_or_else(outside_known_times)
}

fn outside_known_times() -> Failure {
    Failure::usage("--timestamp-unix is outside the years 0 to 9999, which a timestamp can express")
}
