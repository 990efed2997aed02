//! Requirement 5: a reply that is signed is withheld until it has verified, and what is signed has a limit.

use std::io::Write as _;

use super::support::{Proxy, Reply, Upstream, header};
use crate::support::{RunningSandbox, tool};

/// A proxy in front of a sandbox that answers with this fault.
fn before_sandbox(fault: &[&str]) -> (RunningSandbox, Proxy) {
    let sandbox = RunningSandbox::start(fault);
    let upstream = format!("netgiro={}", sandbox.url("netgiro"));
    let mut command = tool();
    command.args(["proxy", "--json", "--listen", "127.0.0.1:0", "netgiro", "--upstream", &upstream]);
    command.arg("--env-file").arg(sandbox.env_file());
    (sandbox, Proxy::start_as(command))
}

#[test]
fn a_reply_that_verifies_is_handed_on() {
    let (_sandbox, proxy) = before_sandbox(&[]);
    let reply = proxy.post("/netgiro/v1/Checkout/InsertCart", "content-type: application/json\r\n", "{}");
    assert_eq!(reply.status(), 200, "{}", reply.head);
    assert!(reply.json()["ResultCode"].is_number());
    let counted = String::from_utf8(proxy.get("/metrics", "").body).unwrap();
    assert!(counted.contains("countersign_replies_verified_total{provider=\"netgiro\"} 1\n"), "{counted}");
}

#[test]
fn a_reply_that_does_not_verify_is_withheld() {
    for (fault, code) in [
        ("wrong-signature", "reply-signature-mismatch"),
        ("tampered", "reply-signature-mismatch"),
        ("reflected", "reply-reflected"),
        ("503", "reply-signature-missing"),
        ("redirect", "reply-signature-missing"),
    ] {
        let (_sandbox, proxy) = before_sandbox(&["--fault", fault]);
        let reply = proxy.post("/netgiro/v1/Checkout/InsertCart", "content-type: application/json\r\n", "{}");
        assert_eq!(reply.refused(), (502, code), "{fault}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let problem = reply.json();
        assert_eq!((&problem["code"], &problem["effect"]), (&code.into(), &"unknown".into()), "{fault}");
        assert_eq!(
            proxy.note(),
            format!(r#"{{"refused":{{"code":"{code}","provider":"netgiro","status":502}}}}"#)
        );
        let counted = String::from_utf8(proxy.get("/metrics", "").body).unwrap();
        let line = format!("countersign_replies_failed_total{{provider=\"netgiro\",code=\"{code}\"}} 1\n");
        assert!(counted.contains(&line) && !counted.contains("replies_verified"), "{counted}");
    }
}

#[test]
fn a_body_that_is_signed_is_read_up_to_a_limit() {
    let upstream = Upstream::answering("");
    let proxy = Proxy::to("netgiro", &upstream);
    let mut stream = proxy.connect();
    let head = format!(
        "POST /netgiro/v1/a HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        proxy.host()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n", vec![b'x'; 0x10_0000].as_slice(), b"\r\n"].concat();
    // It is refused while it still comes in, and the connection closed.
    let answered = stream.try_clone().unwrap();
    let writing = std::thread::spawn(move || (0..11).try_for_each(|_| stream.write_all(&chunk)));
    let reply = Reply::read(answered);
    assert_eq!(reply.refused(), (413, "stream-too-long"));
    assert_eq!(reply.json()["effect"], "none");
    let _ = writing.join().unwrap();
    assert_eq!(upstream.others(), 0);
}

#[test]
fn signed_replies_are_asked_for_as_they_are_signed() {
    let upstream = Upstream::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let proxy = Proxy::to("netgiro", &upstream);
    assert_eq!(proxy.get("/netgiro/v1/a", "accept-encoding: gzip\r\n").status(), 502);
    assert_eq!(header(&upstream.request(), "accept-encoding"), Some("identity"));
}
