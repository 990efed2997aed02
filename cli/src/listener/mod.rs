//! Where requests come in: an address, or a socket in the file system.

mod arriving;
mod guard;
#[cfg(unix)]
mod socket;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
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
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutWriter;

pub(crate) use self::arriving::{Arriving, BodyFault};
pub(crate) use self::guard::Guard;
use crate::failure::Failure;
use crate::output;

/// How long the head of a request may take to arrive, and how long a connection may be idle.
const HEAD_WITHIN: Duration = Duration::from_secs(120);

/// How long to wait if the system has no more descriptors; connections that end free some.
const UNTIL_ACCEPTING_AGAIN: Duration = Duration::from_millis(100);

/// What callers may take up.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// How many may be connected at once. Others wait until one of them leaves.
    pub(crate) connections: usize,
    /// How long a caller may take nothing of an answer, and how long the next piece of a body may take.
    pub(crate) silence: Duration,
    /// Whether a body has to be there whole within that time.
    pub(crate) for_whole_body: bool,
}

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

/// Where the signing proxy listens.
impl Default for Address {
    fn default() -> Self {
        Self::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 4100)))
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

trait Connection: AsyncRead + AsyncWrite + Send {}

impl<C: AsyncRead + AsyncWrite + Send> Connection for C {}

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

    /// The address, with the real port if 0 was asked for.
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

    /// The next connection, which ends if the caller takes nothing from it for `silence`.
    async fn accept(&self, silence: Duration) -> io::Result<Pin<Box<dyn Connection>>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Fails if the client has left already.
                let _ = stream.set_nodelay(true);
                Ok(impatient(stream, silence))
            }
            #[cfg(unix)]
            Self::Socket(socket) => Ok(impatient(socket.accept().await?, silence)),
        }
    }

    /// Answers requests until `stopping`, and then those that are under way.
    pub(crate) async fn serve<F, A>(self, limits: Limits, mut stopping: watch::Receiver<bool>, answer: F)
    where
        F: Fn(Request<Arriving>) -> A + Clone + Send + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let connections = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
        let places = Arc::new(Semaphore::new(limits.connections));
        let mut is_accepting = true;
        loop {
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
                Ok::<_, io::Error>((place, self.accept(limits.silence).await?))
            };
            let accepted = tokio::select! {
                accepted = accepted => accepted,
                _ = stopping.wait_for(|stopping| *stopping) => break,
            };
            let (place, stream) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if is_accepting {
                        output::note(&format!("countersign: cannot accept connections: {error}"));
                    }
                    is_accepting = false;
                    tokio::time::sleep(UNTIL_ACCEPTING_AGAIN).await;
                    continue;
                }
            };
            is_accepting = true;
            let answer = answer.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let arriving = |body| Arriving::new(body, limits.silence, limits.for_whole_body);
                let answer = answer(request.map(arriving));
                async move { Ok::<_, std::convert::Infallible>(answer.await) }
            });
            let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                // If a connection breaks, there is nobody left to tell.
                let _ = connection.await;
                drop(place);
            });
        }
        drop(self);
        connections.shutdown().await;
    }
}

fn impatient(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    silence: Duration,
) -> Pin<Box<dyn Connection>> {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(silence));
    Box::pin(stream)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use hyper::body::Frame;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);
    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\na";

    fn limits(connections: usize, for_whole_body: bool) -> Limits {
        Limits { connections, silence: Duration::from_secs(1), for_whole_body }
    }

    /// The address of a new listener that serves as long as the runtime lives.
    async fn served<F, A>(limits: Limits, answer: F) -> SocketAddr
    where
        F: Fn(Request<Arriving>) -> A + Clone + Send + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (_stop, stopping) = watch::channel(false);
            Listener::Tcp(listener).serve(limits, stopping, answer).await;
        });
        address
    }

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_is_served_when_one_leaves() {
        let address = served(limits(1, false), |_| async { Response::default() }).await;
        let first = TcpStream::connect(address).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        let meanwhile = timeout(Duration::from_millis(300), second.read_exact(&mut answer)).await;
        assert!(meanwhile.is_err(), "the one place is taken");
        drop(first);
        timeout(PATIENCE, second.read_exact(&mut answer)).await.unwrap().unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    /// Reports when it is dropped.
    struct Endless(UnboundedSender<()>);

    impl hyper::body::Body for Endless {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 64 * 1024])))))
        }
    }

    impl Drop for Endless {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    /// A client that takes nothing of its answer cannot hold for ever what is held until the answer was taken, such as a turn.
    #[tokio::test]
    async fn a_client_that_takes_nothing_of_its_answer_is_given_up() {
        let (held, mut ended) = unbounded_channel::<()>();
        let address = served(limits(8, false), move |_| {
            let endless = Endless(held.clone());
            async move { Response::new(Body::wrap(endless)) }
        })
        .await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        timeout(PATIENCE, ended.recv()).await.expect("its answer is still held");
    }

    #[tokio::test]
    async fn a_body_that_stops_or_breaks_off_ends_in_an_error() {
        let (told, mut faults) = unbounded_channel();
        let address = served(limits(8, false), move |request| {
            let told = told.clone();
            async move {
                let fault = http_body_util::BodyExt::collect(request.into_body()).await.err();
                told.send(matches!(fault, Some(BodyFault::Late))).unwrap();
                Response::default()
            }
        })
        .await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(REQUEST).await.unwrap();
        assert_eq!(timeout(PATIENCE, faults.recv()).await.unwrap(), Some(true));
        let mut broken = TcpStream::connect(address).await.unwrap();
        broken.write_all(REQUEST).await.unwrap();
        drop(broken);
        assert_eq!(timeout(PATIENCE, faults.recv()).await.unwrap(), Some(false));
    }
}
