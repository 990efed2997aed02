//! Netgíró's callbacks and Unleashed's webhooks, through the same order.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use countersign::{netgiro, unleashed, vizion};
use http::{HeaderValue, Request};
use sha2::{Digest as _, Sha256};

use super::sender::mac;
use super::{BODY, now, refusal};

const SECRET: &str = "the first secret";
const URL: &str = "https://shop.example.is/paid?order=7";

type Judge = Box<dyn Fn(&Request<Bytes>) -> &'static str>;
type Tamper = Box<dyn Fn(&mut Request<Bytes>)>;

fn netgiro_judge() -> Judge {
    let verifier = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap();
    let verifier = verifier.secret(SECRET).unwrap().secret("the former secret").unwrap().build();
    Box::new(move |request| {
        let (parts, body) = request.clone().into_parts();
        verifier.verify(&parts, &body, now()).map_or_else(|error| refusal(&error), |_| "accepted")
    })
}

fn unleashed_judge() -> Judge {
    let verifier = unleashed::webhook::Verifier::builder().signing_key(SECRET).unwrap();
    let verifier = verifier.signing_key("the former secret").unwrap().build();
    Box::new(move |request| {
        let (parts, body) = request.clone().into_parts();
        verifier.verify(&parts, &body, now()).map_or_else(|error| refusal(&error), |_| "accepted")
    })
}

fn netgiro_signature(secret: &str, nonce: &str, url: &str, body: &[u8]) -> String {
    hex::encode(Sha256::digest([secret.as_bytes(), nonce.as_bytes(), url.as_bytes(), body].concat()))
}

fn unleashed_signature(timestamp: &str, body: &str) -> String {
    BASE64.encode(mac(SECRET, &format!("{timestamp}.{body}")))
}

fn set(name: &'static str, value: impl Into<String>) -> Tamper {
    let value = HeaderValue::from_bytes(value.into().as_bytes()).unwrap();
    Box::new(move |request| {
        request.headers_mut().insert(name, value.clone());
    })
}

fn both(first: Tamper, second: Tamper) -> Tamper {
    Box::new(move |request| {
        first(request);
        second(request);
    })
}

fn twice(name: &'static str) -> Tamper {
    Box::new(move |request| {
        let value = request.headers()[name].clone();
        request.headers_mut().append(name, value);
    })
}

fn without(name: &'static str) -> Tamper {
    Box::new(move |request| {
        request.headers_mut().remove(name);
    })
}

fn body(bytes: &'static [u8]) -> Tamper {
    Box::new(move |request| *request.body_mut() = Bytes::from_static(bytes))
}

fn target(text: &'static str) -> Tamper {
    Box::new(move |request| *request.uri_mut() = text.parse().unwrap())
}

fn check(judge: &Judge, honest: &Request<Bytes>, cases: Vec<(&str, Tamper)>) {
    assert_eq!(judge(honest), "accepted");
    for (index, (code, tamper)) in cases.into_iter().enumerate() {
        let mut request = honest.clone();
        tamper(&mut request);
        assert_eq!(judge(&request), code, "case {index}");
    }
}

#[test]
fn netgiro_callbacks_are_refused_for_every_reason() {
    let honest = netgiro::webhook::testing::sign(SECRET, URL, BODY, 42).unwrap();
    let signed = netgiro_signature(SECRET, "42", URL, BODY.as_bytes());
    assert_eq!(honest.headers()["netgiro_signature"], signed);

    let (signature, nonce) = ("netgiro_signature", "netgiro_nonce");
    let mut cases = vec![
        ("webhook-header-missing", without(signature)),
        ("webhook-header-missing", without(nonce)),
        ("webhook-header-duplicate", twice(signature)),
        ("webhook-header-duplicate", twice(nonce)),
        ("accepted", set(signature, signed.to_uppercase())),
        ("accepted", set("content-type", "text/plain")),
        ("webhook-signature-mismatch", set(nonce, "43")),
        ("webhook-signature-mismatch", set(signature, "0".repeat(64))),
        ("webhook-signature-mismatch", body(b"{}")),
        ("webhook-signature-mismatch", target("/paid?order=8")),
        ("webhook-signature-mismatch", target("/paid")),
        ("webhook-target-not-normalised", target("/paid{}?order=7")),
        ("webhook-target-not-normalised", target("/a/../paid?order=7")),
        ("accepted", set("host", "10.0.0.7:3000")),
        ("accepted", set(signature, netgiro_signature("the former secret", "42", URL, BODY.as_bytes()))),
        (
            "webhook-signature-mismatch",
            set(signature, netgiro_signature("other", "42", URL, BODY.as_bytes())),
        ),
    ];
    for text in ["", "00", &signed[..63], &format!("{signed}0"), &signed.replace(&signed[..1], "g"), " "] {
        cases.push(("webhook-signature-malformed", set(signature, text)));
    }
    for text in ["", "42:", "4 2", "42https", "é", &"4".repeat(129)] {
        let code = if text == "42https" { "webhook-signature-mismatch" } else { "webhook-nonce-malformed" };
        cases.push((code, set(nonce, text)));
    }
    check(&netgiro_judge(), &honest, cases);
}

#[test]
fn netgiro_bodies_that_move_the_border_of_the_text_are_refused_though_signed() {
    let honest = netgiro::webhook::testing::sign(SECRET, URL, BODY, 42).unwrap();
    // The border between URL and body moved: the same text, so the same signature.
    let (document, target) = ("webhook-not-one-document", "webhook-target-not-normalised");
    for (signed_target, signed_body, moved_target, moved_body, code) in [
        ("/paid?order=7", "{\"a\":1}", "/paid?order=", "7{\"a\":1}", document),
        ("/paid?order=", "[1]", "/paid?order=[1]", "", target),
        ("/paid?order=", "{}\n", "/paid?order={}", "\n", target),
        ("/paid?order=[]", "", "/paid?order=", "[]", document),
        ("/paid?order=[", "1]", "/paid?order=", "[1]", document),
    ] {
        let url = format!("https://shop.example.is{signed_target}");
        let mut moved = netgiro::webhook::testing::sign(SECRET, &url, signed_body, 42).unwrap();
        *moved.uri_mut() = moved_target.parse().unwrap();
        *moved.body_mut() = Bytes::from_static(moved_body.as_bytes());
        assert_eq!(netgiro_judge()(&moved), code, "{moved_target} {moved_body}");
    }

    let signed = |bytes: &'static [u8]| {
        both(body(bytes), set("netgiro_signature", netgiro_signature(SECRET, "42", URL, bytes)))
    };
    let cases = vec![
        ("webhook-not-utf8", signed(b"{}\x80\x00\x00\x00\x00\x00\x00\x09\x68{}")),
        ("webhook-not-one-document", signed(b"7")),
        ("webhook-not-one-document", signed(b"<Paid/>7")),
        ("webhook-not-one-document", signed(b"{\"a\":1]")),
        ("webhook-not-one-document", signed("\u{feff}{\"a\":1}".as_bytes())),
        ("webhook-body-empty", signed(b"")),
        ("accepted", signed(b"<Paid/>")),
    ];
    check(&netgiro_judge(), &honest, cases);
}

#[tokio::test]
async fn netgiro_callbacks_have_only_the_store_against_repetition() {
    let builder = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap();
    let verifier = builder.secret(SECRET).unwrap().remember_for(Duration::ZERO).build();
    let (parts, body) = netgiro::webhook::testing::sign(SECRET, URL, BODY, 42).unwrap().into_parts();
    let accepted = verifier.receive(&parts, body.clone()).await.unwrap();
    assert_eq!((accepted.signed_at(), accepted.repeatable_for()), (None, Duration::from_secs(60)));
    let again = verifier.receive(&parts, body.clone()).await.unwrap_err();
    assert_eq!(refusal(&again), "webhook-replayed");
    let as_by_default = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap();
    let accepted = as_by_default.secret(SECRET).unwrap().build().receive(&parts, body.clone()).await.unwrap();
    assert_eq!(accepted.repeatable_for(), Duration::from_secs(2_592_000), "thirty days");
    // The core alone has nothing to tell an old one by.
    assert!(verifier.verify(&parts, &body, SystemTime::UNIX_EPOCH).is_ok());
}

#[test]
fn unleashed_webhooks_are_refused_for_every_reason() {
    let honest =
        unleashed::webhook::testing::sign(SECRET, "https://hooks.example.com/stock", BODY, now()).unwrap();
    let (signature, timestamp) = ("x-unleashed-signature", "x-unleashed-timestamp");
    let signed = unleashed_signature("1685548865", BODY);
    assert_eq!(honest.headers()[signature], signed);
    assert_eq!(honest.headers()[timestamp], "1685548865");

    let at = |text: &str| both(set(timestamp, text), set(signature, unleashed_signature(text, BODY)));
    let mut cases = vec![
        ("webhook-header-missing", without(signature)),
        ("webhook-header-missing", without(timestamp)),
        ("webhook-header-duplicate", twice(signature)),
        ("webhook-header-duplicate", twice(timestamp)),
        ("webhook-signature-mismatch", set(timestamp, "1685548866")),
        ("webhook-signature-mismatch", set(signature, BASE64.encode([0; 32]))),
        ("webhook-signature-mismatch", body(b"{}")),
        ("accepted", target("/elsewhere")),
        ("accepted", at("1685548566")),
        ("webhook-too-old", at("1685548565")),
        ("accepted", at("1685548925")),
        ("webhook-too-early", at("1685548926")),
        ("webhook-too-old", at("-9223372036854775808")),
        ("webhook-time-unit", at("9223372036854775807")),
        ("webhook-time-unit", at("1685548865944")),
    ];
    for text in ["", "+1685548865", "01685548865", "1685548865.0", "1.6e9", "now", "é"] {
        cases.push(("webhook-time-malformed", at(text)));
    }
    for text in ["", &signed[..43], &format!("{signed}="), &hex::encode([0; 32]), &signed.replace('=', "")] {
        cases.push(("webhook-signature-malformed", set(signature, text)));
    }
    check(&unleashed_judge(), &honest, cases);
}

#[test]
fn without_a_key_nothing_is_said_of_key_ids() {
    let url = "https://hooks.example.com/in";
    let (parts, body) = unleashed::webhook::testing::sign(SECRET, url, BODY, now()).unwrap().into_parts();
    let unleashed = unleashed::webhook::Verifier::builder().build().verify(&parts, &body, now()).unwrap_err();
    let (parts, body) = netgiro::webhook::testing::sign(SECRET, URL, BODY, 42).unwrap().into_parts();
    let netgiro = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap().build();
    let netgiro = netgiro.verify(&parts, &body, now()).unwrap_err();
    let (parts, body) = vizion::webhook::testing::sign("id", SECRET, url, BODY, now()).unwrap().into_parts();
    let vizion = vizion::webhook::Verifier::builder_for_any_host().build();
    let vizion = vizion.verify(&parts, &body, now()).unwrap_err();
    for error in [unleashed, netgiro, vizion] {
        assert_eq!(refusal(&error), "webhook-no-keys");
        let text = format!("{error:#}");
        assert!(text.contains("no key is configured") && !text.contains(" id"), "{text}");
    }
}
