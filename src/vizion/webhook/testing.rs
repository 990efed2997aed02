//! Signed deliveries for your tests, so that nobody turns verification off there.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use super::super::credentials::NAME;
use super::scheme::{Covered, DIGEST, SIGNATURE, Scheme};
use super::signing_string::{SigningString, Sources};
use crate::error::Error;
use crate::field::{self, Problem};
use crate::time::{ClockFault, unix_nanos};
use crate::webhook::{Delivery, Steps as _, testing};

/// The headers that Vizion's sample lists.
const COVERED: &str = "(request-target) (created) user-agent host date content-type content-length digest";

/// How long a delivery is valid in Vizion's sample.
const LIFE_MS: i64 = 60 * 60 * 1000;

/// A delivery as Vizion sends it: a POST of `body` to `url`, signed at `signed_at` with `secret` under `key_id`.
///
/// # Errors
/// If the key is empty, padded, or holds control characters; `url-not-absolute`; `clock-out-of-range` outside the years
/// 1970 to 9999.
pub fn sign(
    key_id: &str,
    secret: impl Into<SecretString>,
    url: &str,
    body: impl Into<Bytes>,
    signed_at: SystemTime,
) -> Result<Request<Bytes>, Error> {
    let build = || {
        let key = super::prepare(key_id, secret.into())?;
        let created = milliseconds(signed_at)?;
        let expires = created.saturating_add(LIFE_MS).to_string();
        let mut request = testing::post(url, body.into())?;
        let digest: [u8; 32] = Sha256::digest(request.body()).into();
        describe(&mut request, &digest, signed_at);

        let (parts, body) = request.into_parts();
        let delivery = Delivery::new(&parts, None);
        let host = delivery.host().map_err(Error::new)?;
        let created = created.to_string();
        let listed = delivery.single(&DIGEST).map_err(Error::new)?;
        let sources = Sources { host, digest: listed, created: &created, expires: Some(&expires), delivery };
        let signing_string = SigningString::new(COVERED, sources).map_err(Error::new)?;
        let signature = Scheme::signature(&Covered { signing_string, digest }, &key, &body);
        let value = signature_header(key_id, &signature.expose_text(), &created, &expires)?;
        let mut request = Request::from_parts(parts, body);
        request.headers_mut().insert(&SIGNATURE, value);
        Ok(request)
    };
    build().map_err(|error: Error| error.in_provider(NAME))
}

/// Adds the headers that the signature covers.
fn describe(request: &mut Request<Bytes>, digest: &[u8; 32], at: SystemTime) {
    let length = request.body().len();
    let headers = request.headers_mut();
    headers.insert(header::USER_AGENT, HeaderValue::from_static("Vizion-Webhook"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    // Both are printable ASCII, so the conversions do not fail.
    for (name, text) in [
        (header::DATE, httpdate::fmt_http_date(at)),
        (DIGEST.clone(), format!("SHA-256={}", hex::encode(digest))),
    ] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
}

fn signature_header(
    key_id: &str,
    signature: &str,
    created: &str,
    expires: &str,
) -> Result<HeaderValue, Error> {
    let text = format!(
        "Signature keyId={key_id},signature={signature},algorithm=SHA-256,created={created},expires={expires},headers={COVERED}"
    );
    HeaderValue::try_from(text).map_err(|_| field::refuse("key_id", Problem::NotAscii))
}

/// Milliseconds since 1970, within the range of a `date` header: the years 1970 to 9999.
fn milliseconds(time: SystemTime) -> Result<i64, Error> {
    const END: i64 = 253_402_300_800_000;
    i64::try_from(unix_nanos(time).div_euclid(1_000_000))
        .ok()
        .filter(|created| (0..END).contains(created))
        .ok_or_else(|| Error::new(ClockFault::OutOfRange))
}
