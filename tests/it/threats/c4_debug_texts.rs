//! C4: no `Debug` text of a public type holds a secret.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use countersign::Scheme;
use countersign::netgiro::Netgiro;
use countersign::signing::{Encoding, MacKey, SignedText};
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::Vizion;
use countersign::webhook::{
    Builder, Keys, MemoryStore, RedisStore, Scheme as WebhookScheme, VerifiedRejection, Window,
};
use countersign::{RequestRef, Signer};
use countersign::{netgiro::webhook, unleashed, vizion};
use http::{Extensions, HeaderMap, Method};
use tower::Layer as _;

use super::c4_canaries::{assert_clean, credentials};
use crate::support::chains::{
    CUSTOMER_KEY, PARTNER_KEY, UNLEASHED_KEY, VIZION_KEY, netvisor, unleashed as unleashed_provider,
};
use crate::support::netgiro::{APP_KEY, SECRET};

/// The `Debug` text of the request and of the reply's judgement, of one provider.
fn describe<S: Scheme<Stamp: std::fmt::Debug> + std::fmt::Debug>(
    text: &mut String,
    provider: Signer<S>,
    url: &str,
) {
    let (url, extensions, mut signed_headers) = (url.parse().unwrap(), Extensions::new(), HeaderMap::new());
    let none = HeaderMap::new();
    let outgoing = RequestRef::new(&Method::POST, &url, &none, &extensions, b"{}");
    let signed = provider.sign(&outgoing).unwrap();
    write!(text, "{provider:?} {outgoing:?} {signed:?} {:?} {:?}", signed.signature(), signed.stamp())
        .unwrap();
    let mut segments = String::new();
    let mut print = |segment: countersign::signing::Segment<'_>| {
        write!(segments, "{segment:?} {:?}", segment.public_bytes()).unwrap();
    };
    let mut signed_text = SignedText::new(&mut print);
    write!(text, "{signed_text:?}").unwrap();
    provider.scheme().signed_text(&outgoing, signed.stamp(), &mut signed_text).unwrap();
    write!(text, "{segments} {:?}", provider.scheme().mac()).unwrap();
    signed.apply(&mut signed_headers);
    let sent = RequestRef::new(&Method::POST, &url, &signed_headers, &extensions, b"{}");
    write!(text, "{signed_headers:?} {sent:?} {:?}", countersign::netgiro::SentRequest::new(&sent)).unwrap();
    write!(text, "{provider:#?}").unwrap();
}

#[test]
fn c4_no_debug_text_holds_a_secret() {
    let mut text = String::new();
    let query = "?a=1&b=%40";
    describe(&mut text, netvisor(), &format!("https://isvapi.netvisor.fi/x{query}"));
    describe(&mut text, Netgiro::new(APP_KEY, SECRET).unwrap(), &format!("https://api.netgiro.is/x{query}"));
    describe(&mut text, unleashed_provider(), "https://api.unleashedsoftware.com/x");
    describe(&mut text, Vizion::new(VIZION_KEY).unwrap(), &format!("https://demo.vizionapi.com/x{query}"));
    let key = MacKey::hmac_sha256(UNLEASHED_KEY.as_bytes(), Encoding::Base64).unwrap();
    write!(text, "{key:?} {:?} {:?}", key.start(), key.start().finish()).unwrap();
    write!(text, "{:?}", MacKey::sha256_with_prefix(SECRET.as_bytes(), Encoding::HexLower)).unwrap();
    write!(text, "{:?}", credentials(CUSTOMER_KEY, PARTNER_KEY)).unwrap();
    write!(text, "{:?}", countersign::SecretString::from(SECRET)).unwrap();
    assert!(text.len() > 3000, "{text}");
    assert_clean(&text);
}

#[test]
fn c4_a_provider_prints_its_settings() {
    let text = format!("{:?}", Netgiro::new(APP_KEY, SECRET).unwrap());
    assert!(
        text.starts_with(
            "Signer { provider: \"netgiro\", scheme: Scheme { replies: Reading { limit: 10485760, report_only: false, streamed: false, diagnose_refusals: false }, .. }, scope: "
        ),
        "{text}"
    );
}

#[test]
fn c4_no_debug_text_of_a_request_holds_its_path_or_query() {
    let url = "https://api.netgiro.is/canary?canary=canary".parse().unwrap();
    let (headers, extensions) = (HeaderMap::new(), Extensions::new());
    let outgoing = RequestRef::new(&Method::POST, &url, &headers, &extensions, b"canary");
    let text = format!("{outgoing:?} {:?}", countersign::netgiro::SentRequest::new(&outgoing));
    assert!(text.matches("api.netgiro.is").count() == 2 && !text.contains("canary"), "{text}");
}

#[test]
fn c4_a_signature_made_a_header_value_is_marked_sensitive() {
    for encoding in [Encoding::HexLower, Encoding::Base64] {
        let value = MacKey::sha256(encoding).start().finish().header_value();
        assert!(value.is_sensitive() && !value.is_empty());
        assert_eq!(format!("{value:?}"), "Sensitive");
    }
}

/// In no body and no key: what a content or a path must not add to a text.
const PRIVATE: &str = "private-5d2c";

/// The `Debug` texts of all that receives one provider's deliveries, and of what it says of `request`, which is honest.
async fn describe_receiving<S: WebhookScheme + std::fmt::Debug>(
    text: &mut String,
    builder: Builder<S>,
    keys: impl Fn() -> Keys<S>,
    request: http::Request<Bytes>,
) {
    let (parts, body) = request.into_parts();
    write!(text, "{builder:#?} {:?}", keys()).unwrap();
    let verifier = builder.build();
    let layer = verifier.layer();
    write!(text, "{verifier:?} {layer:?} {:?}", layer.layer(())).unwrap();
    let verified = verifier.verify(&parts, &body, SystemClock.now()).unwrap();
    write!(text, "{verified:?} {:?} {}", verified.replay_key(), verified.replay_key()).unwrap();
    write!(text, "{:?}", verified.json::<serde_json::Value>().unwrap()).unwrap();
    write!(text, "{:?}", verified.json::<Vec<()>>().unwrap_err()).unwrap();
    write!(text, "{:?}", verifier.transcript(&parts, &body).unwrap()).unwrap();
    write!(text, "{:?}", verifier.diagnose(&parts, &body).unwrap()).unwrap();
    for body in [Bytes::new(), Bytes::from(vec![b' '; 2 << 20]), Bytes::from_static(b"{}")] {
        let error = verifier.receive(&parts, body).await.unwrap_err();
        write!(text, "{error} {error:#} {error:?}").unwrap();
    }
    verifier.exchange_keys(keys());
    write!(text, "{verifier:#?}").unwrap();
}

#[tokio::test]
async fn c4_no_debug_text_of_receiving_webhooks_holds_a_secret() {
    let mut text = String::new();
    let (url, body) = (format!("https://shop.example.is/paid?{PRIVATE}"), format!("{{\"a\":\"{PRIVATE}\"}}"));
    let now = SystemClock.now();
    describe_receiving(
        &mut text,
        vizion::webhook::Verifier::builder_for_any_host().key("key-1", VIZION_KEY).unwrap(),
        || vizion::webhook::Keys::new().with("key-2", CUSTOMER_KEY).unwrap(),
        vizion::webhook::testing::sign("key-1", VIZION_KEY, &url, body.clone(), now).unwrap(),
    )
    .await;
    describe_receiving(
        &mut text,
        webhook::Verifier::builder("https://shop.example.is").unwrap().secret(SECRET).unwrap(),
        || webhook::Keys::new().with(SECRET).unwrap(),
        webhook::testing::sign(SECRET, &url, body.clone(), 42).unwrap(),
    )
    .await;
    describe_receiving(
        &mut text,
        unleashed::webhook::Verifier::builder().signing_key(UNLEASHED_KEY).unwrap(),
        || unleashed::webhook::Keys::new().with(UNLEASHED_KEY).unwrap(),
        unleashed::webhook::testing::sign(UNLEASHED_KEY, &url, body, now).unwrap(),
    )
    .await;
    for scheme in
        [format!("{:?}", vizion::webhook::Scheme::default()), format!("{:?}", webhook::Scheme::default())]
    {
        text.push_str(&scheme);
    }
    write!(text, "{:?} {:?}", unleashed::webhook::Scheme, Window::new(Duration::ZERO, Duration::MAX))
        .unwrap();
    let other = VerifiedRejection::OtherProvider { wanted: "vizion", mounted: "netgiro" };
    write!(text, "{:?} {:?} {other:?}", MemoryStore::default(), VerifiedRejection::NoLayer).unwrap();
    assert!(text.len() > 3000, "{text}");
    assert_clean(&text);
    assert!(!text.contains(PRIVATE), "{text}");
}

#[test]
fn c4_a_verifier_prints_the_ids_of_its_keys_and_its_settings() {
    let builder = vizion::webhook::Verifier::builder_for_any_host().key("key-1", VIZION_KEY).unwrap();
    let settings = "{ provider: \"vizion\", keys: [\"key-1\"], settings: Settings { window: Window { past: 300s, ahead: 60s }, \
                    body_limit: 1048576, origin: None, added: None, accept_without_store: false, .. }, \
                    diagnose_refusals: false, .. }";
    assert_eq!(format!("{builder:?}"), format!("Builder {settings}"));
    assert_eq!(format!("{:?}", builder.build()), format!("Verifier {settings}"));
    assert_eq!(format!("{:?}", webhook::Keys::new().with(SECRET).unwrap()), r#"["(no id)"]"#);
}

#[tokio::test]
async fn c4_neither_a_redis_store_nor_its_refusal_prints_the_password() {
    let password = percent_encoding::utf8_percent_encode(PARTNER_KEY, percent_encoding::NON_ALPHANUMERIC);
    let store = RedisStore::connect(format!("redis://user:{password}@127.0.0.1:1")).unwrap();
    let refused = [
        RedisStore::connect(format!("redis://user:{PARTNER_KEY}@127.0.0.1:x")).unwrap_err(),
        RedisStore::connect(format!("unknown://user:{password}@127.0.0.1")).unwrap_err(),
    ];
    let request =
        vizion::webhook::testing::sign("id", VIZION_KEY, "https://a.example/", "{}", SystemClock.now());
    let (parts, body) = request.unwrap().into_parts();
    let builder = vizion::webhook::Verifier::builder_for_any_host()
        .key("id", VIZION_KEY)
        .unwrap()
        .replay_store(store.clone());
    let unreachable = builder.build().receive(&parts, body).await.unwrap_err();
    assert_eq!(unreachable.code(), "webhook-store-unreachable");
    assert_clean(&format!("{store:?} {store:#?} {refused:?} {refused:#?} {unreachable:#} {unreachable:#?}"));
}
