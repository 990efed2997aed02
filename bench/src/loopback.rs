//! A server on loopback, on a thread of its own, that answers as Netgíró does: keep-alive, signed replies.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use countersign::signing::{Encoding, MacKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::subjects::NETGIRO_SECRET;

const SMALL_REPLY: &[u8] = br#"{"Success":true,"Message":"Success","ResultCode":200}"#;

/// Where the server listens.
#[derive(Clone, Copy, Debug)]
pub struct Loopback(SocketAddr);

/// What the server sends. Each reply needs a head of its own, since its nonce counts only once.
struct Replies {
    body: Vec<u8>,
    url: String,
    /// Heads that were signed beforehand, if signing takes as long as sending.
    ready: Mutex<VecDeque<Vec<u8>>>,
    nonce: AtomicU64,
}

impl Loopback {
    /// Answers every request with a small reply, signed when the request arrives.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub fn small() -> Result<Self> {
        Self::start(SMALL_REPLY.to_vec(), 0)
    }

    /// Answers `requests` requests with `body`, signed beforehand.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub fn large(body: Vec<u8>, requests: usize) -> Result<Self> {
        Self::start(body, requests)
    }

    /// The only URL that the server answers.
    #[must_use]
    pub fn url(self) -> String {
        format!("http://{}/v1/sales/GetList?AllForCompany=true", self.0)
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn origin(self) -> String {
        format!("http://{}", self.0)
    }

    fn start(body: Vec<u8>, prepared: usize) -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let server = Self(listener.local_addr()?);
        let replies = Replies { body, url: server.url(), ready: Mutex::default(), nonce: AtomicU64::new(1) };
        let ready: VecDeque<_> = (0..prepared).map(|_| replies.head()).collect();
        let replies = Arc::new(Replies { ready: Mutex::new(ready), ..replies });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        std::thread::spawn(move || runtime.block_on(serve(listener, replies)));
        Ok(server)
    }
}

impl Replies {
    fn head(&self) -> Vec<u8> {
        let nonce = self.nonce.fetch_add(1, Ordering::Relaxed).to_string();
        let mut mac = MacKey::sha256(Encoding::HexLower).start();
        for part in [NETGIRO_SECRET.as_bytes(), nonce.as_bytes(), self.url.as_bytes(), &self.body] {
            mac.update(part);
        }
        let (signature, length) = (mac.finish().expose_text(), self.body.len());
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             netgiro_nonce: {nonce}\r\nnetgiro_signature: {signature}\r\nnetgiro_referenceid: bench\r\n\r\n"
        )
        .into_bytes()
    }

    fn next_head(&self) -> Vec<u8> {
        let prepared = self.ready.lock().ok().and_then(|mut ready| ready.pop_front());
        prepared.unwrap_or_else(|| self.head())
    }
}

async fn serve(listener: std::net::TcpListener, replies: Arc<Replies>) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(answer_all(stream, replies.clone()));
    }
}

/// Answers requests without a body, one after the other, until the client goes away.
async fn answer_all(mut stream: TcpStream, replies: Arc<Replies>) -> std::io::Result<()> {
    let mut received = Vec::with_capacity(2048);
    loop {
        while !received.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        }
        received.clear();
        let mut reply = replies.next_head();
        if replies.body.len() <= SMALL_REPLY.len() {
            reply.extend_from_slice(&replies.body);
            stream.write_all(&reply).await?;
        } else {
            stream.write_all(&reply).await?;
            stream.write_all(&replies.body).await?;
        }
    }
}
