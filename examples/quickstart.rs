//! One signed call to each provider, against the sandbox, then a reply that was tampered with.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

use std::error::Error;

use countersign::Error as SigningError;
use countersign_sandbox::{Fault, Sandbox, Verdict};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;

    let netvisor = client(sandbox.netvisor())?;
    call(&sandbox, &netvisor, format!("{}/customerlist.nv?keyword=äö", sandbox.netvisor_url())).await?;

    let netgiro = client(sandbox.netgiro())?;
    let carts = format!("{}/v1/sales/GetList?AllForCompany=true", sandbox.netgiro_url());
    call(&sandbox, &netgiro, carts.clone()).await?;

    let unleashed = client(sandbox.unleashed())?;
    call(&sandbox, &unleashed, format!("{}/Customers/2?pageSize=1", sandbox.unleashed_url())).await?;

    let vizion = client(sandbox.vizion())?;
    call(&sandbox, &vizion, format!("{}/references", sandbox.vizion_url())).await?;

    sandbox.inject(Fault::Tampered);
    call_with_tampered_reply(&netgiro, carts).await
}

/// A client whose requests `provider` signs: this is the whole set-up.
fn client(provider: impl Middleware) -> Result<ClientWithMiddleware> {
    Ok(ClientBuilder::new(countersign::client_builder().build()?).with(provider).build())
}

/// Calls, then shows what arrived and how the sandbox judged it.
async fn call(sandbox: &Sandbox, client: &ClientWithMiddleware, url: String) -> Result<()> {
    let response = client.get(url).send().await?;
    let exchange = sandbox.exchanges().pop().ok_or("nothing has arrived")?;

    println!("{}: {} {}", exchange.vendor(), exchange.method(), exchange.url());
    for (name, value) in exchange.headers() {
        println!("    {name}: {value}");
    }
    match exchange.verdict() {
        Verdict::Accepted => println!("  accepted: {}\n", response.status()),
        Verdict::Refused(refusal) => return Err(format!("refused: {refusal}").into()),
    }
    Ok(())
}

/// Somebody on the way turns success into failure: the reply must not reach us.
async fn call_with_tampered_reply(netgiro: &ClientWithMiddleware, url: String) -> Result<()> {
    let Err(error) = netgiro.get(url).send().await else {
        return Err("a tampered reply was handed on".into());
    };
    let refusal = SigningError::find(&error).ok_or("the call failed for another reason")?;
    if refusal.code() != "reply-signature-mismatch" {
        return Err(error.into());
    }
    println!("Netgíró, its reply tampered with on the way:");
    println!("  refused: {} [{}]", refusal, refusal.code());
    println!("  next step: {}", refusal.next_step());
    Ok(())
}
