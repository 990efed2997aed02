//! Netvisor: reading the status of a reply, and a write that happens at most once.
//!
//! ```sh
//! cargo run --example netvisor
//! ```

use countersign::Error as SigningError;
use countersign::netvisor::{Language, ResponseStatus, TransactionId, read_status};
use countersign_sandbox::Sandbox;
use reqwest_middleware::ClientBuilder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let http = countersign::client_builder().build()?;

    // A program of yours has `Netvisor::from_env()?` in place of `sandbox.netvisor()`.
    let client = ClientBuilder::new(http.clone()).with(sandbox.netvisor()).build();

    // By default you get every reply, whatever it says; `read_status` reads its status. Once, with messages in English:
    let customers = format!("{}/customerlist.nv?keyword=Ärla", sandbox.netvisor_url());
    let response = client.get(customers).with_extension(Language::En).send().await?;
    let (status, response) = read_status(response).await?;
    println!("customers: {status:?}, then {} bytes of XML", response.bytes().await?.len());
    assert_eq!(status, Some(ResponseStatus::Ok));

    // A write: an answer of FAILED shall be an error, and a retry must not write twice.
    let strict = ClientBuilder::new(http).with(sandbox.netvisor().fail_on_failed()).build();
    let invoices = format!("{}/salesinvoice.nv?method=add", sandbox.netvisor_url());
    let id = TransactionId::random()?;
    let write =
        || strict.post(&invoices).with_extension(id.clone()).body("<Root><SalesInvoice/></Root>").send();

    println!("first write: {}", write().await?.text().await?);
    let Err(error) = write().await else {
        return Err("the invoice was written twice".into());
    };
    let refusal = SigningError::find(&error).ok_or("the call failed for another reason")?;
    println!("second write: {refusal}\n  {}", refusal.next_step());
    assert_eq!(refusal.code(), "netvisor-request-not-unique");
    Ok(())
}
