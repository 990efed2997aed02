//! Calling the sandbox.

use countersign_sandbox::{Exchange, Refusal, Sandbox, Vendor, Verdict};
use http::Request;
use reqwest::Response;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A client with the sandbox's provider for a vendor.
pub(crate) fn client_of(sandbox: &Sandbox, vendor: Vendor) -> ClientWithMiddleware {
    match vendor {
        Vendor::Netvisor => client(sandbox.netvisor()),
        Vendor::Netgiro => client(sandbox.netgiro()),
        Vendor::Unleashed => client(sandbox.unleashed()),
        Vendor::Vizion => client(sandbox.vizion()),
    }
}

pub(crate) fn client(provider: impl Middleware) -> ClientWithMiddleware {
    ClientBuilder::new(countersign::client_builder().build().unwrap()).with(provider).build()
}

pub(crate) fn url_of(sandbox: &Sandbox, vendor: Vendor) -> &str {
    match vendor {
        Vendor::Netvisor => sandbox.netvisor_url(),
        Vendor::Netgiro => sandbox.netgiro_url(),
        Vendor::Unleashed => sandbox.unleashed_url(),
        Vendor::Vizion => sandbox.vizion_url(),
    }
}

/// A request that a vendor accepts, signed by the library and ready to be spoilt.
pub(crate) fn signed(sandbox: &Sandbox, vendor: Vendor) -> Request<&'static str> {
    signed_for(sandbox, vendor, "/list?page=1")
}

pub(crate) fn signed_for(sandbox: &Sandbox, vendor: Vendor, target: &str) -> Request<&'static str> {
    signed_with(sandbox, vendor, target, r#"{"Amount":1000}"#)
}

pub(crate) fn signed_with(
    sandbox: &Sandbox,
    vendor: Vendor,
    target: &str,
    body: &'static str,
) -> Request<&'static str> {
    let url = format!("{}{target}", url_of(sandbox, vendor));
    let mut request = Request::post(url).body(body).unwrap();
    match vendor {
        Vendor::Netvisor => sandbox.netvisor().sign_http(&mut request),
        Vendor::Netgiro => sandbox.netgiro().sign_http(&mut request),
        Vendor::Unleashed => sandbox.unleashed().sign_http(&mut request),
        Vendor::Vizion => sandbox.vizion().sign_http(&mut request),
    }
    .unwrap();
    request
}

/// Sends a request's bytes as they are, which must ask for the connection to be closed; returns the answer's.
pub(crate) async fn send_raw(origin: &str, request: &str) -> String {
    let address = origin.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Sends a request as it is.
pub(crate) async fn send(request: Request<&'static str>) -> Response {
    let client = countersign::client_builder().build().unwrap();
    client.execute(request.try_into().unwrap()).await.unwrap()
}

pub(crate) fn last(sandbox: &Sandbox) -> Exchange {
    sandbox.exchanges().pop().unwrap()
}

/// Why the latest request was refused; `None` when it was accepted.
pub(crate) fn last_refusal(sandbox: &Sandbox) -> Option<Refusal> {
    match last(sandbox).verdict() {
        Verdict::Accepted => None,
        Verdict::Refused(refusal) => Some(refusal.clone()),
    }
}
