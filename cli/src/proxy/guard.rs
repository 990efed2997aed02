//! Who may have requests signed: programs of this machine, and no page that a browser of this machine shows.

use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName};
use http::request::Parts;

use super::answer::Refusal;
use crate::code::Code;
use crate::listener::Address;

/// Browsers say with it where a request comes from (W3C Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names under which the proxy is called. Any other has been rebound to this machine by a page's DNS.
pub(super) struct Guard {
    hosts: Vec<String>,
}

impl Guard {
    pub(super) fn of(address: &Address) -> Self {
        let hosts = match address {
            Address::Tcp(address) => {
                let port = address.port();
                let names =
                    [address.ip().to_string(), "127.0.0.1".into(), "[::1]".into(), "localhost".into()];
                names.into_iter().map(|name| format!("{name}:{port}")).collect()
            }
            Address::Socket(_) => vec!["localhost".to_owned()],
        };
        Self { hosts }
    }

    /// Refuses what a page may have had sent.
    pub(super) fn check(&self, parts: &Parts) -> Result<(), Refusal> {
        let host = only(&parts.headers, &header::HOST).filter(|host| self.has(host));
        let authority = parts.uri.authority().is_none_or(|authority| self.has(authority.as_str()));
        let Some(host) = host.filter(|_| authority) else {
            let step = "Call the address that the proxy printed, by number or as localhost.";
            return Err(Refusal::new(StatusCode::MISDIRECTED_REQUEST, Code::ProxyHost, step));
        };
        let is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(|from| from == host);
        let origin = !parts.headers.contains_key(header::ORIGIN)
            || only(&parts.headers, &header::ORIGIN).is_some_and(is_own);
        let site = !parts.headers.contains_key(SEC_FETCH_SITE)
            || matches!(only(&parts.headers, &SEC_FETCH_SITE), Some("none" | "same-origin"));
        if origin && site {
            return Ok(());
        }
        let step = "Call the proxy from a server of yours: what a page can have signed, any page can.";
        Err(Refusal::new(StatusCode::FORBIDDEN, Code::ProxyOrigin, step))
    }

    fn has(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

/// The value of a header that is there once.
pub(super) fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
