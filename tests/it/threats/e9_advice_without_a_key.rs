//! E9: advice for a stranger's host from a mistake that needs no key. Such a mistake proves nothing: it is never found
//! together with another, and a refusal takes no advice from it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::diagnose::{Diagnosis, Outcome, diagnose};
use countersign::{Error, netgiro, unleashed, vizion};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use crate::support::noon;

const SECRET: &str = "the secret that was issued";
const BODY: &str = r#"{"event":"arrived","note":"a b"}"#;
const PRETTY: &str = "{\n  \"event\": \"arrived\",\n  \"note\": \"a b\"\n}";

/// What stands in place of a key where there is none.
const NO_KEYS: [&str; 5] = ["", "undefined", "null", "None", "nil"];

fn mac(key: &str, text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().chain_update(text);
    mac.finalize().into_bytes().to_vec()
}

fn parts(request: http::request::Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

/// What is found, having checked that a refusal takes advice only from what was proved.
fn found(diagnosis: &Diagnosis, refused: impl Fn() -> Error) -> (String, Outcome) {
    let (before, after) = (refused(), diagnosis.explain_refusal(refused()));
    let is_proved = diagnosis.outcome() == Outcome::Reproduced;
    let is_noted = after.notes().iter().any(|note| note.contains("known mistake"));
    assert_eq!(is_noted, is_proved, "{diagnosis}\n{after:#}");
    assert!(is_proved || before.next_step() == after.next_step(), "{diagnosis}\n{after:#}");
    (diagnosis.code().to_owned(), diagnosis.outcome())
}

/// A callback that says of itself to have come through a proxy, signed for that URL or for the one that it has.
fn callback(secret: &str, path: &str) -> (String, Outcome) {
    let verifier = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap();
    let verifier = verifier.secret(SECRET).unwrap().build();
    let signature = Sha256::digest(format!("{secret}42https://shop.example.is{path}?order=7{BODY}"));
    let parts = parts(
        Request::post("/paid?order=7")
            .header("x-forwarded-prefix", "/in/")
            .header("netgiro_nonce", "42")
            .header("netgiro_signature", hex::encode(signature)),
    );
    let diagnosis = verifier.diagnose(&parts, BODY.as_bytes()).unwrap();
    found(&diagnosis, || verifier.verify(&parts, BODY.as_bytes(), noon()).unwrap_err())
}

#[test]
fn a_stranger_s_callback_proves_nothing_of_a_proxy() {
    for secret in NO_KEYS {
        let (code, outcome) = callback(secret, "/in/paid");
        assert_eq!((code.as_str(), outcome), ("unexplained", Outcome::Unexplained), "{secret}");
        let (code, outcome) = callback(secret, "/paid");
        assert_eq!(outcome, Outcome::Keyless, "{secret}: {code}");
    }
    // With a key, it is proved.
    assert_eq!(callback(SECRET, "/in/paid"), ("proxy-url".to_owned(), Outcome::Reproduced));
}

/// What is signed, by whoever does so, of a webhook of Unleashed's.
type Sign = fn(&str) -> Vec<u8>;

#[test]
fn a_webhook_signed_without_a_key_is_never_two_mistakes() {
    let verifier = unleashed::webhook::Verifier::builder().signing_key(SECRET).unwrap().build();
    let keyless: [Sign; 5] = [
        |text| mac("", text),
        |text| mac("undefined", text),
        |text| Sha256::digest(text).to_vec(),
        |text| mac("", &hex::encode(mac("", text))),
        // Two mistakes that are keyless each: nothing, hashed.
        |text| mac(&hex::encode(Sha256::digest("")), text),
    ];
    let found = |sign: Sign, body: &str| {
        let signature = BASE64.encode(sign(&format!("1705320000.{body}")));
        let request = Request::post("/stock").header("x-unleashed-timestamp", "1705320000");
        let parts = parts(request.header("x-unleashed-signature", signature));
        let diagnosis = verifier.diagnose(&parts, BODY.as_bytes()).unwrap();
        found(&diagnosis, || verifier.verify(&parts, BODY.as_bytes(), noon()).unwrap_err())
    };
    for sign in keyless {
        assert_eq!(found(sign, PRETTY), ("unexplained".to_owned(), Outcome::Unexplained));
        let (code, outcome) = found(sign, BODY);
        assert!([Outcome::Keyless, Outcome::Unexplained].contains(&outcome), "{code}");
    }
    let known: Sign = |text| Sha256::digest(format!("{SECRET}{text}")).to_vec();
    let both = "body-reserialised+plain-hash-for-hmac".to_owned();
    assert_eq!(found(known, PRETTY), (both, Outcome::Reproduced));
}

/// The id goes over the wire with every request.
#[test]
fn a_key_that_is_sent_in_the_open_is_none() {
    let unleashed = unleashed::Unleashed::new("api-id", SECRET).unwrap().client_type("acme/stock").unwrap();
    let url = "https://api.unleashedsoftware.com/Customers?b=2&a=1";
    let request = Request::get(url).body(()).unwrap();
    let outgoing = countersign::RequestRef::from_http(&request).unwrap();
    for (query, key, code, outcome) in [
        ("b=2&a=1", "api-id", "secret-mixed-up", Outcome::Keyless),
        ("a=1&b=2", "api-id", "unexplained", Outcome::Unexplained),
        ("a=1&b=2", "acme/stock", "unexplained", Outcome::Unexplained),
        ("a=1&b=2", SECRET, "query-reordered", Outcome::Reproduced),
    ] {
        let diagnosis = diagnose(&unleashed, &outgoing, (), &BASE64.encode(mac(key, query))).unwrap();
        assert_eq!((diagnosis.code(), diagnosis.outcome()), (code, outcome), "{query} {key}");
    }
}

/// A delivery of Vizion's: signed with `key`, through a proxy of its own telling, with the digest of another body.
fn delivery(key: &str, host: &str, body: &str) -> (String, Outcome) {
    let verifier =
        vizion::webhook::Verifier::builder_for_any_host().key("hmac-key-1", SECRET).unwrap().build();
    let digest = format!("SHA-256={}", hex::encode(Sha256::digest(body)));
    let text = format!(
        "(request-target): post /vizion\n(created): 1705320000000\nhost: {host}\ndigest: {digest}\nx-api-key: mine"
    );
    let signature = format!(
        "Signature keyId=hmac-key-1,signature={},algorithm=SHA-256,created=1705320000000,\
         headers=(request-target) (created) host digest x-api-key",
        hex::encode(mac(key, &text))
    );
    let request = Request::post("/vizion").header("host", "10.0.0.7").header("digest", &digest);
    let request = request.header("x-api-key", "mine").header("x-forwarded-host", "hooks.example.com");
    let parts = parts(request.header("x-vizion-signature", signature));
    let diagnosis = verifier.diagnose(&parts, BODY.as_bytes()).unwrap();
    found(&diagnosis, || verifier.verify(&parts, BODY.as_bytes(), noon()).unwrap_err())
}

/// Nor is it a key that the sender wrote into a header himself.
#[test]
fn a_stranger_s_delivery_proves_nothing_of_a_proxy() {
    for secret in NO_KEYS {
        let (code, outcome) = delivery(secret, "hooks.example.com", BODY);
        assert_eq!((code.as_str(), outcome), ("unexplained", Outcome::Unexplained), "{secret}");
        let (code, outcome) = delivery(secret, "10.0.0.7", BODY);
        assert_eq!((code.as_str(), outcome), ("secret-unset", Outcome::Keyless), "{secret}");
    }
    let proved = ("proxy-url".to_owned(), Outcome::Reproduced);
    assert_eq!(delivery(SECRET, "hooks.example.com", BODY), proved);
}

/// Anybody can make one of a body in another spelling.
#[test]
fn a_digest_that_nobody_signed_proves_nothing_of_a_framework() {
    for secret in ["", "nobody's"] {
        let (code, outcome) = delivery(secret, "10.0.0.7", PRETTY);
        assert_ne!(outcome, Outcome::Reproduced, "{secret}: {code}");
    }
    assert_eq!(delivery(SECRET, "10.0.0.7", PRETTY), ("body-reserialised".to_owned(), Outcome::Reproduced));
}
