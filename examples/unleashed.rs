//! Unleashed: page after page of a list, and what a bare 403 may mean.
//!
//! ```sh
//! cargo run --example unleashed
//! ```

use std::pin::pin;

use countersign::unleashed::{Unleashed, error_for_status, pages};
use countersign_sandbox::Sandbox;
use futures_util::TryStreamExt as _;
use reqwest_middleware::ClientBuilder;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Customer {
    customer_name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let http = countersign::client_builder().build()?;

    // A program of yours has `Unleashed::from_env()?` in place of `sandbox.unleashed()`.
    let client = ClientBuilder::new(http.clone()).with(sandbox.unleashed()).build();

    // The number of the page is in the path; only the query is signed.
    let url = format!("{}/Customers?pageSize=2", sandbox.unleashed_url());
    let mut pages = pin!(pages::<Customer>(&client, &url));
    while let Some(page) = pages.try_next().await? {
        let names: Vec<_> = page.items.iter().map(|customer| customer.customer_name.as_str()).collect();
        println!(
            "page {} of {}: {}",
            page.pagination.page_number,
            page.pagination.number_of_pages,
            names.join(", ")
        );
    }

    // Unleashed refuses with a bare 403; `error_for_status` adds the likely causes.
    let revoked = Unleashed::new("some-id", "a-revoked-key")?.allow_origin(sandbox.unleashed_url())?;
    let client = ClientBuilder::new(http).with(revoked).build();
    let url = format!("{}/Customers?contactEmail=a%40b.example&page=1", sandbox.unleashed_url());
    let Err(error) = error_for_status(client.get(url).send().await?).await else {
        return Err("a revoked key was accepted".into());
    };
    println!("{error:#}");
    assert_eq!(error.code(), "unleashed-forbidden");
    Ok(())
}
