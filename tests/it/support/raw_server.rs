//! A server of raw TCP on loopback, without any HTTP library.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::received::Received;
use super::server::Answer;

/// Keeps each request that arrives, and the address of each peer that connects.
pub(crate) struct RawServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    peers: Mutex<Vec<SocketAddr>>,
    peer_came: Notify,
    requests: Mutex<Vec<Received>>,
}

impl RawServer {
    /// Starts a server that hands each request, and the connection to answer it on, to `handle`.
    pub(crate) async fn start<F, Answered>(handle: F) -> Self
    where
        F: Fn(Received, TcpStream) -> Answered + Clone + Send + 'static,
        Answered: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let server = Self { address, shared: shared.clone() };
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                shared.peers.lock().unwrap().push(peer);
                shared.peer_came.notify_waiters();
                let (handle, shared) = (handle.clone(), shared.clone());
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    if let Ok(request) = Received::read(&mut stream).await {
                        shared.requests.lock().unwrap().push(request.clone());
                        handle(request, stream.into_inner()).await;
                    }
                });
            }
        });
        server
    }

    /// Starts a server that gives each request the same answer.
    pub(crate) async fn answering(reply: Answer) -> Self {
        Self::start(move |_, mut stream| {
            let reply = reply.clone();
            async move { answer(&mut stream, reply).await }
        })
        .await
    }

    /// `http://127.0.0.1:<port>`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests since the last call.
    pub(crate) fn take_requests(&self) -> Vec<Received> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap())
    }

    /// The one request since the last call.
    pub(crate) fn take_request(&self) -> Received {
        let mut requests = self.take_requests();
        assert_eq!(requests.len(), 1);
        requests.remove(0)
    }

    /// How many connections others have made. Connections are accepted in order, so one of our own marks the moment:
    /// nothing depends on how long anything takes.
    pub(crate) async fn connections(&self) -> usize {
        let marker = TcpStream::connect(self.address).await.unwrap().local_addr().unwrap();
        loop {
            let came = self.shared.peer_came.notified();
            if let Some(index) = self.shared.take_peer(marker) {
                return index;
            }
            came.await;
        }
    }
}

impl Shared {
    /// Forgets a peer, and says how many connected before it.
    fn take_peer(&self, peer: SocketAddr) -> Option<usize> {
        let mut peers = self.peers.lock().unwrap();
        let index = peers.iter().position(|known| *known == peer)?;
        peers.remove(index);
        Some(index)
    }
}

/// Answers a request and closes the connection.
pub(crate) async fn answer(stream: &mut TcpStream, reply: Answer) {
    // A client that has gone away already is a case of some tests.
    let _ = stream.write_all(&reply.header("connection", "close").bytes()).await;
    let _ = stream.shutdown().await;
}
