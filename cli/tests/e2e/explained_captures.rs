//! `explain --curl` and `--message`: a request as somebody captured it. The keys are those of `tests/cases`; the signatures were made with
//! Python's hmac and hashlib.

use std::process::Command;

use serde_json::Value;

use crate::cases::with_keys;
use crate::support::{Ran, run, run_with_input, tool};

const RIGHT: &str = "aac8a24d4ccf737d50377321d4fc910596bb8d18f142e83a1fd7328b536295be";
/// Over the same JSON as Python prints it.
const RESERIALISED: &str = "d55e747d6f918f3b4f6686fd8fa469405725ef7686eb8847a7e1e90f86b9e9cf";

fn explain(provider: &str, option: &str) -> Command {
    let mut command = tool();
    with_keys(command.args(["explain", provider, option, "-"]));
    command
}

fn explained(provider: &str, option: &str, capture: &str) -> Ran {
    run_with_input(explain(provider, option).arg("--json"), capture.as_bytes())
}

/// As Chrome and Firefox copy it: a body with a quote in `$'…'`, and much that is nobody's business.
fn copied_by_browser(signature: &str) -> String {
    format!(
        r#"curl 'https://api.netgiro.is/v1/Checkout/InsertCart' \
  -H 'accept: application/json, text/plain, */*' \
  -H 'authorization: Bearer canary-token' \
  -H 'content-type: application/json; canary=type' \
  -b 'sid=canary-cookie; theme=dark' \
  -u 'canary-user:canary-password' \
  -H 'netgiro_appkey: 11111111-2222-3333-4444-555555555555' \
  -H 'netgiro_nonce: 638999700000000000' \
  -H 'netgiro_signature: {signature}' \
  -H 'sec-ch-ua: "Chromium";v="140"' \
  -H 'x-debug: canary-header' \
  --data-raw $'{{"Amount":1200,"Note":"It\'s \u00e9"}}' \
  --compressed ;"#
    )
}

/// As Postman copies it.
fn copied_by_postman(signature: &str) -> String {
    format!(
        r#"curl --location 'https://api.netgiro.is/v1/Checkout/InsertCart' \
--header 'netgiro_appkey: 11111111-2222-3333-4444-555555555555' \
--header 'netgiro_nonce: 638999700000000000' \
--header 'netgiro_signature: {signature}' \
--header 'Content-Type: application/json' \
--data '{{"Amount":1200,"Note":"It'\''s é"}}'"#
    )
}

/// As Insomnia copies it, with the headers that Unleashed asks for.
fn unleashed(signature: &str) -> String {
    format!(
        "curl --request GET \\\n  --url 'https://api.unleashedsoftware.com/Customers?customerCode=ACME' \\\n  \
         --header 'Accept: application/json' \\\n  --header 'Content-Type: application/json' \\\n  \
         --header 'api-auth-id: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' \\\n  --header 'api-auth-signature: {signature}' \\\n  \
         --header 'client-type: harbour/stocksync' \\\n  --cookie session=canary-cookie\n"
    )
}

fn netvisor(mac: &str) -> String {
    format!(
        "GET /customerlist.nv?keyword=a HTTP/1.1\nHost: integration.netvisor.fi\nCookie: canary-cookie\n\
         X-Netvisor-Authentication-Sender: Harbour sync\nX-Netvisor-Authentication-CustomerId: HS_27\n\
         X-Netvisor-Authentication-PartnerId: Hrb_9\nX-Netvisor-Authentication-Timestamp: 2026-11-27 12:00:00\n\
         X-Netvisor-Authentication-TimestampUnix: 1795780800\nX-Netvisor-Authentication-TransactionId: tx-1\n\
         X-Netvisor-Authentication-MAC: {mac}\nX-Netvisor-Authentication-MACHashCalculationAlgorithm: HMACSHA256\n\
         X-Netvisor-Authentication-UseHTTPResponseStatusCodes: 1\nX-Netvisor-Interface-Language: FI\n\
         X-Netvisor-Organisation-ID: 7654321-0\nContent-Type: text/plain\n\n"
    )
}

/// Nothing has to be copied into options: nonce, times, ids and signature are read from the capture.
#[test]
fn a_captured_request_that_is_right_matches() {
    for (provider, option, capture) in [
        ("netgiro", "--curl", copied_by_browser(RIGHT)),
        ("netgiro", "--curl", copied_by_postman(RIGHT)),
        ("unleashed", "--curl", unleashed("Zr1XZ0op78OCuD3cYLspdh4HVK8N3vyTkUbHupC1uPU=")),
        (
            "netvisor",
            "--message",
            netvisor("aadfe0eef5241b0d0fc06699d4781dd6a57a6bdb1ec2f86270be6c01e3434999"),
        ),
    ] {
        let told = explained(provider, option, &capture);
        assert_eq!((told.code, &told.json()["diagnosis"]["code"]), (0, &"matches".into()), "{}", told.stderr);
        assert_eq!(told.json()["captured"]["missing"], Value::Array(Vec::new()));
    }
    let api_key = |key: &str| format!("curl https://prod.vizionapi.com/references -H 'X-API-Key: {key}'");
    let told = explained("vizion", "--curl", &api_key("viz-made-up-key-123"));
    assert_eq!((told.code, &told.json()["diagnosis"]), (0, &Value::Null));
    let told = explained("vizion", "--curl", &api_key("canary-key"));
    assert_eq!((told.code, &told.json()["captured"]["other"][0]), (1, &"x-api-key".into()));
    assert!(!told.stdout.contains("canary") && !told.stdout.contains("made-up-key"), "{}", told.stdout);
}

#[test]
fn a_captured_request_that_is_wrong_is_told_why() {
    for (provider, option, capture, code) in [
        ("netgiro", "--curl", copied_by_browser(RESERIALISED), "body-reserialised"),
        (
            "unleashed",
            "--curl",
            unleashed("jLLLdOYLtUFKKQuMJZGA7DlRAHDrKzzffbLdn99t6OI="),
            "question-mark-included",
        ),
        (
            "netvisor",
            "--message",
            netvisor("3a987e4399758e24013e62203080cf1995c6cdc4ee3af5edc163c818be8174f0"),
            "timestamp-format",
        ),
        ("netgiro", "--curl", copied_by_browser(""), "signature-malformed"),
        ("netgiro", "--curl", copied_by_browser(&"0".repeat(64)), "unexplained"),
    ] {
        let told = explained(provider, option, &capture);
        let json = told.json();
        assert_eq!((told.code, &json["diagnosis"]["code"]), (1, &code.into()), "{}", told.stderr);
        for member in ["detail", "fix", "proved"] {
            assert!(!json["diagnosis"][member].is_null(), "{json}");
        }
        assert!(json["not_tried"].is_array(), "{json}");
    }
}

/// What `curl -v` printed has no body, and needs none where that is not signed.
#[test]
fn what_curl_prints_is_read_as_the_request() {
    let mac = "aadfe0eef5241b0d0fc06699d4781dd6a57a6bdb1ec2f86270be6c01e3434999";
    let sent: String = netvisor(mac).lines().map(|line| format!("> {line}\r\n")).collect();
    let printed = format!("*   Trying 192.0.2.1:443...\n* Connected\n{sent}* done\n< HTTP/1.1 200 OK\n<\n");
    let told = explained("netvisor", "--message", &printed);
    assert_eq!((told.code, &told.json()["diagnosis"]["code"]), (0, &"matches".into()), "{}", told.stderr);
}

/// The requests of the vendors' own documentation, with the stamps and the signature in the query and in the form.
#[test]
fn a_captured_request_to_a_declared_api_is_judged_by_what_is_placed_in_it() {
    let binance = "curl -H 'X-MBX-APIKEY: an-api-key' -X POST 'https://api.binance.com/api/v3/order?symbol=LTCBTC&side=BUY\
        &type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559\
        &signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'";
    let kraken = "curl https://api.kraken.com/0/private/AddOrder -H 'API-Key: an-api-key' \
        -H 'API-Sign: 4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==' \
        -d nonce=1616492376594 -d 'ordertype=limit&pair=XBTUSD&price=37500' -d 'type=buy&volume=1.25'";
    let variables = [
        ("BINANCE_KEY", "an-api-key"),
        ("BINANCE_SECRET", "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"),
        ("KRAKEN_KEY", "an-api-key"),
        (
            "KRAKEN_SECRET",
            "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==",
        ),
    ];
    for (name, command, changed) in
        [("binance", binance, ("side=BUY", "side=SELL")), ("kraken", kraken, ("XBTUSD", "XBTEUR"))]
    {
        let file = format!("{}/../declarations/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let told = |command: &str| {
            run_with_input(explain(&file, "--curl").arg("--json").envs(variables), command.as_bytes())
        };
        let right = told(command);
        assert_eq!(
            (right.code, &right.json()["diagnosis"]["code"]),
            (0, &"matches".into()),
            "{}",
            right.stderr
        );
        let wrong = told(&command.replace(changed.0, changed.1));
        let unsigned = told(&command.replace("API-Sign", "Other").replace("&signature=", "&other="));
        let error = (unsigned.code, unsigned.error_code());
        assert_eq!(error, (1, "declared-missing".to_owned()), "{}", unsigned.stderr);
        assert!(unsigned.stderr.contains("the capture lost it"), "{}", unsigned.stderr);
        // Kraken's is a SHA-512, of 88 characters.
        let code = &wrong.json()["diagnosis"]["code"];
        assert_eq!((wrong.code, code), (1, &"unexplained".into()), "{}", wrong.stderr);
    }
}

#[test]
fn headers_that_no_signature_covers_are_compared_and_named() {
    let unleashed = unleashed("Zr1XZ0op78OCuD3cYLspdh4HVK8N3vyTkUbHupC1uPU=");
    let twice = "--header 'client-type: harbour/stocksync' --header 'client-type: harbour/stocksync'";
    for (from, to, member, name) in [
        ("--header 'Accept: application/json'", "", "missing", "accept"),
        ("aaaaaaaa-bbbb", "canaryaa-bbbb", "other", "api-auth-id"),
        ("--header 'client-type: harbour/stocksync'", twice, "repeated", "client-type"),
    ] {
        let told = explained("unleashed", "--curl", &unleashed.replace(from, to));
        let captured = &told.json()["captured"];
        assert_eq!((told.code, &captured[member][0]), (1, &name.into()), "{captured}");
        assert!(!told.stdout.contains("canary"), "{}", told.stdout);
    }
}

#[test]
fn nothing_of_a_capture_that_is_not_signed_is_printed() {
    for signature in [RIGHT, RESERIALISED] {
        let capture = copied_by_browser(signature);
        let told = run_with_input(&mut explain("netgiro", "--curl"), capture.as_bytes());
        let printed = told.stdout + &told.stderr + &explained("netgiro", "--curl", &capture).stdout;
        for hidden in ["canary", "Chromium", "theme=dark", "Y2FuYXJ5LXVzZXI6", RIGHT, RESERIALISED] {
            assert!(!printed.contains(hidden), "{hidden}: {printed}");
        }
    }
    // A cookie is masked also where it was put into what is signed.
    let in_url =
        copied_by_browser(RIGHT).replace("InsertCart'", "InsertCart?c=sid=canary-cookie;%20theme=dark'");
    let printed = run_with_input(&mut explain("netgiro", "--curl"), in_url.as_bytes()).stdout;
    assert!(printed.contains("InsertCart?c=(secret)") && !printed.contains("canary"), "{printed}");
    let alone =
        copied_by_browser(RIGHT).replace("InsertCart'", "InsertCart?c=canary-cookie&t=canary-token&x=dark'");
    let printed = run_with_input(&mut explain("netgiro", "--curl"), alone.as_bytes()).stdout;
    assert!(printed.contains("InsertCart?c=(secret)&t=(secret)&x=dark"), "{printed}");
}

#[test]
fn a_body_of_another_length_than_its_headers_say_is_noted() {
    let head = "POST /v1/a HTTP/1.1\nhost: api.netgiro.is\nnetgiro_nonce: 7\nnetgiro_signature: 00\ncontent-length: 9\n\n";
    for (body, is_noted) in [("{\"cut\":", true), ("123456789", false), ("123456789\n", false)] {
        let told = explained("netgiro", "--message", &format!("{head}{body}"));
        let notes = told.json()["captured"]["notes"].to_string();
        assert_eq!(notes.contains("its content-length is 9: it is cut off"), is_noted, "{body}: {notes}");
    }
}

#[test]
fn a_file_that_a_command_names_is_not_read_but_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let body = directory.path().join("order.json");
    std::fs::write(&body, "{\"Amount\":1200,\"Note\":\"It's é\"}").unwrap();
    let command = copied_by_postman(RIGHT);
    let command = command.split("--data ").next().unwrap().to_owned();
    let named = format!("{command} --data-binary '@{}'", body.display());
    let refused = explained("netgiro", "--curl", &named);
    assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"));
    assert!(
        refused.stderr.contains("order.json: it is not read, and the signature covers it"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("Hand the body over with -d @FILE."), "{}", refused.stderr);
    let given = ["-d", &format!("@{}", body.display())];
    let told = run_with_input(explain("netgiro", "--curl").args(given), named.as_bytes());
    assert_eq!(told.code, 0, "{}{}", told.stdout, told.stderr);
    let form = explained("netgiro", "--curl", &format!("{command} -F a=b"));
    assert!(form.stderr.contains("a form of -F, whose boundary curl draws anew"), "{}", form.stderr);
    // Where no signature covers it, it is not asked for.
    let unleashed = unleashed("Zr1XZ0op78OCuD3cYLspdh4HVK8N3vyTkUbHupC1uPU=");
    let told = explained("unleashed", "--curl", &format!("{} -d @order.json", unleashed.trim_end()));
    assert_eq!(told.code, 0, "{}", told.stderr);
}

#[test]
fn what_is_no_such_capture_is_told_how_to_hand_it_over() {
    for (option, capture, what, step) in [
        (
            "--curl",
            "curl ^\"https://h/^\" ^\n  -H ^\"a: b^\"",
            "the command prompt of Windows",
            "Copy as cURL (bash)",
        ),
        ("--curl", "Invoke-RestMethod 'https://h/'", "PowerShell", "Copy as cURL (bash)"),
        ("--curl", "fetch(\"https://h/\", {})", "fetch", "Copy as cURL (bash)"),
        ("--curl", "{\"log\":{\"entries\":[]}}", "a HAR file", "--har FILE"),
        ("--curl", "GET / HTTP/1.1\nhost: h\n\n", "a raw request", "--message FILE"),
        ("--message", "curl https://h/", "a curl command", "--curl @FILE"),
        ("--message", "{\"log\":{\"entries\":[]}}", "a HAR file", "--har FILE"),
        ("--har", "curl https://h/", "a curl command", "--curl @FILE"),
        ("--curl", "curl 'https://h/", "it is cut off", ""),
        (
            "--curl",
            "curl https://api.netgiro.is/?a=1&b=2 -H 'netgiro_nonce: 1'",
            "What follows the command, from its first & without quotes on, is not read",
            "look for another that has all headers",
        ),
    ] {
        let refused = explained("netgiro", option, capture);
        assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"), "{capture}");
        assert!(
            refused.stderr.contains(what) && refused.stderr.contains(step),
            "{capture}: {}",
            refused.stderr
        );
        assert!(!refused.stderr.contains("first line is missing"), "{}", refused.stderr);
    }
}

/// An argument is seen by whoever lists processes.
#[test]
fn a_command_as_an_argument_is_refused_and_not_repeated() {
    let refused =
        run(with_keys(tool().args(["explain", "netgiro", "--curl", "curl https://h/ -H 'canary: 1'"])));
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(
        refused.stderr.contains("give @FILE") && !refused.stderr.contains("canary"),
        "{}",
        refused.stderr
    );
}

#[test]
fn nothing_in_a_capture_moves_the_terminal() {
    let escape = "\u{1b}[2J\u{202e}";
    for capture in [
        format!("curl 'https://api.netgiro.is/?a={escape}' -H 'netgiro_nonce: 1'"),
        format!("curl https://api.netgiro.is/ -H 'netgiro_nonce: 1' -d '{escape}'"),
        format!("curl https://api.netgiro.is/ -H 'netgiro_nonce: 1' -d '@{escape}'"),
        format!(
            "curl https://api.netgiro.is/ -H 'netgiro_nonce: 1' '--{escape}' -H '@{escape}' -b '{escape}'"
        ),
        format!("curl https://api.netgiro.is/ -X '{escape}' -H '{escape}: 1'"),
    ] {
        for json in [&[][..], &["--json"]] {
            let told = run_with_input(explain("netgiro", "--curl").args(json), capture.as_bytes());
            let printed = told.stdout + &told.stderr;
            assert!(!printed.contains(['\u{1b}', '\u{202e}']), "{capture}: {printed}");
        }
    }
}

#[test]
fn a_capture_that_never_ends_is_refused() {
    let long = vec![b'a'; (64 << 20) + 1];
    let refused = run_with_input(&mut explain("netgiro", "--message"), &long);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("standard input is longer than 64 MiB"), "{}", refused.stderr);
}

/// The media type that Netvisor's requests have where they have none is a default of the library's.
#[test]
fn a_request_without_a_header_that_is_a_default_has_all_that_the_provider_asks_for() {
    let message = netvisor("aadfe0eef5241b0d0fc06699d4781dd6a57a6bdb1ec2f86270be6c01e3434999");
    let is_kept = |line: &&str| !line.to_lowercase().starts_with("content-type");
    let kept: String = message.split_inclusive('\n').filter(is_kept).collect();
    assert!(kept.len() < message.len());
    let told = explained("netvisor", "--message", &kept);
    assert_eq!((told.code, &told.json()["captured"]["missing"]), (0, &Value::Array(Vec::new())));
}

/// SHA-256 of secret, nonce, and a URL with its fragment.
#[test]
fn what_stands_behind_the_hash_of_a_pasted_url_may_have_been_signed() {
    let command = "curl 'https://api.netgiro.is/v1/sales/GetList?a=1#part' -H 'netgiro_nonce: 638999700000000000' \
        -H 'netgiro_signature: 217b726c6b3b45c103c74128daa11e79655dfa0ec22fd6698d81c4cc866363e2'";
    let told = explained("netgiro", "--curl", command);
    assert_eq!(told.json()["diagnosis"]["code"], "fragment-included", "{}", told.stdout);
}
