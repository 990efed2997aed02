//! Delivering one request over a connection of its own, without following anything.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

/// How long the receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("nothing accepts connections there ({0})")]
    Connection(#[from] io::Error),
    #[error("the receiver did not answer in HTTP")]
    Protocol(#[from] hyper::Error),
    #[error("the path and query do not make a request target")]
    Target(#[from] http::uri::InvalidUri),
    #[error("the receiver has not answered within 10 seconds")]
    Late(#[from] tokio::time::error::Elapsed),
}

/// Sends a request to `url`, which is on loopback, and returns the status of the answer.
pub(super) async fn deliver(url: &Url, mut request: Request<Bytes>) -> Result<StatusCode, Failure> {
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    *request.uri_mut() = target.parse::<Uri>()?;
    timeout(PATIENCE, exchange(url, request)).await?
}

async fn exchange(url: &Url, request: Request<Bytes>) -> Result<StatusCode, Failure> {
    let stream = TcpStream::connect(&*addresses(url)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answered = async move { sender.send_request(request.map(Full::new)).await };
    // The connection makes progress only while it is polled, too; it ends with the sender.
    let (answer, _) = tokio::join!(answered, connection);
    Ok(answer?.status())
}

/// Where to connect. No name is looked up: `localhost` is loopback whatever the resolver says.
fn addresses(url: &Url) -> Vec<SocketAddr> {
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses: Vec<IpAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        _ => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
    };
    addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()
}
