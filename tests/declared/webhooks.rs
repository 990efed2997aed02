//! Webhooks by a file: in the order, under the limits and with the store of the built-in ones.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::routing::post as route;
use countersign::Error;
use countersign::declared::webhook::{Verified, Verifier, testing};
use countersign::declared::{Declaration, Declared};
use http::{Request, StatusCode};
use tower::ServiceExt as _;

use crate::messages::{LISTED, post, signer};

const ORIGIN: &str = "https://hooks.example.com";
const SECRET: &str = "a secret of sixteen bytes and more";
const NOW: u64 = 1_700_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verifier(keys: &[&Declared]) -> Verifier {
    let builder = keys[0].scheme().declaration().webhooks(ORIGIN).unwrap().clock(|| at(NOW));
    keys.iter().fold(builder, |builder, key| builder.key(key).unwrap()).build()
}

fn judged(verifier: &Verifier, delivery: &Request<Vec<u8>>, now: SystemTime) -> Result<(), Error> {
    let (parts, body) = delivery.clone().into_parts();
    verifier.verify(&parts, &body, now).map(drop)
}

fn code(result: Result<(), Error>) -> Result<(), &'static str> {
    result.map_err(|error| error.code())
}

#[test]
fn a_webhook_is_fresh_for_its_tolerance_and_a_minute_ahead() {
    let key = signer(LISTED, &[("secret", SECRET)]);
    let verifier = verifier(&[&key]);
    let delivery = testing::sign(&key, post("https://hooks.example.com/in", "body"), at(NOW)).unwrap();
    let (parts, body) = delivery.clone().into_parts();
    let verified = verifier.verify(&parts, &body, at(NOW)).unwrap();
    assert_eq!((verified.provider(), verified.signed_at()), ("acme", Some(at(NOW))));
    for (now, expected) in [
        (NOW - 61, Err("webhook-too-early")),
        (NOW - 60, Ok(())),
        (NOW + 300, Ok(())),
        (NOW + 301, Err("webhook-too-old")),
    ] {
        assert_eq!(code(judged(&verifier, &delivery, at(now))), expected, "{now}");
    }
    for time in ["+1700000000", "01700000000", "1e9", "-1", "99999999999999999999", "1700000000000"] {
        let mut delivery = post("https://hooks.example.com/in", "body");
        key.scheme().sign_http(&mut delivery, &key.scheme().given_stamps([("time", time)]).unwrap()).unwrap();
        assert!(judged(&verifier, &delivery, at(NOW)).is_err(), "{time}");
    }
}

#[test]
fn the_sender_expiry_shortens_the_window_and_never_lengthens_it() {
    let file = LISTED
        .replace("time = \"unix\"", "time = \"unix\"\nexpires = { format = \"unix\", plus = \"60s\" }")
        .replace("\"t={time}\"", "\"t={time}\", \"e={expires}\"");
    let key = signer(&file, &[("secret", SECRET)]);
    let verifier = verifier(&[&key]);
    let expiring = |end: u64| {
        let mut delivery = post("https://hooks.example.com/in", "body");
        let (time, end) = (NOW.to_string(), end.to_string());
        key.scheme()
            .sign_http(
                &mut delivery,
                &key.scheme().given_stamps([("time", &*time), ("expires", &end)]).unwrap(),
            )
            .unwrap();
        delivery
    };
    for (end, now, expected) in [
        (NOW + 60, NOW + 59, Ok(())),
        (NOW + 60, NOW + 60, Err("webhook-expired")),
        (NOW + 9000, NOW + 301, Err("webhook-too-old")),
    ] {
        assert_eq!(code(judged(&verifier, &expiring(end), at(now))), expected, "{end} at {now}");
    }
}

#[test]
fn a_secret_has_sixteen_bytes_unless_it_is_dangerously_taken() {
    let key = signer(LISTED, &[("secret", "fifteen bytes 1")]);
    let builder = || key.scheme().declaration().webhooks(ORIGIN).unwrap();
    assert_eq!(builder().key(&key).unwrap_err().code(), "webhook-key-too-short");
    let verifier = builder().dangerous_short_key(&key).unwrap().build();
    let delivery = testing::sign(&key, post("https://hooks.example.com/in", "body"), at(NOW)).unwrap();
    assert_eq!(code(judged(&verifier, &delivery, at(NOW))), Ok(()));
    let requests = LISTED.replace("webhook = { tolerance = \"5m\" }", "");
    let error = Declaration::from_toml(&requests).unwrap().webhooks(ORIGIN).unwrap_err();
    assert_eq!(error.code(), "declared-no-webhook");
    assert_eq!(key.scheme().declaration().webhooks("hooks").unwrap_err().code(), "invalid-public-origin");
}

#[test]
fn what_cannot_be_read_or_does_not_match_is_refused_with_its_code() {
    let key = signer(LISTED, &[("secret", SECRET)]);
    let verifier = verifier(&[&key]);
    let good = testing::sign(&key, post("https://hooks.example.com/in", "body"), at(NOW)).unwrap();
    let with = |change: &dyn Fn(&mut Request<Vec<u8>>)| {
        let mut delivery = good.clone();
        change(&mut delivery);
        let error = judged(&verifier, &delivery, at(NOW)).unwrap_err();
        assert_eq!(error.provider(), Some("acme"));
        error.code()
    };
    assert_eq!(with(&|delivery| *delivery.body_mut() = b"other".into()), "webhook-signature-mismatch");
    assert_eq!(with(&|delivery| delivery.headers_mut().clear()), "webhook-value-missing");
    let value = |text: &'static str| http::HeaderValue::from_static(text);
    assert_eq!(
        with(&|delivery| _ = delivery.headers_mut().insert("x-signature", value("t=1"))),
        "webhook-value-malformed"
    );
    assert_eq!(
        with(&|delivery| _ = delivery.headers_mut().append("x-signature", value("t=1,v1=2"))),
        "webhook-value-duplicate"
    );
}

#[test]
fn a_placed_value_that_does_not_fit_is_named() {
    let file = LISTED
        .replace(
            "[let]\n",
            "[let]\ndigest = { text = \"{body}\", hash = \"sha256\", as = \"hex\" }\n\
         covered = { headers = [\"host\", \"digest\"] }\n",
        )
        .replace("{time}.{body}", "{time}.{covered}")
        + "digest = \"{digest}\"\nx-covered = \"{covered.names}\"\n";
    let key = signer(&file, &[("secret", SECRET)]);
    let good = testing::sign(&key, post("https://hooks.example.com/in", "body"), at(NOW)).unwrap();
    let refused = |change: &dyn Fn(&mut Request<Vec<u8>>)| {
        let mut delivery = good.clone();
        change(&mut delivery);
        judged(&verifier(&[&key]), &delivery, at(NOW)).unwrap_err().code()
    };
    assert_eq!(refused(&|delivery| delivery.body_mut().push(b'x')), "webhook-value-mismatch");
    let names = http::HeaderValue::from_static("host");
    assert_eq!(
        refused(&|delivery| _ = delivery.headers_mut().insert("x-covered", names.clone())),
        "webhook-not-covered"
    );
}

#[test]
fn each_copy_of_a_delivery_is_known_whichever_of_its_signatures_it_keeps() {
    let (old, new) = (
        signer(LISTED, &[("secret", SECRET)]),
        signer(LISTED, &[("secret", "another secret of that length")]),
    );
    let verifier = verifier(&[&old, &new]);
    let delivery = post("https://hooks.example.com/in", "body");
    let by = |key: &Declared| {
        let signed = testing::sign(key, delivery.clone(), at(NOW)).unwrap();
        signed.headers()["x-signature"].to_str().unwrap().to_owned()
    };
    let (by_old, by_new) = (by(&old), by(&new));
    let second = by_new.split_once(',').unwrap().1;
    let replay_key = |value: String| {
        let mut delivery = delivery.clone();
        delivery.headers_mut().insert("x-signature", value.try_into().unwrap());
        let (parts, body) = delivery.into_parts();
        verifier.verify(&parts, &body, at(NOW)).unwrap().replay_key().to_string()
    };
    let both = replay_key(format!("{by_old},{second}"));
    for copy in [by_old.clone(), by_new.clone(), format!("v0=x,{by_new}"), by_old.replace("v1=", "v1=0,v1=")]
    {
        assert_eq!(replay_key(copy.clone()), both, "{copy}");
    }
    let later = testing::sign(&old, delivery.clone(), at(NOW + 1)).unwrap();
    assert_ne!(replay_key(later.headers()["x-signature"].to_str().unwrap().to_owned()), both);
}

#[tokio::test]
async fn the_layer_lets_a_delivery_in_once() {
    async fn handle(event: Verified<Bytes>) -> String {
        format!("{} {}", event.provider(), event.len())
    }
    // What is signed stands in the body: it is read before anything is judged.
    let in_body = LISTED.split_once("[send.header]").unwrap().0.replace("{body}", "{json.event}").to_owned()
        + "[send.json]\nsigned.time = \"{time}\"\nsigned.sign = \"{signature}\"\n";
    for file in [LISTED, &in_body] {
        let key = signer(file, &[("secret", SECRET)]);
        let app: axum::Router =
            axum::Router::new().route("/in", route(handle).route_layer(verifier(&[&key]).layer()));
        let body = r#"{"event":"paid"}"#;
        let delivery = testing::sign(&key, post("https://hooks.example.com/in", body), at(NOW)).unwrap();
        let send = |delivery: Request<Vec<u8>>| app.clone().oneshot(delivery.map(Body::from));
        if file == LISTED {
            let unsigned = Request::post("https://hooks.example.com/in");
            let unending =
                Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
            let answer = app.clone().oneshot(unsigned.body(unending).unwrap()).await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "its body is not waited for");
        }
        let mut forged = delivery.clone();
        let other = String::from_utf8(forged.body().clone()).unwrap().replace("paid", "free");
        *forged.body_mut() = other.into_bytes();
        assert_eq!(send(forged).await.unwrap().status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            send(post("https://hooks.example.com/in", body)).await.unwrap().status(),
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(send(delivery.clone()).await.unwrap().status(), StatusCode::OK);
        assert_eq!(send(delivery).await.unwrap().status(), StatusCode::UNAUTHORIZED, "a copy");
    }
}

#[test]
fn a_refusal_is_diagnosed_without_a_line_for_this_scheme() {
    for file in [LISTED, &LISTED.replace("\"hex\"", "\"base64\"")] {
        let key = signer(file, &[("secret", SECRET)]);
        let mut delivery = post("https://hooks.example.com/in", r#"{"a": 1}"#);
        delivery = testing::sign(&key, delivery, at(NOW)).unwrap();
        *delivery.body_mut() = br#"{"a":1}"#.into();
        let (parts, body) = delivery.into_parts();
        let diagnosis = verifier(&[&key]).diagnose(&parts, &body).unwrap();
        assert_eq!(diagnosis.code(), "body-reserialised");
    }
}

#[test]
fn a_key_in_another_form_is_recognised() {
    let key = signer(LISTED, &[("secret", SECRET)]);
    let other = signer(&LISTED.replace("mac = ", "key = \"{secret|hex}\", mac = "), &[("secret", SECRET)]);
    let delivery = testing::sign(&other, post("https://hooks.example.com/in", "body"), at(NOW)).unwrap();
    let (parts, body) = delivery.into_parts();
    assert_eq!(verifier(&[&key]).diagnose(&parts, &body).unwrap().code(), "secret-encoded");
}

#[test]
fn a_refusal_speaks_of_the_url_if_the_url_is_signed() {
    for (text, speaks) in [("{time}.{body}", false), ("{time}.{url}.{body}", true)] {
        let key = signer(&LISTED.replace("{time}.{body}", text), &[("secret", SECRET)]);
        let mut delivery =
            testing::sign(&key, post("https://hooks.example.com/in", "body"), at(NOW)).unwrap();
        *delivery.body_mut() = b"other".into();
        let error = judged(&verifier(&[&key]), &delivery, at(NOW)).unwrap_err();
        assert_eq!(error.to_string().contains("hooks.example.com"), speaks, "{error}");
    }
}
