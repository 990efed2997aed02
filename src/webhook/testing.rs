//! What the providers' test signers share.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};

use super::origin::host_and_port;
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
