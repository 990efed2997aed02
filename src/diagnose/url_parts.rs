//! The parts of a URL, byte for byte: nothing is normalised.

use crate::explain::Part;
use crate::signing::{SegmentKind, Source};

/// A URL, a target, or a query alone.
#[derive(Clone, Copy)]
pub(super) struct Address<'a> {
    /// Empty in a target, like the host.
    pub(super) scheme: &'a str,
    /// With its port.
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
}

impl<'a> Address<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let (scheme, rest) = match text.split_once("://") {
            // A query may hold another URL, not encoded.
            Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => (scheme, rest),
            _ if text.starts_with('/') => ("", text),
            _ => return Self { scheme: "", host: "", path: "", query: Some(text) },
        };
        let end = if scheme.is_empty() { 0 } else { rest.find(['/', '?']).unwrap_or(rest.len()) };
        let (host, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Self { scheme, host, path, query }
    }

    pub(super) fn is_query(&self) -> bool {
        self.host.is_empty() && self.path.is_empty()
    }

    /// The address, if it has a host.
    pub(super) fn absolute(self) -> Option<Self> {
        (!self.host.is_empty()).then_some(self)
    }

    /// The address, if it has no host and is more than a query.
    pub(super) fn relative(self) -> Option<Self> {
        self.located().filter(|url| url.host.is_empty())
    }

    /// The address, if it is more than a query.
    pub(super) fn located(self) -> Option<Self> {
        (!self.is_query()).then_some(self)
    }

    pub(super) fn origin(&self) -> String {
        if self.scheme.is_empty() { String::new() } else { format!("{}://{}", self.scheme, self.host) }
    }

    pub(super) fn target(&self) -> String {
        match self.query {
            Some(query) if self.is_query() => query.to_owned(),
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.to_owned(),
        }
    }

    pub(super) fn print(&self) -> String {
        let origin = if self.scheme.is_empty() { [""; 3] } else { [self.scheme, "://", self.host] };
        let query = self.query.unwrap_or_default();
        let mark = if self.query.is_some() && !self.is_query() { "?" } else { "" };
        [&origin.concat(), self.path, mark, query].concat()
    }

    pub(super) fn with_path(self, path: &str) -> String {
        Address { path, ..self }.print()
    }

    pub(super) fn with_query(self, query: &str) -> String {
        Address { query: Some(query), ..self }.print()
    }

    pub(super) fn with_host(self, host: &str) -> String {
        Address { host, ..self }.print()
    }
}

/// Whether a part is the URL or a piece of it.
pub(super) fn is_address(part: &Part) -> bool {
    let is_one = matches!(part.source, Source::RequestUrl | Source::RequestQuery | Source::RequestTarget);
    part.kind == SegmentKind::Public && (is_one || part.bytes.starts_with(b"https://"))
}

/// The piece of `url` that a part with this source holds. A `url` that is not absolute is a target or a query.
pub(super) fn piece(url: &str, source: Source) -> Option<String> {
    let address = Address::parse(url);
    match source {
        Source::RequestUrl => Some(url.to_owned()),
        Source::RequestHost => Some(address.absolute()?.host.to_owned()),
        Source::RequestTarget => Some(address.absolute().map_or_else(|| url.to_owned(), |url| url.target())),
        Source::RequestQuery => Some(address.query.unwrap_or_default().to_owned()),
        _ => None,
    }
}

/// The contiguous runs of a path's parts, with and without slashes around them, the longest first.
pub(super) fn runs(path: &str) -> Vec<String> {
    const MOST: usize = 6;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).take(MOST).collect();
    let mut runs = Vec::new();
    for length in (1..=parts.len()).rev() {
        for run in parts.windows(length) {
            let run = run.join("/");
            runs.extend([format!("/{run}"), run.clone(), format!("/{run}/"), format!("{run}/")]);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_inside_a_query_is_no_scheme() {
        for query in ["next=https://a.example/b", "a=1", ""] {
            assert!(Address::parse(query).is_query() && Address::parse(query).print() == query);
        }
        for url in ["https://a:1/b?c=d://e", "/in?next=http://b/c", "https://a", "http://a?b", "/"] {
            assert!(!Address::parse(url).is_query() && Address::parse(url).print() == url, "{url}");
        }
        assert_eq!(Address::parse("/in?next=http://b/c").with_path("/in/"), "/in/?next=http://b/c");
        assert_eq!(Address::parse("https://a/in?x").with_host("b"), "https://b/in?x");
    }
}
