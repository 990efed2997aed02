//! Signed replies for your tests, so that nobody turns verification off there.

use bytes::Bytes;
use http::Response;
use secrecy::SecretString;

use super::credentials::NAME;
use super::signing::{NONCE, SIGNATURE, Secret};
use crate::error::Error;
use crate::field;
use crate::signing::{absolute, as_sent};

/// A reply as Netgíró sends it: `body` in answer to a request to `url`, signed with `secret_key` and `nonce`. Its
/// status is 200, which no signature covers. For a `HEAD`, sign an empty body.
///
/// Give each reply another nonce, e.g. a count: the middleware refuses a nonce that it has seen before. It also refuses
/// a nonce of 19 digits that begins with 6 to 9 and ends with 7, the form that it draws for requests.
///
/// ```
/// use countersign::netgiro::testing::sign_reply;
///
/// let url = "https://api.netgiro.is/v1/checkout/CheckCart";
/// let reply = sign_reply("the secret key", url, r#"{"Success":true,"ResultCode":10200}"#, "1")?;
/// assert_eq!(reply.headers()["netgiro_signature"].len(), 64);
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// # Errors
/// If the secret is empty, padded, or holds control characters; if the nonce is empty, padded, or not printable ASCII;
/// `url-not-absolute`.
pub fn sign_reply(
    secret_key: impl Into<SecretString>,
    url: &str,
    body: impl Into<Bytes>,
    nonce: &str,
) -> Result<Response<Bytes>, Error> {
    let build = || {
        let secret = Secret::new(secret_key.into())?;
        let nonce = field::ascii_header("nonce", nonce)?;
        let (url, _) = absolute(url)?;
        let mut reply = Response::new(body.into());
        let mut mac = secret.mac().start();
        mac.text(|text| secret.state_text(nonce.as_bytes(), as_sent(&url), reply.body(), text));
        reply.headers_mut().insert(SIGNATURE, mac.finish().header_value());
        reply.headers_mut().insert(NONCE, nonce);
        Ok(reply)
    };
    build().map_err(|error: Error| error.in_provider(NAME))
}
