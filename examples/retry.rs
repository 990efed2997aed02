//! Retries: outside the signer, so that each attempt is signed anew.
//!
//! ```sh
//! cargo run --example retry
//! ```

use std::collections::HashSet;
use std::time::Duration;

use countersign_sandbox::{Fault, Sandbox};
use reqwest_middleware::ClientBuilder;
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;

    // Only for calls that may happen twice. A payment whose answer was lost may have been made: see `retry_without_effect`.
    // The first `.with` is the outermost. The other way round, one nonce would be sent three times.
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::from_millis(10), Duration::from_millis(50))
        .build_with_max_retries(3);
    let client = ClientBuilder::new(countersign::client_builder().build()?)
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .with(sandbox.netgiro())
        .build();

    // A gateway in front of Netgíró answers 503, twice. Its 503 is not signed: it keeps its status and loses its body.
    sandbox.inject_next(2, Fault::Unavailable);
    let url = format!("{}/v1/sales/GetList?AllForCompany=true", sandbox.netgiro_url());
    let response = client.get(url).send().await?;
    assert_eq!(response.status(), 200);

    let mut nonces = HashSet::new();
    for (number, exchange) in (1..).zip(sandbox.exchanges()) {
        let (_, nonce) = exchange.headers().find(|(name, _)| *name == "netgiro_nonce").ok_or("no nonce")?;
        println!("attempt {number}: nonce {nonce}, answered {}", exchange.status());
        nonces.insert(nonce.into_owned());
    }
    assert_eq!(nonces.len(), 3, "three attempts, three nonces");
    Ok(())
}
