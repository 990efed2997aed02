//! A running proxy, and a server behind it that answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, UNIX_EPOCH};

use countersign::time::{Clock as _, SystemClock};
use serde_json::Value;

use crate::support::{VARIABLES, tool};

/// Longer than anything here takes, and shorter than a test may.
const PATIENCE: Duration = Duration::from_secs(20);

/// `countersign proxy`, with its addresses; killed when dropped.
pub(super) struct Proxy {
    child: Child,
    pub(super) addresses: Value,
    printed: Receiver<String>,
    notes: Receiver<String>,
}

impl Proxy {
    /// On a free port, with everybody's credentials in the environment.
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut command = tool();
        command.envs(VARIABLES).args(["proxy", "--json", "--listen", "127.0.0.1:0"]).args(arguments);
        Self::start_as(command)
    }

    pub(super) fn start_as(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let notes = lines(child.stderr.take().unwrap());
        let printed = lines(child.stdout.take().unwrap());
        let line = printed.recv().unwrap_or_else(|_| panic!("{}", notes.recv().unwrap()));
        Self { child, addresses: serde_json::from_str(&line).unwrap(), printed, notes }
    }

    /// In front of a server, for one provider.
    pub(super) fn to(provider: &str, upstream: &Upstream) -> Self {
        Self::start(&[provider, "--upstream", &format!("{provider}={}", upstream.origin())])
    }

    /// `127.0.0.1:PORT`.
    pub(super) fn host(&self) -> &str {
        self.addresses["listen"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    pub(super) fn connect(&self) -> TcpStream {
        connect(self.host())
    }

    /// Sends a head and a body as they are, but for `HOST`, and reads until the connection is closed.
    pub(super) fn exchange(&self, request: &str) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request.replace("HOST", self.host()).as_bytes()).unwrap();
        Reply::read(stream)
    }

    /// A GET with these lines in its head.
    pub(super) fn get(&self, target: &str, lines: &str) -> Reply {
        self.exchange(&format!("GET {target} HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n{lines}\r\n"))
    }

    pub(super) fn post(&self, target: &str, lines: &str, body: &str) -> Reply {
        let length = body.len();
        self.exchange(&format!(
            "POST {target} HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n{body}"
        ))
    }

    /// The next line on standard error.
    pub(super) fn note(&self) -> String {
        self.notes.recv_timeout(PATIENCE).unwrap()
    }

    /// The next line on standard output, after the addresses.
    pub(super) fn printed(&self) -> String {
        self.printed.recv_timeout(PATIENCE).unwrap()
    }

    pub(super) fn type_line(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub(super) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(super) fn ended(mut self) -> ExitStatus {
        for _ in 0..400 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(PATIENCE / 400);
        }
        panic!("it still runs");
    }

    pub(super) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The code with which a proxy refuses to start, and in which no canary is told. One that starts all the same is told by its addresses, and killed.
pub(super) fn refusal(mut command: Command) -> String {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let printed = lines(child.stdout.take().unwrap()).recv();
    let _ = child.kill();
    assert!(printed.is_err(), "it has started: {}", printed.unwrap());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(!told.contains("canary"), "{told}");
    // A warning may stand before it.
    let error: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    error["error"]["code"].as_str().unwrap().to_owned()
}

/// The lines of an output, as they come.
fn lines(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, received) = channel();
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    std::thread::spawn(move || lines.try_for_each(|line| sender.send(line)));
    received
}

pub(super) fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What came back, up to the end of the connection.
pub(super) struct Reply {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn read(mut stream: impl std::io::Read) -> Self {
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        let end = received.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head: {}", String::from_utf8_lossy(&received)));
        let head = String::from_utf8(received[..end].to_vec()).unwrap();
        Self { head, body: received[end + 4..].to_vec() }
    }

    pub(super) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The status, and the code that the proxy gave it.
    pub(super) fn refused(&self) -> (u16, &str) {
        (self.status(), self.header("countersign-code").unwrap_or("no code"))
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The value of a header, in a head.
pub(super) fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A server that answers each connection's one request with the bytes it was given, and keeps what it was sent.
pub(super) struct Upstream {
    listener: std::net::SocketAddr,
    requests: Receiver<Vec<u8>>,
}

pub(super) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

impl Upstream {
    pub(super) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::serving(move |stream, request| {
            *request = read_whole(stream);
            // Whoever has had enough is not there any more.
            let _ = stream.write_all(&answer);
        })
    }

    /// Each connection is served by `serve`, which keeps what it reads.
    pub(super) fn serving(serve: impl Fn(&mut TcpStream, &mut Vec<u8>) + Send + 'static) -> Self {
        let listening = TcpListener::bind("127.0.0.1:0").unwrap();
        let listener = listening.local_addr().unwrap();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listening.incoming() {
                let (mut stream, mut request) = (stream.unwrap(), Vec::new());
                serve(&mut stream, &mut request);
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { listener, requests }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.listener)
    }

    pub(super) fn host(&self) -> String {
        self.listener.to_string()
    }

    /// The next request that was served, as text.
    pub(super) fn request(&self) -> String {
        String::from_utf8(self.requests.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    /// How many more requests were served.
    pub(super) fn others(&self) -> usize {
        self.requests.try_iter().count()
    }
}

/// One request, by its content-length or its chunks.
pub(super) fn read_whole(stream: &mut TcpStream) -> Vec<u8> {
    let (mut request, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    while !is_whole(&request) {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    request
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    match header(head, "content-length") {
        Some(length) => body.len() >= length.parse().unwrap(),
        None => header(head, "transfer-encoding").is_none() || body.ends_with("0\r\n\r\n"),
    }
}

/// The time some seconds from now, in Unix seconds.
pub(super) fn unix_seconds_in(seconds: u64) -> u64 {
    SystemClock.now().duration_since(UNIX_EPOCH).unwrap().as_secs() + seconds
}
