//! The layer and the extractors, over real sockets.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::Ready;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use countersign::vizion::webhook::{Scheme, Verified, Verifier};
use countersign::webhook::{Builder, ReplayKey, ReplayStore, StoreError};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::{Full, StreamBody};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer as _, Service, ServiceExt as _};

use super::sender::Sender;
use super::{BODY, builder, cases};

pub(super) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

async fn echo(event: Verified<Bytes>, headers: HeaderMap, body: Bytes) -> Bytes {
    assert_eq!(*event, body);
    assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string());
    event.into_inner()
}

fn app(verifier: &Verifier) -> Router {
    Router::new().fallback(post(echo)).layer(verifier.layer())
}

/// Sends a request as it is but for its framing, and returns the answer's bytes without the `date`.
pub(super) async fn exchange(address: SocketAddr, mut request: Request<Bytes>) -> String {
    let length = request.body().len();
    request.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    bytes.extend(request.body());
    exchange_raw(address, &bytes).await
}

async fn exchange_raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has seen enough may close before all is written.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    // Long enough for any machine; a server that waits for what never comes must not hang the test.
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, stream.read_to_end(&mut answer)).await.expect("no answer").unwrap();
    let answer = String::from_utf8(answer).unwrap();
    answer.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}

#[tokio::test]
async fn w8_the_very_bytes_that_were_verified_come_out() {
    #[derive(Deserialize)]
    struct Event {
        note: String,
    }
    let verifier = builder().accept_pretty_printed_body().build();
    let address = serve(app(&verifier)).await;
    let mut sender = Sender::honest();
    let answer = exchange(address, sender.send()).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(BODY), "{answer}");

    sender.target = "/vizion?pretty".to_owned();
    let mut pretty = sender.send();
    *pretty.body_mut() = BODY.replace(':', " :\n ").into();
    let answer = exchange(address, pretty).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(&format!("\r\n\r\n{BODY}")), "{answer}");

    let json = Router::new()
        .route("/vizion", post(|event: Verified<Json<Event>>| async move { event.note.clone() }));
    let address = serve(json.layer(builder().build().layer())).await;
    let answer = exchange(address, Sender::honest().send()).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\na b"), "{answer}");
}

#[tokio::test]
async fn w3_a_route_without_the_layer_answers_500() {
    let address = serve(Router::new().fallback(post(echo))).await;
    let answer = exchange(address, Sender::honest().send()).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
}

#[tokio::test]
async fn on_a_route_the_layer_leaves_other_paths_and_methods_to_the_application() {
    let refused = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&refused);
    let verifier = builder().on_refused(move |_, _| *counter.lock().unwrap() += 1).build();
    let app = Router::new().route("/vizion", post(echo).route_layer(verifier.layer()));
    let address = serve(app).await;
    let forged = || Request::post("/vizion").header(header::HOST, "h").body(Bytes::new()).unwrap();
    let mut other = forged();
    *other.uri_mut() = "/other".parse().unwrap();
    let mut get = forged();
    *get.method_mut() = http::Method::GET;
    for (request, status) in [(Sender::honest().send(), 200), (other, 404), (get, 405), (forged(), 401)] {
        assert_eq!(*refused.lock().unwrap(), 0, "before {status}");
        let answer = exchange(address, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    assert_eq!(*refused.lock().unwrap(), 1);
}

struct Unreachable;

#[async_trait::async_trait]
impl ReplayStore for Unreachable {
    async fn insert_if_absent(&self, _: &ReplayKey, _: std::time::Duration) -> Result<bool, StoreError> {
        Err("down".into())
    }

    async fn forget(&self, _: &ReplayKey) -> Result<(), StoreError> {
        Err("down".into())
    }

    async fn contains(&self, _: &ReplayKey) -> Result<bool, StoreError> {
        Err("down".into())
    }
}

/// A server whose refusals' codes are kept.
async fn observed(builder: Builder<Scheme>, codes: &Arc<Mutex<BTreeSet<&'static str>>>) -> SocketAddr {
    let codes = Arc::clone(codes);
    let keep = move |error: &countersign::Error, _: &http::request::Parts| {
        codes.lock().unwrap().insert(error.code());
    };
    serve(app(&builder.on_refused(keep).build())).await
}

#[tokio::test]
async fn w10_every_refusal_looks_the_same_from_outside() {
    let codes = Arc::default();
    let address = observed(builder().body_limit(BODY.len()), &codes).await;
    // Some tampering is white space that does not survive the wire: those are copies of this one.
    let honest = Sender::honest().send();
    assert!(exchange(address, honest.clone()).await.starts_with("HTTP/1.1 200 "));

    let mut answers = BTreeSet::new();
    answers.insert(exchange(address, honest.clone()).await);
    let mut longer = honest;
    *longer.body_mut() = format!("{BODY} ").into();
    answers.insert(exchange(address, longer).await);
    let cases = cases::all();
    assert!(cases.len() >= 80, "{}", cases.len());
    for case in cases {
        let answer = exchange(address, case.request).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{}: {answer}", case.name);
        answers.insert(answer);
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let codes = codes.lock().unwrap();
    assert!(codes.len() >= 18 && codes.contains("webhook-replayed"), "{codes:?}");
    assert!(codes.contains("webhook-body-too-long"), "{codes:?}");
}

#[tokio::test]
async fn w5_what_verified_while_the_store_is_down_is_asked_to_come_again_and_nothing_else() {
    let last = Arc::new(Mutex::new(""));
    let heard = Arc::clone(&last);
    let hear =
        move |error: &countersign::Error, _: &http::request::Parts| *heard.lock().unwrap() = error.code();
    let address = serve(app(&builder().replay_store(Unreachable).on_refused(hear).build())).await;
    let answer = exchange(address, Sender::honest().send()).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(answer.contains("\r\nretry-after: 30\r\n"), "{answer}");
    assert_eq!(*last.lock().unwrap(), "webhook-store-unreachable");
    for case in cases::all() {
        let answer = exchange(address, case.request).await;
        // Some tampering is white space that does not survive the wire.
        let has_verified = *last.lock().unwrap() == "webhook-store-unreachable";
        let expected = if has_verified { "HTTP/1.1 503 " } else { "HTTP/1.1 401 " };
        assert!(answer.starts_with(expected), "{}: {answer}", case.name);
    }
}

/// The head of a request, without a length.
fn head_of(request: &Request<Bytes>) -> String {
    let headers = request.headers().iter().filter(|(name, _)| *name != header::CONTENT_LENGTH);
    let lines = headers.map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    let lines: String = lines.collect();
    format!("{} {} HTTP/1.1\r\n{lines}", request.method(), request.uri())
}

#[tokio::test]
async fn w10_a_head_that_cannot_verify_is_refused_before_its_body_is_sent_with_the_same_answer() {
    let codes = Arc::default();
    let address = observed(builder(), &codes).await;
    let mut forged = Sender::honest().send();
    *forged.body_mut() = Bytes::from_static(b"{}");
    let of_body = exchange(address, forged).await;
    assert!(of_body.starts_with("HTTP/1.1 401 "), "{of_body}");
    let heads = cases::all().into_iter().filter(|case| {
        !["webhook-digest-mismatch", "webhook-signature-mismatch"].contains(&case.code)
            && case
                .request
                .headers()
                .values()
                .all(|value| value.to_str().is_ok_and(|text| text == text.trim()))
    });
    let mut refused = 0;
    for case in heads {
        // A body is announced and never sent.
        let head = format!("{}content-length: 100\r\nconnection: close\r\n\r\n", head_of(&case.request));
        assert_eq!(exchange_raw(address, head.as_bytes()).await, of_body, "{}", case.name);
        refused += 1;
    }
    assert!(refused > 60, "{refused}");
    assert!(!codes.lock().unwrap().contains("webhook-body-unreadable"));
}

#[tokio::test]
async fn w4_line_ends_inside_a_header_never_get_through() {
    let address = serve(app(&builder().build())).await;
    let folded = ["a\r\n b", "a\rb", "a\nb", "a\r\ndigest: SHA-256=00", "a\0b"];
    for value in folded {
        assert!(HeaderValue::from_str(value).is_err(), "{value:?}");
        let request = format!(
            "POST /vizion HTTP/1.1\r\nhost: {value}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let answer = exchange_raw(address, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 40"), "{value:?}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused_like_any_other() {
    let codes = Arc::default();
    let address = observed(builder(), &codes).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let cut = format!("{}content-length: 100\r\n\r\nshort", head_of(&Sender::honest().send()));
    stream.write_all(cut.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    for _ in 0..500 {
        if codes.lock().unwrap().contains("webhook-body-unreadable") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{:?}", codes.lock().unwrap());
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    const FRAME: usize = 1000;
    let pulled = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&pulled);
    let endless = futures_util::stream::repeat_with(move || {
        *counter.lock().unwrap() += FRAME;
        Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from_static(&[b'x'; FRAME])))
    });
    let code = Arc::new(Mutex::new(""));
    let heard = Arc::clone(&code);
    let hear =
        move |error: &countersign::Error, _: &http::request::Parts| *heard.lock().unwrap() = error.code();
    let app = app(&builder().body_limit(10 * FRAME).on_refused(hear).build());
    let (parts, _) = Sender::honest().send().into_parts();
    let request = Request::from_parts(parts, axum::body::Body::new(StreamBody::new(endless)));
    let answer = app.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!((*pulled.lock().unwrap(), *code.lock().unwrap()), (11 * FRAME, "webhook-body-too-long"));

    // One that says that it is too long is not waited for.
    let address = serve(app).await;
    let head = head_of(&Sender::honest().send());
    let head = format!("{head}content-length: 99999999999\r\nconnection: close\r\n\r\n");
    assert!(exchange_raw(address, head.as_bytes()).await.starts_with("HTTP/1.1 401 "));
}

/// A handler that takes nothing for now, as one behind a limit does.
#[derive(Clone)]
struct Busy;

impl Service<Request<Full<Bytes>>> for Busy {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        panic!("called before it is ready")
    }
}

#[tokio::test]
async fn a_place_at_the_handler_is_taken_by_what_has_verified() {
    let layer = builder().build().layer();
    let answer = |request: Request<Bytes>| layer.layer(Busy).oneshot(request.map(Full::new));
    let mut unsigned = Sender::honest().send();
    unsigned.headers_mut().remove("x-vizion-signature");
    assert_eq!(answer(unsigned).now_or_never().unwrap().unwrap().status(), 401);
    assert!(answer(Sender::honest().send()).now_or_never().is_none(), "it waits until the handler is ready");
}
