//! Netgíró: a cart, its reply verified and typed.
//!
//! ```sh
//! cargo run --example netgiro
//! ```

use countersign::netgiro::{ApiResponse, Reply, ResultCode};
use countersign_sandbox::Sandbox;
use reqwest_middleware::ClientBuilder;
use serde::Deserialize;

/// The fields of `InsertCart`'s reply that we want, named as Netgíró names them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Cart {
    transaction_id: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;

    // A program of yours has `Netgiro::from_env()?` in place of `sandbox.netgiro()`.
    let client = ClientBuilder::new(countersign::client_builder().build()?).with(sandbox.netgiro()).build();

    let cart = r#"{"Amount":1000,"Reference":"991100-123","CustomerId":"8223281"}"#;
    for accept in ["application/json", "application/xml"] {
        let response = client
            .post(format!("{}/v1/Checkout/InsertCart", sandbox.netgiro_url()))
            .header("content-type", "application/json")
            .header("accept", accept)
            .body(cart)
            .send()
            .await?;

        // The reply has verified, or `send` would have been an error. Keep the reference id: support asks for it.
        let reply: Reply = response.extensions().get().cloned().ok_or("the reply was not looked at")?;
        println!(
            "{accept}: {:?}, reference id {:?}",
            reply.verdict(),
            reply.reference_id().unwrap_or("none")
        );

        let cart = ApiResponse::<Cart>::from_slice(&response.bytes().await?)?;
        println!("  {:?}, transaction {}", cart.response.result_code, cart.data.transaction_id);
        assert_eq!(cart.response.result_code, ResultCode::Success);
    }
    Ok(())
}
