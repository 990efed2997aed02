//! A request as it came over the wire, taken apart by hand.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// A request: its head as it was sent, and its body with the framing undone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The names in lower case; the values without the white space around them.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Reads one request; an error when the peer hangs up before its end.
    pub(crate) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Self> {
        let first = read_line(stream).await?;
        let [method, target, _version] = text(&first).split(' ').collect::<Vec<_>>().try_into().unwrap();
        let mut received = Self { method: method.to_owned(), target: target.to_owned(), ..Self::default() };
        loop {
            let line = read_line(stream).await?;
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
            let name = text(&line[..colon]).to_ascii_lowercase();
            received.headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
        }
        if received.has("content-length") {
            let length = received.header("content-length").parse().unwrap();
            received.body = read_exactly(stream, length).await?;
        } else if received.all("transfer-encoding").any(|value| value == b"chunked") {
            received.body = read_chunked(stream).await?;
        }
        Ok(received)
    }

    /// The absolute URL: the request target, behind the `Host` where the target is only path and query.
    pub(crate) fn url(&self) -> String {
        if self.target.starts_with('/') {
            format!("http://{}{}", self.header("host"), self.target)
        } else {
            self.target.clone()
        }
    }

    /// What is behind the first `?` of the request target.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The values of all headers of this name, which is in lower case.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The only value of a header; panics where there is none or are two.
    pub(crate) fn only<'a>(&'a self, name: &'a str) -> &'a [u8] {
        let values: Vec<_> = self.all(name).collect();
        let [value] = values[..] else { panic!("{name} is there {} times", values.len()) };
        value
    }

    /// As [`Self::only`], as text.
    pub(crate) fn header(&self, name: &str) -> String {
        text(self.only(name)).to_owned()
    }
}

/// A line without its end.
async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).await?;
    if !line.ends_with(b"\n") {
        return Err(Error::from(ErrorKind::UnexpectedEof));
    }
    Ok(line.trim_ascii_end().to_vec())
}

async fn read_exactly(stream: &mut (impl AsyncBufRead + Unpin), length: usize) -> Result<Vec<u8>> {
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

async fn read_chunked(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(text(&read_line(stream).await?), 16).unwrap();
        body.extend(read_exactly(stream, size).await?);
        assert_eq!(read_line(stream).await?, b"");
        if size == 0 {
            return Ok(body);
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
