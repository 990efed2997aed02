//! The parts of a request that signing needs.

use std::borrow::Cow;
use std::fmt;

use http::{Extensions, HeaderMap, Method};
use url::{Position, Url};

use super::fault::SigningFault;
use crate::error::Error;
use crate::scope::printable_origin;

/// A body type whose bytes can be signed: a single run of bytes, or `()` for no body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a body whose bytes are at hand",
    note = "sign a request whose body is bytes, text or `()`"
)]
pub trait Payload {
    /// The bytes that will be sent.
    fn as_bytes(&self) -> &[u8];

    /// Replaces the bytes, for schemes that write into the body. `false` if this type cannot.
    fn replace(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}

impl Payload for () {
    fn as_bytes(&self) -> &[u8] {
        &[]
    }
}

impl Payload for &[u8] {
    fn as_bytes(&self) -> &[u8] {
        self
    }
}

impl Payload for &str {
    fn as_bytes(&self) -> &[u8] {
        self.as_ref()
    }
}

impl Payload for Vec<u8> {
    fn as_bytes(&self) -> &[u8] {
        self.as_ref()
    }

    fn replace(&mut self, bytes: &[u8]) -> bool {
        *self = bytes.to_vec();
        true
    }
}

impl Payload for bytes::Bytes {
    fn as_bytes(&self) -> &[u8] {
        self.as_ref()
    }

    fn replace(&mut self, bytes: &[u8]) -> bool {
        *self = Self::copy_from_slice(bytes);
        true
    }
}

impl Payload for String {
    fn as_bytes(&self) -> &[u8] {
        self.as_ref()
    }

    fn replace(&mut self, bytes: &[u8]) -> bool {
        Self::from_utf8(bytes.to_vec()).map(|text| *self = text).is_ok()
    }
}

/// A request that is about to be signed, borrowed from the client that will send it.
///
/// ```
/// use countersign::RequestRef;
///
/// let request = http::Request::post("https://api.acme.example/pay?id=1").body("{}")?;
/// let outgoing = RequestRef::from_http(&request)?;
/// assert_eq!((outgoing.url().path(), outgoing.body()?), ("/pay", &b"{}"[..]));
///
/// // A URL must be in the form that the crate `url` gives it before it is signed.
/// let request = http::Request::get("https://api.acme.example/a/../b").body(())?;
/// assert_eq!(RequestRef::from_http(&request).unwrap_err().code(), "url-not-normalised");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RequestRef<'a> {
    method: &'a Method,
    url: Cow<'a, Url>,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
    /// `None` for a stream, whose bytes are not known yet.
    body: Option<&'a [u8]>,
    /// The URL's text, if it may differ from the text of `Url`.
    received: Option<&'a str>,
}

impl<'a> RequestRef<'a> {
    /// A request with this body; an empty slice means no body.
    #[must_use]
    pub fn new(
        method: &'a Method,
        url: &'a Url,
        headers: &'a HeaderMap,
        extensions: &'a Extensions,
        body: &'a [u8],
    ) -> Self {
        Self { method, url: Cow::Borrowed(url), headers, extensions, body: Some(body), received: None }
    }

    /// The same request as it was received: `url` is the absolute URL of its request line and `Host`, byte for byte.
    /// This is for programs that recompute a signature: clients may send characters, such as `'`, that `Url` would
    /// encode.
    #[must_use]
    pub fn as_received(mut self, url: &'a str) -> Self {
        self.received = Some(url);
        self
    }

    /// The same request with a stream as its body. Providers that sign the body refuse it.
    #[must_use]
    pub fn with_stream(mut self) -> Self {
        self.body = None;
        self
    }

    /// Reads an `http::Request`.
    ///
    /// # Errors
    /// `url-not-absolute` if the URI has no scheme or host; `url-not-normalised` if a client may send other bytes than
    /// these, e.g. for `/a/../b`, `https://HOST/` or the scheme's default port: pass the URL through `url::Url` first.
    pub fn from_http<B: Payload>(request: &'a http::Request<B>) -> Result<Self, Error> {
        let uri = request.uri().to_string();
        // The crate `http` reads `host:1` as an authority, the crate `url` as a scheme.
        let has_scheme = request.uri().scheme().is_some();
        let url = Url::parse(&uri).ok().filter(|_| has_scheme);
        let url = url.ok_or_else(|| Error::new(SigningFault::NotAbsolute))?;
        if url.as_str() != uri {
            return Err(Error::new(SigningFault::NotNormalised));
        }
        Ok(Self {
            method: request.method(),
            url: Cow::Owned(url),
            headers: request.headers(),
            extensions: request.extensions(),
            body: Some(request.body().as_bytes()),
            received: None,
        })
    }

    pub(crate) fn url_mut(&mut self) -> &mut Url {
        self.url.to_mut()
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.method
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The absolute URL as sent: percent-encoded ASCII, with the query, without the fragment.
    #[must_use]
    pub fn url_as_sent(&self) -> &str {
        self.received.unwrap_or_else(|| as_sent(&self.url))
    }

    /// The path as sent, percent-encoded, without the query.
    #[must_use]
    pub fn path_as_sent(&self) -> &str {
        match self.received {
            None => self.url.path(),
            Some(url) => {
                let target = url.match_indices('/').nth(2).and_then(|(start, _)| url.get(start..));
                target.map_or("/", |target| target.split_once('?').map_or(target, |(path, _)| path))
            }
        }
    }

    /// The query as sent, without the `?`; empty when there is none.
    #[must_use]
    pub fn query_as_sent(&self) -> &str {
        match self.received {
            None => self.url.query().unwrap_or_default(),
            Some(url) => url.split_once('?').map_or("", |(_, query)| query),
        }
    }

    /// The headers that the caller set, without those that the client adds later.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.headers
    }

    /// The extensions that the caller attached to this request.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        self.extensions
    }

    /// The bytes of the body.
    ///
    /// # Errors
    /// `stream-body`, only for a stream.
    pub fn body(&self) -> Result<&[u8], Error> {
        self.body.ok_or_else(|| Error::new(SigningFault::StreamBody))
    }
}

/// A URL as sent: without the fragment.
pub(crate) fn as_sent(url: &Url) -> &str {
    &url[..Position::AfterQuery]
}

/// Leaves out path, query, headers and body, which may hold personal data or a credential.
impl fmt::Debug for RequestRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestRef")
            .field("method", &self.method)
            .field("origin", &printable_origin(&self.url))
            .field("body_length", &self.body.map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

/// An absolute `http` or `https` URL, normalised, with the URI that a client sends.
pub(crate) fn absolute(text: &str) -> Result<(Url, http::Uri), Error> {
    let parse = || {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let uri = url.as_str().parse().ok()?;
        Some((url, uri))
    };
    parse().ok_or_else(|| Error::new(SigningFault::NotAbsolute))
}
