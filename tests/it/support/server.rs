//! A server on a raw TCP socket that reads requests as they are and follows a script: it can break every rule of HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

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

/// A request, as it came over the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// The only value of a header; panics where there is none or are two.
    pub(crate) fn header(&self, name: &str) -> String {
        let values: Vec<_> = self.all(name).collect();
        let [value] = values[..] else { panic!("{name} is there {} times", values.len()) };
        String::from_utf8(value.to_vec()).unwrap()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
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
async fn converse(mut stream: TcpStream, script: Arc<Script>, seen: Arc<Seen>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await? {
        let number = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        for step in script(&request, number) {
            if !follow(&mut stream, step).await? {
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

/// Reads one request with a body of `content-length` bytes; `None` at the end of the connection.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Received>> {
    let end_of_head = loop {
        if let Some(position) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break position + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let body = buffer.split_off(end_of_head);
    let mut request = parse_head(buffer);
    let length =
        if request.has("content-length") { request.header("content-length").parse().unwrap() } else { 0 };
    *buffer = body;
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let rest = buffer.split_off(length);
    request.body = std::mem::replace(buffer, rest);
    Ok(Some(request))
}

fn parse_head(head: &[u8]) -> Received {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = String::from_utf8(lines.next().unwrap().to_vec()).unwrap();
    let mut words = first.split(' ').map(str::to_owned);
    let mut request =
        Received { method: words.next().unwrap(), target: words.next().unwrap(), ..Default::default() };
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap();
        let name = String::from_utf8(line[..colon].to_vec()).unwrap().to_lowercase();
        request.headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    request
}
