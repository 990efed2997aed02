//! Plays the four providers and the inspector until the process is ended, and prints their addresses as one line of JSON.
//!
//!     cargo run -p countersign-sandbox --example serve [-- as-sent | decoded]
//!
//! Without a form, each provider takes its default.

use countersign::SignedForm;
use countersign_sandbox::Sandbox;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let form = match std::env::args().nth(1).as_deref() {
        None => None,
        Some("as-sent") => Some(SignedForm::AsSent),
        Some("decoded") => Some(SignedForm::Decoded),
        Some(_) => return Err("the form is as-sent or decoded".into()),
    };
    let mut builder = Sandbox::builder();
    if let Some(form) = form {
        builder = builder.netvisor_signed_form(form).unleashed_signed_form(form);
    }
    let sandbox = builder.start().await?;
    println!(
        "{}",
        json!({
            "netvisor": sandbox.netvisor_url(),
            "netgiro": sandbox.netgiro_url(),
            "unleashed": sandbox.unleashed_url(),
            "vizion": sandbox.vizion_url(),
            "inspector": sandbox.inspector_url(),
        })
    );
    std::future::pending::<()>().await;
    Ok(())
}
