//! Sending a signed webhook to a program under development.
//!
//! Only with the demo key, to loopback, and only Vizion's: its signature covers the host, so that a delivery made here
//! proves nothing anywhere else, whoever has it made. Netgíró's callbacks and Unleashed's webhooks cover none, or could be
//! read as covering another.

use std::time::{Duration, SystemTime};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::webhook::testing;
use http::{HeaderMap, Request, StatusCode, header};
use secrecy::ExposeSecret as _;
use url::form_urlencoded;

use super::{Inspector, html};
use crate::credentials::WebhookKey;
use crate::delivery::Destination;

/// What the form on the page asks for.
pub(super) struct Wish {
    destination: Destination,
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

/// Answers with 403 where the webhook would be signed with a real key, and to any page but the inspector's own: browsers
/// name the origin of whoever has them POST.
pub(super) async fn send(State(inspector): State<Inspector>, headers: HeaderMap, form: Bytes) -> Response {
    let same_origin =
        headers.get(header::ORIGIN).zip(headers.get(header::HOST)).is_some_and(|(origin, host)| {
            origin
                .as_bytes()
                .strip_prefix(b"http://")
                .is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_bytes()))
        });
    let Some(key) = inspector.webhook_key.filter(|_| same_origin) else {
        return axum::response::IntoResponse::into_response(StatusCode::FORBIDDEN);
    };
    let delivered = match Wish::read(&form) {
        Ok(wish) => wish.fulfil(&key).await,
        Err(complaint) => Delivered { url: String::new(), answer: Err(complaint) },
    };
    html(delivered.render())
}

impl Wish {
    fn read(form: &[u8]) -> Result<Self, String> {
        let mut destination = Err("Give the URL to send it to.".to_owned());
        let (mut body, mut forgery) = (String::new(), None);
        for (name, value) in form_urlencoded::parse(form) {
            match (&*name, &*value) {
                ("url", text) => {
                    destination = Destination::read(text, false).map_err(|error| error.to_string());
                }
                ("body", text) => text.clone_into(&mut body),
                ("forgery", "tampered") => forgery = Some(Forgery::Tampered),
                ("forgery", "stale") => forgery = Some(Forgery::Stale),
                ("forgery", "wrong-key") => forgery = Some(Forgery::WrongKey),
                _ => {}
            }
        }
        Ok(Self { destination: destination?, body, forgery })
    }

    async fn fulfil(self, key: &WebhookKey) -> Delivered {
        let url = self.destination.as_str().to_owned();
        let answer = match self.sign(key, SystemClock.now()) {
            Ok(request) => self.destination.deliver(request).await.map_err(|failure| failure.to_string()),
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
        let request =
            testing::sign(&key.id, secret, self.destination.as_str(), self.body.clone(), signed_at)?;
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
