//! A declaration as a layer of reqwest: what is placed goes over the wire, and only replies that verify come back.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use countersign::RequestRef;
use countersign::declared::{Declaration, Declared, Scheme, Sent, Stamps};
use countersign::random::OsRandomness;
use countersign::time::SystemClock;
use countersign::{Error, explain};
use http::{HeaderMap, StatusCode};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

const FILE: &str = r#"
name = "acme"
origins = ["ORIGIN"]
[credentials]
account = "id"
secret = "secret"
[stamp]
time = "unix-ms"
nonce = "uuid"
[let]
signature = { text = "{method}\n{url}\n{body}", mac = "sha512", as = "base64" }
[send.header]
x-account = "{account}"
x-signature = "{signature}"
[send.query]
time = "{time}"
[send.json]
auth.nonce = "{nonce}"
[reply.let]
signature = { text = "{status}.{request.nonce}.{request.header.x-more}.{time}.{nonce}.{body}", mac = "sha256", as = "hex" }
[reply.send.header]
x-time = "{time}"
x-nonce = "{nonce}"
x-signature = "{signature}"
"#;

/// What the server does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    OtherBody,
    Unsigned(u16),
    OtherStatus(u16),
    TooLong,
}

/// The vendor: verifies what arrived, and signs its reply.
async fn serve(fault: Fault) -> (String, Arc<Scheme>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let scheme = signer(&origin).scheme();
    let (vendor, at) = (Arc::clone(&scheme), origin.clone());
    let answer = move |request: Request| {
        let (vendor, at) = (Arc::clone(&vendor), at.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
            let mut received = http::Request::from_parts(parts, body);
            *received.uri_mut() = format!("{at}{}", received.uri()).parse().unwrap();
            let received = RequestRef::from_http(&received).unwrap();
            let claim = match vendor.verify(&received) {
                Ok(claim) => claim,
                Err(error) => return reply(StatusCode::UNAUTHORIZED, HeaderMap::new(), error.to_string()),
            };
            let stamps = vendor.given_stamps(claim.stamps()).unwrap();
            reply_to(&vendor, &received, &stamps, fault)
        }
    };
    tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
    (origin, scheme)
}

fn reply_to(vendor: &Scheme, request: &RequestRef<'_>, stamps: &Stamps, fault: Fault) -> Response {
    let (status, body) = (StatusCode::CREATED, "the answer".to_owned());
    let sent = Sent { request, stamps, status };
    let fresh = vendor.draw(&SystemClock, &OsRandomness).unwrap();
    let none = HeaderMap::new();
    let (placed, _) = vendor.place_reply(&sent, &sent.reply(&none, body.as_bytes()), &fresh).unwrap();
    let headers = placed.headers.into_iter().collect();
    match fault {
        Fault::None => reply(status, headers, body),
        Fault::OtherBody => reply(status, headers, "another".to_owned()),
        Fault::Unsigned(status) => reply(status.try_into().unwrap(), HeaderMap::new(), body),
        Fault::OtherStatus(status) => reply(status.try_into().unwrap(), headers, body),
        Fault::TooLong => reply(status, headers, "x".repeat(101)),
    }
}

fn reply(status: StatusCode, headers: HeaderMap, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn signer(origin: &str) -> Declared {
    let declaration = Declaration::from_toml(&FILE.replace("ORIGIN", origin)).unwrap();
    let value = |name: &str| Some(if name == "account" { "account-1" } else { "the secret" }.into());
    declaration.with_credentials(value).unwrap().reply_limit(100)
}

fn client(signer: Declared) -> ClientWithMiddleware {
    let client = countersign::client_builder().timeout(Duration::from_secs(10)).build().unwrap();
    ClientBuilder::new(client).with(signer).build()
}

async fn sent(fault: Fault) -> Result<(StatusCode, Bytes), String> {
    let (origin, _) = serve(fault).await;
    let request = client(signer(&origin)).post(format!("{origin}/pay?a=%2f&b='x")).header("x-more", "more");
    match request.body(r#"{"amount": 1.0}"#).send().await {
        Ok(response) => Ok((response.status(), response.bytes().await.unwrap())),
        Err(error) => Err(Error::find(&error).unwrap().code().to_owned()),
    }
}

#[tokio::test]
async fn what_is_placed_in_query_and_body_is_sent_and_the_reply_verified() {
    assert_eq!(sent(Fault::None).await, Ok((StatusCode::CREATED, "the answer".into())));
}

#[tokio::test]
async fn a_reply_that_does_not_verify_is_not_handed_on() {
    for (fault, expected) in [
        (Fault::OtherBody, Err("declared-signature-mismatch".to_owned())),
        (Fault::OtherStatus(503), Err("declared-signature-mismatch".to_owned())),
        (Fault::Unsigned(201), Err("declared-missing".to_owned())),
        (Fault::TooLong, Err("reply-too-long".to_owned())),
        (Fault::Unsigned(503), Ok((StatusCode::SERVICE_UNAVAILABLE, Bytes::new()))),
    ] {
        assert_eq!(sent(fault).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn another_origin_is_refused_before_anything_is_sent() {
    let client = client(signer("https://api.acme.example"));
    let error = client.post("https://other.example/").body("{}").send().await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!((error.code(), error.provider()), ("origin-not-allowed", Some("acme")));
}

#[test]
fn a_request_of_http_is_signed_in_place_where_its_body_can_be_changed() {
    let signer = signer("https://api.acme.example").clock(|| UNIX_EPOCH + Duration::from_secs(5));
    let mut request = http::Request::post("https://api.acme.example/pay?b=1").body(b"{}".to_vec()).unwrap();
    signer.sign_http(&mut request).unwrap();
    assert_eq!(request.uri(), "https://api.acme.example/pay?b=1&time=5000");
    assert!(request.body().starts_with(br#"{"auth":{"nonce":""#));
    assert!(signer.scheme().verify(&RequestRef::from_http(&request).unwrap()).is_ok());
    let mut fixed = http::Request::post("https://api.acme.example/pay?b=1").body("{}").unwrap();
    assert_eq!(signer.sign_http(&mut fixed).unwrap_err().code(), "body-unwritable");
    assert!(fixed.headers().is_empty() && fixed.uri().query() == Some("b=1"), "it is unchanged");
}

#[test]
fn a_declared_request_is_explained_and_diagnosed_as_others_are() {
    let signer = signer("https://api.acme.example");
    let request = http::Request::post("https://api.acme.example/pay").body(b"{}".to_vec()).unwrap();
    let request = RequestRef::from_http(&request).unwrap();
    let explanation = explain::explain(&signer, &request).unwrap();
    let names: Vec<_> = explanation.segments().iter().map(explain::ExplainedSegment::name).collect();
    assert_eq!(names, ["method", "separator", "url", "separator", "body"]);
    let shown = explanation.to_string();
    assert!(shown.contains("account-1") && shown.contains("x-signature") && !shown.contains("the secret"));
    let stamps = signer.scheme().given_stamps([("time", "5"), ("nonce", "n")]).unwrap();
    let signature = |key: &[u8], text: &str| {
        let mac = countersign::signing::MacKey::new;
        let key = mac(explanation.mac().unwrap().algorithm, key, explanation.mac().unwrap().encoding);
        let mut mac = key.unwrap().start();
        mac.update(text.as_bytes());
        mac.finish().expose_text()
    };
    let text = "POST\nhttps://api.acme.example/pay?time=5\n{\"auth\":{\"nonce\":\"n\"}}";
    let diagnosed = |received: &str| {
        let stamp = stamps.clone().into();
        let transcript = explain::Transcript::with_stamp(&signer, &request, stamp).unwrap();
        transcript.diagnose(received).code().to_owned()
    };
    assert_eq!(diagnosed(&signature(b"the secret", text)), "matches");
    assert_eq!(diagnosed(&signature(b"the secret", text.split_once("{").unwrap().0)), "body-missing");
    assert_eq!(diagnosed(&signature(b"the secret\n", text)), "secret-surrounding-whitespace");
}
