//! Code that the test signers share, and the URL that a sender signs for.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use url::Position;

use super::origin::{PublicOrigin, host_and_port};
use crate::error::Error;
use crate::signing::absolute;

/// A POST as a client would send it, `host` header included.
pub(crate) fn post(url: &str, body: Bytes) -> Result<Request<Bytes>, Error> {
    let (url, uri) = absolute(url)?;
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    // The host of a parsed URL is printable ASCII, so the conversion does not fail.
    if let Ok(host) = HeaderValue::try_from(host_and_port(&url)) {
        request.headers_mut().insert(header::HOST, host);
    }
    Ok(request)
}

/// The URL that a sender signs for, if a proxy changes it on the way. `public_origin` is the origin that the sender was
/// told, as a verifier's builder takes it; `delivered_to` is the URL behind the proxy.
///
/// ```
/// use countersign::webhook::testing::public_url;
///
/// let signed = public_url("https://shop.example.is/hooks", "http://127.0.0.1:3000/vizion?a=b")?;
/// assert_eq!(signed, "https://shop.example.is/hooks/vizion?a=b");
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// # Errors
/// `invalid-public-origin`; `url-not-absolute`.
pub fn public_url(public_origin: &str, delivered_to: &str) -> Result<String, Error> {
    let (url, _) = absolute(delivered_to)?;
    Ok(PublicOrigin::parse(public_origin)?.url(&url[Position::BeforePath..Position::AfterQuery]))
}
