//! What the crate signs, seen from outside.

use countersign::RequestRef;
use countersign::Scheme;
use countersign::Signer;
use countersign::signing::SignedText;
use http::{Extensions, HeaderMap, Method};
use url::Url;

/// A request of the vectors: none of them depends on method, headers or extensions.
pub(crate) struct Request {
    url: Url,
    body: Vec<u8>,
    headers: HeaderMap,
    extensions: Extensions,
}

impl Request {
    pub(crate) fn new(url: &str, body: &str) -> Self {
        Self {
            url: url.parse().unwrap(),
            body: body.into(),
            headers: HeaderMap::new(),
            extensions: Extensions::new(),
        }
    }

    pub(crate) fn with_headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    pub(crate) fn outgoing(&self) -> RequestRef<'_> {
        RequestRef::new(&Method::GET, &self.url, &self.headers, &self.extensions, &self.body)
    }
}

/// The signed text of a request. The crate does not give out the bytes of secrets: `secret` has them, by segment name.
pub(crate) fn signed_text<S: Scheme>(
    provider: &Signer<S>,
    request: &RequestRef<'_>,
    stamp: &S::Stamp,
    secret: impl Fn(&str) -> Vec<u8>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut collect = |segment: countersign::signing::Segment<'_>| match segment.public_bytes() {
        Some(public) => bytes.extend_from_slice(public),
        None => bytes.extend(secret(segment.name())),
    };
    provider.scheme().signed_text(request, stamp, &mut SignedText::new(&mut collect)).unwrap();
    bytes
}

/// The signature under the provider's prepared key over a text that was put together outside: right only if the
/// key is.
pub(crate) fn signature_over<S: Scheme>(provider: &Signer<S>, text: &[u8]) -> String {
    let mut mac = provider.scheme().mac().unwrap().start();
    mac.update(text);
    mac.finish().expose_text()
}

/// The headers that signing adds to a request without any, and nothing else.
pub(crate) fn applied<S: Scheme>(
    provider: &Signer<S>,
    request: &RequestRef<'_>,
    stamp: S::Stamp,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    provider.sign_with(request, stamp).unwrap().apply(&mut headers);
    headers
}
