//! The body: the same JSON as other programs print it, and files with another end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::RequestRef;
use countersign::diagnose::{Diagnosis, diagnose};
use countersign::netgiro::{self, Netgiro};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderMap, Method};
use sha2::{Digest as _, Sha256};

use super::subject::{NONCE, SECRET};

const URL: &str = "https://api.netgiro.is/v1/Checkout/InsertCart";

pub(super) fn code(sent: &str, signed: &str) -> String {
    diagnosis(sent, &signature(signed)).code().to_owned()
}

pub(super) fn sentence(sent: &str, signed: &str) -> String {
    diagnosis(sent, &signature(signed)).sentence().to_owned()
}

fn signature(signed: &str) -> String {
    hex::encode(Sha256::digest(format!("{SECRET}{NONCE}{URL}{signed}")))
}

fn diagnosis(sent: &str, received: &str) -> Diagnosis {
    let (url, headers, extensions) = (URL.parse().unwrap(), HeaderMap::new(), Extensions::new());
    let request = RequestRef::new(&Method::POST, &url, &headers, &extensions, sent.as_bytes());
    let netgiro = Netgiro::new("app-key", SECRET).unwrap();
    let stamp = netgiro::Stamp::with_nonce(NONCE).unwrap();
    diagnose(&netgiro, &request, stamp, received).unwrap()
}

/// One document as other programs print it: each combination of the switches, written down by hand.
#[test]
fn one_document_is_recognised_in_every_style() {
    let sent = r#"{"name":"Jürgen","path":"a/b","list":[1,{}]}"#;
    let layouts = [
        "{N:NAME,P:PATH,L:[1,{}]}",
        "{N: NAME, P: PATH, L: [1, {}]}",
        "{\n  N: NAME,\n  P: PATH,\n  L: [\n    1,\n    {}\n  ]\n}",
        "{\n    N: NAME,\n    P: PATH,\n    L: [\n        1,\n        {}\n    ]\n}",
        "{\n\tN: NAME,\n\tP: PATH,\n\tL: [\n\t\t1,\n\t\t{}\n\t]\n}",
    ];
    let sorted_layouts = [
        "{L:[1,{}],N:NAME,P:PATH}",
        "{L: [1, {}], N: NAME, P: PATH}",
        "{\n  L: [\n    1,\n    {}\n  ],\n  N: NAME,\n  P: PATH\n}",
        "{\n    L: [\n        1,\n        {}\n    ],\n    N: NAME,\n    P: PATH\n}",
        "{\n\tL: [\n\t\t1,\n\t\t{}\n\t],\n\tN: NAME,\n\tP: PATH\n}",
    ];
    let mut tried = 0;
    for layout in layouts.into_iter().chain(sorted_layouts) {
        for name in [r#""Jürgen""#, r#""J\u00fcrgen""#] {
            for path in [r#""a/b""#, r#""a\/b""#] {
                let values = layout.replace("NAME", name).replace("PATH", path);
                let printed = values
                    .replace("L:", r#""list":"#)
                    .replace("N:", r#""name":"#)
                    .replace("P:", r#""path":"#);
                let expected = if printed == sent { "matches" } else { "body-reserialised" };
                assert_eq!(code(sent, &printed), expected, "{printed}");
                assert_eq!(code(&printed, &printed), "matches");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 40);
}

#[test]
fn what_was_sent_may_be_in_any_style_too() {
    let sent = "{\n    \"name\": \"J\\u00fcrgen\",\n    \"path\": \"a\\/b\"\n}";
    for signed in [r#"{"name":"Jürgen","path":"a/b"}"#, r#"{"name": "Jürgen", "path": "a/b"}"#] {
        assert_eq!(code(sent, signed), "body-reserialised", "{signed}");
    }
    // 😀 takes two escapes; a number that no float holds stays as it is where white space alone goes.
    assert_eq!(code(r#"{"a":"😀"}"#, r#"{"a":"\ud83d\ude00"}"#), "body-reserialised");
    assert_eq!(
        code(r#"{"a": 12345678901234567890123}"#, r#"{"a":12345678901234567890123}"#),
        "body-reserialised"
    );
}

#[test]
fn an_end_of_line_alone_is_a_mistake_with_the_line_end() {
    let pretty = "{\n  \"a\": 1\n}";
    let cases = [
        ("{\"a\":1}\n", "{\"a\":1}"),
        ("{\"a\":1}", "{\"a\":1}\n"),
        ("{\"a\":1}", "{\"a\":1}\r\n"),
        ("{\"a\":1}\r\n", "{\"a\":1}"),
        ("[1]\n", "[1]"),
        ("{\n  \"a\": 1\n}\n", pretty),
        (pretty, "{\r\n  \"a\": 1\r\n}"),
    ];
    for (sent, signed) in cases {
        assert_eq!(code(sent, signed), "body-line-end", "{sent:?} {signed:?}");
    }
    assert_eq!(code("{\"a\":1}\n", pretty), "body-reserialised");
    assert_eq!(code("{\"a\":1}", "{\r\n  \"a\": 1\r\n}"), "body-reserialised");
}

#[test]
fn after_no_body_it_is_the_text_that_ends_in_a_line_end() {
    assert_eq!(code("", "\n"), "text-line-end");
    assert_eq!(code("", "\r\n"), "text-line-end");
}

#[test]
fn a_byte_order_mark_alone_is_named() {
    assert_eq!(code("\u{feff}{\"a\":1}", "{\"a\":1}"), "byte-order-mark");
    assert_eq!(code("{\"a\":1}", "\u{feff}{\"a\":1}"), "byte-order-mark");
}

#[test]
fn what_stands_for_no_body_is_named() {
    for signed in ["{}", "null", "undefined", "None", "\"\""] {
        assert_eq!(code("", signed), "body-converted", "{signed}");
    }
    let quoted = r#"b'{"a":"it\'s\n"}'"#;
    assert_eq!(code("{\"a\":\"it's\n\"}", quoted), "body-converted");
}

/// The vendor's prose followed to the letter, with the longest body that is diagnosed for its sender.
#[test]
fn the_likely_pairs_have_their_turn_on_a_long_body_too() {
    let item = r#"{"name":"Jürgen/A","price":1.5},"#;
    let body = format!("[{}1]", item.repeat((15 << 10) / item.len()));
    let key = BASE64.decode(SECRET).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(format!("{NONCE}{URL}{body}"));
    let expected = "secret-base64-decoded+hmac-for-plain-hash";
    assert_eq!(diagnosis(&body, &hex::encode(mac.finalize().into_bytes())).code(), expected);
}
