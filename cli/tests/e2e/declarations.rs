//! `check` and `new`: declarations and their vectors.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::json;

use crate::receiver::Receiver;
use crate::support::{Ran, run, run_with_input, tool};

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../declarations").join(name)
}

#[test]
fn a_new_file_is_one_that_holds() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("acme-pay.toml");
    let printed = run(tool().args(["new", "acme-pay"]));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(printed.stdout.contains("name = \"acme-pay\"") && printed.stdout.contains("ACME_PAY_SECRET"));
    std::fs::write(&file, &printed.stdout).unwrap();
    let checked = run(tool().arg("check").arg(&file).arg("--json"));
    let expected = json!({
        "file": file.to_str().unwrap(),
        "name": "acme-pay",
        "vectors": [{ "source": "made up", "made": true, "verified": true, "tampered_refused": true }],
        "warnings": [],
        "covers": { "method": true, "host": false, "path": true, "query": true, "body": true, "time": true },
    });
    assert_eq!((checked.code, checked.json()), (0, expected));
    for name in ["netvisor", "a\"\nx = 1", "Acme", ""] {
        let refused = run(tool().args(["new", name, "--json"]));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{name:?}");
    }
}

#[test]
fn a_vector_that_does_not_hold_is_told_with_what_differs() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("slack.toml");
    let text = std::fs::read_to_string(shipped("slack.toml")).unwrap();
    std::fs::write(&file, text.replace("v0:{time}:", "v0.{time}:")).unwrap();
    let checked = run(tool().arg("check").arg(&file).arg(shipped("github.toml")));
    assert_eq!((checked.code, checked.stderr.as_str()), (1, ""));
    for said in [
        "FAILED line",
        "made: no; verified: no; refused when tampered with: yes",
        "signed: \"v0.1531420618:token=xyzz0WbapA4vBCDEFasx0q6G&",
        "header x-slack-signature: made \"v0=",
        "[declared-signature-mismatch]",
        "ok     line 17: GitHub docs",
        "[no-stamp]",
        "covers: method no, host no, path no, query no, body yes, time -",
    ] {
        assert!(checked.stdout.contains(said), "{said}: {}", checked.stdout);
    }
    assert!(
        !checked.stdout.contains("8f742231b10e8888abcd99yyyzzz85a5"),
        "a key of a vector is masked as any other"
    );
}

#[test]
fn a_file_that_is_refused_is_told_with_its_line_and_the_others_are_checked() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bad.toml");
    std::fs::write(&file, "name = \"acme\"\nsecrets = 1\n").unwrap();
    let checked = run(tool().arg("check").arg(&file).arg(shipped("github.toml")).arg("--json"));
    assert_eq!((checked.code, checked.json()["name"].as_str()), (2, Some("github")));
    assert_eq!(checked.error_code(), "declaration-malformed");
    assert!(checked.stderr.contains("bad.toml: line "), "{}", checked.stderr);
    assert_eq!(run(tool().args(["check", "no-such-file.toml"])).code, 2);
}

const PAYTRAIL: [(&str, &str); 2] = [("PAYTRAIL_ACCOUNT", "375917"), ("PAYTRAIL_SECRET", "SAIPPUAKAUPPIAS")];
const PAYMENT: &str = "https://services.paytrail.com/payments/681538c4-fc84-11e9-83bc-2ffcef4c3453";
const STAMPS: [&str; 4] =
    ["--stamp", "time=2019-11-01T08:48:50.832Z", "--stamp", "nonce=87ac41e1-e6e6-4789-b8e0-c83930cfc447"];
const PUBLISHED: &str = "4d84e3aedaa847b23e672ff3bc9c57ae5d1c1e84aec251ce39914eaf250bb8b2";

#[test]
fn a_file_signs_where_a_provider_is_named() {
    let missing = run(tool().arg("sign").arg(shipped("paytrail.toml")).args(["GET", PAYMENT]));
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("not set: PAYTRAIL_ACCOUNT"), "{}", missing.stderr);
    let with = |arguments: &[&str]| {
        let mut command = tool();
        command.arg("sign").arg(shipped("paytrail.toml")).args(["GET", PAYMENT, "--json"]).args(STAMPS);
        command.args(["-H", "checkout-transaction-id: 681538c4-fc84-11e9-83bc-2ffcef4c3453"]);
        run(command.args(arguments).envs(PAYTRAIL).env("OTHER_SECRET", "not that one"))
    };
    assert_eq!(with(&[]).json()["headers"]["signature"], PUBLISHED);
    assert_ne!(with(&["--credential", "secret=OTHER_SECRET"]).json()["headers"]["signature"], PUBLISHED);
    for (refused, told) in [
        (&["--credential", "secrets=OTHER_SECRET"][..], "no such credential"),
        (&["--nonce", "1"], "--nonce means nothing"),
        (&["-H", "signature: x"], "the provider sets this header itself"),
    ] {
        let refused = with(refused);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    let of_another =
        run(tool().args(["sign", "netgiro", "GET", "https://api.netgiro.is/", "--stamp", "time=1"]));
    assert!(of_another.stderr.contains("--stamp means nothing"), "{}", of_another.stderr);
    let elsewhere =
        run(tool().arg("sign").arg(shipped("paytrail.toml")).args(["GET", "https://h/"]).envs(PAYTRAIL));
    assert_eq!(elsewhere.code, 1);
    assert!(elsewhere.stderr.contains("[origin-not-allowed]"), "{}", elsewhere.stderr);
}

#[test]
fn what_a_file_places_in_the_body_is_printed_with_the_command() {
    let mut command = tool();
    command
        .arg("sign")
        .arg(shipped("kraken.toml"))
        .args(["POST", "https://api.kraken.com/0/private/AddOrder"]);
    command.args(["--data", "pair=X", "--stamp", "nonce=7", "--output", "curl"]);
    let printed = run(command.envs([("KRAKEN_KEY", "key"), ("KRAKEN_SECRET", "c2VjcmV0IHNlY3JldA==")]));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(printed.stdout.contains("--data-binary 'pair=X&nonce=7'"), "{}", printed.stdout);
    assert!(
        printed.stdout.contains("'content-type: application/x-www-form-urlencoded'"),
        "{}",
        printed.stdout
    );
}

#[test]
fn a_file_is_explained_and_no_secret_of_it_shown() {
    let mut command = tool();
    command
        .arg("explain")
        .arg(shipped("paytrail.toml"))
        .args(["GET", PAYMENT, "--expect", PUBLISHED])
        .args(STAMPS);
    command.args([
        "-H",
        "checkout-transaction-id: 681538c4-fc84-11e9-83bc-2ffcef4c3453",
        "-H",
        "x-note: SAIPPUAKAUPPIAS",
    ]);
    let explained = run(command.envs(PAYTRAIL));
    assert_eq!((explained.code, explained.stderr.as_str()), (0, ""), "{}", explained.stdout);
    assert!(
        explained.stdout.contains("matches") && !explained.stdout.contains("SAIPPUA"),
        "{}",
        explained.stdout
    );
    let fresh = run(tool()
        .arg("explain")
        .arg(shipped("paytrail.toml"))
        .args(["GET", PAYMENT, "--expect", PUBLISHED])
        .envs(PAYTRAIL));
    assert!(fresh.stderr.contains("--expect needs --stamp"), "{}", fresh.stderr);
}

const STRIPE: (&str, &str) = ("STRIPE_SECRET", "whsec_an_example_secret");

#[test]
fn what_is_triggered_by_a_file_is_verified_by_it_and_its_forgeries_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let message = directory.path().join("delivery.http");
    let delivered = |faults: &[&str]| {
        let receiver = Receiver::answering([401]);
        let mut command = tool();
        command.arg("trigger").arg(shipped("stripe.toml")).args(["--to", &receiver.url]).args(faults);
        run(command.env(STRIPE.0, STRIPE.1));
        std::fs::write(&message, &receiver.deliveries()[0]).unwrap();
        let mut command = tool();
        command.arg("verify").arg(shipped("stripe.toml")).arg("--message").arg(&message).arg("--json");
        let verified = run(command.env(STRIPE.0, STRIPE.1));
        (verified.code, verified.json())
    };
    let (code, verdict) = delivered(&[]);
    assert_eq!(
        (code, verdict["verdict"].as_str(), verdict["provider"].as_str()),
        (0, Some("verified"), Some("stripe"))
    );
    for (fault, expected) in [
        ("unsigned", "webhook-value-missing"),
        ("wrong-signature", "webhook-signature-mismatch"),
        ("wrong-key", "webhook-signature-mismatch"),
        ("duplicate", "webhook-value-duplicate"),
        ("stale", "webhook-too-old"),
        ("future", "webhook-too-early"),
        ("tampered", "webhook-signature-mismatch"),
        ("reserialised", "webhook-signature-mismatch"),
    ] {
        let (code, verdict) = delivered(&["--fault", fault]);
        assert_eq!((code, verdict["code"].as_str()), (1, Some(expected)), "{fault}");
    }
}

/// The whole signature in the query, or in a form; a key in hex.
pub(crate) const SIGNED_BESIDE: &str = r#"
name = "beside"
webhook = { tolerance = "5m" }
[credentials]
secret = "secret"
[stamp]
time = "unix"
[let]
fields = { pairs = ["PART"], sort = "name" }
signature = { text = "{fields}", mac = "sha256", key = "{secret|unhex}", as = "hex" }
[send.PART]
time = "{time}"
hash = "{signature}"
"#;

#[test]
fn what_is_triggered_has_its_signature_in_the_query_or_the_form_where_the_file_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("beside.toml");
    for part in ["query", "form"] {
        std::fs::write(&file, SIGNED_BESIDE.replace("PART", part)).unwrap();
        for (fault, expected) in [(None, 0), (Some("wrong-key"), 1)] {
            let receiver = Receiver::answering([if fault.is_none() { 204 } else { 401 }]);
            let origin = receiver.origin().to_owned();
            let with_secret = |verb: &str| {
                let mut command = tool();
                command.arg(verb).arg(&file).env("BESIDE_SECRET", "00112233445566778899aabbccddeeff");
                command
            };
            let mut trigger = with_secret("trigger");
            trigger.args(["--to", &format!("{}?id=%2F1", receiver.url)]);
            let sent = run(trigger.args(fault.map(|fault| ["--fault", fault]).into_iter().flatten()));
            assert_eq!(sent.code, 0, "{part}: {}", sent.stderr);
            let mut verify = with_secret("verify");
            verify.args(["--message", "-", "--public-origin", &origin]);
            let delivered = receiver.deliveries().remove(0);
            let verdict = run_with_input(&mut verify, &delivered);
            assert_eq!(verdict.code, expected, "{part}: {}{}", verdict.stdout, verdict.stderr);
            let prefixed = [&b"POST /internal/v1"[..], delivered.strip_prefix(b"POST ").unwrap()].concat();
            let verdict = run_with_input(verify.args(["--strip-prefix", "/internal/v1"]), &prefixed);
            assert_eq!(verdict.code, expected, "{part} behind a prefix: {}", verdict.stdout);
        }
    }
}

#[test]
fn a_reply_is_judged_by_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let message = directory.path().join("reply.http");
    let of_request = headers_of_request();
    let reply = format!("HTTP/1.1 200 OK\r\n{of_request}\r\n");
    std::fs::write(&message, reply).unwrap();
    let judged = |arguments: &[&str]| {
        let mut command = tool();
        command
            .arg("verify")
            .arg(shipped("paytrail.toml"))
            .args(["--reply", "--json", "--message"])
            .arg(&message);
        command.args(["--url", "https://services.paytrail.com/payments"]).args(arguments).envs(PAYTRAIL);
        let judged = run(&mut command);
        (judged.code, judged.json()["verdict"].clone())
    };
    assert_eq!(judged(&[]), (0, "verified".into()));
    assert_eq!(judged(&["--method", "POST"]).0, 1, "the method is signed");
    assert_eq!(judged(&STAMPS).0, 1, "it is the request itself, sent back");
}

/// The headers of a signed request, as lines of a message.
fn headers_of_request() -> String {
    let mut command = tool();
    command.arg("sign").arg(shipped("paytrail.toml"));
    command.args(["GET", "https://services.paytrail.com/payments"]).args(STAMPS);
    run(command.envs(PAYTRAIL)).stdout.replace('\n', "\r\n")
}

/// `sandbox --provider`, stopped when dropped.
struct Played(Child, String);

impl Played {
    fn start(arguments: &[&str]) -> Self {
        let mut command = tool();
        command.args(["sandbox", "--json", "--provider"]).arg(shipped("paytrail.toml")).args(arguments);
        let mut child = command.envs(PAYTRAIL).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self(child, addresses["paytrail"].as_str().unwrap().to_owned())
    }

    fn send(&self, secret: &str) -> Ran {
        let (mut command, origin) = (tool(), &self.1);
        command.arg("send").arg(shipped("paytrail.toml")).args([
            "POST",
            &format!("{origin}/payments"),
            "--json",
        ]);
        command.args(["--allow-origin", origin, "--data", r#"{"amount":1}"#]);
        run(command.envs(PAYTRAIL).env("PAYTRAIL_SECRET", secret))
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_declared_provider_is_played_and_its_replies_are_verified() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("replies.toml");
    let reply = "[[reply]]\nprovider = \"paytrail\"\nstatus = 201\nbody = '{\"paid\":true}'\ntimes = 1\n";
    std::fs::write(&script, reply).unwrap();
    let played = Played::start(&["--script", script.to_str().unwrap()]);
    for (status, body) in [(201, r#"{"paid":true}"#), (200, "")] {
        let answer = played.send(PAYTRAIL[1].1);
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
        let answer = answer.json();
        assert_eq!((&answer["status"], &answer["verified"]), (&status.into(), &true.into()));
        assert_eq!(answer["body"], body);
    }
    let refused = played.send("another secret");
    assert_eq!(refused.code, 1);
    assert_eq!(refused.error_code(), "declared-missing", "it is not signed for who has not signed");
    std::fs::write(&script, reply.replace("paytrail", "netgiro")).unwrap();
    let mut command = tool();
    command.args(["sandbox", "--provider"]).arg(shipped("paytrail.toml")).arg("--script").arg(&script);
    let other = run(command.envs(PAYTRAIL));
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("there is paytrail"), "{}", other.stderr);
}
