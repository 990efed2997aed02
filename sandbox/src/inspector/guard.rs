//! Keeping other sites out.
//!
//! A page of another site can make a browser call loopback, and by DNS rebinding read the answers under a name of its
//! own. So the inspector answers only to the name that it is reached by, and tells browsers to run and load nothing
//! but what it serves.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

/// The values of `Host` that are the inspector's own.
#[derive(Clone)]
pub(super) struct Names([String; 2]);

impl Names {
    pub(super) fn of(origin: &str) -> Self {
        let authority = origin.trim_start_matches("http://");
        let port = authority.rsplit(':').next().unwrap_or_default();
        Self([authority.to_owned(), format!("localhost:{port}")])
    }

    fn include(&self, host: &HeaderValue) -> bool {
        self.0.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(host.as_bytes()))
    }
}

/// Answers 421 where `Host` is missing, there twice, or another name.
pub(super) async fn check(State(names): State<Names>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if names.include(host) => next.run(request).await,
        _ => StatusCode::MISDIRECTED_REQUEST.into_response(),
    }
}

/// What browsers are told with each answer.
const HARDENING: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
];

pub(super) async fn harden(mut response: Response) -> Response {
    for (name, value) in HARDENING {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
