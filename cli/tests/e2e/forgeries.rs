//! `trigger --fault`: what is sent, and what the answer says of the receiver.

use crate::receiver::Receiver;
use crate::support::{Ran, run, run_with_input, tool};

const KEYS: (&str, &str) = ("VIZION_WEBHOOK_KEYS", "hmac-key-1=first secret,hmac-key-2=c2Vjb25k==");

fn trigger(url: &str, arguments: &[&str]) -> Ran {
    run(tool().args(["trigger", "vizion", "--to", url]).args(arguments).envs([KEYS]))
}

fn verify(message: &[u8]) -> Ran {
    let mut command = tool();
    command.args(["verify", "vizion", "--message", "-", "--json"]).envs([KEYS]);
    run_with_input(&mut command, message)
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

/// A receiver that refuses everything has not told a replay from an honest delivery.
#[test]
fn a_replay_is_judged_by_the_answer_to_the_second_delivery() {
    for (statuses, told, code) in [
        (&[200, 401][..], "was refused, as it must be", 0),
        (&[200, 200], "was accepted, and must be refused", 1),
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

#[test]
fn each_forgery_is_what_it_is_called() {
    for (forgery, code) in [
        ("unsigned", "webhook-header-missing"),
        ("wrong-signature", "webhook-signature-mismatch"),
        ("wrong-key", "webhook-signature-mismatch"),
        ("unknown-key", "webhook-key-unknown"),
        ("duplicate", "webhook-header-duplicate"),
        ("stale", "webhook-too-old"),
        ("future", "webhook-too-early"),
        ("seconds", "webhook-time-unit"),
        ("tampered", "webhook-digest-mismatch"),
        ("reserialised", "webhook-digest-mismatch"),
    ] {
        let receiver = Receiver::answering([401]);
        let sent = trigger(&receiver.url, &["--fault", forgery, "--json"]);
        assert_eq!((sent.code, &sent.json()["status"]), (0, &401.into()), "{forgery}: {}", sent.stderr);
        let verdict = verify(&receiver.deliveries()[0]);
        assert_eq!((verdict.code, &verdict.json()["code"]), (1, &code.into()), "{forgery}");
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

#[test]
fn a_replay_is_the_same_delivery_twice() {
    let receiver = Receiver::answering([200, 401]);
    assert_eq!(trigger(&receiver.url, &["--fault", "replayed"]).code, 0);
    let deliveries = receiver.deliveries();
    assert_eq!(deliveries[0], deliveries[1]);
}
