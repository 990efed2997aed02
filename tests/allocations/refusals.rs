//! What a delivery that is refused may cost, and what its diagnosis, where that is asked for: anybody can send it.

use std::time::{Duration, UNIX_EPOCH};

use allocation_counter::measure;
use countersign::diagnose::Outcome;
use countersign::explain::Transcript;
use countersign::netgiro::webhook;
use countersign::vizion::webhook::{Verifier, testing};
use http::{HeaderName, HeaderValue};

/// The bytes allocated while a delivery is diagnosed whose key is none of `keys` and which lists as many headers as are read.
pub(crate) fn bytes_for_an_unknown_key_and_64_headers(keys: usize) -> u64 {
    let at = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
    let url = "https://hooks.example.com/vizion?a=1";
    let (mut parts, body) =
        testing::sign("hmac-key-1", "the first secret", url, "{}", at).unwrap().into_parts();
    let mut listed = "(request-target) (created) host digest".to_owned();
    for name in (0..60).map(|n| format!("x-{n}")) {
        listed.extend([" ", &name]);
        parts.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_static("Value"));
    }
    let signature = "ab".repeat(32);
    let header = format!(
        "Signature keyId=unknown,signature={signature},algorithm=SHA-256,created=1685548865944,headers={listed}"
    );
    parts.headers.insert("x-vizion-signature", header.parse().unwrap());
    let builder = (0..keys).fold(Verifier::builder_for_any_host(), |builder, key| {
        builder.key(&format!("hmac-key-{key}"), format!("the secret of key {key}")).unwrap()
    });
    let verifier = builder.build();
    let diagnose = || {
        let error = verifier.diagnose(&parts, &body).unwrap_err();
        assert_eq!(error.code(), "webhook-key-unknown");
    };
    measure(diagnose).bytes_total
}

/// The bytes allocated while a callback is diagnosed whose URL is as long as one that is diagnosed unasked and
/// has as many pieces as fit it.
pub(crate) fn bytes_for_a_url_of_many_pieces() -> u64 {
    let url = format!("https://shop.example.com/paid?{}", "a&".repeat(1000));
    bytes_for_a_callback(&url, "")
}

/// The bytes allocated while a delivery is diagnosed with `length` bytes in each header in which proxies keep
/// what they were asked for.
pub(crate) fn bytes_for_long_headers_of_proxies(length: usize) -> u64 {
    let at = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
    let url = "https://hooks.example.com/vizion?a=1";
    let (mut parts, body) = testing::sign("hmac-key-1", "another", url, "{}", at).unwrap().into_parts();
    for (name, value) in [("x-forwarded-prefix", "/a"), ("x-forwarded-host", "a."), ("x-original-uri", "/a")]
    {
        parts.headers.insert(name, value.repeat(length / 2).parse().unwrap());
    }
    let verifier = Verifier::builder_for_any_host().key("hmac-key-1", "the first secret").unwrap().build();
    bytes_for_a_diagnosis(|| verifier.transcript(&parts, &body).unwrap())
}

/// The bytes allocated while a callback is diagnosed whose JSON is nested too deep to be indented.
pub(crate) fn bytes_for_deeply_nested_json() -> u64 {
    let body = format!("{}{}1.0{}", "[".repeat(120), "1.0,\"</\u{e9}\",".repeat(1200), "]".repeat(120));
    assert!(body.len() < 16 << 10);
    bytes_for_a_callback("https://shop.example.com/paid", &body)
}

fn bytes_for_a_callback(url: &str, body: &str) -> u64 {
    let body = body.to_owned();
    let (parts, body) = webhook::testing::sign("another secret", url, body, 42).unwrap().into_parts();
    let origin = "https://shop.example.com";
    let verifier = webhook::Verifier::builder(origin).unwrap().secret("the first secret").unwrap().build();
    bytes_for_a_diagnosis(|| verifier.transcript(&parts, &body).unwrap())
}

/// As far as anybody can have one made, of a signature that nothing explains.
fn bytes_for_a_diagnosis(state: impl Fn() -> Transcript) -> u64 {
    let diagnose = || assert_ne!(state().diagnose_briefly(&"ab".repeat(32)).outcome(), Outcome::Reproduced);
    measure(diagnose).bytes_total
}

/// The bytes allocated while a delivery is refused that nobody asked to have diagnosed.
pub(crate) fn bytes_for_a_refusal() -> u64 {
    let at = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
    let url = "https://hooks.example.com/vizion?a=1";
    let body = format!("[{}]", "1.0,".repeat(4000).trim_end_matches(','));
    let (parts, body) = testing::sign("hmac-key-1", "another", url, body, at).unwrap().into_parts();
    let verifier = Verifier::builder_for_any_host().key("hmac-key-1", "the first secret").unwrap().build();
    measure(|| drop(verifier.verify(&parts, &body, at).unwrap_err())).bytes_total
}
