//! Headers, for people and for programs.

use countersign::redact::printable;
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

/// A value as UTF-8, in which most are.
pub(crate) fn utf8(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
