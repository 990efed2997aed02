//! Figures for Prometheus, and events of `tracing` within the spans of reqwest-tracing.
//!
//! ```sh
//! cargo run --example observing
//! ```

use std::error::Error;
use std::sync::Arc;

use countersign::observer::Metrics;
use countersign_sandbox::{Fault, Sandbox};
use reqwest_middleware::ClientBuilder;
use reqwest_tracing::TracingMiddleware;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Each event of this crate names the request in which it happened.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).without_time().init();

    let sandbox = Sandbox::start().await?;
    let metrics = Arc::new(Metrics::default());
    let client = ClientBuilder::new(countersign::client_builder().build()?)
        .with(TracingMiddleware::default()) // outermost: it sees neither keys nor signatures
        .with(sandbox.netgiro().observer(Arc::clone(&metrics)))
        .build();
    let carts = format!("{}/v1/sales/GetList", sandbox.netgiro_url());

    client.get(&carts).send().await?;
    sandbox.inject(Fault::Tampered);
    let refused = client.get(&carts).send().await.expect_err("it was tampered with");
    println!("\n{refused}\n\n{metrics}");

    let text = metrics.to_string();
    assert!(text.contains("countersign_replies_verified_total{provider=\"netgiro\"} 1\n"));
    assert!(text.contains("{provider=\"netgiro\",code=\"reply-signature-mismatch\"} 1\n"));
    Ok(())
}
