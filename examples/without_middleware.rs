//! Without the middleware: the signing functions and a client of another kind, here the blocking `ureq`.
//!
//! ```sh
//! cargo run --example without_middleware
//! ```

use countersign::RequestRef;
use countersign::netgiro::SentRequest;
use countersign_sandbox::Sandbox;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Only the sandbox needs a runtime; its servers run on the runtime's threads.
    let runtime = tokio::runtime::Runtime::new()?;
    let sandbox = runtime.block_on(Sandbox::start())?;
    let netgiro = sandbox.netgiro();

    // No redirects: they would take the signature to where it does not belong.
    let agent: ureq::Agent =
        ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();

    let url = format!("{}/v1/Checkout/InsertCart", sandbox.netgiro_url());
    let body = r#"{"Amount":1000,"Reference":"991100-123"}"#;
    let mut request = http::Request::post(url).header("content-type", "application/json").body(body)?;
    netgiro.sign_http(&mut request)?;
    let sent = SentRequest::new(&RequestRef::from_http(&request)?);

    let mut response = agent.run(request)?;
    let body = response.body_mut().with_config().limit(1024 * 1024).read_to_vec()?;
    // Up to here, nobody has verified these bytes.
    let reply = netgiro.verify_reply(&sent, response.headers(), &body)?;

    println!("{:?}, reference id {:?}", reply.verdict(), reply.reference_id().unwrap_or("none"));
    println!("{}", String::from_utf8(body)?);
    Ok(())
}
