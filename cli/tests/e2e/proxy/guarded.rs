//! Requirement 2: a page in a browser cannot have anything signed, neither across origins nor by a rebound name.

use super::support::{OK, Proxy, Upstream};

#[test]
fn a_name_that_was_rebound_to_this_machine_is_refused() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    let port = proxy.host().split_once(':').unwrap().1;
    let head = |host: &str| format!("GET /vizion/carriers HTTP/1.1\r\n{host}connection: close\r\n\r\n");
    for host in [
        "host: evil.example\r\n",
        &format!("host: evil.example:{port}\r\n"),
        &format!("host: 127.0.0.1.nip.io:{port}\r\n"),
        "host: 127.0.0.1:1\r\n",
        "host: localhost\r\n",
        "host: HOST\r\nhost: evil.example\r\n",
        "",
    ] {
        assert_eq!(proxy.exchange(&head(host)).refused(), (421, "proxy-host"), "{host}");
    }
    // The proxy's own pages are no better.
    for path in ["/healthz", "/metrics"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
        assert_eq!(proxy.exchange(&request).refused(), (421, "proxy-host"), "{path}");
    }
    assert_eq!(upstream.others(), 0);
    for host in
        ["HOST".to_owned(), format!("localhost:{port}"), format!("LocalHost:{port}"), format!("[::1]:{port}")]
    {
        assert_eq!(proxy.exchange(&head(&format!("host: {host}\r\n"))).status(), 200, "{host}");
    }
    let counted = String::from_utf8(proxy.get("/metrics", "").body).unwrap();
    assert!(
        counted.contains("countersign_refused_total{provider=\"none\",code=\"proxy-host\"} 9\n"),
        "{counted}"
    );
}

#[test]
fn another_host_in_the_request_line_is_refused() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    let whole = |host: &str| {
        format!("GET http://{host}/vizion/carriers HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n")
    };
    assert_eq!(proxy.exchange(&whole("evil.example")).refused(), (421, "proxy-host"));
    assert_eq!(upstream.others(), 0);
    assert_eq!(proxy.exchange(&whole("HOST")).status(), 200);
}

#[test]
fn a_request_of_a_page_is_refused() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    for lines in [
        "origin: http://evil.example\r\n",
        "origin: null\r\n",
        "origin: https://HOST\r\n",
        "origin: http://HOST\r\norigin: http://evil.example\r\n",
        "sec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\n",
        "sec-fetch-site: none\r\nsec-fetch-site: cross-site\r\n",
    ] {
        assert_eq!(proxy.get("/vizion/carriers", lines).refused(), (403, "proxy-origin"), "{lines}");
        assert_eq!(proxy.get("/metrics", lines).refused(), (403, "proxy-origin"), "{lines}");
    }
    assert_eq!(upstream.others(), 0);
    for lines in
        ["", "origin: http://HOST\r\n", "sec-fetch-site: none\r\n", "sec-fetch-site: same-origin\r\n"]
    {
        assert_eq!(proxy.get("/vizion/carriers", lines).status(), 200, "{lines}");
    }
}

#[test]
fn what_is_no_request_is_answered_400() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    for request in [
        "nonsense\r\n\r\n",
        "GET /vizion/a HTTP/9.9\r\nhost: HOST\r\n\r\n",
        "GET /vizion/a b HTTP/1.1\r\nhost: HOST\r\n\r\n",
        "GET /vizion/a HTTP/1.1\r\nhost: HOST\r\nx y: z\r\n\r\n",
        "POST /vizion/a HTTP/1.1\r\nhost: HOST\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "POST /vizion/a HTTP/1.1\r\nhost: HOST\r\ncontent-length: -1\r\n\r\n",
    ] {
        assert_eq!(proxy.exchange(request).status(), 400, "{request}");
    }
    assert_eq!(upstream.others(), 0);
    // It goes on.
    assert_eq!(proxy.get("/vizion/a", "").status(), 200);
}
