//! Delivers one request over a connection of its own, without following redirects.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Position, Url};

use super::Unanswered;

/// How long the receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a request to `url` and returns the status of the answer.
pub(super) async fn deliver(url: &Url, mut request: Request<Bytes>) -> Result<StatusCode, Unanswered> {
    let target = &url[Position::BeforePath..Position::AfterQuery];
    *request.uri_mut() = target.parse::<Uri>().map_err(|error| Unanswered::Protocol(error.into()))?;
    timeout(PATIENCE, exchange(url, request)).await.unwrap_or(Err(Unanswered::Late))
}

async fn exchange(url: &Url, request: Request<Bytes>) -> Result<StatusCode, Unanswered> {
    let stream = connect(url).await.map_err(Unanswered::Connection)?;
    let answer = answer(stream, request).await.map_err(|error| Unanswered::Protocol(error.into()))?;
    Ok(answer.status())
}

async fn answer(stream: TcpStream, request: Request<Bytes>) -> hyper::Result<Response<Incoming>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answered = async move { sender.send_request(request.map(Full::new)).await };
    // The connection makes progress only while it is polled, too; it ends with the sender.
    let (answer, _) = tokio::join!(answered, connection);
    answer
}

/// Connects without looking up `localhost`: it is loopback whatever the resolver says.
async fn connect(url: &Url) -> io::Result<TcpStream> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Domain(name)) if name != "localhost" => TcpStream::connect((name, port)).await,
        _ => {
            let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            TcpStream::connect(&addresses.map(|address| SocketAddr::new(address, port))[..]).await
        }
    }
}
