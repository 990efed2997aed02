//! Vizion: a call, and the two refusals that mean the reverse of the usual.
//!
//! ```sh
//! cargo run --example vizion
//! ```

use countersign::vizion::{Vizion, error_for_status};
use countersign_sandbox::{Credentials, Sandbox};
use reqwest_middleware::ClientBuilder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let http = countersign::client_builder().build()?;
    let url = format!("{}/references", sandbox.vizion_url());

    // A program of yours has `Vizion::from_env()?` in place of `sandbox.vizion()`.
    let client = ClientBuilder::new(http.clone()).with(sandbox.vizion()).build();
    let references = error_for_status(client.get(&url).send().await?).await?.text().await?;
    println!("references: {references}");

    let restricted = Credentials::demo().vizion.restricted_api_key;
    for (key, code) in [(restricted, "vizion-no-permission"), ("no-such-key".into(), "vizion-no-valid-key")] {
        let vizion = Vizion::new(key)?.allow_origin(sandbox.vizion_url())?;
        let client = ClientBuilder::new(http.clone()).with(vizion).build();
        let Err(error) = error_for_status(client.get(&url).send().await?).await else {
            return Err("a key that opens nothing was accepted".into());
        };
        println!("{error:#}");
        assert_eq!(error.code(), code);
    }
    Ok(())
}
