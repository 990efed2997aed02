//! Deliveries that verify and are not the JSON that the handler wants.

use std::sync::{Arc, Mutex};

use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use countersign::vizion::webhook::{Scheme, Verified};
use countersign::webhook::VerifyLayer;
use http::Request;
use serde::Deserialize;

use super::builder;
use super::log::listen;
use super::sender::{Sender, digest};
use super::sockets::{exchange, serve};

#[derive(Deserialize)]
#[allow(dead_code)]
struct Event {
    event: Kind,
    count: u32,
}

#[derive(Deserialize)]
enum Kind {
    #[serde(rename = "departed")]
    Departed,
}

/// A body, and what is said of it.
const UNREAD: [(&str, &str); 4] = [
    (r#"{"event":"canary","count":1}"#, "a wrong type or field at line 1, column 17"),
    ("{\"event\":\"departed\",\n\"count\":\"canary\"}", "a wrong type or field at line 2, column 16"),
    (r#"{"event":"departed","count":1}canary"#, "a syntax error at line 1, column 31"),
    (r#"{"event":"departed","note":"canary"#, "a premature end at line 1, column 34"),
];

fn signed(body: &str) -> Request<Bytes> {
    let mut sender = Sender::honest();
    sender.body = body.to_owned();
    sender.set("content-length", &body.len().to_string()).set("digest", &digest(body.as_bytes()));
    sender.send()
}

/// What is heard of the requests to a handler that wants an [`Event`].
struct Heard {
    answers: Vec<String>,
    codes: Vec<&'static str>,
    log: String,
}

async fn hear(
    configure: fn(VerifyLayer<Scheme>) -> VerifyLayer<Scheme>,
    bodies: impl IntoIterator<Item = &str>,
) -> Heard {
    let (log, _guard) = listen().await;
    let codes = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&codes);
    let verifier = builder().on_refused(move |error, _| keep.lock().unwrap().push(error.code())).build();
    let handler = |_: Verified<Json<Event>>| async { "handled" };
    // Nested, so that the path in the parts is not the one that was sent.
    let inner = Router::new().fallback(post(handler)).layer(configure(verifier.layer().nested_in_axum()));
    let address = serve(Router::new().nest("/vizion", inner)).await;
    let mut answers = Vec::new();
    for body in bodies {
        answers.push(exchange(address, signed(body)).await);
    }
    let codes = codes.lock().unwrap().clone();
    Heard { answers, codes, log: log.take() }
}

#[tokio::test]
async fn w10_the_sender_learns_nothing_and_the_log_learns_where() {
    let bodies = UNREAD.map(|(body, _)| body);
    let Heard { answers, codes, log } = hear(|layer| layer, bodies).await;
    for answer in &answers {
        assert!(answer.starts_with("HTTP/1.1 422 ") && answer.ends_with("\r\n\r\n"), "{answer}");
        assert_eq!(*answer, answers[0]);
    }
    assert_eq!(codes, ["webhook-json"; UNREAD.len()]);
    for (_, place) in UNREAD {
        assert!(log.contains(place), "{place}: {log}");
    }
    let fields = [r#"provider="vizion""#, r#"code="webhook-json""#, r#"path="/vizion""#];
    for field in fields {
        assert_eq!(log.matches(field).count(), UNREAD.len(), "{log}");
    }
    assert!(!log.contains("canary") && !log.contains("tenant=7"), "{log}");
}

#[tokio::test]
async fn what_was_not_read_is_spent_unless_failed_deliveries_are_forgotten() {
    let twice = [UNREAD[0].0; 2];
    let statuses =
        |heard: Heard| heard.answers.iter().map(|answer| answer[9..12].to_owned()).collect::<Vec<_>>();
    assert_eq!(statuses(hear(|layer| layer, twice).await), ["422", "401"]);
    assert_eq!(statuses(hear(VerifyLayer::acknowledge_duplicates, twice).await), ["422", "401"]);
    assert_eq!(statuses(hear(VerifyLayer::forget_failed, twice).await), ["422", "422"]);
    let both = |layer: VerifyLayer<Scheme>| layer.forget_failed().acknowledge_duplicates();
    assert_eq!(statuses(hear(both, twice).await), ["422", "422"]);
}

#[test]
fn an_error_of_ones_own_reading_says_where_and_underneath_what() {
    let (parts, body) = signed(UNREAD[0].0).into_parts();
    let verified = builder().build().verify(&parts, &body, super::now()).unwrap();
    let Err(error) = verified.json::<Event>() else { panic!("it was read") };
    assert!(error.to_string().ends_with(UNREAD[0].1) && !error.to_string().contains("canary"), "{error}");
    let underneath = std::error::Error::source(&error).unwrap().to_string();
    assert!(underneath.contains("unknown variant"), "{underneath}");
}
