//! The bytes of a request, as they arrived.

use axum::body::Body;
use bytes::Bytes;
use countersign::RequestRef;
use countersign::scope::is_loopback;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue, Method, header};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::verdict::Refusal;

/// What arrived, not what the client may have meant.
pub(crate) struct Received {
    pub(crate) method: Method,
    /// Scheme, `Host` and request target, byte for byte.
    pub(crate) url: String,
    target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    parsed: Option<Url>,
    extensions: Extensions,
    /// Whether the whole body is there.
    whole: bool,
}

impl Received {
    /// Reads a request with at most `body_limit` bytes of its body.
    pub(crate) async fn read(parts: Parts, body: Body, body_limit: usize) -> Self {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let host = host(&parts);
        let url = format!("http://{host}{target}");
        // Without a host, `Url` would take the first part of the path for the host.
        let parsed = if host.is_empty() { None } else { Url::parse(&url).ok() };
        let body = axum::body::to_bytes(body, body_limit).await;
        Self {
            method: parts.method,
            parsed,
            url,
            target,
            headers: parts.headers,
            whole: body.is_ok(),
            body: body.unwrap_or_default(),
            extensions: Extensions::new(),
        }
    }

    /// Refuses a request that no provider could judge.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match (&self.parsed, self.whole) {
            (_, false) => Err(Refusal::Body),
            (None, true) => Err(Refusal::UrlMalformed),
            (Some(_), true) => Ok(()),
        }
    }

    /// The one value of a header.
    pub(crate) fn header(&self, name: &'static str) -> Result<&HeaderValue, Refusal> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Err(Refusal::HeaderMissing(name)),
            (Some(value), None) => Ok(value),
            (Some(_), Some(_)) => Err(Refusal::HeaderRepeated(name)),
        }
    }

    /// The one value of a header, in printable ASCII.
    pub(crate) fn ascii(&self, name: &'static str) -> Result<&str, Refusal> {
        self.header(name)?.to_str().map_err(|_| Refusal::HeaderMalformed(name))
    }

    /// Checks an id against the known id.
    pub(crate) fn expect_account(&self, name: &'static str, known: &[u8]) -> Result<(), Refusal> {
        let same = bool::from(self.header(name)?.as_bytes().ct_eq(known));
        if same { Ok(()) } else { Err(Refusal::UnknownAccount(name)) }
    }

    /// The request as the library's signing functions take it.
    pub(crate) fn outgoing(&self) -> Result<RequestRef<'_>, Refusal> {
        self.with_body(&self.body)
    }

    /// As [`Self::outgoing`] with another body: a reply is signed over the URL of its request.
    pub(crate) fn with_body<'a>(&'a self, body: &'a [u8]) -> Result<RequestRef<'a>, Refusal> {
        let url = self.parsed.as_ref().ok_or(Refusal::UrlMalformed)?;
        let outgoing = RequestRef::new(&self.method, url, &self.headers, &self.extensions, body);
        Ok(outgoing.as_received(&self.url))
    }

    /// Path and query, as they arrived.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// The origin that the client called: a signer must allow it before it can recompute the signature.
    pub(crate) fn origin(&self) -> Result<String, Refusal> {
        let url = self.parsed.as_ref().ok_or(Refusal::UrlMalformed)?;
        Ok(url.origin().ascii_serialization())
    }

    /// Whether the client called this server by a loopback address, as it should.
    pub(crate) fn is_for_loopback(&self) -> bool {
        self.parsed.as_ref().is_some_and(is_loopback)
    }

    /// About how much memory this takes.
    pub(crate) fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        headers + self.url.len() + self.body.len()
    }
}

fn host(parts: &Parts) -> &str {
    let header = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // A request line in absolute form, as sent to a proxy, has precedence over `Host` (RFC 9112, section 3.2.2).
    parts.uri.authority().map_or(header, |authority| authority.as_str())
}
