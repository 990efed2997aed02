//! What is signed is what is sent: a raw TCP server takes the bytes, and each signature is recomputed from them.

mod urls;

use countersign::fault::Kind;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Body;
use reqwest_middleware::ClientBuilder;
use url::{Position, Url};

use crate::support::client;
use crate::support::raw_server::{RawServer, answer};
use crate::support::received::Received;
use crate::support::server::Answer;
use crate::support::subjects::{SUBJECTS, Subject, netgiro, netgiro_signature};
use urls::{HOSTS, TARGETS};

#[tokio::test]
async fn every_signature_covers_the_url_that_arrived() {
    let server = netgiro_like().await;
    let longest = format!("/path?q={}", "ä".repeat(5_000));
    for subject in &SUBJECTS {
        let client = (subject.client)(client(), &server.origin());
        for target in TARGETS.iter().copied().chain([longest.as_str()]) {
            let url = server.origin() + target;
            client
                .get(&url)
                .send()
                .await
                .unwrap_or_else(|error| panic!("{}: {url}: {error:#}", subject.name));
            check(subject, &url, &server.take_request());
        }
    }
}

#[tokio::test]
async fn every_signature_covers_the_host_that_was_asked_for() {
    let server = netgiro_like().await;
    let proxy = reqwest::Proxy::http(server.origin()).unwrap();
    let through_proxy = countersign::client_builder().proxy(proxy).build().unwrap();
    for subject in &SUBJECTS {
        for url in HOSTS {
            let origin = Url::parse(url).unwrap().origin().ascii_serialization();
            let client = (subject.client)(through_proxy.clone(), &origin);
            client.get(url).send().await.unwrap_or_else(|error| panic!("{}: {url}: {error:#}", subject.name));
            check(subject, url, &server.take_request());
        }
    }
}

#[tokio::test]
async fn every_signature_fits_the_body_that_arrived() {
    let server = netgiro_like().await;
    let url = server.origin() + "/path?a=1";
    for subject in &SUBJECTS {
        let client = (subject.client)(client(), &server.origin());
        for body in bodies() {
            client.post(&url).body(body.clone()).send().await.unwrap();
            let request = server.take_request();
            assert_eq!(request.method, "POST");
            assert!(request.body == body, "{}: {} bytes", subject.name, body.len());
            check(subject, &url, &request);
        }
    }
}

#[tokio::test]
async fn each_header_is_sent_once_whatever_the_user_set() {
    let server = netgiro_like().await;
    for subject in &SUBJECTS {
        let mut defaults = HeaderMap::new();
        for name in subject.headers {
            let name: HeaderName = name.parse().unwrap();
            defaults.append(&name, HeaderValue::from_static("users/default-1"));
            defaults.append(&name, HeaderValue::from_static("users/default-2"));
        }
        let reqwest_client =
            countersign::client_builder().no_proxy().default_headers(defaults).build().unwrap();
        let client = (subject.client)(reqwest_client, &server.origin());
        let mut request = client.get(server.origin());
        // What the content is, and what is accepted, stays the user's to say for one request.
        for name in subject.headers.iter().filter(|name| !matches!(**name, "accept" | "content-type")) {
            request = request.header(name.to_ascii_uppercase(), "users-1").header(*name, "users-2");
        }
        request.send().await.unwrap();
        let received = server.take_request();
        for name in subject.headers {
            assert!(!received.only(name).starts_with(b"users"), "{}: {name}", subject.name);
        }
        check(subject, &server.origin(), &received);
    }
}

#[tokio::test]
async fn streams_pass_untouched_where_the_body_is_not_signed() {
    let server = netgiro_like().await;
    let url = server.origin() + "/path?a=1";
    for subject in SUBJECTS.iter().filter(|subject| subject.name != "netgiro") {
        let client = (subject.client)(client(), &server.origin());
        for (stream, bytes) in streams().await {
            client.post(&url).body(stream).send().await.unwrap();
            let request = server.take_request();
            assert!(request.body == bytes, "{}", subject.name);
            check(subject, &url, &request);
        }
    }
}

#[tokio::test]
async fn netgiro_refuses_streams_before_connecting() {
    let server = netgiro_like().await;
    let client = ClientBuilder::new(client()).with(netgiro().allow_origin(&server.origin()).unwrap()).build();
    for (stream, _) in streams().await {
        let error = client.post(server.origin()).body(stream).send().await.unwrap_err();
        let error = countersign::Error::find(&error).unwrap();
        assert_eq!(
            (error.code(), error.provider(), error.kind()),
            ("stream-body", Some("netgiro"), Kind::Signing)
        );
    }
    assert_eq!(server.connections().await, 0);
}

#[tokio::test]
async fn netgiro_buffers_streams_up_to_the_limit_when_asked_to() {
    let server = netgiro_like().await;
    let subject = SUBJECTS.iter().find(|subject| subject.name == "netgiro").unwrap();
    let url = server.origin() + "/path";
    let with_limit = |limit| {
        let provider = netgiro().allow_origin(&server.origin()).unwrap().buffer_stream_bodies(limit);
        ClientBuilder::new(client()).with(provider).build()
    };
    for (stream, bytes) in streams().await {
        let error = with_limit(bytes.len() - 1).post(&url).body(stream).send().await.unwrap_err();
        let error = countersign::Error::find(&error).unwrap();
        assert_eq!((error.code(), error.provider()), ("stream-too-long", Some("netgiro")));
    }
    assert_eq!(server.connections().await, 0);
    for (stream, bytes) in streams().await {
        with_limit(bytes.len()).post(&url).body(stream).send().await.unwrap();
        let request = server.take_request();
        assert!(request.body == bytes);
        check(subject, &url, &request);
    }
}

/// That the URL arrived as a URL parser has it, but for a `+` in a query of Unleashed's, each header once, and the signature
/// fits all of it.
fn check(subject: &Subject, url: &str, received: &Received) {
    let mut expected = Url::parse(url).unwrap()[..Position::AfterQuery].to_owned();
    if subject.name.starts_with("unleashed")
        && let Some((before, query)) = expected.split_once('?')
    {
        expected = format!("{before}?{}", query.replace('+', "%20"));
    }
    assert_eq!(received.url(), expected, "{}: {url}", subject.name);
    for name in subject.headers {
        received.only(name);
    }
    let (sent, recomputed) = (subject.signatures)(received);
    assert_eq!(sent, recomputed, "{}: {url}", subject.name);
}

/// A server whose replies Netgíró's client accepts; the others do not look at them.
async fn netgiro_like() -> RawServer {
    RawServer::start(async |request: Received, mut stream| {
        let body = br#"{"Success":true,"ResultCode":200}"#;
        let mut reply = Answer::new(200, body);
        if request.has("netgiro_nonce") {
            let nonce = format!("reply-to-{}", request.header("netgiro_nonce"));
            let signature = netgiro_signature(&nonce, &request.url(), body);
            reply = reply.header("netgiro_nonce", nonce).header("netgiro_signature", signature);
        }
        answer(&mut stream, reply).await;
    })
    .await
}

fn bodies() -> [Vec<u8>; 6] {
    [
        Vec::new(),
        br#"{"Amount":1000,"Reference":"991100-123"}"#.to_vec(),
        (0..=255).collect(),
        "Þjóðfélag, Hämäläinen, 10 €".into(),
        b"\r\n\r\n0\r\n\r\n".to_vec(),
        (0..1024 * 1024).map(|n: u32| n.to_le_bytes()[n as usize % 3]).collect(),
    ]
}

/// A stream whose length is known, and one that is sent in chunks.
async fn streams() -> [(Body, Vec<u8>); 2] {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let file = tokio::fs::File::open(path).await.unwrap();
    let known = b"bytes behind a stream".to_vec();
    [
        (Body::wrap(http_body_util::Full::<bytes::Bytes>::from(known.clone())), known),
        (Body::from(file), std::fs::read(path).unwrap()),
    ]
}
