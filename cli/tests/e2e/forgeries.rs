//! `trigger --fault`: what is sent, and what the answer says of the receiver.

use crate::receiver::Receiver;
use crate::support::{Ran, run, run_with_input, tool};

const KEYS: [(&str, &str); 3] = [
    ("VIZION_WEBHOOK_KEYS", "hmac-key-1=first secret"),
    ("UNLEASHED_WEBHOOK_KEY", "second secret"),
    ("NETGIRO_SECRET_KEY", "third secret"),
];

fn trigger(url: &str, arguments: &[&str]) -> Ran {
    trigger_as("vizion", url, arguments)
}

fn trigger_as(provider: &str, url: &str, arguments: &[&str]) -> Ran {
    run(tool().args(["trigger", provider, "--to", url]).args(arguments).envs(KEYS))
}

/// Status of the answer, exit code with `--fault`, what is told, `accepted` in JSON, and exit code without `--fault`.
#[test]
fn a_forgery_is_told_from_what_says_nothing_of_it() {
    let (accepted, refused, unclear) = (
        "the forgery stale was accepted, and must be refused",
        "the forgery stale was refused, as it must be",
        "cannot tell whether the forgery stale was refused: only 401 and 403 say so",
    );
    for (status, told, json, code, honest_code) in [
        (200, accepted, Some(true), 1, 0),
        (204, accepted, Some(true), 1, 0),
        (401, refused, Some(false), 0, 1),
        (403, refused, Some(false), 0, 1),
        (307, unclear, None, 4, 1),
        (400, unclear, None, 4, 1),
        (404, unclear, None, 4, 1),
        (500, unclear, None, 4, 1),
    ] {
        let receiver = Receiver::answering([status; 3]);
        let words = trigger(&receiver.url, &["--fault", "stale"]);
        assert_eq!((words.code, words.stderr.as_str()), (code, ""), "{status}");
        assert!(words.stdout.ends_with(&format!(": {told}\n")), "{status}: {}", words.stdout);
        let object = trigger(&receiver.url, &["--fault", "stale", "--json"]);
        assert_eq!((object.code, &object.json()["accepted"]), (code, &json.into()), "{status}");
        assert_eq!(trigger(&receiver.url, &[]).code, honest_code, "{status}");
        receiver.deliveries();
    }
}

/// A receiver that refuses everything has not told a replay from an honest delivery; one that accepts both copies may
/// have handled only the first, as a layer that acknowledges duplicates does.
#[test]
fn a_replay_is_judged_by_the_answer_to_the_second_delivery() {
    for (statuses, told, code) in [
        (&[200, 401][..], "was refused, as it must be", 0),
        (&[200, 200], "check whether the handler ran again", 4),
        (&[200, 204], "check whether the handler ran again", 4),
        (&[200, 500], "only 401 and 403 say so", 4),
        (&[401], "the honest delivery before it was not accepted", 4),
    ] {
        let receiver = Receiver::answering(statuses);
        let ran = trigger(&receiver.url, &["--fault", "replayed"]);
        assert_eq!(ran.code, code, "{statuses:?}");
        assert!(ran.stdout.trim_end().ends_with(told), "{statuses:?}: {}", ran.stdout);
        receiver.deliveries();
    }
}

/// Forgeries of a provider's, and the code with which the library refuses each.
type Forgeries = &'static [(&'static str, &'static str)];

const OF_ALL: Forgeries = &[
    ("unsigned", "webhook-header-missing"),
    ("wrong-signature", "webhook-signature-mismatch"),
    ("wrong-key", "webhook-signature-mismatch"),
    ("duplicate", "webhook-header-duplicate"),
];
const OF_THE_TIMED: Forgeries = &[("stale", "webhook-too-old"), ("future", "webhook-too-early")];
const OF_VIZION: Forgeries = &[
    ("unknown-key", "webhook-key-unknown"),
    ("seconds", "webhook-time-unit"),
    ("tampered", "webhook-digest-mismatch"),
    ("reserialised", "webhook-digest-mismatch"),
];
const OF_THOSE_WITHOUT_A_DIGEST: Forgeries =
    &[("tampered", "webhook-signature-mismatch"), ("reserialised", "webhook-signature-mismatch")];
const OF_UNLEASHED: Forgeries = &[("milliseconds", "webhook-time-unit")];

#[test]
fn each_forgery_is_what_it_is_called() {
    for (provider, what, lists) in [
        ("vizion", "vizion", &[OF_ALL, OF_THE_TIMED, OF_VIZION][..]),
        ("unleashed", "unleashed", &[OF_ALL, OF_THE_TIMED, OF_THOSE_WITHOUT_A_DIGEST, OF_UNLEASHED]),
        ("netgiro", "netgiro-callback", &[OF_ALL, OF_THOSE_WITHOUT_A_DIGEST]),
    ] {
        for (forgery, code) in lists.concat() {
            let receiver = Receiver::answering([401]);
            let origin = receiver.origin().to_owned();
            let sent = trigger_as(provider, &receiver.url, &["--fault", forgery, "--json"]);
            assert_eq!((sent.code, &sent.json()["status"]), (0, &401.into()), "{forgery}: {}", sent.stderr);
            let mut verify = tool();
            verify.args(["verify", what, "--message", "-", "--json"]).envs(KEYS);
            if provider == "netgiro" {
                verify.args(["--public-origin", &origin]);
            }
            let verdict = run_with_input(&mut verify, &receiver.deliveries()[0]);
            assert_eq!((verdict.code, &verdict.json()["code"]), (1, &code.into()), "{provider} {forgery}");
        }
    }
}

#[test]
fn a_forgery_that_a_scheme_cannot_express_is_refused() {
    for (provider, forgery) in
        [("vizion", "milliseconds"), ("unleashed", "unknown-key"), ("netgiro", "stale")]
    {
        let refused = trigger_as(provider, "http://127.0.0.1:1/", &["--fault", forgery]);
        assert_eq!(refused.code, 2, "{provider}");
        assert!(
            refused.stderr.contains("invalid value '(not shown)' for '--fault <NAME>'"),
            "{}",
            refused.stderr
        );
    }
}

/// Else a receiver that parses and prints the body before it verifies could not tell the two apart.
#[test]
fn what_was_tampered_with_says_something_else_and_what_was_reserialised_does_not() {
    for body in [r#"{"paid":true}"#, r#"{"sum":1}"#, r#"{"name":"x"}"#] {
        let honest: serde_json::Value = serde_json::from_str(body).unwrap();
        for (forgery, is_changed) in [("tampered", true), ("reserialised", false)] {
            let receiver = Receiver::answering([401]);
            trigger(&receiver.url, &["--data", body, "--fault", forgery]);
            let delivery = receiver.deliveries().remove(0);
            let (_, forged) = std::str::from_utf8(&delivery).unwrap().split_once("\r\n\r\n").unwrap();
            let forged: serde_json::Value = serde_json::from_str(forged).unwrap();
            assert_eq!(forged != honest, is_changed, "{forgery}: {forged}");
        }
    }
}

/// A body that is printed as it was is no forgery: the receiver would be blamed for accepting an honest delivery.
#[test]
fn what_was_reserialised_has_other_bytes() {
    for (body, printed) in [
        (r#"{"sum":1}"#, "{\n  \"sum\": 1\n}"),
        ("{\n  \"sum\": 1\n}", r#"{"sum":1}"#),
        ("[\n  1\n]", "[1]"),
        ("{ }", "{}"),
    ] {
        let receiver = Receiver::answering([401]);
        let sent = trigger(&receiver.url, &["--data", body, "--fault", "reserialised"]);
        assert_eq!(sent.code, 0, "{body}: {}", sent.stderr);
        let delivery = receiver.deliveries().remove(0);
        let (_, forged) = std::str::from_utf8(&delivery).unwrap().split_once("\r\n\r\n").unwrap();
        assert_eq!(forged, printed, "{body}");
    }
    for body in ["{}", "[]", "7", "null"] {
        let failed = trigger("http://127.0.0.1:1/", &["--data", body, "--fault", "reserialised"]);
        assert_eq!((failed.code, failed.stdout.as_str()), (2, ""), "{body}");
        assert!(failed.stderr.contains("this JSON has only one spelling"), "{body}: {}", failed.stderr);
    }
}

#[test]
fn of_a_repetition_that_gets_2xx_json_has_no_verdict() {
    let receiver = Receiver::answering([200, 200]);
    let object = trigger(&receiver.url, &["--fault", "replayed", "--json"]);
    assert_eq!((object.code, &object.json()["accepted"]), (4, &serde_json::Value::Null));
    assert_eq!(receiver.deliveries().len(), 2);
}

#[test]
fn a_replay_is_the_same_delivery_twice() {
    for provider in ["vizion", "unleashed", "netgiro"] {
        let receiver = Receiver::answering([200, 401]);
        assert_eq!(trigger_as(provider, &receiver.url, &["--fault", "replayed"]).code, 0);
        let deliveries = receiver.deliveries();
        assert_eq!(deliveries[0], deliveries[1]);
    }
}
