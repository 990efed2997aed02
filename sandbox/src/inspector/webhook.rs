//! Sends a signed webhook to a program under development.
//!
//! Only with a demo key, and only to loopback: such a webhook proves nothing anywhere else, whoever asks for it.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use http::{HeaderMap, Request, StatusCode, header};
use url::form_urlencoded;

use super::{Inspector, html};
use crate::delivery::{Destination, Sender};

/// The request of the form on the page.
pub(super) struct Wish {
    sender: Sender,
    destination: Destination,
    public_origin: Option<String>,
    body: String,
    forgery: Option<Forgery>,
}

/// A fault in a delivery, to see it refused.
#[derive(Clone, Copy)]
enum Forgery {
    /// The body was changed after it was signed.
    Tampered,
    /// Signed an hour ago.
    Stale,
    /// Signed with another key under the same key id.
    WrongKey,
}

/// The result, as HTML for the page.
#[derive(Template)]
#[template(path = "delivered.html")]
struct Delivered {
    url: String,
    answer: Result<StatusCode, String>,
}

/// Answers 403 if the key is real, if the provider sends no webhooks, or if another page than the inspector's has sent the
/// form: browsers name the origin of the page.
pub(super) async fn send(State(inspector): State<Inspector>, headers: HeaderMap, form: Bytes) -> Response {
    let same_origin =
        headers.get(header::ORIGIN).zip(headers.get(header::HOST)).is_some_and(|(origin, host)| {
            origin
                .as_bytes()
                .strip_prefix(b"http://")
                .is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_bytes()))
        });
    let form: HashMap<_, _> = form_urlencoded::parse(&form).into_owned().collect();
    let wanted = form.get("sender").map_or("vizion", String::as_str);
    let sender = inspector.senders.iter().find(|(vendor, _)| vendor.name() == wanted);
    let Some((_, sender)) = sender.filter(|_| same_origin) else {
        return axum::response::IntoResponse::into_response(StatusCode::FORBIDDEN);
    };
    let delivered = match Wish::read(&form, sender) {
        Ok(wish) => wish.fulfil().await,
        Err(complaint) => Delivered { url: String::new(), answer: Err(complaint) },
    };
    html(delivered.render())
}

impl Wish {
    fn read(form: &HashMap<String, String>, sender: &Sender) -> Result<Self, String> {
        let text = |name: &str| form.get(name).map(String::as_str).filter(|text| !text.is_empty());
        let url = text("url").ok_or("Give the URL to send it to.")?;
        Ok(Self {
            sender: sender.clone(),
            destination: Destination::read(url, false).map_err(|error| error.to_string())?,
            public_origin: text("public-origin").map(str::to_owned),
            body: text("body").unwrap_or_default().to_owned(),
            forgery: match text("forgery") {
                Some("tampered") => Some(Forgery::Tampered),
                Some("stale") => Some(Forgery::Stale),
                Some("wrong-key") => Some(Forgery::WrongKey),
                _ => None,
            },
        })
    }

    async fn fulfil(self) -> Delivered {
        let url = self.destination.as_str().to_owned();
        let answer = match self.sign(SystemClock.now()) {
            Ok(request) => self.destination.deliver(request).await.map_err(|failure| failure.to_string()),
            Err(error) => Err(error.to_string()),
        };
        Delivered { url, answer }
    }

    fn sign(&self, now: SystemTime) -> Result<Request<Bytes>, countersign::Error> {
        let signed_at = match self.forgery {
            Some(Forgery::Stale) => now.checked_sub(Duration::from_secs(3600)).unwrap_or(now),
            _ => now,
        };
        let sender = match self.forgery {
            Some(Forgery::WrongKey) => self.sender.clone().with_secret("not-the-key-that-was-issued"),
            _ => self.sender.clone(),
        };
        let url = self.destination.signed_as(self.public_origin.as_deref())?;
        let request = sender.sign(&url, self.body.clone().into(), signed_at)?;
        Ok(match self.forgery {
            Some(Forgery::Tampered) => request.map(tampered),
            _ => request,
        })
    }
}

/// The body with its last byte changed, of the same length; an empty body stays empty.
fn tampered(body: Bytes) -> Bytes {
    let mut body = body.to_vec();
    if let Some(last) = body.last_mut() {
        *last = if *last == b' ' { b'.' } else { b' ' };
    }
    body.into()
}
