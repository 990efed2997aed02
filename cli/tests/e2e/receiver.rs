//! A server that the tool delivers to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// A server that keeps the raw bytes of each delivery and answers with the next status of a list.
pub(crate) struct Receiver {
    pub(crate) url: String,
    served: JoinHandle<Vec<Vec<u8>>>,
}

impl Receiver {
    pub(crate) fn answering(statuses: impl Into<Vec<u16>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook?tenant=7", listener.local_addr().unwrap());
        let statuses = statuses.into();
        let serve = move || {
            statuses.into_iter().map(|status| receive(&mut listener.accept().unwrap().0, status)).collect()
        };
        Self { url, served: std::thread::spawn(serve) }
    }

    pub(crate) fn origin(&self) -> &str {
        self.url.split_once("/hook").unwrap().0
    }

    pub(crate) fn deliveries(self) -> Vec<Vec<u8>> {
        self.served.join().unwrap()
    }
}

/// Reads one request whole, by its content-length, and answers it.
fn receive(socket: &mut TcpStream, status: u16) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        let read = socket.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "the delivery was cut off");
        request.extend_from_slice(&buffer[..read]);
    }
    socket
        .write_all(format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
        .unwrap();
    request
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    body.len() >= length.parse().unwrap()
}
