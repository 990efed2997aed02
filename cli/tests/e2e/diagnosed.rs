//! `verify`: why a signature does not match. The signatures were made with Python's hmac and hashlib.

use crate::support::{Ran, run_with_input, tool};

fn verify_unleashed(signature: &str, body: &str, arguments: &[&str]) -> Ran {
    let message = format!(
        "POST /hook HTTP/1.1\r\nhost: h\r\nx-unleashed-timestamp: 1705312800\r\n\
         x-unleashed-signature: {signature}\r\n\r\n{body}"
    );
    let mut command = tool();
    command.args(["verify", "unleashed", "--message", "-", "--at", "1705312801"]).args(arguments);
    run_with_input(command.env("UNLEASHED_WEBHOOK_KEY", "signing key"), message.as_bytes())
}

fn verify_reply(signature: &str, arguments: &[&str]) -> Ran {
    let message =
        format!("HTTP/1.1 200 OK\r\nnetgiro_nonce: 7\r\nnetgiro_signature: {signature}\r\n\r\n{{}}");
    let mut command = tool();
    command.args(["verify", "netgiro-reply", "--message", "-", "--url", "https://api.netgiro.is/v1"]);
    command.envs([("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "a secret")]).args(arguments);
    run_with_input(&mut command, message.as_bytes())
}

/// In a long body: more than is looked for where strangers can ask.
#[test]
fn a_person_who_asks_is_told_all_that_can_be_found_out() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(20_000));
    for (refused, mistake) in [
        (verify_unleashed("Y/ZVqrj9gapv7Fib70biBCTgsmxDO8lJbhxgoKLSS3A=", &long, &[]), "separator-missing"),
        (
            // Over `a secret7/v1{}`.
            verify_reply("8bf361959016f4181d537bd67957c1fee1d181d7c6b0e4ebf5efa3dd5f4fb84d", &[]),
            "host-missing",
        ),
    ] {
        assert_eq!(refused.code, 1);
        let told = format!("a known mistake would explain it, {mistake}: ");
        assert_eq!(refused.stderr.matches(&told).count(), 1, "{}", refused.stderr);
    }
}

#[test]
fn what_a_brief_look_finds_is_told_once() {
    // Over `1705312800{"a":1}`.
    let refused = verify_unleashed("N8wLBJQzzYgb7Ywznb6Y9esxap4GWfeAWF+RMRrrbck=", "{\"a\":1}", &[]);
    assert_eq!(refused.stderr.matches("a known mistake would explain it").count(), 1, "{}", refused.stderr);
}

/// The request itself, sent back with its signature in another encoding, proves nothing.
#[test]
fn a_request_sent_back_is_no_mistake_of_somebody_s() {
    let signature = "OA4s8aVXcu+5wzze7UZ/qwXM0zLwy8kfzTw1/LKexiM=";
    let refused = verify_reply(signature, &["--request-nonce", "7"]);
    assert!(!refused.stderr.contains("a known mistake"), "{}", refused.stderr);
}

#[test]
fn what_should_have_been_signed_is_shown_on_request() {
    // Over `1705312800{"a":1}`, over the right text, and of neither.
    let signatures = [
        ("N8wLBJQzzYgb7Ywznb6Y9esxap4GWfeAWF+RMRrrbck=", "separator-missing"),
        ("EcfN/BKQoaiDVkUaorogHXdsD3q+aJchRgOiQmTFXe8=", ""),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "unexplained"),
    ];
    for (signature, diagnosis) in signatures {
        let told = verify_unleashed(signature, "{\"a\":1}", &["--explain", "--json"]).json();
        assert_eq!(told["explanation"]["signed_text"][2]["text"], "{\"a\":1}", "{told}");
        assert_eq!(told["diagnosis"]["code"].as_str().unwrap_or_default(), diagnosis);
        let shown = verify_unleashed(signature, "{\"a\":1}", &["--explain"]);
        assert!(shown.stdout.contains("signing_key  credential  UTF-8     11  (secret, 11 bytes"));
        assert_eq!(shown.stdout.contains("diagnosis\n  unexplained: "), diagnosis == "unexplained");
        assert_eq!(shown.stdout.contains("verified: unleashed"), diagnosis.is_empty());
    }
    let reply = verify_reply(&"0".repeat(64), &["--explain"]);
    assert!(reply.stdout.contains("url         request URL             UTF-8     25"), "{}", reply.stdout);
}

#[test]
fn the_text_that_a_sender_signed_is_compared() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("text.bin");
    let argument = format!("@{}", file.display());
    let signed = |text| {
        std::fs::write(&file, text).unwrap();
        ["--json", "--signed-text", argument.as_str()]
    };
    let told = verify_unleashed(
        "N8wLBJQzzYgb7Ywznb6Y9esxap4GWfeAWF+RMRrrbck=",
        "{\"a\":1}",
        &signed("1705312800{\"a\":1}"),
    )
    .json();
    assert_eq!(told["comparison"]["signature_fits"], true);
    assert_eq!(told["comparison"]["difference"]["segment"], "separator");
    let told = verify_reply(
        "8bf361959016f4181d537bd67957c1fee1d181d7c6b0e4ebf5efa3dd5f4fb84d",
        &signed("a secret7/v1{}"),
    )
    .json();
    assert_eq!(told["comparison"]["signature_fits"], true);
    assert_eq!(told["comparison"]["difference"]["segment"], "url");
}
