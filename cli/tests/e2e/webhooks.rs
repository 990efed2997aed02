//! `trigger vizion` to a real socket, and `verify` of what arrived there.

use std::process::Command;

use crate::receiver::Receiver;
use crate::support::{Ran, RunningSandbox, run, run_with_input, tool};

const KEYS: (&str, &str) = ("VIZION_WEBHOOK_KEYS", "hmac-key-1=first secret,hmac-key-2=c2Vjb25k==");

fn trigger(url: &str, arguments: &[&str]) -> Ran {
    run(tool().args(["trigger", "vizion", "--to", url, "--json"]).args(arguments).envs([KEYS]))
}

fn verify(message: &[u8], arguments: &[&str]) -> Ran {
    let mut command = tool();
    command.args(["verify", "vizion", "--message", "-", "--json"]).args(arguments).envs([KEYS]);
    run_with_input(&mut command, message)
}

#[test]
fn an_honest_delivery_arrives_and_verifies_under_its_key() {
    for (arguments, key_id) in [(&[][..], "hmac-key-1"), (&["--key-id", "hmac-key-2"], "hmac-key-2")] {
        let receiver = Receiver::answering([204]);
        let sent = trigger(&receiver.url, arguments);
        assert_eq!((sent.code, &sent.json()["accepted"]), (0, &true.into()), "{}", sent.stderr);
        let verdict = verify(&receiver.deliveries()[0], &[]);
        assert_eq!((verdict.code, &verdict.json()["key_id"]), (0, &key_id.into()), "{}", verdict.stdout);
    }
}

#[test]
fn the_sandbox_s_file_has_the_keys_to_trigger_and_verify_with() {
    let sandbox = RunningSandbox::start(&[]);
    for (provider, what) in
        [("vizion", "vizion"), ("unleashed", "unleashed"), ("netgiro", "netgiro-callback")]
    {
        let receiver = Receiver::answering([204]);
        let origin = receiver.origin().to_owned();
        let with_file = |arguments: &[&str]| {
            let mut command = tool();
            command.args(arguments).args(["--json", "--env-file"]).arg(sandbox.env_file());
            command
        };
        let sent = run(&mut with_file(&["trigger", provider, "--to", &receiver.url]));
        assert_eq!(sent.code, 0, "{provider}: {}", sent.stderr);
        let mut verify = with_file(&["verify", what, "--message", "-"]);
        if provider == "netgiro" {
            verify.args(["--public-origin", &origin]);
        }
        let verdict = run_with_input(&mut verify, &receiver.deliveries()[0]);
        assert_eq!(verdict.code, 0, "{provider}: {}{}", verdict.stdout, verdict.stderr);
        assert_eq!(verdict.json()["provider"], provider);
    }
}

#[test]
fn another_success_than_200_is_said_to_be_no_receipt_to_netgiro() {
    for (status, told) in [(200, false), (204, true)] {
        let receiver = Receiver::answering([status]);
        let mut trigger = tool();
        let sent = run(trigger
            .args(["trigger", "netgiro", "--to", &receiver.url])
            .env("NETGIRO_SECRET_KEY", "a secret"));
        assert_eq!(
            (sent.code, sent.stdout.contains("only if the answer is 200")),
            (0, told),
            "{}",
            sent.stdout
        );
        receiver.deliveries();
    }
}

#[test]
fn a_delivery_is_judged_as_of_the_time_given() {
    let receiver = Receiver::answering([200]);
    trigger(&receiver.url, &["--fault", "stale"]);
    let delivery = receiver.deliveries().remove(0);
    let refused = verify(&delivery, &[]);
    assert_eq!(refused.json()["code"], "webhook-too-old");
    let created = String::from_utf8(delivery.clone()).unwrap();
    let created = created.split_once("created=").unwrap().1.split_once(',').unwrap().0;
    let verdict = verify(&delivery, &["--at", created]);
    assert_eq!((verdict.code, verdict.json()["signed_at_unix_ms"].to_string().as_str()), (0, created));
}

#[test]
fn a_message_behind_a_proxy_needs_the_public_origin() {
    let receiver = Receiver::answering([200]);
    trigger(&receiver.url, &[]);
    let delivery = String::from_utf8(receiver.deliveries().remove(0)).unwrap();
    let host = delivery.split_once("host: ").unwrap().1.split_once("\r\n").unwrap().0;
    let proxied = delivery.replace(&format!("host: {host}"), "host: inside.example");
    assert_eq!(verify(proxied.as_bytes(), &[]).code, 1);
    let public = format!("https://{host}");
    let verdict = verify(proxied.as_bytes(), &["--public-origin", &public]);
    assert_eq!(verdict.code, 0, "{}", verdict.stdout);
    let prefixed = proxied.replacen("POST /", "POST /internal/v1/", 1);
    let stripped = ["--public-origin", &public, "--strip-prefix", "/internal/v1"];
    for (arguments, code) in [(&stripped[..2], 1), (&stripped, 0)] {
        let verdict = verify(prefixed.as_bytes(), arguments);
        assert_eq!(verdict.code, code, "{}", verdict.stdout);
    }
}

/// The host that is signed is whatever the sender wrote there.
#[test]
fn a_verdict_for_any_host_says_that_it_is_one() {
    let receiver = Receiver::answering([200]);
    let origin = receiver.origin().to_owned();
    trigger(&receiver.url, &[]);
    let delivery = receiver.deliveries().remove(0);
    let of_any_host = verify(&delivery, &[]).json();
    assert!(of_any_host["note"].as_str().unwrap().contains("--public-origin"), "{of_any_host}");
    let bound = verify(&delivery, &["--public-origin", &origin]).json();
    assert_eq!((&bound["verdict"], bound.get("note")), (&"verified".into(), None));
    let elsewhere = verify(&delivery, &["--public-origin", "https://other.example.com"]).json();
    assert_eq!(elsewhere["code"], "webhook-signature-mismatch");
}

/// Made with Python: `base64(hmac_sha256(b"signing key", b'1705312800.{"a":1}'))`.
const OF_UNLEASHED: &str = "POST /hook HTTP/1.1\r\nhost: h\r\nx-unleashed-timestamp: 1705312800\r\n\
    x-unleashed-signature: EcfN/BKQoaiDVkUaorogHXdsD3q+aJchRgOiQmTFXe8=\r\n\r\n{\"a\":1}";

fn unleashed_verifier(arguments: &[&str]) -> Command {
    let mut command = tool();
    command.args(["verify", "unleashed", "--message", "-", "--json"]).args(arguments);
    command.env("UNLEASHED_WEBHOOK_KEY", "signing key");
    command
}

fn verify_unleashed(message: &str, arguments: &[&str]) -> Ran {
    run_with_input(&mut unleashed_verifier(arguments), message.as_bytes())
}

#[test]
fn an_unleashed_webhook_is_judged_in_its_own_scheme() {
    let judge = |message: &str, at: &str| verify_unleashed(message, &["--at", at]).json();
    assert_eq!(judge(OF_UNLEASHED, "1705312801000")["verdict"], "verified");
    assert_eq!(judge(OF_UNLEASHED, "1705313801000")["code"], "webhook-too-old");
    let changed = OF_UNLEASHED.replace(":1}", ":2}");
    assert_eq!(judge(&changed, "1705312801000")["code"], "webhook-signature-mismatch");
}

#[test]
fn the_time_of_a_signature_is_told_as_people_read_it() {
    let judged = |at: &str, json: &[&str]| {
        let mut command = tool();
        command.args(["verify", "unleashed", "--message", "-", "--at", at]).args(json);
        run_with_input(command.env("UNLEASHED_WEBHOOK_KEY", "signing key"), OF_UNLEASHED.as_bytes())
    };
    for (at, told) in
        [("1705312801", "1 s later"), ("1705312930", "2 min later"), ("1705312790", "10 s earlier")]
    {
        let words = judged(at, &[]).stdout;
        let expected = format!("signed at 2024-01-15T10:00:00Z, judged {told}");
        assert!(words.contains(&expected), "{words}");
    }
    let json = judged("1705312801", &["--json"]).json();
    assert_eq!(
        (&json["signed_at"], &json["signed_at_unix_ms"]),
        (&"2024-01-15T10:00:00Z".into(), &1_705_312_800_000_i64.into())
    );
}

/// Unleashed prints seconds, Vizion milliseconds; 11 digits of either were decades ago or are millennia ahead. Logs have
/// the time in RFC 3339.
#[test]
fn a_time_is_taken_as_it_is_found_in_headers_and_logs() {
    for (at, code) in [
        ("1705312810", None),
        ("1705312810000", None),
        ("1705313801", Some("webhook-too-old")),
        ("99999999999", Some("webhook-too-old")),
        ("100000000000", Some("webhook-too-early")),
        ("0", Some("webhook-too-early")),
        ("2024-01-15T10:00:10Z", None),
        ("2024-01-15 12:00:10.5+02:00", None),
        ("2024-01-15T10:00:10+02:00", Some("webhook-too-early")),
    ] {
        let verdict = verify_unleashed(OF_UNLEASHED, &["--at", at]).json();
        assert_eq!(verdict["code"].as_str(), code, "{at}: {verdict}");
    }
    for at in ["100000000000000", "1705312810000000", "1705312810000000000", "18446744073709551615"] {
        let refused = run(&mut unleashed_verifier(&["--at", at]));
        assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"), "{at}");
        assert!(refused.stderr.contains("this looks like micro- or nanoseconds"), "{}", refused.stderr);
    }
}

#[test]
fn what_is_no_time_is_told_what_is() {
    for at in ["yesterday", "", "2024-01-15T10:00:10", "1960-01-01T00:00:00Z", "1e9"] {
        let refused = run(&mut unleashed_verifier(&["--at", at]));
        assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"), "{at}");
        let told = refused
            .stderr
            .contains("give seconds or milliseconds since 1970, or a time such as 2023-05-31T16:01:00Z");
        assert!(told, "{}", refused.stderr);
    }
}

/// The clock of the machine that judges a capture has nothing to do with when it arrived.
#[test]
fn an_old_capture_asks_for_the_time_at_which_it_arrived() {
    for arguments in [&[][..], &["--at", "0"]] {
        let verdict = verify_unleashed(OF_UNLEASHED, arguments).json();
        let next_step = verdict["next_step"].as_str().unwrap();
        assert!(next_step.starts_with("Give --at, the time at which it arrived."), "{next_step}");
    }
}

/// Plain SHA-256 of `a secret42https://shop.example.is/paid?order=7{"Success":true}`, made with Python.
#[test]
fn a_netgiro_callback_is_judged_for_the_public_origin() {
    let message = "POST /paid?order=7 HTTP/1.1\r\nhost: inside\r\nnetgiro_nonce: 42\r\n\
        netgiro_signature: 587cfb8ce657c8a6b0af1740f133397e302c518588fc3394a765ad738c5429bc\r\n\r\n{\"Success\":true}";
    let judge = |message: &str, origin: &str| {
        let mut command = tool();
        command.args(["verify", "netgiro-callback", "--message", "-", "--json", "--public-origin", origin]);
        run_with_input(command.env("NETGIRO_SECRET_KEY", "a secret"), message.as_bytes())
    };
    let origin = "https://shop.example.is";
    let honest = judge(message, origin);
    assert_eq!(honest.stdout, "{\"verdict\":\"verified\",\"provider\":\"netgiro\"}\n", "{}", honest.stderr);
    for (message, origin) in [
        (message.to_owned(), "https://elsewhere.example"),
        (message.replace("true", "false"), origin),
        (message.replace("order=7", "order=8"), origin),
        (message.replace("nonce: 42", "nonce: 43"), origin),
    ] {
        let refused = judge(&message, origin);
        assert_eq!((refused.code, &refused.json()["code"]), (1, &"webhook-signature-mismatch".into()));
    }
    assert_eq!(judge(message, "shop.example.is").error_code(), "invalid-public-origin");
}

/// The proxy hands on `/internal/v1/paid` where `/paid` was signed (of the same callback as above).
#[test]
fn a_prefix_that_a_proxy_added_is_stripped_before_it_is_judged() {
    let message = "POST /internal/v1/paid?order=7 HTTP/1.1\r\nhost: inside\r\nnetgiro_nonce: 42\r\n\
        netgiro_signature: 587cfb8ce657c8a6b0af1740f133397e302c518588fc3394a765ad738c5429bc\r\n\r\n{\"Success\":true}";
    let judge = |arguments: &[&str]| {
        let mut command = tool();
        command.args(["verify", "netgiro-callback", "--message", "-", "--json", "--public-origin"]);
        command.arg("https://shop.example.is").args(arguments);
        run_with_input(command.env("NETGIRO_SECRET_KEY", "a secret"), message.as_bytes())
    };
    let told = judge(&["--explain"]).json();
    assert_eq!(told["code"], "webhook-signature-mismatch");
    assert_eq!(told["diagnosis"]["code"], "path-missing");
    assert!(told["diagnosis"]["fix"].as_str().unwrap().contains("--strip-prefix"), "{told}");
    assert_eq!(judge(&["--strip-prefix", "/internal/v1"]).json()["verdict"], "verified");
    assert_eq!(judge(&["--strip-prefix", "/outside"]).json()["code"], "webhook-prefix-missing");
    assert_eq!(judge(&["--strip-prefix", "outside"]).error_code(), "invalid-path-prefix");
}

#[test]
fn a_delivery_stays_on_this_machine_unless_allowed() {
    let refused = trigger("https://elsewhere.example/hook", &[]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "origin-not-allowed"));
    let no_one_there = trigger("http://127.0.0.1:1/", &[]);
    assert_eq!((no_one_there.code, no_one_there.error_code().as_str()), (3, "transport"));
}

#[test]
fn keys_that_cannot_be_read_are_named_by_their_place() {
    let run_with = |keys: &str| {
        let mut command = tool();
        command.args(["trigger", "vizion", "--to", "http://127.0.0.1:1/", "--json"]);
        run(command.env("VIZION_WEBHOOK_KEYS", keys))
    };
    for (keys, message) in [("hmac-key-1=a,canary", "entry 2"), ("", "not set: VIZION_WEBHOOK_KEYS")] {
        let refused = run_with(keys);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(message) && !refused.stderr.contains("canary"), "{}", refused.stderr);
    }
}
