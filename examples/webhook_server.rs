//! A service that receives Vizion's webhooks, and five deliveries to it: an honest one, its copy, a forged one, and two that
//! were signed for another path and another host. Needs nothing beyond loopback.
//!
//! ```text
//! cargo run --example webhook_server
//! ```

use std::net::SocketAddr;

use axum::routing::post;
use axum::{Json, Router};
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::webhook::{Verified, Verifier, testing};
use serde::Deserialize;

#[derive(Deserialize)]
struct Event {
    container: String,
    status: String,
}

async fn handler(event: Verified<Json<Event>>) {
    println!("  handler: {} is {} (key {:?})", event.container, event.status, event.key_id());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    // A service with a public name gives that name: https://hooks.example.com.
    let verifier = Verifier::builder(&format!("http://{address}"))?
        .key("hmac-key-1", "an example secret")?
        .on_refused(|error, _| println!("  refused: {error} [{}]", error.code()))
        .build();
    let app = Router::new().route("/vizion", post(handler).route_layer(verifier.layer()));
    tokio::spawn(async move { axum::serve(listener, app).await });

    let body = r#"{"container":"MSKU1234565","status":"discharged"}"#;
    let now = SystemClock.now();
    let honest = testing::sign("hmac-key-1", "an example secret", &url(address, "/vizion"), body, now)?;
    let forged = testing::sign("hmac-key-1", "a guessed secret", &url(address, "/vizion"), body, now)?;
    let mut moved = testing::sign("hmac-key-1", "an example secret", &url(address, "/other"), body, now)?;
    *moved.uri_mut() = url(address, "/vizion").parse()?;
    // Signed for another service of the same organisation, whose operator passes it on.
    let other = "https://other.example.com/vizion";
    let mut passed_on = testing::sign("hmac-key-1", "an example secret", other, body, now)?;
    *passed_on.uri_mut() = url(address, "/vizion").parse()?;

    let deliveries = [
        ("honest", honest.clone(), 200),
        ("replayed", honest, 401),
        ("forged", forged, 401),
        ("moved", moved, 401),
        ("passed on", passed_on, 401),
    ];
    let mut surprises = 0;
    for (name, request, expected) in deliveries {
        println!("{name}:");
        let status = reqwest::Client::new().execute(request.try_into()?).await?.status().as_u16();
        println!("  answer: {status}");
        surprises += usize::from(status != expected);
    }
    if surprises == 0 {
        Ok(())
    } else {
        Err(format!("{surprises} verdicts were not the expected ones").into())
    }
}

fn url(address: SocketAddr, path: &str) -> String {
    format!("http://{address}{path}")
}
