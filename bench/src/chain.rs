//! CPU time per request through the middleware chain, over one that does nothing.

use anyhow::{Context as _, Result};
use countersign::netvisor::MacAlgorithm;
use cpu_time::ThreadTime;
use http::{Extensions, HeaderMap};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::loopback::Loopback;
use crate::rounds::Spread;
use crate::subjects;

/// How many requests are under way at once.
const AT_ONCE: usize = 64;
/// How many each of them sends, one after the other, in one round.
const EACH: usize = 40;

/// What a middleware costs that does nothing.
#[derive(Debug)]
pub struct NoOp;

#[async_trait::async_trait]
impl Middleware for NoOp {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        next.run(request, extensions).await
    }
}

/// What no signer can do without: headers, made beforehand, that are put into each request.
struct Ready(HeaderMap);

#[async_trait::async_trait]
impl Middleware for Ready {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        request.headers_mut().extend(self.0.clone());
        next.run(request, extensions).await
    }
}

/// One client's CPU time over that of a client with [`NoOp`].
pub struct Case {
    /// What it is called in the table, or beside it.
    pub name: &'static str,
    /// What it may be at most; `None` for headers alone.
    pub goal: Option<f64>,
    /// What it is.
    pub over_no_op: Spread,
}

/// The CPU time of a client with a signer, or with headers alone, over that of a client with [`NoOp`]. Only the
/// client's thread counts: the server has one of its own. The replies are the same for all.
///
/// # Errors
/// When a request fails.
pub fn cpu_over_no_op(rounds: usize) -> Result<Vec<Case>> {
    let server = Loopback::small()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let clients = clients(server)?;
    let mut times = vec![Vec::new(); clients.len()];
    for round in 0..=rounds {
        for ((.., client), times) in clients.iter().zip(&mut times) {
            let time = cpu_per_request(&runtime, client, &server.url())?;
            // The first round opens the connections.
            if round > 0 {
                times.push(time);
            }
        }
    }
    let (no_op, signers) = times.split_first().context("the no-op client comes first")?;
    let over_no_op = signers.iter().map(|times| Spread::of_pairs(times, no_op));
    let cases = clients.iter().skip(1).zip(over_no_op);
    Ok(cases.map(|((name, goal, _), over_no_op)| Case { name, goal: *goal, over_no_op }).collect())
}

fn clients(server: Loopback) -> Result<Vec<(&'static str, Option<f64>, ClientWithMiddleware)>> {
    let origin = server.origin();
    let unleashed = subjects::unleashed();
    let netgiro = subjects::netgiro(0);
    let netvisor = subjects::netvisor(MacAlgorithm::HmacSha256);
    Ok(vec![
        ("no_op", None, client(NoOp)?),
        ("unleashed, headers alone", None, client(Ready(unleashed.headers()))?),
        ("netgiro, headers alone", None, client(Ready(netgiro.headers()))?),
        ("netvisor, headers alone", None, client(Ready(netvisor.headers()))?),
        ("chain_cpu_unleashed", Some(1.04), client(unleashed.provider.allow_origin(&origin)?)?),
        ("chain_cpu_netgiro", Some(1.13), client(netgiro.provider.allow_origin(&origin)?)?),
        ("chain_cpu_netvisor", Some(1.12), client(netvisor.provider.allow_origin(&origin)?)?),
    ])
}

fn client(middleware: impl Middleware) -> Result<ClientWithMiddleware> {
    let inner = countersign::client_builder().no_proxy().pool_max_idle_per_host(AT_ONCE).build()?;
    Ok(ClientBuilder::new(inner).with(middleware).build())
}

/// Seconds of CPU on this thread, which runs the client and nothing else.
fn cpu_per_request(runtime: &Runtime, client: &ClientWithMiddleware, url: &str) -> Result<f64> {
    let start = ThreadTime::now();
    runtime.block_on(async {
        let mut senders = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (client, url) = (client.clone(), url.to_owned());
            senders.spawn(async move {
                for _ in 0..EACH {
                    client.get(&url).header("accept", "application/json").send().await?.bytes().await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(sent) = senders.join_next().await {
            sent??;
        }
        anyhow::Ok(())
    })?;
    Ok(start.elapsed().as_secs_f64() / (AT_ONCE * EACH) as f64)
}
