//! The inspector: a page that shows each request as it arrives.
//!
//! All of its HTML is rendered here, from the record of exchanges; the script only inserts what the event stream
//! brings. The page loads nothing from elsewhere, and the server answers only to its own names.

mod events;
mod hardening;
mod hex;
mod printable;
mod signed;
mod view;
mod webhook;

use std::sync::Arc;

use askama::Template as _;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};
use tokio_util::sync::CancellationToken;

use crate::delivery::Sender;
use crate::hosts::Hosts;
use crate::shared::Shared;
use crate::vendor::Vendor;
use view::Page;

/// What the page is made from.
#[derive(Clone)]
pub(crate) struct Inspector {
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: CancellationToken,
    /// The providers whose webhooks the page sends. None has a real key: whoever can send a request to the page would get a
    /// signature.
    pub(crate) senders: Arc<[(Vendor, Sender)]>,
}

/// The inspector, for a listener that answers to `hosts`.
pub(crate) fn router(hosts: Hosts, inspector: Inspector) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/events", get(events::stream))
        .route("/inspector.css", get(|| asset("text/css", include_str!("../../assets/inspector.css"))))
        .route("/detail.css", get(|| asset("text/css", include_str!("../../assets/detail.css"))))
        .route("/inspector.js", get(|| asset("text/javascript", include_str!("../../assets/inspector.js"))))
        .route("/icon.svg", get(|| asset("image/svg+xml", include_str!("../../assets/icon.svg"))))
        .route("/webhooks", post(webhook::send))
        .with_state(inspector)
        .layer(from_fn_with_state(hosts, check_host))
        .layer(map_response(hardening::harden))
}

/// Answers 421 to a request for another host.
async fn check_host(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if hosts.admit(&parts) {
        next.run(Request::from_parts(parts, body)).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

async fn page(State(inspector): State<Inspector>) -> Response {
    let senders = inspector.senders.iter().map(|(vendor, _)| *vendor);
    html(Page::new(&inspector.shared.log.all(), senders, inspector.shared.origins()).render())
}

fn html(rendered: askama::Result<String>) -> Response {
    match rendered {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn asset(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type)], text)
}
