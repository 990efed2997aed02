//! E11, what of it concerns webhooks: heads are judged before bodies, a re-issued key overlaps, short keys are refused, and
//! a delivery is taken only where its provider is meant.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use countersign::{Error, netgiro, unleashed, vizion};
use futures_util::stream::repeat_with;
use http::{Request, StatusCode};
use http_body_util::StreamBody;
use tower::ServiceExt as _;

use crate::support::noon;
use crate::webhooks::log::listen;

const SECRET: &str = "an example secret";
const URL: &str = "https://hooks.example.com/in";

fn vizion_delivery(secret: &str) -> Request<Bytes> {
    vizion::webhook::testing::sign("hmac-key-1", secret, URL, "{}", noon()).unwrap()
}

fn vizion_verifier() -> vizion::webhook::Verifier {
    let builder = vizion::webhook::Verifier::builder("https://hooks.example.com").unwrap();
    builder.key("hmac-key-1", SECRET).unwrap().clock(noon).build()
}

fn unleashed_delivery() -> Request<Bytes> {
    unleashed::webhook::testing::sign(SECRET, URL, "{}", noon()).unwrap()
}

fn unleashed_verifier() -> unleashed::webhook::Verifier {
    unleashed::webhook::Verifier::builder().signing_key(SECRET).unwrap().clock(noon).build()
}

#[tokio::test]
async fn e11_nothing_is_read_of_the_body_of_a_delivery_whose_head_cannot_verify() {
    let read = Arc::new(AtomicUsize::new(0));
    let app = Router::new().fallback(post(|_: vizion::webhook::Verified<Bytes>| async {}));
    let app = app.layer(vizion_verifier().layer());
    let answer = async |request: Request<Bytes>| {
        let count = Arc::clone(&read);
        let endless = repeat_with(move || {
            count.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from_static(&[b'x'; 100_000])))
        });
        let request = request.map(|_| Body::new(StreamBody::new(endless)));
        let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
        let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
        (parts.status, parts.headers, body, read.swap(0, Ordering::SeqCst))
    };
    let of_body = answer(vizion_delivery(SECRET)).await;
    assert_eq!((of_body.0, of_body.2.len(), of_body.3), (StatusCode::UNAUTHORIZED, 0, 11), "up to the limit");
    let changes: [fn(&mut Request<Bytes>); 4] = [
        |request| _ = request.headers_mut().remove("x-vizion-signature"),
        |request| _ = request.headers_mut().insert("digest", "MD5=00".parse().unwrap()),
        |request| {
            let signature = request.headers_mut().get_mut("x-vizion-signature").unwrap();
            *signature = signature.to_str().unwrap().replace("hmac-key-1", "hmac-key-9").parse().unwrap();
        },
        |request| {
            let signature = request.headers_mut().get_mut("x-vizion-signature").unwrap();
            *signature = signature.to_str().unwrap().replace("created=17", "created=16").parse().unwrap();
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut request = vizion_delivery(SECRET);
        change(&mut request);
        let of_head = answer(request).await;
        assert_eq!(of_head, (of_body.0, of_body.1.clone(), Bytes::new(), 0), "{index}");
    }
}

#[test]
fn e11_up_to_three_secrets_under_one_id_overlap() {
    let secrets = ["the secret of old", "the secret of now", "the secret to come"];
    let keys = secrets.iter().fold(vizion::webhook::Keys::new(), |keys, secret| {
        keys.with("hmac-key-1", *secret).unwrap().with("hmac-key-2", SECRET).unwrap()
    });
    let builder = vizion::webhook::Verifier::builder("https://hooks.example.com").unwrap();
    let verifier = builder.keys(keys).build();
    let verdict = |secret| {
        let (parts, body) = vizion_delivery(secret).into_parts();
        verifier.verify(&parts, &body, noon()).map(|verified| verified.key_id().map(str::to_owned))
    };
    for secret in secrets {
        assert_eq!(verdict(secret).unwrap().as_deref(), Some("hmac-key-1"), "{secret}");
    }
    // Under another id, and under none.
    for secret in [SECRET, "nobody's secret at all"] {
        assert_eq!(verdict(secret).unwrap_err().code(), "webhook-signature-mismatch");
    }
}

#[test]
fn e11_a_fourth_secret_under_one_id_is_refused() {
    let three = (0..3).fold(vizion::webhook::Keys::new(), |keys, n| {
        keys.with("hmac-key-1", format!("an example secret {n}")).unwrap()
    });
    let error = three.with("hmac-key-1", SECRET).unwrap_err();
    assert_eq!((error.code(), error.provider()), ("webhook-keys-too-many", Some("vizion")));
    // Where the scheme has no ids, a service may have a key for each of its subscriptions.
    (0..10).fold(unleashed::webhook::Keys::new(), |keys, _| keys.with(SECRET).unwrap());
}

#[test]
fn e11_a_secret_below_16_bytes_has_to_be_called_dangerous() {
    const SHORT: &str = "canary 15 bytes";
    let origin = "https://hooks.example.com";
    let refused: [Error; 3] = [
        vizion::webhook::Verifier::builder(origin).unwrap().key("hmac-key-1", SHORT).unwrap_err(),
        unleashed::webhook::Verifier::builder().signing_key(SHORT).unwrap_err(),
        netgiro::webhook::Verifier::builder(origin).unwrap().secret(SHORT).unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.code(), "webhook-key-too-short");
        let text = format!("{error:#} {error:?}");
        assert!(text.contains("dangerous_short_key") && !text.contains("canary"), "{text}");
    }
    for (text, code) in [("", "field-empty"), (" x", "field-padded"), ("a\tb", "field-control-character")] {
        assert_eq!(unleashed::webhook::Keys::new().with(text).unwrap_err().code(), code);
        assert_eq!(unleashed::webhook::Keys::new().dangerous_short_key(text).unwrap_err().code(), code);
    }
    let keys = vizion::webhook::Keys::new().dangerous_short_key("hmac-key-1", SHORT).unwrap();
    let verifier = vizion::webhook::Verifier::builder(origin).unwrap().keys(keys).build();
    let (parts, body) = vizion_delivery(SHORT).into_parts();
    assert!(verifier.verify(&parts, &body, noon()).is_ok());
    unleashed::webhook::Keys::new().dangerous_short_key(SHORT).unwrap();
    netgiro::webhook::Keys::new().dangerous_short_key(SHORT).unwrap();
}

/// Both providers' keys are the same here, as nothing says that they are not.
#[tokio::test]
async fn e11_a_route_with_the_layer_of_another_provider_answers_500_and_logs_it() {
    let handled = Arc::new(AtomicUsize::new(0));
    let (count, count_json) = (Arc::clone(&handled), Arc::clone(&handled));
    let paid =
        move |_: vizion::webhook::Verified<Bytes>| async move { _ = count.fetch_add(1, Ordering::SeqCst) };
    let read = move |_: vizion::webhook::Verified<Json<serde_json::Value>>| async move {
        _ = count_json.fetch_add(1, Ordering::SeqCst);
    };
    let routes = || Router::new().route("/in", post(paid.clone())).route("/json", post(read.clone()));
    let status = async |app: Router, request: Request<Bytes>| {
        app.oneshot(request.map(Body::from)).await.unwrap().status().as_u16()
    };
    let (log, _guard) = listen().await;
    for path in ["/in", "/json"] {
        let mut other = unleashed_delivery();
        *other.uri_mut() = path.parse().unwrap();
        let app = routes().layer(unleashed_verifier().layer());
        assert_eq!(status(app, other).await, 500, "{path}");
        let text = log.take();
        let said = "the handler takes what vizion signed, and the route has the verifying layer of unleashed";
        assert!(text.contains("ERROR") && text.contains(said), "{text}");
    }
    assert_eq!(handled.load(Ordering::SeqCst), 0);
    assert_eq!(status(routes().layer(vizion_verifier().layer()), vizion_delivery(SECRET)).await, 200);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}
