//! Signed callbacks for your tests, so that nobody turns verification off there.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use secrecy::SecretString;

use super::super::credentials::NAME;
use super::super::signing::Secret;
use super::scheme::{Key, NONCE, SIGNATURE, Scheme, Stated};
use crate::error::Error;
use crate::webhook::{Steps as _, testing};

/// A callback as Netgíró sends it: a POST of `body` to `url`, signed with `secret` and `nonce`. Two callbacks with one
/// nonce, URL and body are copies of each other.
///
/// # Errors
/// If the secret is empty, padded, or holds control characters; `url-not-absolute`.
pub fn sign(
    secret: impl Into<SecretString>,
    url: &str,
    body: impl Into<Bytes>,
    nonce: u64,
) -> Result<Request<Bytes>, Error> {
    let build = || {
        let key = Key(Secret::new(secret.into())?);
        let mut request = testing::post(url, body.into())?;
        let nonce = HeaderValue::from(nonce);
        let stated = Stated { nonce: nonce.as_bytes(), url: request.uri().to_string() };
        let signature = Scheme::signature(&stated, &key, request.body()).header_value();

        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(&SIGNATURE, signature);
        headers.insert(&NONCE, nonce);
        Ok(request)
    };
    build().map_err(|error: Error| error.in_provider(NAME))
}

/// The nanoseconds since 1970, as a nonce for [`sign`]: a callback carries no time, so two callbacks with the same
/// nonce would be copies.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use countersign::netgiro::webhook::testing::nonce_at;
///
/// assert_eq!(nonce_at(UNIX_EPOCH + Duration::from_secs(1)), 1_000_000_000);
/// ```
#[must_use]
pub fn nonce_at(at: SystemTime) -> u64 {
    let nanoseconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    // They fit 64 bits until the year 2554.
    u64::try_from(nanoseconds).unwrap_or(u64::MAX)
}
