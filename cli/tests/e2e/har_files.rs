//! `--har`: an entry of what a browser or a proxy recorded. The signatures were made with Python's hmac and hashlib.

use serde_json::{Value, json};

use crate::cases::with_keys;
use crate::support::{Ran, run, run_with_input, tool};

fn header(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

/// A call of Netgíró with its signed reply, a page with a secret in its query, and a delivery of Unleashed's.
fn har() -> Value {
    let call = json!({
        "request": { "method": "GET", "url": "https://api.netgiro.is/v1/sales?a=1", "httpVersion": "h2", "headers": [
            header(":authority", "api.netgiro.is"),
            header("cookie", "canary-cookie"),
            header("netgiro_appkey", "11111111-2222-3333-4444-555555555555"),
            header("netgiro_nonce", "638999700000000000"),
            header("netgiro_signature", "0000000000000000000000000000000000000000000000000000000000000000"),
        ] },
        "response": { "status": 200, "headers": [
            header("content-encoding", "gzip"),
            header("netgiro_nonce", "7"),
            header("netgiro_signature", "4678de9b55aefec44fcfd66afba8f13d826a4c723099ada96506300e217bf056"),
        ], "content": { "mimeType": "application/json", "text": "eyJTdWNjZXNzIjp0cnVlfQ==", "encoding": "base64" } },
    });
    let page = json!({ "request": { "method": "GET", "url": "https://h/viz-made-up-key-123/p?token=canary", "headers": [] } });
    let delivery = json!({ "request": {
        "method": "POST",
        "url": "https://hooks.example.com/unleashed",
        "headers": [
            header("x-unleashed-timestamp", "1705312800"),
            header("x-unleashed-signature", "v07Ho4mtUU3izxogrgUHPTp5TkxfmOsaV0EUIbeHjys="),
        ],
        "postData": { "mimeType": "application/json", "text": "{\"a\":1}" },
    } });
    json!({ "log": { "version": "1.2", "entries": [call, page, delivery] } })
}

fn given(har: &Value, arguments: &[&str]) -> Ran {
    run_with_input(
        with_keys(tool().args(arguments).args(["--har", "-", "--json"])),
        har.to_string().as_bytes(),
    )
}

#[test]
fn several_entries_are_listed_without_their_queries_and_secrets() {
    let listed = given(&har(), &["explain", "netgiro"]);
    assert_eq!((listed.code, listed.error_code().as_str()), (2, "usage"));
    let expected = json!({ "entries": [
        { "entry": 1, "method": "GET", "url": "https://api.netgiro.is/v1/sales" },
        { "entry": 2, "method": "GET", "url": "https://h/$VIZION_API_KEY/p" },
        { "entry": 3, "method": "POST", "url": "https://hooks.example.com/unleashed" },
    ] });
    assert_eq!(listed.json(), expected);
    assert!(
        listed.stderr.contains("the HAR file has 3 entries: choose one with --entry N"),
        "{}",
        listed.stderr
    );
    let mut hostile = har();
    hostile["log"]["entries"][1]["request"]["method"] = "\u{1b}[2J".into();
    hostile["log"]["entries"][1]["request"]["url"] = "https://h/\u{202e}".into();
    let mut command = tool();
    with_keys(command.args(["explain", "netgiro", "--har", "-"]));
    let listed = run_with_input(&mut command, hostile.to_string().as_bytes());
    assert!(listed.stdout.contains("https://h/\\u{202e}"), "{}", listed.stdout);
    assert!(!listed.stdout.contains(['\u{1b}', '\u{202e}']), "{}", listed.stdout);
    for entry in ["0", "4"] {
        let refused = given(&har(), &["verify", "unleashed", "--entry", entry]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
        assert!(refused.stderr.contains("the HAR file has 3, counted from 1"), "{}", refused.stderr);
    }
}

#[test]
fn an_entry_without_a_file_is_refused() {
    for arguments in
        [&["explain", "vizion", "GET", "https://prod.vizionapi.com/x"][..], &["explain", "vizion"]]
    {
        let mut command = tool();
        let refused = run(with_keys(command.args(arguments).args(["--entry", "1"])));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(refused.stderr.contains("--har"), "{}", refused.stderr);
    }
}

#[test]
fn a_request_is_explained() {
    let told = given(&har(), &["explain", "netgiro", "--entry", "1"]);
    assert_eq!((told.code, &told.json()["diagnosis"]["code"]), (1, &"unexplained".into()), "{}", told.stderr);
    assert!(!told.stdout.contains("canary"), "{}", told.stdout);
    let mut right = har();
    // Over the secret, the nonce and the URL.
    right["log"]["entries"][0]["request"]["headers"][4]["value"] =
        "b2f82b6a4209f6029551ea9ecdf6002247a11c9eae995ea150d8c988be2d7ef9".into();
    let told = given(&right, &["explain", "netgiro", "--entry", "1"]);
    assert_eq!((told.code, &told.json()["diagnosis"]["code"]), (0, &"matches".into()), "{}", told.stderr);
}

#[test]
fn a_delivery_is_verified() {
    let arguments = ["verify", "unleashed", "--entry", "3", "--at", "1705312801", "--explain"];
    let verdict = given(&har(), &arguments);
    assert_eq!((verdict.code, &verdict.json()["verdict"]), (0, &"verified".into()), "{}", verdict.stderr);
    let mut changed = har();
    changed["log"]["entries"][2]["request"]["postData"]["text"] = "{\"a\": 1}".into();
    let verdict = given(&changed, &arguments);
    assert_eq!((verdict.code, &verdict.json()["verdict"]), (1, &"refused".into()));
    assert_eq!(verdict.json()["diagnosis"]["code"], "body-reserialised");
    assert!(verdict.json()["not_tried"].is_array());
    changed["log"]["entries"][2]["request"]["postData"] = json!({ "mimeType": "a/b", "params": [] });
    let refused = given(&changed, &arguments);
    assert!(refused.stderr.contains("the body is not in the HAR file"), "{}", refused.stderr);
}

/// Its URL, nonce and signature are those of the entry.
#[test]
fn a_reply_is_verified_with_the_request_beside_it() {
    let arguments = ["verify", "netgiro-reply", "--entry", "1"];
    let verdict = given(&har(), &arguments);
    assert_eq!((verdict.code, &verdict.json()["verdict"]), (0, &"verified".into()), "{}", verdict.stderr);
    let mut reflected = har();
    reflected["log"]["entries"][0]["request"]["headers"][3]["value"] = "7".into();
    assert_eq!(given(&reflected, &arguments).json()["code"], "reply-reflected");
    let refused = given(&har(), &["verify", "netgiro-reply", "--entry", "2"]);
    assert!(refused.stderr.contains("the entry has no reply"), "{}", refused.stderr);
}
