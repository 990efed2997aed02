//! Keeps other sites out.
//!
//! A page of another site can make a browser call loopback, and by DNS rebinding read the answers under a name of its
//! own. So each port answers only to its own names.

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, header};

use crate::error::StartError;

/// The names that one server answers to.
#[derive(Clone)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    /// The server's own authority, `localhost` with its port, and the allowed names, with its port or as they are.
    pub(crate) fn of(origin: &str, allowed: &[String]) -> Self {
        let own = origin.trim_start_matches("http://");
        let port = own.rsplit(':').next().unwrap_or_default();
        let mut hosts = vec![own.to_owned(), format!("localhost:{port}")];
        hosts.extend(allowed.iter().flat_map(|name| [name.clone(), format!("{name}:{port}")]));
        Self(hosts)
    }

    /// Whether a request is for one of these names, by its one `Host` and by its request line, if that names a host, too.
    pub(crate) fn admit(&self, request: &Parts) -> bool {
        let mut headers = request.headers.get_all(header::HOST).iter().map(HeaderValue::as_bytes);
        let line = request.uri.authority().map(|authority| authority.as_str().as_bytes());
        match (headers.next(), headers.next()) {
            (Some(host), None) => self.include(host) && line.is_none_or(|host| self.include(host)),
            _ => false,
        }
    }

    fn include(&self, host: &[u8]) -> bool {
        self.0.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(host))
    }
}

/// Refuses a name that is no host, with a port or without.
pub(crate) fn check_name(name: &str) -> Result<(), StartError> {
    match name.parse::<Authority>() {
        Ok(authority) if !authority.as_str().contains('@') => Ok(()),
        _ => Err(StartError::HostName(name.to_owned())),
    }
}
