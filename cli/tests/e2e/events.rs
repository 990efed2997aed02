//! `trigger --event`, `--list-events` and `--public-origin`.

use crate::receiver::Receiver;
use crate::support::{run, run_with_input, tool};

const KEYS: [(&str, &str); 3] = [
    ("VIZION_WEBHOOK_KEYS", "hmac-key-1=first secret"),
    ("UNLEASHED_WEBHOOK_KEY", "signing key"),
    ("NETGIRO_SECRET_KEY", "secret key"),
];

fn trigger(provider: &str) -> std::process::Command {
    let mut command = tool();
    command.args(["trigger", provider]).envs(KEYS);
    command
}

#[test]
fn the_events_are_listed_with_their_source_and_each_can_be_delivered() {
    for provider in ["vizion", "unleashed", "netgiro"] {
        let listed = run(trigger(provider).args(["--list-events", "--json"]));
        assert_eq!(listed.code, 0, "{}", listed.stderr);
        let listed = listed.json();
        let events = listed["events"].as_array().unwrap();
        assert!(events.len() >= 3, "{provider}");
        let text = run(trigger(provider).arg("--list-events")).stdout;
        for event in events {
            let name = event["name"].as_str().unwrap();
            let line = text.lines().find(|line| line.split(' ').next() == Some(name)).unwrap();
            assert!(line.ends_with(event["source"].as_str().unwrap_or("made up")), "{line}");
            let receiver = Receiver::answering([200]);
            let sent = run(trigger(provider).args(["--event", name, "--to", &receiver.url]));
            assert_eq!(sent.code, 0, "{name}: {}{}", sent.stdout, sent.stderr);
            let delivery = String::from_utf8(receiver.deliveries().remove(0)).unwrap();
            let body = delivery.split_once("\r\n\r\n").unwrap().1;
            assert!(serde_json::from_str::<serde_json::Value>(body).unwrap().is_object(), "{body}");
        }
    }
}

#[test]
fn an_unknown_event_lists_those_that_exist_and_nothing_is_sent() {
    let unknown = run(trigger("netgiro").args(["--event", "paid", "--to", "http://127.0.0.1:1/"]));
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("it has confirmed, cancelled, declined"), "{}", unknown.stderr);
    for (arguments, told) in [
        (&["--event", "confirmed", "--data", "{}", "--to", "http://127.0.0.1:1/"][..], "cannot be used with"),
        (&[], "--to <URL>"),
        (&["--public-origin", "shop.example.is", "--to", "http://127.0.0.1:1/"], "invalid-public-origin"),
    ] {
        let refused = run(trigger("netgiro").args(arguments));
        assert!(refused.code == 2 && refused.stderr.contains(told), "{}", refused.stderr);
    }
}

#[test]
fn a_delivery_to_a_local_address_is_signed_for_the_public_one() {
    const PUBLIC: &str = "https://shop.example.is/hooks";
    for (provider, what) in [("vizion", "vizion"), ("netgiro", "netgiro-callback")] {
        let receiver = Receiver::answering([200]);
        let sent = run(trigger(provider).args(["--public-origin", PUBLIC, "--to", &receiver.url]));
        assert_eq!(sent.code, 0, "{}{}", sent.stdout, sent.stderr);
        let delivery = receiver.deliveries().remove(0);
        // Behind the proxy that takes the prefix off.
        assert!(delivery.starts_with(b"POST /hook?tenant=7 HTTP/1.1\r\n"));
        for (origin, code) in [(PUBLIC, 0), ("https://shop.example.is", 1)] {
            let mut verify = tool();
            verify.args(["verify", what, "--message", "-", "--public-origin", origin]).envs(KEYS);
            let verdict = run_with_input(&mut verify, &delivery);
            assert_eq!(verdict.code, code, "{origin}: {}{}", verdict.stdout, verdict.stderr);
        }
    }
}

#[test]
fn a_receiver_that_cannot_use_a_body_has_not_refused_its_signature() {
    for (status, told) in [(422, "it did not refuse the signature"), (401, "the delivery was refused")] {
        let receiver = Receiver::answering([status]);
        let sent = run(trigger("vizion").args(["--to", &receiver.url]));
        assert!(sent.code == 1 && sent.stdout.contains(told), "{}", sent.stdout);
        receiver.deliveries();
    }
}
