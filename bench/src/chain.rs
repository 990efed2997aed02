//! CPU time per request through a middleware chain with a signer, over a chain that does nothing.

use anyhow::{Context as _, Result};
use countersign::netvisor::MacAlgorithm;
use http::{Extensions, HeaderMap};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next};

use crate::client::{Load, client, cpu_per_request, runtime};
use crate::loopback::Loopback;
use crate::rounds::Spread;
use crate::subjects;
use crate::table::Row;

const LOAD: Load = Load { at_once: 64, each: 40 };

/// A middleware that does nothing, to know its cost.
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

/// Puts headers made beforehand into each request: the least that any signer does.
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

/// The CPU time of a client with a signer, or with headers alone, over that of a client with [`NoOp`]. Only the
/// client's thread counts: the server has its own thread. The replies are the same for all.
///
/// # Errors
/// When a request fails.
pub fn cpu_over_no_op(rounds: usize) -> Result<Vec<Row>> {
    let server = Loopback::small()?;
    let runtime = runtime()?;
    let clients = clients(server)?;
    let mut times = vec![Vec::new(); clients.len()];
    for round in 0..=rounds {
        for ((_, client), times) in clients.iter().zip(&mut times) {
            let time = cpu_per_request(&runtime, client, &server.url(), LOAD)?;
            // The first round opens the connections.
            if round > 0 {
                times.push(time);
            }
        }
    }
    let (no_op, signers) = times.split_first().context("the no-op client comes first")?;
    let over_no_op = signers.iter().map(|times| Spread::of_pairs(times, no_op));
    let names = clients.iter().skip(1).map(|(name, _)| *name);
    Ok(names.zip(over_no_op).map(|(name, over_no_op)| Row::to_be_known(name, over_no_op)).collect())
}

fn clients(server: Loopback) -> Result<Vec<(&'static str, ClientWithMiddleware)>> {
    let origin = server.origin();
    let unleashed = subjects::unleashed();
    let netgiro = subjects::netgiro(0);
    let netvisor = subjects::netvisor(MacAlgorithm::HmacSha256);
    Ok(vec![
        ("no_op", client(NoOp)?),
        ("headers_alone_unleashed", client(Ready(unleashed.headers()))?),
        ("headers_alone_netgiro", client(Ready(netgiro.headers()))?),
        ("headers_alone_netvisor", client(Ready(netvisor.headers()))?),
        ("chain_cpu_unleashed", client(unleashed.signer.allow_origin(&origin)?)?),
        ("chain_cpu_netgiro", client(netgiro.signer.allow_origin(&origin)?)?),
        ("chain_cpu_netvisor", client(netvisor.signer.allow_origin(&origin)?)?),
    ])
}
