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

/// The CPU time of a client with a signer, or with [`Ready`] headers, over that of a client with [`NoOp`], by name. Only
/// the client's thread counts: the server has one of its own. The replies are the same for all.
///
/// # Errors
/// When a request fails.
pub fn cpu_over_no_op(rounds: usize) -> Result<Vec<(&'static str, Spread)>> {
    let server = Loopback::small()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let clients = clients(server)?;
    let mut times = vec![Vec::new(); clients.len()];
    for round in 0..=rounds {
        for ((_, client), times) in clients.iter().zip(&mut times) {
            let time = cpu_per_request(&runtime, client, &server.url())?;
            // The first round opens the connections.
            if round > 0 {
                times.push(time);
            }
        }
    }
    let (no_op, signers) = times.split_first().context("the no-op client comes first")?;
    let names = clients.iter().skip(1).map(|(name, _)| *name);
    Ok(names.zip(signers.iter().map(|times| Spread::of_pairs(times, no_op))).collect())
}

fn clients(server: Loopback) -> Result<Vec<(&'static str, ClientWithMiddleware)>> {
    let origin = server.origin();
    let unleashed = subjects::unleashed();
    let netgiro = subjects::netgiro(0);
    let netvisor = subjects::netvisor(MacAlgorithm::HmacSha256);
    Ok(vec![
        ("no_op", client(NoOp)?),
        ("unleashed, headers alone", client(Ready(unleashed.headers()))?),
        ("netgiro, headers alone", client(Ready(netgiro.headers()))?),
        ("netvisor, headers alone", client(Ready(netvisor.headers()))?),
        ("unleashed", client(unleashed.provider.allow_origin(&origin)?)?),
        ("netgiro", client(netgiro.provider.allow_origin(&origin)?)?),
        ("netvisor", client(netvisor.provider.allow_origin(&origin)?)?),
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
