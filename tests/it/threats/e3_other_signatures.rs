//! E3: the signatures of the checkout form and of the redirect back, which every customer sees and which the same secret
//! makes, do not verify as a callback or a reply, also where a customer chooses the reference.

use std::time::SystemTime;

use countersign::netgiro::webhook;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use crate::support::netgiro::{APP_KEY, OFFLINE, SECRET, headers, sent};

const PAID: [&str; 4] = [
    "<ApiResponse><Success>true</Success><ResultCode>10200</ResultCode></ApiResponse>",
    r#"{"Success":true,"ResultCode":10200}"#,
    r#"[{"Success":true,"ResultCode":10200}]"#,
    "<ApiResponse><Success>true</Success><ResultCode>10200</ResultCode></ApiResponse><!--",
];

/// A signature that a customer sees, and what stands behind the reference that it covers.
fn seen_by_customers(reference: &str) -> [(String, String); 2] {
    let of_form = format!("1000{APP_KEY}");
    let of_redirect = "5A4DB0C5-0000-4000-8000-0000000000014711000Completed".to_owned();
    [of_form, of_redirect].map(|rest| {
        let signed = Sha256::digest(format!("{SECRET}{reference}{rest}"));
        (hex::encode(signed), rest)
    })
}

/// The head of a callback.
fn callback(url: &str, nonce: &str, signature: &str) -> Parts {
    let request = http::Request::post(url.strip_prefix("https://shop.example.is").unwrap());
    let request = request.header("netgiro_nonce", nonce).header("netgiro_signature", signature);
    request.body(()).unwrap().into_parts().0
}

fn verifier(set: fn(Builder) -> Builder) -> webhook::Verifier {
    set(webhook::Verifier::builder("https://shop.example.is").unwrap().secret(SECRET).unwrap()).build()
}

type Builder = countersign::webhook::Builder<webhook::Scheme>;

fn code_of_callback(verifier: &webhook::Verifier, parts: &Parts, body: &str) -> Option<&'static str> {
    verifier.verify(parts, body.as_bytes(), SystemTime::UNIX_EPOCH).err().map(|error| error.code())
}

#[test]
fn e3_a_signature_that_customers_see_is_not_that_of_a_callback_without_a_body() {
    let start = "https://shop.example.is/paid?order=";
    for (signature, rest) in seen_by_customers(&format!("7{start}")) {
        let parts = callback(&format!("{start}{rest}"), "7", &signature);
        let refused = code_of_callback(&verifier(|builder| builder), &parts, "");
        assert_eq!(refused, Some("webhook-body-empty"), "{rest}");
        let accepting = verifier(Builder::accept_empty_bodies);
        assert_eq!(code_of_callback(&accepting, &parts, ""), None, "the attack is real");
    }
}

#[test]
fn e3_a_signature_that_customers_see_is_not_that_of_a_callback_with_a_body() {
    let url = "https://shop.example.is/paid?order=7";
    for paid in PAID {
        for (signature, rest) in seen_by_customers(&format!("7{url}{paid}")) {
            let body = format!("{paid}{rest}");
            let text = [SECRET, "7", url, &body].concat();
            assert_eq!(signature, hex::encode(Sha256::digest(text)), "the attack is real");
            let parts = callback(url, "7", &signature);
            let refused = code_of_callback(&verifier(Builder::accept_empty_bodies), &parts, &body);
            assert_eq!(refused, Some("webhook-not-one-document"), "{body}");
        }
    }
}

#[test]
fn e3_a_signature_that_customers_see_is_not_that_of_a_reply_with_a_body() {
    let url = "https://api.netgiro.is/v1/checkout/status?id=7";
    for paid in PAID {
        for (signature, rest) in seen_by_customers(&format!("e3{url}{paid}")) {
            let (headers, body) = (headers("e3", &signature), format!("{paid}{rest}"));
            let refused = OFFLINE.verify_reply(&sent(&OFFLINE, url), &headers, body.as_bytes()).unwrap_err();
            assert_eq!(refused.code(), "reply-not-one-document", "{body}");
        }
    }
}

#[test]
fn e3_a_callback_of_netgiros_still_verifies() {
    for (body, code) in [
        (PAID[0], None),
        (PAID[1], None),
        ("", Some("webhook-body-empty")),
        (" \n", Some("webhook-body-empty")),
    ] {
        let signed = webhook::testing::sign(SECRET, "https://shop.example.is/paid?order=7", body, 7).unwrap();
        let (parts, body) = signed.into_parts();
        let refused = verifier(|builder| builder).verify(&parts, &body, SystemTime::UNIX_EPOCH).err();
        assert_eq!(refused.map(|error| error.code()), code, "{body:?}");
    }
}
