//! Prints what is signed, refused and verified, and what that costs. `check-features.sh` compares the output with the
//! feature `more` and without it: a feature that another crate switches on must change nothing here.

use std::convert::Infallible;
use std::future::ready;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use allocation_counter::measure;
use bytes::Bytes;
use countersign::netgiro::{self, Netgiro, testing::sign_reply};
use countersign::netvisor::{self, Netvisor};
use countersign::random::Randomness;
use countersign::unleashed::{self, Unleashed};
use countersign::vizion::{self, Vizion};
use countersign::webhook::{Builder, MemoryStore, Scheme as WebhookScheme};
use countersign::{Error, Scheme, Signer};
use http::Extensions;
use http_body_util::Full;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use tower::{Layer as _, ServiceExt as _};

const SECRET: &str = "a secret of nobody";
const BODY: &str = r#"{"Success":true,"ResultCode":10200}"#;
const HOOKS: &str = "https://hooks.example.com/in/vizion?x=%C3%AD";

/// Always the same bytes.
struct Sevens;

impl Randomness for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(7);
        Ok(())
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_705_312_800)
}

/// Takes the place of the client: `answer` gets the URL, and the headers of each request are printed.
struct Server {
    answer: fn(&str) -> http::Response<Bytes>,
}

#[async_trait::async_trait]
impl Middleware for Server {
    async fn handle(
        &self,
        request: Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let url = request.url();
        let (parts, body) = (self.answer)(url.as_str()).into_parts();
        let mut told = http::Response::builder().status(parts.status).url(url.clone());
        told = told.header("sent", format!("{} {url} {:?}", values(request.headers()), request.timeout()));
        for (name, value) in &parts.headers {
            told = told.header(name, value);
        }
        told.body(body).map(Response::from).map_err(reqwest_middleware::Error::middleware)
    }
}

/// Prints secret values, too: they are made up.
fn values(headers: &http::HeaderMap) -> String {
    headers.iter().map(|(name, value)| format!("{name}={} ", value.as_bytes().escape_ascii())).collect()
}

fn client<S: Scheme>(signer: Signer<S>, answer: fn(&str) -> http::Response<Bytes>) -> ClientWithMiddleware {
    let signer = signer.clock(now).randomness(Sevens);
    ClientBuilder::new(reqwest::Client::new()).with(signer).with(Server { answer }).build()
}

fn plain(_: &str) -> http::Response<Bytes> {
    http::Response::new(BODY.into())
}

fn verified(url: &str) -> http::Response<Bytes> {
    sign_reply(SECRET, url, BODY, "635318618538563781").unwrap_or_default()
}

fn changed(url: &str) -> http::Response<Bytes> {
    verified(url).map(|_| "{}".into())
}

fn refused(_: &str) -> http::Response<Bytes> {
    let mut reply = http::Response::new("no".into());
    *reply.status_mut() = http::StatusCode::FORBIDDEN;
    reply
}

/// Everything that an error says.
fn told(error: &Error) -> String {
    format!("{error} | {error:?} | {} | {} | {:?}", error.code(), error.next_step(), error.effect())
}

async fn send(what: &str, client: &ClientWithMiddleware, url: &str) {
    let outcome = client.get(url).send().await;
    let said = match &outcome {
        Ok(response) => format!("{} {} {}", response.status(), response.url(), values(response.headers())),
        Err(error) => Error::find(error).map_or_else(|| error.to_string(), told),
    };
    println!("{what}: {said}");
}

/// The allocations of a request, after what is made only once.
fn cost(what: &str, client: &ClientWithMiddleware, url: &str) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    let one = || {
        let request = client.get(url).send();
        drop(runtime.block_on(request));
    };
    for _ in 0..8 {
        one();
    }
    println!("{what}: {} allocations", measure(one).count_total);
}

async fn receive<S: WebhookScheme>(
    what: &str,
    builder: Builder<S>,
    request: Result<http::Request<Bytes>, Error>,
) -> Result<(), Error> {
    let request = request?;
    let verifier = builder.clock(now).replay_store(MemoryStore::default()).build();
    let (parts, body) = request.clone().into_parts();
    let mut count = 0;
    let info = measure(|| count = verifier.verify(&parts, &body, now()).map_or(0, |_| 1));
    println!("{what}: verified {count}, {} allocations", info.count_total);
    let other = verifier.verify(&parts, b"another body", now()).map(|_| ());
    println!("{what}, another body: {:?}", other.as_ref().map_err(told));
    let late = verifier.verify(&parts, &body, now() + Duration::from_secs(86_400)).map(|_| ());
    println!("{what}, a day late: {:?}", late.as_ref().map_err(told));
    let service = tower::service_fn(|request: http::Request<Full<Bytes>>| {
        ready(Ok::<_, Infallible>(http::Response::new(request.uri().to_string())))
    });
    let service = verifier.layer().layer(service);
    let mut request = request.map(Full::new);
    framework(&mut request);
    for _ in 0..2 {
        let Ok(answer) = service.clone().oneshot(request.clone()).await;
        println!("{what}, by the layer: {answer:?}");
    }
    Ok(())
}

/// What a framework adds to a request that it has routed: another URI than the one to be verified.
#[cfg(feature = "more")]
fn framework(request: &mut http::Request<Full<Bytes>>) {
    let routed = http::Uri::from_static("https://hooks.example.com/elsewhere");
    request.extensions_mut().insert(axum::extract::OriginalUri(routed));
}

#[cfg(not(feature = "more"))]
fn framework(_: &mut http::Request<Full<Bytes>>) {}

fn netvisor() -> Result<Netvisor, Error> {
    Netvisor::new(netvisor::Credentials {
        sender: "a sender".to_owned(),
        customer_id: "HK_12_3456789ABCDEF0123456789ABCDEF".to_owned(),
        customer_key: "0123456789abcdef0123456789abcdef".into(),
        partner_id: "A_1234".to_owned(),
        partner_key: "fedcba9876543210fedcba9876543210".into(),
        organisation_id: "1234567-8".to_owned(),
    })
}

async fn requests() -> Result<(), Error> {
    let unleashed = Unleashed::new("an id", SECRET)?;
    let netgiro = || Netgiro::new("app-key", SECRET);
    let urls =
        ["/Customers?name=a+b%20c&sum=1%2B1", "/", "/v1/checkout/CheckCart?a=%C3%AD&b=%zz#part", "/../x?"];
    for target in urls {
        let url = |origin: &str| format!("{origin}{target}");
        send("unleashed", &client(unleashed.clone(), plain), &url("https://api.unleashedsoftware.com")).await;
        send("netvisor", &client(netvisor()?, plain), &url("https://integration.netvisor.fi")).await;
        send("vizion", &client(Vizion::new(SECRET)?, plain), &url("https://prod.vizionapi.com")).await;
        send("vizion", &client(Vizion::new(SECRET)?, refused), &url("https://prod.vizionapi.com")).await;
        for answer in [verified, changed, plain, refused] {
            send("netgiro", &client(netgiro()?, answer), &url("https://api.netgiro.is")).await;
        }
        let reporting = netgiro()?.dangerous_report_only();
        send("netgiro, report only", &client(reporting, changed), &url("https://api.netgiro.is")).await;
        let elsewhere = url("https://api.unleashedsoftware.com.example.org");
        send("elsewhere", &client(unleashed.clone(), plain), &elsewhere).await;
    }
    for (what, refused) in [
        ("netgiro", Netgiro::new("", SECRET).map(drop)),
        ("unleashed", Unleashed::new("an id", "a key\n").map(drop)),
        ("vizion", Vizion::from_env().map(drop)),
    ] {
        println!("{what}, not configured: {:?}", refused.as_ref().map_err(told));
    }
    Ok(())
}

async fn deliveries() -> Result<(), Error> {
    let body = r#"{"id":1}"#;
    let vizion = vizion::webhook::Verifier::builder("https://hooks.example.com")?.key("key-1", SECRET)?;
    let signed = vizion::webhook::testing::sign("key-1", SECRET, HOOKS, body, now());
    receive("vizion", vizion, signed).await?;
    let unknown = vizion::webhook::testing::sign("key-2", SECRET, HOOKS, body, now());
    let vizion = vizion::webhook::Verifier::builder_for_any_host().key("key-1", SECRET)?;
    receive("vizion, another key", vizion, unknown).await?;
    let unleashed = unleashed::webhook::Verifier::builder().signing_key(SECRET)?;
    receive("unleashed", unleashed, unleashed::webhook::testing::sign(SECRET, HOOKS, body, now())).await?;
    let netgiro = || netgiro::webhook::Verifier::builder("https://hooks.example.com")?.secret(SECRET);
    let signed = netgiro::webhook::testing::sign(SECRET, HOOKS, BODY, 635_318_618_538_563_781);
    receive("netgiro", netgiro()?, signed).await?;
    let forged =
        netgiro::webhook::testing::sign("the secret of others", HOOKS, BODY, 635_318_618_538_563_782);
    receive("netgiro, forged", netgiro()?, forged).await
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        requests().await?;
        deliveries().await
    })?;
    let unleashed = client(Unleashed::new("an id", SECRET)?, plain);
    cost("unleashed", &unleashed, "https://api.unleashedsoftware.com/Customers?a=b");
    let netvisor = client(netvisor()?, plain);
    cost("netvisor", &netvisor, "https://integration.netvisor.fi/customerlist.nv?a=b");
    let netgiro = client(Netgiro::new("app-key", SECRET)?.dangerous_report_only(), changed);
    cost("netgiro", &netgiro, "https://api.netgiro.is/v1/checkout/CheckCart");
    Ok(())
}
