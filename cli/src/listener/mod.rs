//! Where requests come in: an address, or a socket in the file system.

#[cfg(unix)]
mod socket;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use reqwest::Body;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::failure::Failure;

/// How long the head of a request may take to arrive, and how long a connection may be idle.
const HEAD_WITHIN: Duration = Duration::from_secs(120);

/// How long to wait when the system has no more descriptors, which end as connections do.
const UNTIL_ACCEPTING_AGAIN: Duration = Duration::from_millis(100);

/// `ADDRESS:PORT`, or `unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Socket(PathBuf),
}

impl Address {
    /// Whether nobody beyond this machine can connect.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            Self::Socket(_) => true,
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            Some(path) if cfg!(unix) && !path.is_empty() => Ok(Self::Socket(path.into())),
            _ => text.parse().map(Self::Tcp).map_err(|_| "give ADDRESS:PORT, or unix:PATH".to_owned()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "http://{address}"),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A bound [`Address`].
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Socket(socket::Socket),
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

impl Listener {
    pub(crate) async fn bind(address: &Address) -> Result<Self, Failure> {
        let bound = match address {
            Address::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp),
            #[cfg(unix)]
            Address::Socket(path) => socket::Socket::bind(path).map(Self::Socket),
            #[cfg(not(unix))]
            Address::Socket(_) => Err(io::ErrorKind::Unsupported.into()),
        };
        bound.map_err(|error| Failure::usage(format!("cannot listen on {address}: {error}")))
    }

    /// With the port that was free, where 0 was asked for.
    pub(crate) fn address(&self) -> Result<Address, Failure> {
        match self {
            Self::Tcp(listener) => listener
                .local_addr()
                .map(Address::Tcp)
                .map_err(|error| Failure::usage(format!("cannot tell the address: {error}"))),
            #[cfg(unix)]
            Self::Socket(socket) => Ok(Address::Socket(socket.path().to_owned())),
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Connection>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Self::Socket(socket) => Ok(Box::new(socket.accept().await?)),
        }
    }

    /// Answers requests until `stopping`, and then those that are under way.
    pub(crate) async fn serve<F, A>(self, mut stopping: watch::Receiver<bool>, answer: F)
    where
        F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let connections = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
        loop {
            let accepted = tokio::select! {
                accepted = self.accept() => accepted,
                _ = stopping.wait_for(|stopping| *stopping) => break,
            };
            let Ok(stream) = accepted else {
                tokio::time::sleep(UNTIL_ACCEPTING_AGAIN).await;
                continue;
            };
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer(request);
                async move { Ok::<_, std::convert::Infallible>(answer.await) }
            });
            let connection = http.serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is the client's matter: there is nobody left to tell.
            tokio::spawn(connections.watch(connection));
        }
        drop(self);
        connections.shutdown().await;
    }
}
