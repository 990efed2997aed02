//! Signed callbacks for your tests, so that nobody turns verification off there.

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use secrecy::SecretString;

use super::super::credentials::NAME;
use super::super::signing::Secret;
use super::scheme::{Key, NONCE, SIGNATURE, Scheme, Stated};
use crate::error::Error;
use crate::webhook::{Scheme as _, testing};

/// A callback as Netgíró sends it: a POST of `body` to `url`, signed with `secret` and `nonce`. Two callbacks with one
/// nonce, URL and body are copies of each other.
///
/// # Errors
/// When the secret is one that a verifier refuses; `url-not-absolute`.
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
