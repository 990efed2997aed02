//! A server of raw TCP on loopback, without any HTTP library.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::received::{Received, answer};

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
            while let Ok((mut stream, peer)) = listener.accept().await {
                shared.peers.lock().unwrap().push(peer);
                shared.peer_came.notify_waiters();
                let (handle, shared) = (handle.clone(), shared.clone());
                tokio::spawn(async move {
                    if let Some(request) = Received::read(&mut stream).await {
                        shared.requests.lock().unwrap().push(request.clone());
                        handle(request, stream).await;
                    }
                });
            }
        });
        server
    }

    /// Starts a server that gives each request the same answer.
    pub(crate) async fn answering(status: u16, headers: &[&str], body: impl Into<Vec<u8>>) -> Self {
        let headers: Vec<String> = headers.iter().map(|&header| header.to_owned()).collect();
        let reply = Arc::new((headers, body.into()));
        Self::start(move |_, mut stream| {
            let reply = reply.clone();
            async move { answer(&mut stream, status, &reply.0, &reply.1).await }
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
