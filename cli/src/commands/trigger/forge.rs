//! Deliveries that a receiver must refuse or, if they are repetitions, must not handle again.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use countersign::unleashed::headers::WEBHOOK_TIMESTAMP;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};

use crate::failure::Failure;
use crate::providers::delivery::{Scheme, Signer};

const UNLEASHED_TIMESTAMP: HeaderName = HeaderName::from_static(WEBHOOK_TIMESTAMP);

/// A forged delivery, by what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Forgery {
    /// No signature at all
    Unsigned,
    /// One digit of the signature is changed
    WrongSignature,
    /// Signed with another secret, under the right key id if there is one
    WrongKey,
    /// Signed under a key id that nobody has
    UnknownKey,
    /// The signature header is there twice
    Duplicate,
    /// Signed two hours ago
    Stale,
    /// Signed an hour ahead
    Future,
    /// Times in seconds instead of milliseconds
    Seconds,
    /// The time in milliseconds instead of seconds
    Milliseconds,
    /// The body was changed after it was signed
    Tampered,
    /// The body was parsed and printed again on its way
    Reserialised,
    /// The same delivery twice; the second must not be handled
    Replayed,
}

/// Takes the names of all forgeries except those that the provider's deliveries cannot have.
pub(super) fn but(others: &'static [Forgery]) -> impl TypedValueParser<Value = Forgery> {
    let known = Forgery::value_variants().iter().filter(|forgery| !others.contains(forgery));
    PossibleValuesParser::new(known.filter_map(Forgery::to_possible_value))
        .try_map(|name| Forgery::from_str(&name, false))
}

impl Forgery {
    /// Vizion's times are in milliseconds.
    pub(super) const NOT_OF_VIZION: &[Self] = &[Self::Milliseconds];
    /// There are no key ids, and times are in seconds.
    pub(super) const NOT_OF_UNLEASHED: &[Self] = &[Self::UnknownKey, Self::Seconds];
    /// There are neither key ids nor times.
    pub(super) const NOT_OF_NETGIRO: &[Self] =
        &[Self::UnknownKey, Self::Stale, Self::Future, Self::Seconds, Self::Milliseconds];
    /// Key ids, and the unit of times, are the file's own matter.
    pub(super) const NOT_OF_DECLARED: &[Self] = &[Self::UnknownKey, Self::Seconds, Self::Milliseconds];

    /// The name that `--fault` takes.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The deliveries to send, in order. All but the last must be accepted.
    pub(super) fn make(
        self,
        signer: &Signer,
        url: &str,
        body: &Bytes,
        now: SystemTime,
    ) -> Result<Vec<Request<Bytes>>, Failure> {
        const HOUR: Duration = Duration::from_secs(60 * 60);
        let mut delivery = match self {
            Self::WrongKey => {
                signer.with_secret("a secret that is not the receiver's").sign(url, body, now)?
            }
            Self::UnknownKey => {
                let scheme = Scheme::Vizion { key_id: "hmac-key-of-nobody".to_owned() };
                Signer { scheme, secret: "a secret of nobody's".into() }.sign(url, body, now)?
            }
            Self::Stale => signer.sign(url, body, now - 2 * HOUR)?,
            Self::Future => signer.sign(url, body, now + HOUR)?,
            _ => signer.sign(url, body, now)?,
        };
        let not_a_header =
            || Failure::usage("the file places the signature in no header: this fault cannot be made");
        let signature = || signer.scheme.signature_header().ok_or_else(not_a_header);
        let headers = delivery.headers_mut();
        match self {
            Self::Unsigned => {
                headers.remove(signature()?);
            }
            Self::WrongSignature => rewrite(headers, &signature()?, flip_a_digit)?,
            Self::Seconds => rewrite(headers, &signature()?, cut_milliseconds)?,
            Self::Milliseconds => rewrite(headers, &UNLEASHED_TIMESTAMP, |seconds| format!("{seconds}000"))?,
            Self::Duplicate => {
                let signature = signature()?;
                let copy = headers.get(&signature).cloned();
                headers.extend(copy.map(|copy| (signature, copy)));
            }
            Self::Tampered => replace_body(&mut delivery, with_another_value(body)),
            Self::Reserialised => {
                replace_body(&mut delivery, in_another_spelling(body)?);
            }
            Self::Replayed => return Ok(vec![delivery.clone(), delivery]),
            Self::WrongKey | Self::UnknownKey | Self::Stale | Self::Future => {}
        }
        Ok(vec![delivery])
    }
}

/// The body with `true` and `false` exchanged, or with its last letter or digit changed. White space stays: a receiver that
/// parses and prints the body before it verifies changes white space, too.
fn with_another_value(body: &[u8]) -> Vec<u8> {
    for (value, other) in [(&b"true"[..], &b"false"[..]), (b"false", b"true")] {
        if let Some(place) = body.windows(value.len()).position(|window| window == value) {
            let (before, after) = body.split_at(place);
            return [before, other, after.get(value.len()..).unwrap_or_default()].concat();
        }
    }
    let mut changed = body.to_vec();
    match changed.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric()) {
        Some(last @ (b'9' | b'z' | b'Z')) => *last -= 1,
        Some(last) => *last += 1,
        None => changed.push(b'0'),
    }
    changed
}

/// The same JSON in other bytes. If the bytes were the same, the delivery would be no forgery, and the receiver right to accept it.
fn in_another_spelling(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let not_json = |_| Failure::usage("--fault reserialised needs --data that is JSON");
    let value: serde_json::Value = serde_json::from_slice(body).map_err(not_json)?;
    let mut spellings = [format!("{value:#}"), value.to_string()].into_iter();
    let other = spellings.find(|spelling| spelling.as_bytes() != body);
    let only_one = || Failure::usage("this JSON has only one spelling; give `--data` with a field");
    Ok(other.ok_or_else(only_one)?.into_bytes())
}

fn replace_body(delivery: &mut Request<Bytes>, body: Vec<u8>) {
    delivery.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *delivery.body_mut() = body.into();
}

fn rewrite(
    headers: &mut HeaderMap,
    name: &HeaderName,
    rewrite: impl Fn(&str) -> String,
) -> Result<(), Failure> {
    let unreadable = || Failure::usage("the key id cannot be part of a forged header");
    let value = headers.get_mut(name).ok_or_else(unreadable)?;
    let forged = rewrite(value.to_str().map_err(|_| unreadable())?);
    *value = HeaderValue::from_str(&forged).map_err(|_| unreadable())?;
    Ok(())
}

/// The signature is the longest run of digits and letters, whatever stands around it.
fn flip_a_digit(header: &str) -> String {
    let is_encoded = |character: char| character.is_ascii_alphanumeric() || "+/-_".contains(character);
    let runs = header.split(|character| !is_encoded(character));
    let signature = runs.max_by_key(|run| run.len()).unwrap_or_default();
    let digit = if signature.starts_with('0') { "1" } else { "0" };
    let other = [digit, signature.get(1..).unwrap_or_default()].concat();
    header.replacen(signature, &other, 1)
}

/// Takes the last three digits off `created` and `expires`.
fn cut_milliseconds(header: &str) -> String {
    let cut = |parameter: &str| match parameter.split_once('=') {
        Some(("created" | "expires", _)) => {
            parameter.get(..parameter.len().saturating_sub(3)).unwrap_or_default().to_owned()
        }
        _ => parameter.to_owned(),
    };
    header.split(',').map(cut).collect::<Vec<_>>().join(",")
}
