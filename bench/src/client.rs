//! A client over loopback, and the CPU time of its thread.

use anyhow::Result;
use cpu_time::ThreadTime;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// The requests of one round.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many are under way at once.
    pub at_once: usize,
    /// How many each sender sends, one after the other.
    pub each: usize,
}

/// A runtime for clients, on the calling thread.
///
/// # Errors
/// When the system lacks resources.
pub fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// A client as the crate recommends it, with one middleware, without any proxy of the machine's settings.
///
/// # Errors
/// When reqwest cannot make one.
pub fn client(middleware: impl Middleware) -> Result<ClientWithMiddleware> {
    let inner = countersign::client_builder().no_proxy().build()?;
    Ok(ClientBuilder::new(inner).with(middleware).build())
}

/// Seconds of CPU for each request, up to the last byte of its reply, on this thread. It runs only the client: the server has
/// a thread of its own.
///
/// # Errors
/// When a request fails.
pub fn cpu_per_request(
    runtime: &Runtime,
    client: &ClientWithMiddleware,
    url: &str,
    load: Load,
) -> Result<f64> {
    let start = ThreadTime::now();
    runtime.block_on(async {
        let mut senders = JoinSet::new();
        for _ in 0..load.at_once {
            let (client, url) = (client.clone(), url.to_owned());
            senders.spawn(async move {
                for _ in 0..load.each {
                    let reply = client.get(&url).header("accept", "application/json").send().await?;
                    reply.error_for_status()?.bytes().await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(sent) = senders.join_next().await {
            sent??;
        }
        anyhow::Ok(())
    })?;
    Ok(start.elapsed().as_secs_f64() / (load.at_once * load.each) as f64)
}
