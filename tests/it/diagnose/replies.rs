//! Signatures of what came in: Netgíró's replies, and any segments with a key.

use countersign::diagnose::Outcome;
use countersign::explain::Transcript;
use countersign::netgiro::{Netgiro, SentRequest};
use countersign::signing::{Charset, Encoding, MacKey, Origin, Segment};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue, Request};
use sha2::{Digest as _, Sha256};

use super::subject::SECRET;

const URL: &str = "https://api.netgiro.is/v1/Sales/GetList?AllForCompany=true";
const COMPACT: &str = r#"{"Success":true,"ResultCode":200}"#;
const PRETTY: &str = "{\n  \"Success\": true,\n  \"ResultCode\": 200\n}";

/// A reply with `body`, signed as if the URL, the body and the secret had been others; judged.
fn refusal(secret: &str, signed_url: &str, signed_body: &str, body: &str) -> countersign::Error {
    let netgiro = Netgiro::new("app-key", SECRET).unwrap();
    let mut request = Request::get(URL).body(()).unwrap();
    countersign::sign_http(&netgiro, &mut request).unwrap();
    let sent = SentRequest::new(&countersign::Outgoing::from_http(&request).unwrap());
    let signature = hex::encode(Sha256::digest(format!("{secret}42{signed_url}{signed_body}")));
    let mut headers = HeaderMap::new();
    headers.insert("netgiro_nonce", HeaderValue::from_static("42"));
    headers.insert("netgiro_signature", signature.parse().unwrap());
    netgiro.verify_reply(&sent, &headers, body.as_bytes()).unwrap_err()
}

#[test]
fn a_refused_reply_says_which_known_mistake_would_explain_it() {
    let path = URL.trim_start_matches("https://api.netgiro.is");
    let cases = [
        ("body-reserialised", refusal(SECRET, URL, COMPACT, PRETTY)),
        ("body-missing", refusal(SECRET, URL, "", COMPACT)),
        ("host-missing", refusal(SECRET, path, COMPACT, COMPACT)),
        ("url-scheme", refusal(SECRET, &URL.replace("https", "http"), COMPACT, COMPACT)),
        ("url-case", refusal(SECRET, &URL.to_lowercase(), COMPACT, COMPACT)),
    ];
    for (code, error) in cases {
        assert_eq!(error.code(), "reply-signature-mismatch");
        assert!(error.notes().iter().any(|note| note.contains(code)), "{code}: {error}");
    }
}

#[test]
fn an_unexplained_or_long_reply_gets_no_note() {
    assert_eq!(refusal("another secret", URL, COMPACT, COMPACT).notes().len(), 0);
    let long = format!("{{\"padding\":\"{}\"}}", "x".repeat(64 << 10));
    assert_eq!(refusal(SECRET, URL, "", &long).notes().len(), 0);
}

#[test]
fn a_text_of_ones_own_is_diagnosed_with_its_proxy_and_its_other_keys() {
    let key = |secret: &str| MacKey::hmac_sha256(secret.as_bytes(), Encoding::HexLower).unwrap();
    let target = |target: &str, body: &str| format!("post {target}.{body}");
    let transcript = Transcript::new("my-webhooks", &key("first key"))
        .text(|text| {
            text.push(Segment::public("method", b"post").with_origin(Origin::RequestMethod))
                .separator(" ")
                .push(Segment::public("target", b"/hooks/in?x=1").with_origin(Origin::RequestTarget))
                .separator(".")
                .push(
                    Segment::public("body", PRETTY.as_bytes())
                        .with_origin(Origin::Body)
                        .with_charset(Charset::Bytes),
                );
        })
        .other_url("/public/hooks/in?x=1")
        .other_key("key-2", &key("second key"));
    let cases = [
        ("matches", "first key", target("/hooks/in?x=1", PRETTY)),
        ("body-reserialised", "first key", target("/hooks/in?x=1", COMPACT)),
        ("proxy-url", "first key", target("/public/hooks/in?x=1", PRETTY)),
        ("wrong-key-id", "second key", target("/hooks/in?x=1", PRETTY)),
        ("trailing-slash", "first key", target("/hooks/in/?x=1", PRETTY)),
        ("body-reserialised+wrong-key-id", "second key", target("/hooks/in?x=1", COMPACT)),
        ("wrong-key", "third key", target("/hooks/in?x=1", PRETTY)),
    ];
    for (code, secret, text) in cases {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(text.as_bytes());
        let diagnosis = transcript.diagnose(&hex::encode(mac.finalize().into_bytes()));
        assert_eq!(diagnosis.code(), code, "{diagnosis}");
    }
}

#[test]
fn a_long_body_bounds_the_search_and_says_so() {
    let body = vec![b'x'; 6 << 20];
    let transcript = Transcript::new("long", &MacKey::sha256(Encoding::HexLower)).text(|text| {
        text.push(Segment::public("body", &body).with_origin(Origin::Body).with_charset(Charset::Bytes));
    });
    let diagnosis = transcript.diagnose_briefly(&"00".repeat(32));
    assert_eq!(diagnosis.outcome(), Outcome::WrongKey);
    assert!(!diagnosis.is_complete() && diagnosis.to_string().contains("not every known mistake was tried"));
}
