//! A captured request: a curl command, a raw message, a HAR file. It may be hostile, huge or cut off. The reader runs nothing in
//! it, opens no file that it names, fetches no URL, and keeps nothing.

pub mod curl;
mod event;
pub mod har;
pub mod raw;
mod recognise;
mod shell_words;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use encoding_rs::{UTF_16BE, UTF_16LE};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use url::Url;

/// The longest text that is read: 64 MiB.
pub const LONGEST: usize = 64 << 20;

/// The most headers of a message: a message with more is refused.
pub const MOST_HEADERS: usize = 128;

/// A captured request.
pub struct Capture {
    /// The method.
    pub method: Method,
    /// The URL as it was captured: absolute, or path and query, which go with the `host` header.
    pub uri: Uri,
    /// The fragment of a command's URL, from the `#` on: it is never sent, and may be signed.
    pub fragment: String,
    /// The headers, in their order.
    pub headers: HeaderMap,
    /// The captured bytes of the body.
    pub body: Bytes,
    /// Where the body is, if it was not captured, e.g. ``in the file `order.json` ``.
    pub body_is: Option<String>,
    /// What was passed over, in whole sentences.
    pub notes: Vec<String>,
}

/// Why a capture cannot be read. Quotes names, never a value.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// How to hand it over, if that is known.
    pub next_step: Option<&'static str>,
}

impl Capture {
    fn new(method: Method, uri: Uri) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        let fragment = String::new();
        Self { method, uri, fragment, headers, body, body_is: None, notes: Vec::new() }
    }

    /// The absolute URL as it was sent, without the fragment. If the request names only its host, the scheme is `https`, or `http`
    /// for this machine.
    ///
    /// # Errors
    /// When it names no host.
    pub fn url(&self) -> Result<String, Unreadable> {
        if self.uri.scheme().is_some() {
            return Ok(self.uri.to_string());
        }
        if !self.uri.path().starts_with('/') {
            return Err(Unreadable::new("its target is not a path"));
        }
        let mut hosts = self.headers.get_all(header::HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok().filter(|host| host.parse::<Authority>().is_ok()),
            (None, _) => return Err(Unreadable::new("the request has no host header")),
            (Some(_), Some(_)) => return Err(Unreadable::new("the request has more than one host header")),
        };
        let host = host.ok_or_else(|| Unreadable::new("its host header names no host"))?;
        let is_local = ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local));
        Ok(format!("{}://{host}{}", if is_local { "http" } else { "https" }, self.uri))
    }

    /// The request.
    #[must_use]
    pub fn into_request(self) -> Request<Bytes> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }

    /// Adds a header. The error for an invalid header has only its name.
    fn header(&mut self, name: &[u8], value: &[u8]) -> Result<(), Unreadable> {
        let name = HeaderName::from_bytes(name).map_err(|_| Unreadable::new("a header has no valid name"))?;
        let mut value = HeaderValue::from_bytes(value)
            .map_err(|_| Unreadable::new(format!("the header {name} has no valid value")))?;
        value.set_sensitive(matches!(name, header::AUTHORIZATION | header::COOKIE));
        if self.headers.len() == MOST_HEADERS {
            return Err(Unreadable::new(format!("it has more than {MOST_HEADERS} headers")));
        }
        self.headers.append(name, value);
        Ok(())
    }
}

/// Shows only the method: everything else may hold a secret.
impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Unreadable {
    fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), next_step: None }
    }

    fn step(self, next_step: &'static str) -> Self {
        Self { next_step: Some(next_step), ..self }
    }
}

/// The bytes without a byte order mark. UTF-16, as Windows writes text to files, becomes UTF-8.
fn in_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf_16 = match bytes {
        [0xff, 0xfe, ..] | [1..=0xff, 0, 1..=0xff, 0, ..] => UTF_16LE,
        [0xfe, 0xff, ..] | [0, 1..=0xff, 0, 1..=0xff, ..] => UTF_16BE,
        _ => return Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    };
    Cow::Owned(utf_16.decode_with_bom_removal(bytes).0.into_owned().into_bytes())
}

/// A URL with the path `/` that is sent if the URL has no path.
fn with_path(url: &str) -> Cow<'_, str> {
    let Some(authority) = url.find("://").map(|at| at + 3).filter(|_| !url.starts_with('/')) else {
        return Cow::Borrowed(url);
    };
    let rest = url.get(authority..).unwrap_or_default();
    match rest.find(['/', '?']) {
        Some(at) if rest.get(at..).is_some_and(|rest| rest.starts_with('?')) => {
            let (before, query) = url.split_at_checked(authority + at).unwrap_or_default();
            Cow::Owned(format!("{before}/{query}"))
        }
        _ => Cow::Borrowed(url),
    }
}

/// An absolute URL, byte for byte if possible, or else as `Url` writes it.
fn absolute(text: &str) -> Result<Uri, Unreadable> {
    let not_a_url = || Unreadable::new("its URL is not an http or https URL");
    let text = text.split('#').next().unwrap_or_default();
    let is_whole = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    let parsed = with_path(text).parse().ok().filter(is_whole);
    let normalised = || Url::parse(text).ok()?.as_str().parse().ok().filter(is_whole);
    parsed.or_else(normalised).ok_or_else(not_a_url)
}
