//! `verify netgiro-reply`: replies captured off a real socket.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::support::{Ran, RunningSandbox, run, run_with_input, tool};

/// A signed exchange with the sandbox by hand: the URL, the headers of the request and the raw reply.
struct Exchange {
    url: String,
    headers: Value,
    reply: Vec<u8>,
}

impl Exchange {
    fn with(sandbox: &RunningSandbox) -> Self {
        let mut sign = sandbox.command("sign", "netgiro", "GET", "/v1/sales/GetList?a=1");
        let headers = run(sign.arg("--json")).json()["headers"].clone();
        let origin = sandbox.url("netgiro");
        let address = origin.strip_prefix("http://").unwrap();
        let mut request =
            format!("GET /v1/sales/GetList?a=1 HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        for (name, value) in headers.as_object().unwrap() {
            request.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
        }
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        let mut reply = Vec::new();
        socket.read_to_end(&mut reply).unwrap();
        Self { url: format!("{origin}/v1/sales/GetList?a=1"), headers, reply }
    }

    fn verify(&self, sandbox: &RunningSandbox, reply: &[u8], arguments: &[&str]) -> Ran {
        let mut command = tool();
        command.args(["verify", "netgiro-reply", "--message", "-", "--json", "--env-file"]);
        command.arg(sandbox.env_file()).args(["--url", &self.url]).args(arguments);
        run_with_input(&mut command, reply)
    }
}

#[test]
fn an_honest_reply_verifies_and_a_changed_one_does_not() {
    let sandbox = RunningSandbox::start(&[]);
    let exchange = Exchange::with(&sandbox);
    let honest = exchange.verify(&sandbox, &exchange.reply, &[]);
    assert_eq!((honest.code, &honest.json()["verdict"]), (0, &"verified".into()), "{}", honest.stderr);
    assert!(honest.json()["reference_id"].is_string());

    let text = String::from_utf8(exchange.reply.clone()).unwrap();
    let changed = exchange.verify(&sandbox, text.replace("true", "TRUE").as_bytes(), &[]);
    assert_eq!((changed.code, &changed.json()["code"]), (1, &"reply-signature-mismatch".into()));
    let stripped = exchange.verify(&sandbox, text.replace("netgiro_signature", "x-other").as_bytes(), &[]);
    assert_eq!((stripped.code, &stripped.json()["code"]), (1, &"reply-signature-missing".into()));
}

#[test]
fn a_request_sent_back_is_told_by_the_form_of_its_nonce() {
    let sandbox = RunningSandbox::start(&[]);
    let exchange = Exchange::with(&sandbox);
    let [nonce, signature] =
        ["netgiro_nonce", "netgiro_signature"].map(|name| exchange.headers[name].as_str().unwrap());
    let reflected =
        format!("HTTP/1.1 200 OK\r\nnetgiro_nonce: {nonce}\r\nnetgiro_signature: {signature}\r\n\r\n");
    let verdict = exchange.verify(&sandbox, reflected.as_bytes(), &[]);
    assert_eq!((verdict.code, &verdict.json()["code"]), (1, &"reply-reflected".into()));
}

#[test]
fn a_request_of_another_program_is_told_by_its_nonce_or_signature() {
    let sandbox = RunningSandbox::start(&[]);
    let exchange = Exchange::with(&sandbox);
    let reply = String::from_utf8(exchange.reply.clone()).unwrap();
    let value = |name| reply.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    // Whatever has this nonce and signature is the request.
    let [nonce, signature] = ["netgiro_nonce: ", "netgiro_signature: "].map(value);
    for arguments in [["--request-nonce", nonce], ["--request-signature", signature]] {
        let verdict = exchange.verify(&sandbox, &exchange.reply, &arguments);
        assert_eq!((verdict.code, &verdict.json()["code"]), (1, &"reply-reflected".into()), "{arguments:?}");
    }
}

#[test]
fn what_is_no_http_message_is_a_matter_of_usage() {
    let sandbox = RunningSandbox::start(&[]);
    let exchange = Exchange::with(&sandbox);
    let cut = &exchange.reply[..exchange.reply.len() - 5];
    for message in [b"hello".as_slice(), b""] {
        let verdict = exchange.verify(&sandbox, message, &[]);
        assert_eq!((verdict.code, verdict.error_code().as_str()), (2, "usage"));
    }
    // It is shorter than its headers say, and why is for a diagnosis to find.
    let verdict = exchange.verify(&sandbox, cut, &[]);
    assert_eq!((verdict.code, &verdict.json()["code"]), (1, &"reply-signature-mismatch".into()));
}
