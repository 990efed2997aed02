//! Printing and reading headers, and the headers of one connection.

use countersign::redact::printable;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};

/// One header on each line, with no character left that moves a terminal's text.
pub(crate) fn lines(headers: &HeaderMap, text: impl Fn(&HeaderValue) -> String) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {}\n", printable(&text(value)))).collect()
}

/// Name to value. Several values of one header are joined, as HTTP allows.
pub(crate) fn object(headers: &HeaderMap, text: impl Fn(&HeaderValue) -> String) -> Map<String, Value> {
    let joined = |name| headers.get_all(name).iter().map(&text).collect::<Vec<_>>().join(", ");
    headers.keys().map(|name| (name.to_string(), joined(name).into())).collect()
}

/// A value as UTF-8, which most values are.
pub(crate) fn utf8(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Headers of one connection (RFC 9110, 7.6.1), besides those that `connection` names.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// Removes the headers of one connection.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<HeaderName> =
        named.flat_map(|names| names.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

/// The headers of a request for the next server: our client sets host and length anew, and the caller has its `100` already.
pub(crate) fn for_next_hop(mut headers: HeaderMap) -> HeaderMap {
    remove_hop_by_hop(&mut headers);
    for name in [header::HOST, header::CONTENT_LENGTH, header::EXPECT] {
        headers.remove(name);
    }
    headers
}

/// The value of a header that is there once.
pub(crate) fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
