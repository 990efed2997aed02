//! What a refusal says of a signature that arrives under another name.

use std::time::SystemTime;

use countersign::Error;
use countersign::netgiro::webhook;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::support::netgiro::{BODY, OFFLINE, SECRET, fresh_nonce, headers, sent, signature};

const URL: &str = "https://api.netgiro.is/v1/x";

fn renamed(headers: &HeaderMap, name: &str, arrived: &'static str) -> HeaderMap {
    let mut headers = headers.clone();
    let value: HeaderValue = headers.remove(name).unwrap();
    headers.insert(HeaderName::from_bytes(arrived.as_bytes()).unwrap(), value);
    headers
}

/// The names under which each header arrives, and how `http` writes them.
const NAMES: [(&str, [(&str, &str); 2]); 2] = [
    (
        "netgiro_signature",
        [("Netgiro-Signature", "netgiro-signature"), ("HTTP_NETGIRO_SIGNATURE", "http_netgiro_signature")],
    ),
    ("netgiro_nonce", [("Netgiro-Nonce", "netgiro-nonce"), ("HTTP_NETGIRO_NONCE", "http_netgiro_nonce")]),
];

fn assert_named(error: &Error, code: &str, name: &str, arrived: &str) {
    assert_eq!(error.code(), code);
    let note = format!("{arrived} arrived in place of {name}");
    assert!(error.to_string().contains(&note), "{error}");
    assert!(
        error.next_step().contains(name) && error.next_step().contains("proxy or framework"),
        "{error:#}"
    );
}

#[test]
fn a_reply_whose_headers_were_renamed_is_refused_by_the_names_that_arrived() {
    let nonce = fresh_nonce();
    let honest = headers(&nonce, &signature(&nonce, URL, BODY.as_bytes()));
    for ((name, arrived), code) in NAMES.into_iter().zip(["reply-signature-missing", "reply-nonce-missing"]) {
        for (sent_as, shown) in arrived {
            let headers = renamed(&honest, name, sent_as);
            let refused = OFFLINE.verify_reply(&sent(&OFFLINE, URL), &headers, BODY.as_bytes()).unwrap_err();
            assert_named(&refused, code, name, shown);
        }
    }
}

#[test]
fn a_callback_whose_headers_were_renamed_is_refused_by_the_names_that_arrived() {
    let verifier =
        webhook::Verifier::builder("https://shop.example.is").unwrap().secret(SECRET).unwrap().build();
    let signed = webhook::testing::sign(SECRET, "https://shop.example.is/paid", BODY, 7).unwrap();
    let (mut parts, body) = signed.into_parts();
    let honest = parts.headers.clone();
    for (name, arrived) in NAMES {
        for (sent_as, shown) in arrived {
            parts.headers = renamed(&honest, name, sent_as);
            let refused = verifier.verify(&parts, &body, SystemTime::UNIX_EPOCH).unwrap_err();
            assert_named(&refused, "webhook-header-missing", name, shown);
        }
    }
}

#[test]
fn a_header_that_is_missing_altogether_is_not_said_to_be_renamed() {
    let refused = OFFLINE.verify_reply(&sent(&OFFLINE, URL), &HeaderMap::new(), b"").unwrap_err();
    assert!(
        refused.notes().is_empty() && refused.next_step().contains("with '_' in their names"),
        "{refused:#}"
    );
}
