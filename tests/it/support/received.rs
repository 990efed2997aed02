//! A request as it came over the wire, taken apart by hand.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The bytes of one request: the head up to the empty line, and the body with its framing undone.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    head: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Reads one request; `None` when the peer closes without sending one.
    pub(crate) async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let mut received = Self { head, body: Vec::new() };
        if let Some(length) = received.values("content-length").first() {
            received.body = read_exactly(stream, text(length).parse().unwrap()).await;
        } else if received.values("transfer-encoding").first().is_some_and(|value| *value == b"chunked") {
            received.body = read_chunked(stream).await;
        }
        Some(received)
    }

    pub(crate) fn method(&self) -> &str {
        self.request_line()[0]
    }

    /// The absolute URL: the request target, behind the `Host` where the target is only path and query.
    pub(crate) fn url(&self) -> String {
        let target = self.request_line()[1];
        if target.starts_with('/') {
            format!("http://{}{target}", text(self.only("host")))
        } else {
            target.to_owned()
        }
    }

    /// What is behind the first `?` of the request target.
    pub(crate) fn query(&self) -> &str {
        self.request_line()[1].split_once('?').map_or("", |(_, query)| query)
    }

    /// The values of all headers of this name, in any case.
    pub(crate) fn values(&self, name: &str) -> Vec<&[u8]> {
        let lines = self.head.split(|byte| *byte == b'\n').skip(1);
        lines
            .filter_map(|line| {
                let colon = line.iter().position(|byte| *byte == b':')?;
                line[..colon].eq_ignore_ascii_case(name.as_bytes()).then(|| line[colon + 1..].trim_ascii())
            })
            .collect()
    }

    /// The value of a header that must be there exactly once.
    pub(crate) fn only(&self, name: &str) -> &[u8] {
        let values = self.values(name);
        assert_eq!(values.len(), 1, "{name} in {}", String::from_utf8_lossy(&self.head));
        values[0]
    }

    /// As [`Self::only`], as text.
    pub(crate) fn only_text(&self, name: &str) -> &str {
        text(self.only(name))
    }

    fn request_line(&self) -> [&str; 3] {
        let line = self.head.split(|byte| *byte == b'\r').next().unwrap();
        let parts: Vec<_> = text(line).split(' ').collect();
        parts.try_into().expect("method, target and version")
    }
}

/// Answers a request and closes the connection. `headers` are whole lines.
pub(crate) async fn answer(stream: &mut TcpStream, status: u16, headers: &[String], body: &[u8]) {
    let mut reply =
        format!("HTTP/1.1 {status} Any\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for header in headers {
        reply.push_str(header);
        reply.push_str("\r\n");
    }
    reply.push_str("\r\n");
    // A client that has gone away already is a case of some tests.
    let _ = stream.write_all(&[reply.as_bytes(), body].concat()).await;
    let _ = stream.shutdown().await;
}

async fn read_exactly(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    body
}

async fn read_chunked(stream: &mut TcpStream) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut size = Vec::new();
        while !size.ends_with(b"\r\n") {
            size.push(stream.read_u8().await.unwrap());
        }
        let size = usize::from_str_radix(text(size.trim_ascii()), 16).unwrap();
        body.extend(read_exactly(stream, size).await);
        assert_eq!(read_exactly(stream, 2).await, b"\r\n");
        if size == 0 {
            return body;
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
