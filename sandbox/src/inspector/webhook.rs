//! Sending a signed webhook to a program under development.
//!
//! Only to loopback, and only Vizion's: its signature covers the host, so that a delivery made here proves nothing
//! anywhere else, whoever has it made. Netgíró's callbacks and Unleashed's webhooks cover none, or could be read as
//! covering another.

use std::time::{Duration, SystemTime};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::webhook::testing;
use http::{HeaderMap, Request, StatusCode, header};
use secrecy::ExposeSecret as _;
use url::{Host, Url, form_urlencoded};

use super::{Inspector, deliver, html};
use crate::credentials::WebhookKey;

/// What the form on the page asks for.
pub(super) struct Wish {
    url: Url,
    body: String,
    forgery: Option<Forgery>,
}

/// What is wrong with a delivery, to see it refused.
#[derive(Clone, Copy)]
enum Forgery {
    /// The body was changed after it was signed.
    Tampered,
    /// Signed an hour ago.
    Stale,
    /// Signed with another key under the same key id.
    WrongKey,
}

/// What came of it, as HTML for the page.
#[derive(Template)]
#[template(path = "delivered.html")]
struct Delivered {
    url: String,
    answer: Result<StatusCode, String>,
}

/// Answers with 403 to any page but the inspector's own: browsers name the origin of whoever has them POST.
pub(super) async fn send(State(inspector): State<Inspector>, headers: HeaderMap, form: Bytes) -> Response {
    let same_origin =
        headers.get(header::ORIGIN).zip(headers.get(header::HOST)).is_some_and(|(origin, host)| {
            origin
                .as_bytes()
                .strip_prefix(b"http://")
                .is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_bytes()))
        });
    if !same_origin {
        return axum::response::IntoResponse::into_response(StatusCode::FORBIDDEN);
    }
    let delivered = match Wish::read(&form) {
        Ok(wish) => wish.fulfil(&inspector.webhook_key).await,
        Err(complaint) => Delivered { url: String::new(), answer: Err(complaint.to_owned()) },
    };
    html(delivered.render())
}

impl Wish {
    fn read(form: &[u8]) -> Result<Self, &'static str> {
        let mut url = Err("Give the URL to send it to.");
        let (mut body, mut forgery) = (String::new(), None);
        for (name, value) in form_urlencoded::parse(form) {
            match (&*name, &*value) {
                ("url", text) => url = loopback(text),
                ("body", text) => text.clone_into(&mut body),
                ("forgery", "tampered") => forgery = Some(Forgery::Tampered),
                ("forgery", "stale") => forgery = Some(Forgery::Stale),
                ("forgery", "wrong-key") => forgery = Some(Forgery::WrongKey),
                _ => {}
            }
        }
        Ok(Self { url: url?, body, forgery })
    }

    async fn fulfil(self, key: &WebhookKey) -> Delivered {
        let url = self.url.to_string();
        let answer = match self.sign(key, SystemClock.now()) {
            Ok(request) => deliver::deliver(&self.url, request).await.map_err(|failure| failure.to_string()),
            Err(error) => Err(error.to_string()),
        };
        Delivered { url, answer }
    }

    fn sign(&self, key: &WebhookKey, now: SystemTime) -> Result<Request<Bytes>, countersign::Error> {
        let signed_at = match self.forgery {
            Some(Forgery::Stale) => now.checked_sub(Duration::from_secs(3600)).unwrap_or(now),
            _ => now,
        };
        let secret = match self.forgery {
            Some(Forgery::WrongKey) => "not-the-key-that-was-issued".into(),
            _ => key.secret.clone(),
        };
        let secret = secret.expose_secret();
        let request = testing::sign(&key.id, secret, self.url.as_str(), self.body.clone(), signed_at)?;
        Ok(match self.forgery {
            Some(Forgery::Tampered) => request.map(tampered),
            _ => request,
        })
    }
}

/// The body with its last byte changed, of the same length; one that is empty stays so.
fn tampered(body: Bytes) -> Bytes {
    let mut body = body.to_vec();
    if let Some(last) = body.last_mut() {
        *last = if *last == b' ' { b'.' } else { b' ' };
    }
    body.into()
}

/// A URL on loopback, over plain HTTP. Names other than `localhost` are refused: they could lead elsewhere.
fn loopback(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "This is not a URL: write it from http:// on.")?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !local || url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
        return Err("Webhooks are sent to http:// URLs on loopback only: localhost, 127.0.0.1 or [::1].");
    }
    Ok(url)
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
            loopback(good).unwrap();
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
            assert!(loopback(bad).is_err(), "{bad}");
        }
    }
}
