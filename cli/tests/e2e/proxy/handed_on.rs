//! Requirements 4 and 6: what is sent is what was asked for, signed, once.

use std::io::{Read as _, Write as _};

use super::support::{OK, Proxy, Reply, Upstream, header, read_whole};

#[test]
fn the_bytes_of_path_and_query_are_kept() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    for target in ["/a//b?x=1&x=2&y", "/%c3%A4'/;a=b,c?q=%2F+%20", "/a?", "/?a=b?c/d", "/a%2e%2e/b"] {
        assert_eq!(proxy.get(&format!("/vizion{target}"), "").status(), 200, "{target}");
        let request = upstream.request();
        assert!(request.starts_with(&format!("GET {target} HTTP/1.1\r\n")), "{request}");
    }
}

#[test]
fn a_target_that_would_be_sent_as_other_bytes_is_refused() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("unleashed", &upstream);
    for target in ["/a/../b", "/a/./b", "/%2e%2E/b", "/a/%2E", "", "?a=1", "/a\"b", "/a?q='x'", "/a\\b"] {
        let refused = proxy.get(&format!("/unleashed{target}"), "");
        assert_eq!(refused.refused(), (400, "target-not-normalised"), "{target}");
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
        let problem = refused.json();
        assert_eq!((&problem["status"], &problem["effect"]), (&400.into(), &"none".into()), "{target}");
    }
    // The signer itself would write this query otherwise, for clients and servers that read a plus in two ways.
    let plus = proxy.get("/unleashed/Customers?name=a+b", "");
    assert_eq!(plus.refused(), (400, "target-not-normalised"));
    assert!(plus.json()["detail"].as_str().unwrap().contains("%20"));
    assert_eq!(upstream.others(), 0);
}

#[test]
fn what_is_of_one_connection_ends_there() {
    let answer = "HTTP/1.1 200 OK\r\nconnection: close, x-of-theirs\r\nx-of-theirs: 1\r\nkeep-alive: timeout=5\r\n\
                  x-kept: 2\r\ncountersign-code: forged\r\ncontent-length: 2\r\n\r\nok";
    let upstream = Upstream::answering(answer);
    let proxy = Proxy::to("vizion", &upstream);
    let lines = "connection: close, X-Of-Ours\r\nx-of-ours: 1\r\nte: trailers\r\nproxy-authorization: Basic eA==\r\n\
                 upgrade: websocket\r\nkeep-alive: 5\r\nproxy-connection: close\r\nx-kept: 2\r\nexpect: 100-continue\r\n";
    let reply = proxy.exchange(&format!("GET /vizion/a HTTP/1.1\r\nhost: HOST\r\n{lines}\r\n"));
    let request = upstream.request();
    for name in [
        "connection",
        "x-of-ours",
        "te",
        "proxy-authorization",
        "upgrade",
        "keep-alive",
        "proxy-connection",
        "expect",
    ] {
        assert_eq!(header(&request, name), None, "{name}");
    }
    assert_eq!(header(&request, "x-kept"), Some("2"));
    for name in ["x-of-theirs", "keep-alive", "countersign-code"] {
        assert_eq!(reply.header(name), None, "{name}");
    }
    assert_eq!((reply.header("x-kept"), reply.body.as_slice()), (Some("2"), &b"ok"[..]));
}

#[test]
fn headers_of_the_provider_are_replaced() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    assert_eq!(proxy.get("/vizion/a", "x-api-key: mine\r\nX-Api-Key: other\r\n").status(), 200);
    let request = upstream.request();
    assert_eq!(request.matches("x-api-key: ").count(), 1);
    assert_eq!(header(&request, "x-api-key"), Some("vizion-key"));
}

#[test]
fn a_client_that_accepts_everything_leaves_it_to_the_provider() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("unleashed", &upstream);
    for (lines, sent) in [
        ("accept: */*\r\n", "application/json"),
        ("accept: application/xml\r\ncontent-type: application/xml\r\n", "application/xml"),
    ] {
        assert_eq!(proxy.get("/unleashed/Customers", lines).status(), 200, "{lines}");
        assert_eq!(header(&upstream.request(), "accept"), Some(sent));
    }
    assert_eq!(
        proxy.get("/unleashed/Customers", "accept: text/html\r\n").refused(),
        (400, "unsupported-media-type")
    );
}

#[test]
fn redirects_are_given_back() {
    let answer = "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let upstream = Upstream::answering(answer);
    let proxy = Proxy::to("vizion", &upstream);
    let reply = proxy.get("/vizion/a", "");
    assert_eq!((reply.status(), reply.header("location")), (307, Some("/elsewhere")));
    upstream.request();
    assert_eq!(upstream.others(), 0);
}

#[test]
fn nothing_is_decompressed() {
    let compressed =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\xcf\x06\x00\x47\xdd\xdc\x79\x02\x00\x00\x00";
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        compressed.len()
    )
    .into_bytes();
    answer.extend_from_slice(compressed);
    let upstream = Upstream::answering(answer);
    let proxy = Proxy::to("vizion", &upstream);
    let reply = proxy.get("/vizion/a", "accept-encoding: gzip\r\n");
    assert_eq!((reply.header("content-encoding"), reply.body.as_slice()), (Some("gzip"), &compressed[..]));
    assert_eq!(header(&upstream.request(), "accept-encoding"), Some("gzip"));
    // Nor is anything asked for that the client did not.
    proxy.get("/vizion/a", "");
    assert_eq!(header(&upstream.request(), "accept-encoding"), None);
}

#[test]
fn a_body_that_is_not_signed_is_streamed_both_ways() {
    // Half of an answer for half of a request: neither end has to wait for the other's last byte.
    let upstream = Upstream::serving(|stream, request| {
        let mut buffer = [0; 1024];
        while !request.ends_with(b"first") {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\nhalf").unwrap();
        let mut rest = [0; 6];
        stream.read_exact(&mut rest).unwrap();
        request.extend_from_slice(&rest);
        stream.write_all(b"half").unwrap();
    });
    let proxy = Proxy::to("unleashed", &upstream);
    let mut stream = proxy.connect();
    let head = format!(
        "POST /unleashed/Customers/1 HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: 11\r\n\r\nfirst",
        proxy.host()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut begun = Vec::new();
    while !begun.ends_with(b"\r\n\r\nhalf") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        begun.extend_from_slice(&byte);
    }
    stream.write_all(b"second").unwrap();
    assert_eq!(Reply::read(begun.chain(stream)).body, b"halfhalf");
    let request = upstream.request();
    assert!(request.ends_with("firstsecond"), "{request}");
    assert_eq!(header(&request, "content-length"), Some("11"));
}

#[test]
fn nothing_is_sent_twice() {
    let upstream = Upstream::serving(|stream, request| *request = read_whole(stream));
    let proxy = Proxy::to("netvisor", &upstream);
    let reply = proxy.post("/netvisor/customer.nv", "", "<Root/>");
    assert_eq!(reply.refused(), (502, "transport"));
    assert_eq!(reply.json()["effect"], "unknown");
    upstream.request();
    assert_eq!(upstream.others(), 0);
}

#[test]
fn an_idempotency_key_becomes_netvisors_transaction_id() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("netvisor", &upstream);
    for _ in 0..2 {
        assert_eq!(
            proxy.post("/netvisor/customer.nv", "Idempotency-Key: order-7\r\n", "<Root/>").status(),
            200
        );
        let request = upstream.request();
        assert_eq!(header(&request, "x-netvisor-authentication-transactionid"), Some("order-7"));
        assert_eq!(header(&request, "idempotency-key"), None);
    }
    for lines in
        ["idempotency-key: a&b\r\n", "idempotency-key: a\r\nidempotency-key: b\r\n", "idempotency-key:\r\n"]
    {
        assert_eq!(proxy.get("/netvisor/customer.nv", lines).status(), 400, "{lines}");
    }
    assert_eq!(upstream.others(), 0);
}

#[test]
fn a_body_that_is_broken_is_the_clients_matter() {
    // Vizion's bodies are streamed, so that some of it may have arrived; Netgíró's are signed, and so read whole before.
    for (provider, effect) in [("vizion", "unknown"), ("netgiro", "none")] {
        let upstream = Upstream::serving(|stream, request| drop(stream.read_to_end(request)));
        let proxy = Proxy::to(provider, &upstream);
        let lines = "host: HOST\r\nconnection: close\r\ntransfer-encoding: chunked\r\n";
        let reply = proxy.exchange(&format!("POST /{provider}/a HTTP/1.1\r\n{lines}\r\nZZ\r\n"));
        assert_eq!(reply.refused(), (400, "request-body-broken"), "{provider}");
        assert_eq!(reply.json()["effect"], effect, "{provider}");
    }
}

#[test]
fn a_provider_that_switches_protocols_is_not_followed() {
    let upstream =
        Upstream::answering("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    let proxy = Proxy::to("vizion", &upstream);
    let reply = proxy.get("/vizion/a", "");
    assert_eq!(reply.refused(), (502, "protocol-switched"));
    assert_eq!(reply.json()["effect"], "unknown");
}
