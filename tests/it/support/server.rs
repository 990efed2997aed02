//! A server on a raw TCP socket that reads requests as they are and follows a script: it can break every rule of HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

use super::received::Received;

/// What the server does next on a connection. Once a script has ended, the next request is read.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Vec<u8>),
    /// One byte per packet.
    Drip(Vec<u8>),
    /// The same bytes until the client hangs up.
    Endless(Vec<u8>),
    /// Says nothing more until the client hangs up.
    Stall,
    Close,
    /// Closes with a TCP reset instead of an end.
    Reset,
}

/// An answer as a well-behaved server gives it; `content-length` is added unless it is set.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, "").header("location", location)
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Status line and headers, up to and with the empty line.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if !self.headers.iter().any(|(name, _)| matches!(&**name, "content-length" | "transfer-encoding")) {
            head.extend(format!("content-length: {}\r\n", self.body.len()).bytes());
        }
        head.extend(b"\r\n");
        head
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }

    pub(crate) fn step(&self) -> Step {
        Step::Send(self.bytes())
    }
}

impl From<Answer> for Vec<Step> {
    fn from(answer: Answer) -> Self {
        vec![answer.step()]
    }
}

/// Gives the script for a request, which is the n-th of this server, from 0.
type Script = dyn Fn(&Received, usize) -> Vec<Step> + Send + Sync;

pub(crate) struct Server {
    origin: String,
    seen: Arc<Seen>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Received>>,
    connections: AtomicUsize,
}

impl Server {
    pub(crate) async fn start<S: Into<Vec<Step>>>(
        script: impl Fn(&Received, usize) -> S + Send + Sync + 'static,
    ) -> Self {
        Self::start_on("127.0.0.1", script).await
    }

    /// Listens on a free port of a given loopback address.
    pub(crate) async fn start_on<S: Into<Vec<Step>>>(
        host: &str,
        script: impl Fn(&Received, usize) -> S + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let script: Arc<Script> = Arc::new(move |request, n| script(request, n).into());
        let accepting = tokio::spawn(accept(listener, script, seen.clone()));
        Self { origin, seen, accepting }
    }

    /// Listens until the first request has arrived: nobody who comes later finds anybody.
    pub(crate) async fn start_for_one_request(
        script: impl Fn(&Received, usize) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let accepting = Arc::new(OnceLock::<AbortHandle>::new());
        let stop = accepting.clone();
        let server = Self::start(move |request, number| {
            stop.wait().abort();
            script(request, number)
        })
        .await;
        accepting.set(server.accepting.abort_handle()).unwrap();
        server
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(crate) fn port(&self) -> u16 {
        self.origin.rsplit(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// The requests since the last call.
    pub(crate) fn take_requests(&self) -> Vec<Received> {
        std::mem::take(&mut self.seen.requests.lock().unwrap())
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>, seen: Arc<Seen>) {
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(converse(stream, script.clone(), seen.clone()));
    }
}

/// Ends when the client hangs up, which is an error nobody needs to hear of.
async fn converse(stream: TcpStream, script: Arc<Script>, seen: Arc<Seen>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Ok(request) = Received::read(&mut stream).await {
        let number = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        for step in script(&request, number) {
            if !follow(stream.get_mut(), step).await? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Takes one step; `false` when it ends the connection.
async fn follow(stream: &mut TcpStream, step: Step) -> std::io::Result<bool> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes).await?,
        Step::Drip(bytes) => {
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                tokio::task::yield_now().await;
            }
        }
        Step::Endless(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
        Step::Stall => {
            while stream.read(&mut [0; 1024]).await? > 0 {}
            return Ok(false);
        }
        Step::Close => return Ok(false),
        Step::Reset => {
            stream.set_zero_linger()?;
            return Ok(false);
        }
    }
    Ok(true)
}
