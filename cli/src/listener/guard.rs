//! Who may call a listener that signs: programs of this machine, and no page that a browser of this machine shows.

use http::StatusCode;
use http::header::{self, HeaderName};
use http::request::Parts;

use super::Address;
use crate::code::Code;
use crate::headers::only;

/// In this header, browsers say where a request comes from (W3C Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names under which the proxy is called. With any other name, a page may have rebound its DNS to this machine.
pub(crate) struct Guard {
    hosts: Vec<String>,
}

/// The answer to a refused caller: a status, a code, and what to do.
type Stranger = (StatusCode, Code, &'static str);

const REBOUND: Stranger = (
    StatusCode::MISDIRECTED_REQUEST,
    Code::ProxyHost,
    "Call the address that the proxy printed, by number or as localhost.",
);

const PAGE: Stranger = (
    StatusCode::FORBIDDEN,
    Code::ProxyOrigin,
    "Call the proxy from a server of yours: if one page could have requests signed, any page could.",
);

impl Guard {
    pub(crate) fn of(address: &Address) -> Self {
        let hosts = match address {
            Address::Tcp(address) => {
                let port = address.port();
                let names =
                    [address.ip().to_string(), "127.0.0.1".into(), "[::1]".into(), "localhost".into()];
                let mut hosts: Vec<_> = names.iter().map(|name| format!("{name}:{port}")).collect();
                if port == 80 {
                    // URLs leave out this default port, and so does `Host`.
                    hosts.extend(names);
                }
                hosts
            }
            Address::Socket(_) => vec!["localhost".to_owned()],
        };
        Self { hosts }
    }

    /// Refuses a request that a page may have caused.
    pub(crate) fn check(&self, parts: &Parts) -> Result<(), Stranger> {
        let host = only(&parts.headers, &header::HOST).filter(|host| self.has(host));
        let authority = parts.uri.authority().is_none_or(|authority| self.has(authority.as_str()));
        let host = host.filter(|_| authority).ok_or(REBOUND)?;
        let is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(|from| from == host);
        let origin = !parts.headers.contains_key(header::ORIGIN)
            || only(&parts.headers, &header::ORIGIN).is_some_and(is_own);
        let site = !parts.headers.contains_key(SEC_FETCH_SITE)
            || matches!(only(&parts.headers, &SEC_FETCH_SITE), Some("none" | "same-origin"));
        if origin && site { Ok(()) } else { Err(PAGE) }
    }

    fn has(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_http_need_not_be_named() {
        for (port, is_taken) in [(80, true), (4100, false)] {
            let guard = Guard::of(&Address::Tcp(([127, 0, 0, 1], port).into()));
            for host in ["127.0.0.1", "localhost", "[::1]"] {
                let request = http::Request::builder().header("host", host).body(()).unwrap();
                assert_eq!(guard.check(&request.into_parts().0).is_ok(), is_taken, "{host}, {port}");
            }
        }
    }
}
