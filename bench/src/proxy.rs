//! CPU time per request of `countersign proxy`, over that of a reverse proxy that only hands requests on.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::header::HOST;
use http::uri::{PathAndQuery, Uri};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::client::{Load, runtime};
use crate::rounds::Spread;
use crate::table::Row;

const LOAD: Load = Load { at_once: 32, each: 60 };

/// The body of each request and each reply.
static KIBIBYTE: [u8; 1024] = [b'x'; 1024];

/// The ratio, taken round by round, for requests to Unleashed with 1 KiB both ways. Both proxies are processes of one thread.
///
/// # Errors
/// When a request fails, or the system does not say how much CPU a process took, as Linux does.
pub fn cpu_over_bare(tool: &Path, rounds: usize) -> Result<Row> {
    let upstream = kibibytes()?;
    let mut bare = Command::new(std::env::current_exe()?);
    bare.args(["--bare-proxy", &upstream]);
    let mut signing = Command::new(tool);
    signing.args(["proxy", "unleashed", "--json", "--listen", "127.0.0.1:0", "--upstream"]);
    signing.arg(format!("unleashed={upstream}"));
    signing.env("UNLEASHED_API_ID", "api-id").env("UNLEASHED_API_KEY", "api key of the bench");
    let proxies = [Proxy::start(bare)?, Proxy::start(signing)?];
    let (runtime, client) = (runtime()?, reqwest::Client::builder().no_proxy().build()?);
    let mut times = [const { Vec::new() }; 2];
    for round in 0..=rounds {
        let mut turns: Vec<_> = proxies.iter().zip(&mut times).collect();
        if round % 2 == 1 {
            turns.reverse();
        }
        for (proxy, times) in turns {
            let time = proxy.cpu_per_request(&runtime, &client)?;
            // The first round opens the connections.
            if round > 0 {
                times.push(time);
            }
        }
    }
    let [bare, signing] = times;
    Ok(Row::at_most(1.5, "proxy_unleashed_1k_over_bare", Spread::of_pairs(&signing, &bare)))
}

/// A proxy in a process of its own, which prints where it listens.
struct Proxy {
    process: Child,
    url: String,
}

impl Proxy {
    fn start(mut command: Command) -> Result<Self> {
        let mut process = command.stdout(Stdio::piped()).spawn().with_context(|| format!("{command:?}"))?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("it is piped")?).read_line(&mut line)?;
        let printed: serde_json::Value = serde_json::from_str(&line).context("the proxy has not started")?;
        let origin = printed["listen"].as_str().context("it listens")?;
        Ok(Self { process, url: format!("{origin}/unleashed/Customers/1") })
    }

    fn cpu_per_request(&self, runtime: &Runtime, client: &reqwest::Client) -> Result<f64> {
        let before = self.cpu_nanos()?;
        runtime.block_on(async {
            let mut senders = JoinSet::new();
            for _ in 0..LOAD.at_once {
                let (client, url) = (client.clone(), self.url.clone());
                senders.spawn(async move {
                    for _ in 0..LOAD.each {
                        let reply = client.post(&url).body(&KIBIBYTE[..]).send().await?.error_for_status()?;
                        ensure!(reply.bytes().await?.len() == KIBIBYTE.len(), "a reply was cut off");
                    }
                    Ok(())
                });
            }
            while let Some(sent) = senders.join_next().await {
                sent??;
            }
            anyhow::Ok(())
        })?;
        Ok((self.cpu_nanos()? - before) as f64 / (LOAD.at_once * LOAD.each) as f64)
    }

    /// The CPU time so far of the first thread, which does all the work.
    fn cpu_nanos(&self) -> Result<u64> {
        let figures = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()))?;
        Ok(figures.split(' ').next().context("the time on the CPU comes first")?.parse()?)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// A server on a thread of its own that answers every request with a kibibyte.
fn kibibytes() -> Result<String> {
    let (listener, origin) = listener()?;
    std::thread::spawn(move || runtime()?.block_on(answer_all(listener)));
    Ok(origin)
}

async fn answer_all(listener: std::net::TcpListener) -> Result<()> {
    let answer = |request: Request<Incoming>| async move {
        request.into_body().collect().await?;
        Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from_static(&KIBIBYTE))))
    };
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
    }
}

/// A reverse proxy of hyper alone: the least that any forwarding costs.
///
/// # Errors
/// When there is no port to be had.
pub fn bare(upstream: &str) -> Result<()> {
    let (listener, origin) = listener()?;
    println!("{}", serde_json::json!({ "listen": origin }));
    let upstream: Uri = upstream.parse()?;
    runtime()?.block_on(async {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
        let listener = TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let (client, upstream) = (client.clone(), upstream.clone());
            let hand_on = service_fn(move |mut request: Request<Incoming>| {
                let (client, mut to) = (client.clone(), upstream.clone().into_parts());
                to.path_and_query =
                    request.uri().path_and_query().cloned().or(Some(PathAndQuery::from_static("/")));
                async move {
                    *request.uri_mut() = Uri::from_parts(to)?;
                    request.headers_mut().remove(HOST);
                    anyhow::Ok(client.request(request).await?)
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), hand_on));
        }
    })
}

fn listener() -> Result<(std::net::TcpListener, String)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let origin = format!("http://{}", listener.local_addr()?);
    Ok((listener, origin))
}
