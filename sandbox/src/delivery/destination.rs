//! Where deliveries may go.

use bytes::Bytes;
use countersign::scope::is_loopback;
use countersign::webhook::testing::public_url;
use http::{Request, StatusCode};
use url::Url;

use super::{DeliveryError, Unanswered, transport};

/// A URL that a webhook may be sent to: plain HTTP, and on loopback unless any host was allowed.
#[derive(Debug)]
pub(crate) struct Destination(Url);

impl Destination {
    pub(crate) fn read(text: &str, beyond_loopback: bool) -> Result<Self, DeliveryError> {
        let url = Url::parse(text.trim()).map_err(|_| DeliveryError::NotAUrl)?;
        if !beyond_loopback && !is_loopback(&url) {
            return Err(DeliveryError::NotLoopback);
        }
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
            return Err(DeliveryError::NotPlainHttp);
        }
        Ok(Self(url))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL that the signature covers.
    pub(crate) fn signed_as(&self, public_origin: Option<&str>) -> Result<String, countersign::Error> {
        match public_origin {
            Some(origin) => public_url(origin, self.as_str()),
            None => Ok(self.as_str().to_owned()),
        }
    }

    /// Sends one request there; the request's own URI only says what was signed.
    pub(crate) async fn deliver(&self, request: Request<Bytes>) -> Result<StatusCode, Unanswered> {
        transport::deliver(&self.0, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_sent_to() {
        for good in [
            "http://localhost:80/a?b",
            " http://127.0.0.1:8080 ",
            "http://[::1]:1/",
            "http://127.9.9.9/",
            "http://0x7f.1/",
        ] {
            Destination::read(good, false).unwrap();
        }
        for bad in [
            "",
            "/hook",
            "https://localhost/",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "http://[::ffff:127.0.0.1]/",
            "http://user@localhost/",
            "http://localhost@example.com/",
            "file:///etc/passwd",
        ] {
            assert!(Destination::read(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn any_host_is_allowed_aloud_and_still_only_by_plain_http() {
        Destination::read("http://receiver:8080/hook", true).unwrap();
        for bad in ["https://receiver/", "http://user@receiver/", "ftp://receiver/", "receiver"] {
            assert!(Destination::read(bad, true).is_err(), "{bad}");
        }
    }
}
