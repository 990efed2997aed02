//! A server that keeps the requests it gets, and answers each as it is told.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

pub(super) struct Server {
    origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` is given all requests so far, each as its head, the one to answer last. A connection is closed after one.
    pub(super) fn answering(answer: impl Fn(&[String]) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let mut socket = socket.unwrap();
                let mut head = Vec::new();
                let mut buffer = [0; 4096];
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    match socket.read(&mut buffer) {
                        Ok(read @ 1..) => head.extend_from_slice(&buffer[..read]),
                        _ => break,
                    }
                    // No HTTP, as from a client that begins with TLS.
                    if !head[0].is_ascii_uppercase() {
                        break;
                    }
                }
                // Latin-1: Netvisor's headers are no UTF-8.
                let head: String = head.into_iter().map(char::from).collect();
                let answer = {
                    let mut requests = kept.lock().unwrap();
                    requests.push(head);
                    answer(&requests)
                };
                // Whoever gave up does not read it.
                let _ = socket.write_all(answer.as_bytes());
            }
        });
        Self { origin, requests }
    }

    pub(super) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// `headers` are whole lines.
pub(super) fn reply(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
