//! A request, as far as signing needs it.

use std::borrow::Cow;
use std::fmt;

use http::{Extensions, HeaderMap, Method};
use url::{Position, Url};

use super::fault::SigningFault;
use crate::error::Error;
use crate::scope::printable_origin;

/// A body type whose bytes can be signed: anything that is one run of bytes, or `()` for no body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a body whose bytes are at hand",
    note = "sign a request whose body is bytes, text or `()`"
)]
pub trait Payload {
    /// The very bytes that will be sent.
    fn as_bytes(&self) -> &[u8];

    /// Takes other bytes in its place, for schemes that write into the body; `false` where it cannot.
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

/// A request about to be signed, borrowed from whatever client will send it.
///
/// ```
/// use countersign::RequestRef;
///
/// let request = http::Request::post("https://api.acme.example/pay?id=1").body("{}")?;
/// let outgoing = RequestRef::from_http(&request)?;
/// assert_eq!((outgoing.url().path(), outgoing.body()?), ("/pay", &b"{}"[..]));
///
/// // What `url` would write in another way has to be written so before it is signed.
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
    /// The URL's text where it may differ from what `Url` makes of it.
    received: Option<&'a str>,
}

impl<'a> RequestRef<'a> {
    /// A request whose body is `body`; an empty slice when there is none.
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
    /// For those who recompute a signature; clients may send characters, such as `'`, that `Url` would encode.
    #[must_use]
    pub fn as_received(mut self, url: &'a str) -> Self {
        self.received = Some(url);
        self
    }

    /// The same request with a body that is a stream. Providers that sign the body refuse it.
    #[must_use]
    pub fn with_stream(mut self) -> Self {
        self.body = None;
        self
    }

    /// Reads an `http::Request`.
    ///
    /// # Errors
    /// `url-not-absolute` when the URI has no scheme or host; `url-not-normalised` when a client may send other bytes
    /// than these, e.g. for `/a/../b`, `https://HOST/` or a port that is the scheme's own: pass the URL through
    /// `url::Url` first.
    pub fn from_http<B: Payload>(request: &'a http::Request<B>) -> Result<Self, Error> {
        let uri = request.uri().to_string();
        // Without one, `host:1` is an authority to `http` and a scheme to `url`.
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

    /// The headers that the caller set. Those that the client adds later are not among them.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.headers
    }

    /// What the caller attached to this one request.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        self.extensions
    }

    /// The bytes of the body.
    ///
    /// # Errors
    /// `stream-body`, and only for a stream.
    pub fn body(&self) -> Result<&[u8], Error> {
        self.body.ok_or_else(|| Error::new(SigningFault::StreamBody))
    }
}

/// A URL as sent: without the fragment.
pub(crate) fn as_sent(url: &Url) -> &str {
    &url[..Position::AfterQuery]
}

/// Neither path, query, headers nor body, any of which may hold personal data or a credential.
impl fmt::Debug for RequestRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestRef")
            .field("method", &self.method)
            .field("origin", &printable_origin(&self.url))
            .field("body_length", &self.body.map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

/// An absolute `http` or `https` URL, normalised, as the URI that a client sends.
pub(crate) fn absolute(text: &str) -> Result<(Url, http::Uri), Error> {
    let parse = || {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let uri = url.as_str().parse().ok()?;
        Some((url, uri))
    };
    parse().ok_or_else(|| Error::new(SigningFault::NotAbsolute))
}
