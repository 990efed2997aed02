//! The event stream: one event for each exchange, whose data is the same HTML that the page has for it.

use std::convert::Infallible;

use askama::Template as _;
use axum::extract::{RawQuery, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use url::form_urlencoded;

use super::Inspector;
use super::view::ExchangeView;
use crate::exchange::Exchange;

/// Sends the exchanges after the last that the client has seen, and then each new exchange.
pub(super) async fn stream(
    State(inspector): State<Inspector>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // A browser that connects again names the last event that it got.
    let again = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let seen = again.or_else(|| after(query.as_deref()?)).unwrap_or(0);
    // A page of an earlier sandbox has that sandbox's number, and has seen none of this sandbox's exchanges.
    let seen = if seen > inspector.shared.log.count() { 0 } else { seen };
    let stopped = inspector.stop.clone().cancelled_owned();
    let events = exchanges(inspector, seen).map(|exchange| Ok(event(&exchange)));
    Sse::new(events.take_until(stopped)).keep_alive(KeepAlive::default())
}

fn after(query: &str) -> Option<u64> {
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after")?.1.parse().ok()
}

fn event(exchange: &Exchange) -> Event {
    let html = ExchangeView::new(exchange).render().unwrap_or_default();
    // A carriage return would end a line of the stream.
    Event::default().event("exchange").id(exchange.number().to_string()).data(html.replace('\r', "\u{240d}"))
}

/// All exchanges after `seen`, without end. If the channel drops some for a slow reader, the log still has them.
fn exchanges(inspector: Inspector, seen: u64) -> impl Stream<Item = Exchange> {
    let live = inspector.shared.log.subscribe();
    let batches = stream::unfold((inspector, live, seen), |(inspector, mut live, mut seen)| async move {
        loop {
            let batch = inspector.shared.log.after(seen);
            if let Some(last) = batch.last() {
                seen = last.number();
                return Some((stream::iter(batch), (inspector, live, seen)));
            }
            if !news(&mut live).await {
                return None;
            }
        }
    });
    batches.flatten()
}

/// Waits until there is a new exchange; `false` if there never will be one.
async fn news(live: &mut Receiver<Exchange>) -> bool {
    !matches!(live.recv().await, Err(RecvError::Closed))
}
