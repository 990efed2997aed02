//! How the cost grows: with the body, with the number of requests at once, with the number of middlewares.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Result;
use countersign::netvisor::MacAlgorithm;
use cpu_time::ThreadTime;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::chain::NoOp;
use crate::rounds::Spread;
use crate::subjects::{self, NETVISOR_URL, UNLEASHED_URL};

const BODIES: [usize; 10] = [0, 64, 256, 1 << 10, 4 << 10, 64 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20];
const AT_ONCE: [usize; 9] = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];
const MIDDLEWARES: std::ops::RangeInclusive<usize> = 1..=8;
const ROUNDS: usize = 7;

/// A line of a diagram: its name and its points.
pub type Line = (&'static str, Vec<(f64, f64)>);

/// How the cost grows with each of three lengths.
pub struct Growth {
    /// Bytes of the body, and microseconds for a signature over it.
    pub bodies: Vec<Line>,
    /// Requests at once, and microseconds of CPU for each.
    pub at_once: Vec<Line>,
    /// Middlewares in the chain, and microseconds of CPU for each request.
    pub middlewares: Vec<Line>,
}

/// Measures all three without a socket: the chain ends in a stub that lets all other requests go first.
///
/// # Errors
/// When a request fails.
pub fn growth() -> Result<Growth> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(Growth { bodies: bodies(), at_once: at_once(&runtime)?, middlewares: middlewares(&runtime)? })
}

fn bodies() -> Vec<Line> {
    let mut signature = Vec::new();
    let mut digest = Vec::new();
    for length in BODIES {
        let (subject, text) = (subjects::netgiro(length), subjects::netgiro_text(length));
        // The axis is logarithmic: no body is drawn as one byte.
        let x = length.max(1) as f64;
        signature.push((x, micros(length, || subject.signature(&subjects::netgiro_stamp()))));
        digest.push((x, micros(length, || subjects::raw_digest(&text))));
    }
    vec![("Netgíró signature", signature), ("SHA-256 of the same bytes", digest)]
}

/// The median CPU time of one operation, in microseconds; the larger the body, the fewer times it is repeated.
fn micros<R>(length: usize, operation: impl Fn() -> R) -> f64 {
    let repeats = 1 + (1 << 20) / (length + 256);
    let times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = ThreadTime::now();
            (0..repeats).for_each(|_| drop(black_box(operation())));
            start.elapsed().as_secs_f64() * 1e6 / repeats as f64
        })
        .collect();
    Spread::of(&times).median
}

fn at_once(runtime: &Runtime) -> Result<Vec<Line>> {
    let clients = [
        ("no-op", chain([NoOp])?, UNLEASHED_URL),
        ("Unleashed", chain([subjects::unleashed().signer])?, UNLEASHED_URL),
        ("Netvisor", chain([subjects::netvisor(MacAlgorithm::HmacSha256).signer])?, NETVISOR_URL),
    ];
    let mut lines = clients.each_ref().map(|(name, ..)| (*name, Vec::new()));
    for requests in AT_ONCE {
        for ((_, client, url), (_, points)) in clients.iter().zip(&mut lines) {
            points.push((requests as f64, cpu_micros(runtime, client, url, requests)?));
        }
    }
    Ok(lines.into())
}

fn middlewares(runtime: &Runtime) -> Result<Vec<Line>> {
    let mut lines = [("no-op", Vec::new()), ("Unleashed", Vec::new())];
    for count in MIDDLEWARES {
        let unleashed = || subjects::unleashed().signer;
        let clients = [chain((0..count).map(|_| NoOp))?, chain((0..count).map(|_| unleashed()))?];
        for (client, (_, points)) in clients.iter().zip(&mut lines) {
            points.push((count as f64, cpu_micros(runtime, client, UNLEASHED_URL, 100)?));
        }
    }
    Ok(lines.into())
}

fn chain(middlewares: impl IntoIterator<Item = impl Middleware>) -> Result<ClientWithMiddleware> {
    let inner = countersign::client_builder().no_proxy().build()?;
    let chained = middlewares.into_iter().fold(ClientBuilder::new(inner), ClientBuilder::with);
    Ok(chained.with(Stub).build())
}

/// The median CPU time per request, with `at_once` of them under way together.
fn cpu_micros(runtime: &Runtime, client: &ClientWithMiddleware, url: &str, at_once: usize) -> Result<f64> {
    let repeats = NonZeroUsize::new(2_000 / at_once).map_or(1, NonZeroUsize::get);
    let url: Arc<str> = url.into();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = ThreadTime::now();
        for _ in 0..repeats {
            runtime.block_on(send_together(client, &url, at_once))?;
        }
        times.push(start.elapsed().as_secs_f64() * 1e6 / (repeats * at_once) as f64);
    }
    Ok(Spread::of(&times).median)
}

async fn send_together(client: &ClientWithMiddleware, url: &Arc<str>, requests: usize) -> Result<()> {
    let mut senders = JoinSet::new();
    for _ in 0..requests {
        let (client, url) = (client.clone(), url.clone());
        senders.spawn(async move { client.get(&*url).send().await });
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    Ok(())
}

/// Takes the place of the socket.
struct Stub;

#[async_trait::async_trait]
impl Middleware for Stub {
    async fn handle(
        &self,
        request: Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        use reqwest::ResponseBuilderExt as _;
        tokio::task::yield_now().await;
        let reply = http::Response::builder().url(request.url().clone()).body("");
        reply.map(Response::from).map_err(|error| reqwest_middleware::Error::Middleware(error.into()))
    }
}
