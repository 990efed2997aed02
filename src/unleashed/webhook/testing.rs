//! Signed deliveries for your tests, so that nobody turns verification off there.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use secrecy::SecretString;

use super::super::credentials::NAME;
use super::scheme::{SIGNATURE, Scheme, TIMESTAMP};
use crate::error::Error;
use crate::time::unix_seconds;
use crate::webhook::{Steps as _, testing};

/// A delivery as Unleashed sends it: a POST of `body` to `url`, signed at `signed_at` with `signing_key`.
///
/// # Errors
/// If the key is empty, padded, or holds control characters; `url-not-absolute`; `clock-out-of-range`, if the seconds
/// do not fit 64 bits.
pub fn sign(
    signing_key: impl Into<SecretString>,
    url: &str,
    body: impl Into<Bytes>,
    signed_at: SystemTime,
) -> Result<Request<Bytes>, Error> {
    let build = || {
        let key = super::prepare(signing_key.into())?;
        let timestamp = unix_seconds(signed_at)?;
        let printed = timestamp.to_string();
        let mut request = testing::post(url, body.into())?;
        let signature = Scheme::signature(&printed.as_str(), &key, request.body()).header_value();

        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(&SIGNATURE, signature);
        headers.insert(&TIMESTAMP, HeaderValue::from(timestamp));
        Ok(request)
    };
    build().map_err(|error: Error| error.in_provider(NAME))
}
