//! A server that tries to write to the terminal through the tool.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use crate::support::{Ran, run, tool};

const KEY: &str = "canary/viz+ion=5";

/// Sends a request to a server that answers with these bytes.
fn answered_with(answer: Vec<u8>, arguments: &[&str]) -> Ran {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
        while !lines.next().unwrap().unwrap().is_empty() {}
        socket.write_all(&answer).unwrap();
    });
    let mut command = tool();
    command.args(["send", "vizion", "GET", &origin, "--allow-origin", &origin]).args(arguments);
    let ran = run(command.env("VIZION_API_KEY", KEY));
    server.join().unwrap();
    ran
}

/// C1 control sequence introducer, right-to-left override, zero-width space, soft hyphen, variation selector, Hangul
/// filler, tag: what HTTP lets a header value hold.
const HOSTILE: &str = "a\u{9b}31m\u{202e}b\u{200b}c\u{ad}\u{fe0f}\u{3164}\u{e0041}";

fn is_clean(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || HOSTILE[1..].contains(c) && !c.is_ascii()))
}

#[test]
fn headers_are_escaped() {
    let head = format!("HTTP/1.1 200 OK\r\nx-note: {HOSTILE}\r\ncontent-length: 2\r\n\r\nok");
    for arguments in [["-i"], ["--json"]] {
        let ran = answered_with(head.clone().into(), &arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("x-note") && is_clean(&ran.stdout), "{:?}", ran.stdout);
    }
}

#[test]
fn errors_that_quote_the_server_are_escaped() {
    let diagnosis = "x-countersign-diagnosis: charset ";
    let head = format!("HTTP/1.1 400 Bad\r\n{diagnosis}{HOSTILE}\r\ncontent-length: 0\r\n\r\n");
    for arguments in [&[][..], &["--json"]] {
        let ran = answered_with(head.clone().into(), arguments);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("charset a") && is_clean(&ran.stderr), "{:?}", ran.stderr);
    }
}

#[test]
fn a_body_in_json_is_escaped_and_whole() {
    let body = format!("{HOSTILE}\u{1b}[2J\u{7f}");
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let ran = answered_with(answer.into(), &["--json"]);
    assert!(is_clean(&ran.stdout), "{:?}", ran.stdout);
    assert_eq!(ran.json()["body"], body.as_str());
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xfe".to_vec();
    assert_eq!(answered_with(answer, &["--json"]).json()["body_base64"], "//4=");
}

#[test]
fn a_key_that_the_server_sends_back_in_a_header_is_masked() {
    let echo = format!("x-echo: Bearer {KEY};\r\nx-countersign-diagnosis: not canary%2fviz%2Bion=5\r\n");
    let head = format!("HTTP/1.1 400 Bad\r\n{echo}content-length: 0\r\n\r\n");
    for arguments in [["-i"], ["--json"]] {
        let ran = answered_with(head.clone().into(), &arguments);
        assert!(ran.stdout.contains("Bearer $VIZION_API_KEY;"), "{}", ran.stdout);
        assert!(ran.stderr.contains("not $VIZION_API_KEY"), "{}", ran.stderr);
        let printed = ran.stdout + &ran.stderr;
        assert!(!printed.contains(KEY) && !printed.contains("canary%2f"), "{printed}");
    }
}
