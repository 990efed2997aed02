//! `dangerous_stream_replies`: what arrives is handed on at once, but for the last chunk, which comes only if the whole
//! reply verifies.

use std::sync::{Arc, Mutex};

use countersign::Error;
use countersign::netgiro::{Reply, Verdict};
use reqwest_middleware::ClientWithMiddleware;

use crate::support::netgiro::{client, lengthen, provider, reply};
use crate::support::received::Received;
use crate::support::server::{Answer, Server, Step};

const LIMIT: usize = 20_000_000;

fn streaming(server: &Server) -> ClientWithMiddleware {
    client(provider(server.origin()).reply_limit(LIMIT).dangerous_stream_replies())
}

/// Sends the body of an answer in chunks of so many bytes, and `last` instead of what ends it.
fn chunked(answer: &Answer, size: usize, last: &[u8]) -> Vec<Step> {
    let head = answer.clone().header("transfer-encoding", "chunked").head();
    let framed = |chunk: &[u8]| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
    let chunks: Vec<u8> = answer.body.chunks(size).flat_map(framed).collect();
    vec![Step::Send(head), Step::Send([&chunks, last].concat()), Step::Close]
}

const END: &[u8] = b"0\r\n\r\n";

fn array_of(length: usize) -> Vec<u8> {
    format!("[\"{}\"]", "é".repeat((length - 4) / 2)).into_bytes()
}

/// All that could be read, and how it ended.
async fn read(client: &ClientWithMiddleware, url: &str) -> (Vec<u8>, Result<(), reqwest::Error>) {
    let mut response = client.get(url).send().await.expect("the headers are fine");
    let reply: &Reply = response.extensions().get().expect("says what is known");
    assert_eq!(reply.verdict(), Verdict::Pending);
    let mut read = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => read.extend_from_slice(&chunk),
            Ok(None) => return (read, Ok(())),
            Err(error) => return (read, Err(error)),
        }
    }
}

#[tokio::test]
async fn an_honest_reply_comes_whole_however_it_travels() {
    let server = Server::start(|request, _| {
        let answer = |body: &[u8]| reply(&request.url(), body);
        match &*request.target {
            "/empty" => answer(b"").into(),
            "/plain" => answer(&array_of(1000)).into(),
            "/bytewise" => chunked(&answer(&array_of(1000)), 1, END),
            "/chunked" => chunked(&answer(&array_of(100_000)), 999, END),
            "/dripping" => vec![Step::Drip([answer(&array_of(100)).head(), array_of(100)].concat())],
            _ => chunked(&answer(&array_of(LIMIT)), 1 << 16, END),
        }
    })
    .await;
    let client = streaming(&server);
    for (path, length) in [
        ("/empty", 0),
        ("/plain", 1000),
        ("/bytewise", 1000),
        ("/chunked", 100_000),
        ("/dripping", 100),
        ("/huge", LIMIT),
    ] {
        let (read, end) = read(&client, &server.url(path)).await;
        assert!(end.is_ok(), "{path}: {end:?}");
        let expected = if length == 0 { Vec::new() } else { array_of(length) };
        assert!(read == expected, "{path}: {} of {length} bytes", read.len());
    }
}

/// A reply that is wrong in its own way, to the request at `/` and its name.
fn wrong(request: &Received) -> Answer {
    let honest = |body: &[u8]| reply(&request.url(), body);
    let mut answer = honest(&array_of(10_000));
    match &*request.target {
        "/first-byte" => answer.body[2] ^= 1,
        "/last-byte" => *answer.body.last_mut().unwrap() = b'}',
        "/shorter" => answer.body.truncate(9_000),
        "/longer" => answer.body.extend_from_slice(b" "),
        "/other-end" => answer = honest(&[array_of(9_000), b"{}".to_vec()].concat()),
        "/unfinished" => answer = honest(&array_of(10_000)[..9_000]),
        "/not-utf8" => answer = honest(b"[\"\xff\"]"),
        "/lengthened" => answer = lengthened(&request.url()),
        "/too-long" => answer = honest(&array_of(LIMIT + 2)),
        other => panic!("{other}"),
    }
    answer
}

fn lengthened(url: &str) -> Answer {
    let nonce = "lengthened";
    let (body, signature) = lengthen(nonce, url, &array_of(1_000), b"[]");
    Answer::new(200, body).header("netgiro_nonce", nonce).header("netgiro_signature", signature)
}

#[tokio::test]
async fn a_wrong_reply_never_comes_whole_and_ends_in_its_own_error() {
    let server = Server::start(|request, _| chunked(&wrong(request), 997, END)).await;
    let client = streaming(&server);
    for (path, code) in [
        ("/first-byte", "reply-signature-mismatch"),
        ("/last-byte", "reply-signature-mismatch"),
        ("/shorter", "reply-signature-mismatch"),
        ("/longer", "reply-signature-mismatch"),
        ("/other-end", "reply-not-one-document"),
        ("/unfinished", "reply-not-one-document"),
        ("/not-utf8", "reply-not-utf8"),
        ("/lengthened", "reply-not-utf8"),
        ("/too-long", "reply-too-long"),
    ] {
        let (read, end) = read(&client, &server.url(path)).await;
        let error = end.expect_err(path);
        let error = Error::find(&error).unwrap_or_else(|| panic!("{path}: {error:?}"));
        assert_eq!((error.code(), error.provider()), (code, Some("netgiro")), "{path}");
        assert!(error.notes().iter().any(|note| note.contains("status was 200")), "{path}");
        assert!(serde_json::from_slice::<serde_json::Value>(&read).is_err(), "{path} gave a whole document");
    }
}

#[tokio::test]
async fn a_body_that_can_no_longer_verify_is_not_handed_on() {
    let server = Server::start(|request, _| {
        let head: &[u8] = if request.target == "/other-start" { b"x{}" } else { b"{}\xff" };
        chunked(&reply(&request.url(), [head, &b"{}".repeat(1 << 20)].concat()), 1000, END)
    })
    .await;
    for (path, code) in [("/other-start", "reply-not-one-document"), ("/not-utf8", "reply-not-utf8")] {
        let (read, end) = read(&streaming(&server), &server.url(path)).await;
        let error = end.expect_err(path);
        assert_eq!(Error::find(&error).map(Error::code), Some(code), "{path}");
        assert_eq!(read, b"", "{path}: the first chunk shows it");
    }
}

#[tokio::test]
async fn a_reply_that_is_cut_off_ends_in_the_transports_error() {
    let server =
        Server::start(|request, _| chunked(&reply(&request.url(), array_of(10_000)), 100, b"")).await;
    let (read, end) = read(&streaming(&server), &server.url("/")).await;
    assert!(read.len() < 10_000);
    let error = end.expect_err("the last chunk never came");
    assert!(Error::find(&error).is_none(), "{error:?}");
}

#[tokio::test]
async fn a_reply_counts_once_and_only_when_it_verified() {
    let recorded: Arc<Mutex<Option<Answer>>> = Arc::default();
    let server = Server::start(move |request, _| {
        let mut recorded = recorded.lock().unwrap();
        let honest = recorded.get_or_insert_with(|| reply(&request.url(), array_of(1_000))).clone();
        let mut forged = honest.clone();
        forged.body[2] ^= 1;
        chunked(if request.has("x-forge") { &forged } else { &honest }, 100, END)
    })
    .await;
    let client = streaming(&server);
    let url = server.url("/");
    let mut forged = client.get(&url).header("x-forge", "1").send().await.unwrap();
    let error = loop {
        if let Err(error) = forged.chunk().await.map(|chunk| chunk.expect("it does not end well")) {
            break error;
        }
    };
    assert_eq!(Error::find(&error).map(Error::code), Some("reply-signature-mismatch"));
    let (body, end) = read(&client, &url).await;
    assert!(end.is_ok() && body == array_of(1_000), "the forgery did not burn the nonce");
    let error = read(&client, &url).await.1.unwrap_err();
    assert_eq!(Error::find(&error).map(Error::code), Some("reply-replayed"));
}

#[tokio::test]
async fn headers_that_fail_are_refused_at_once_and_report_only_buffers() {
    let server = Server::start(|_, _| Answer::new(200, "[]")).await;
    let error = streaming(&server).get(server.url("/")).send().await.unwrap_err();
    assert_eq!(Error::find(&error).map(Error::code), Some("reply-signature-missing"));

    let server = Server::start(|request, _| reply(&request.url(), "[]")).await;
    let reporting = client(provider(server.origin()).dangerous_stream_replies().dangerous_report_only());
    let response = reporting.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.extensions().get::<Reply>().map(Reply::verdict), Some(Verdict::Verified));
}
