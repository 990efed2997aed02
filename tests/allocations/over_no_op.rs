//! Counting the allocations of a request over those of a no-op middleware, in a chain that ends in a canned reply
//! instead of a socket. Shared with the benchmark, which includes this file.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

use allocation_counter::{AllocationInfo, measure};
use countersign::declared::Declared;
use countersign::netgiro::Netgiro;
use countersign::netvisor::{Credentials, Netvisor};
use countersign::signing::{Encoding, MacKey};
use countersign::unleashed::Unleashed;
use countersign::vizion::webhook;
use http::Extensions;
use reqwest::{Body, Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};

const SECRET: &str = "netgiro-secret";

/// Requests before the one that counts, so that what is made once has been made.
const WARM_UP: usize = 8;

/// Stands where the socket would be, and hands out replies made beforehand.
struct Canned(Mutex<VecDeque<Response>>);

#[async_trait::async_trait]
impl Middleware for Canned {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        Ok(self.0.lock().unwrap().pop_front().expect("a reply for each request"))
    }
}

/// What a middleware costs that does nothing.
struct NoOp;

#[async_trait::async_trait]
impl Middleware for NoOp {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        next.run(request, extensions).await
    }
}

fn reply(url: &str, nonce: &str) -> Response {
    let body = r#"{"Success":true,"Message":"Success","ResultCode":200}"#;
    let mut mac = MacKey::sha256(Encoding::HexLower).start();
    [SECRET, nonce, url, body].iter().for_each(|part| mac.update(part.as_bytes()));
    http::Response::builder()
        .url(url.parse().unwrap())
        .header("content-type", "application/json")
        .header("netgiro_nonce", nonce)
        .header("netgiro_signature", mac.finish().header_value())
        .header("netgiro_referenceid", "reference-1")
        .body(Body::from(body))
        .unwrap()
        .into()
}

fn client(middleware: impl Middleware, url: &str) -> ClientWithMiddleware {
    let replies = (0..=WARM_UP).map(|n| reply(url, &n.to_string())).collect();
    let inner = countersign::client_builder().build().unwrap();
    ClientBuilder::new(inner).with(middleware).with(Canned(Mutex::new(replies))).build()
}

/// The allocations of one request with one header of the caller's, up to the last byte of the reply.
fn allocations(middleware: impl Middleware, url: &str) -> AllocationInfo {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let client = client(middleware, url);
    let call = || {
        let mut request = Request::new(http::Method::GET, url.parse().unwrap());
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        let read = async || client.execute(request).await.unwrap().bytes().await.unwrap();
        measure(|| drop(runtime.block_on(read())))
    };
    for _ in 0..WARM_UP {
        call();
    }
    call()
}

/// What a request costs over one through a middleware that does nothing.
pub(crate) struct Extra {
    pub(crate) allocations: u64,
    /// All that is allocated between the request and the last byte of its reply, freed or not.
    pub(crate) bytes: u64,
}

fn over_no_op(middleware: impl Middleware, url: &str) -> Extra {
    let (signed, no_op) = (allocations(middleware, url), allocations(NoOp, url));
    Extra {
        allocations: signed.count_total - no_op.count_total,
        bytes: signed.bytes_total - no_op.bytes_total,
    }
}

/// A signed Unleashed request.
pub(crate) fn unleashed() -> Extra {
    let unleashed = Unleashed::new("id", "key").unwrap().client_type("acme/stock").unwrap();
    over_no_op(unleashed, "https://api.unleashedsoftware.com/Customers?pageSize=200")
}

/// A signed Netvisor request.
pub(crate) fn netvisor() -> Extra {
    let netvisor = Netvisor::new(Credentials {
        sender: "Acme".into(),
        customer_id: "customer".into(),
        customer_key: "customer-key".into(),
        partner_id: "partner".into(),
        partner_key: "partner-key".into(),
        organisation_id: "1234567-8".into(),
    });
    over_no_op(netvisor.unwrap(), "https://integration.netvisor.fi/customerlist.nv")
}

/// A signed Netgíró request and its verified reply.
pub(crate) fn netgiro() -> Extra {
    let netgiro = Netgiro::new("app-key", SECRET).unwrap();
    over_no_op(netgiro, "https://api.netgiro.is/v1/sales/GetList?AllForCompany=true")
}

/// A request that is signed as Unleashed's, by a declaration.
pub(crate) fn declared() -> Extra {
    let file = include_str!("../declared/unleashed.toml");
    let value = |name: &str| Some(if name == "client_type" { "acme/stock" } else { "key" }.into());
    let unleashed = Declared::from_toml(file).unwrap().with_credentials(value).unwrap();
    over_no_op(unleashed, "https://api.unleashedsoftware.com/Customers?pageSize=200")
}

/// The allocations, in all, of verifying a webhook of Vizion's.
pub(crate) fn vizion_verify() -> u64 {
    let at = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
    let body = format!(r#"{{"event":"{}"}}"#, "x".repeat(2036));
    let url = "https://hooks.example.com/vizion?a=1";
    let (parts, body) =
        webhook::testing::sign("hmac-key-1", "the first secret", url, body, at).unwrap().into_parts();
    let verifier =
        webhook::Verifier::builder_for_any_host().key("hmac-key-1", "the first secret").unwrap().build();
    let verify = || drop(verifier.verify(&parts, &body, at).unwrap());
    // The first makes what the thread keeps.
    verify();
    measure(verify).count_total
}
