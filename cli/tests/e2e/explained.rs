//! `explain --expect`: the signature that somebody else computed.

use std::process::Command;

use crate::support::{RunningSandbox, VARIABLES, run, run_with_input, tool};

/// Signatures of one request by an independent implementation of the mistake (Python's hmac and hashlib).
const UNLEASHED: [(&str, &str); 2] = [
    ("/36QnfkYUiUen5K/7PDhGbYEnw9LJKC/a1+llptp2Ow=", "question-mark-included"),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "unexplained"),
];

fn explain_unleashed(expected: &str) -> Command {
    let mut command = explain_unleashed_in_words(expected);
    command.arg("--json");
    command
}

fn explain_unleashed_in_words(expected: &str) -> Command {
    let mut command = tool();
    command
        .args([
            "explain",
            "unleashed",
            "GET",
            "https://api.unleashedsoftware.com/Customers?customerCode=ACME",
        ])
        .args(["--expect", expected])
        .envs([("UNLEASHED_API_ID", "api-id"), ("UNLEASHED_API_KEY", "unleashed-example-api-key")])
        .env("UNLEASHED_CLIENT_TYPE", "acme/stock");
    command
}

#[test]
fn a_mistake_is_named_by_its_code() {
    for (signature, code) in UNLEASHED {
        let explained = run(&mut explain_unleashed(signature));
        assert_eq!(explained.code, 1);
        assert_eq!(explained.json()["diagnosis"]["code"], code);
    }
}

/// The list is of Netvisor's fields then; programs are given the whole text.
#[test]
fn a_separator_that_is_always_the_same_is_said_once() {
    let netvisor = |json: &[&str]| {
        let mut command = tool();
        command.args(["explain", "netvisor", "GET", "https://integration.netvisor.fi/a.nv"]).args(json);
        run(command.envs(VARIABLES))
    };
    let words = netvisor(&[]).stdout;
    let title = "\nsigned text, joined by \"&\"\n  url ";
    assert!(words.contains(title) && words.contains("\nkey of the MAC, joined by \"&\"\n"), "{words}");
    assert!(!words.contains("separator"), "{words}");
    let json = netvisor(&["--json"]).json();
    let segments = json["explanation"]["signed_text"].as_array().unwrap().iter();
    assert_eq!(segments.filter(|segment| segment["kind"] == "separator").count(), 9);
    // One that also ends the text cannot be said so.
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x.toml");
    let declared = |text: &str| {
        let text = format!("{{ text = \"{text}\", mac = \"sha256\", as = \"hex\" }}");
        let file_text = format!(
            "name = \"x\"\norigins = [\"https://h\"]\n[credentials]\nsecret = \"secret\"\n[let]\nsignature = {text}\n\
             [send.header]\nx-signature = \"{{signature}}\"\n"
        );
        std::fs::write(&file, file_text).unwrap();
        let mut command = tool();
        command.arg("explain").arg(&file).args(["GET", "https://h/"]);
        run(command.env("X_SECRET", "a secret of nobody")).stdout
    };
    assert!(declared("{method}|{path}|{body}").contains("signed text, joined by \"|\"\n"));
    for irregular in ["{method}|{path}|{body}|", "{method}|{path}/{body}", "{method}{path}", "{body}"] {
        assert!(declared(irregular).contains("\nsigned text\n"), "{irregular}: {}", declared(irregular));
    }
    // Each of others is in the row of the value behind it.
    let words = declared("{method}|{path}\\nbody: {body}");
    let rows: Vec<_> = words.lines().filter(|line| line.starts_with("  ") && line.contains('"')).collect();
    assert_eq!(rows.len(), 3, "{words}");
    assert!(rows[1].ends_with(r#""|" + "/""#) && rows[2].ends_with(r#""\nbody: " + """#), "{words}");
}

/// As an argument, Unleashed's signature would be in the shell's history and in the list of processes.
#[test]
fn a_signature_is_read_from_a_file_and_from_standard_input() {
    let sandbox = RunningSandbox::start(&[]);
    let (signature, code) = UNLEASHED[0];
    let line = format!("{signature}\r\n");
    let file = sandbox.file("theirs.txt", line.as_bytes());
    let from_file = run(&mut explain_unleashed(&format!("@{}", file.display())));
    let from_stdin = run_with_input(&mut explain_unleashed("@-"), line.as_bytes());
    for explained in [from_file, from_stdin] {
        assert_eq!((explained.code, &explained.json()["diagnosis"]["code"]), (1, &code.into()));
    }
}

#[test]
fn a_signature_that_cannot_be_read_is_a_matter_of_usage() {
    let no_text = run_with_input(&mut explain_unleashed("@-"), b"canary\xff");
    let taken_twice = run_with_input(explain_unleashed("@-").args(["--data", "@-"]), b"canary");
    let no_file = run(&mut explain_unleashed("@no-such-file"));
    for (refused, message) in [
        (no_text, "--expect is not text"),
        (taken_twice, "standard input is only one of --data, --expect, --signed-text and a capture"),
        (no_file, "cannot read no-such-file"),
    ] {
        assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"));
        assert!(refused.stderr.contains(message) && !refused.stderr.contains("canary"), "{}", refused.stderr);
    }
}

/// The URL-safe alphabet of base64 has a hyphen in it.
#[test]
fn a_signature_or_nonce_that_begins_with_a_hyphen_is_no_option() {
    let hyphens = format!("-{}=", "A".repeat(42));
    let explained = run(&mut explain_unleashed(&hyphens));
    assert_eq!((explained.code, explained.json()["diagnosis"]["code"].as_str()), (1, Some("unexplained")));
    let signed = run(tool()
        .args(["sign", "netgiro", "GET", "https://api.netgiro.is/", "--nonce", "-1", "--json"])
        .envs([("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "secret")]));
    assert_eq!(signed.json()["headers"]["netgiro_nonce"], "-1", "{}", signed.stderr);
}

/// An unset variable is no signature that somebody computed.
#[test]
fn no_signature_at_all_is_told_to_be_none() {
    let empty = run(&mut explain_unleashed(""));
    let blank = run_with_input(&mut explain_unleashed("@-"), b" \n");
    for explained in [empty, blank] {
        assert_eq!(explained.code, 1);
        let diagnosis = &explained.json()["diagnosis"];
        assert_eq!(diagnosis["code"], "signature-malformed");
        assert!(diagnosis["detail"].as_str().unwrap().contains("nothing, or a word for it"), "{diagnosis}");
    }
    let no_name = run(&mut explain_unleashed("@"));
    let message = "'--expect <SIGNATURE|@FILE|@->': the name of a file is missing behind the @";
    assert_eq!((no_name.code, no_name.error_code().as_str()), (2, "usage"));
    assert!(no_name.stderr.contains(message), "{}", no_name.stderr);
}

#[test]
fn the_verb_goes_by_the_name_of_the_library_s_function_too() {
    let arguments = ["diagnose", "unleashed", "GET", "https://api.unleashedsoftware.com/"];
    let variables = [("UNLEASHED_API_ID", "a"), ("UNLEASHED_API_KEY", "b"), ("UNLEASHED_CLIENT_TYPE", "c/d")];
    let explained = run(tool().args(arguments).envs(variables));
    assert!(explained.stdout.starts_with("unleashed: HMAC-SHA256"), "{}", explained.stderr);
}

/// What is sent has the host in lower case, and no default port; somebody else may have signed what was typed.
#[test]
fn a_signature_of_the_url_as_it_was_typed_is_explained() {
    for (url, signature) in [
        // Plain SHA-256 of `secret1` and the URL without its fragment.
        (
            "https://API.Netgiro.is/v1/sales",
            "25ee454fb46ce7a333bf81639b2b63072c414c315dbfd212a76d5160e65c9101",
        ),
        (
            "https://API.Netgiro.is:443/v1/sales?a=b#c",
            "9963a8ee70b7799f65fb93684a40a31c3b286dd177d3812fb86b65092da1de7a",
        ),
    ] {
        let explained = run(tool()
            .args(["explain", "netgiro", "GET", url, "--nonce", "1", "--expect", signature, "--json"])
            .envs([("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "secret")]));
        assert_eq!(explained.json()["diagnosis"]["proved"], true, "{url}: {}", explained.stdout);
    }
}

#[test]
fn a_text_that_somebody_signed_is_compared() {
    let (signature, _) = UNLEASHED[0];
    let other_key = UNLEASHED[1].0;
    for (expected, signed, code, fits, position) in [
        (signature, "?customerCode=ACME", 1, true, Some(0)),
        (signature, "customerCode=acme", 1, false, Some(13)),
        (other_key, "customerCode=ACME", 1, false, None),
    ] {
        let mut command = explain_unleashed(expected);
        let explained = run_with_input(command.args(["--signed-text", "@-"]), signed.as_bytes());
        let comparison = &explained.json()["comparison"];
        assert_eq!((explained.code, &comparison["signature_fits"]), (code, &fits.into()), "{signed}");
        assert_eq!(comparison["difference"]["position"].as_u64(), position, "{signed}");
    }
}

/// Beside a signature that matches, no other key is spoken of.
#[test]
fn the_key_is_blamed_only_where_the_text_is_right() {
    // Python: base64(hmac_sha256(b"unleashed-example-api-key", b"customerCode=ACME")).
    let right = "MPxDVAAP9oTtfzTXG2SUnueXtVb1+7Uds6IFfRsrvFU=";
    let (nobodys, _) = UNLEASHED[1];
    for (expected, signed, told) in [
        (right, "customerCode=acme", "was made of the text that should have been signed, not of this one."),
        (nobodys, "customerCode=acme", "was made of yet another text, or in another way."),
        (nobodys, "customerCode=ACME", "then the key, its form or the algorithm is another."),
    ] {
        let mut command = explain_unleashed_in_words(expected);
        let shown = run_with_input(command.args(["--signed-text", "@-"]), signed.as_bytes());
        assert!(shown.stdout.contains(told), "{}", shown.stdout);
        assert_eq!(shown.stdout.contains("  matches: "), expected == right, "{}", shown.stdout);
        let comparison =
            shown.stdout.split("comparison\n").nth(1).and_then(|rest| rest.split("diagnosis\n").next());
        assert_eq!(comparison.unwrap().contains("the key, "), told.contains("the key, "), "{}", shown.stdout);
    }
}

#[test]
fn a_key_that_was_sent_as_the_signature_is_to_be_rotated_and_not_shown() {
    let key = "unleashed-example-api-key";
    let explained = run(&mut explain_unleashed(key));
    assert_eq!(explained.json()["diagnosis"]["code"], "secret-sent-as-signature");
    assert!(explained.json()["diagnosis"]["fix"].as_str().unwrap().starts_with("Rotate it"));
    assert!(!(explained.stdout + &explained.stderr).contains(key));
}

/// A secret is a part of this text; theirs may have another, which is theirs to keep.
#[test]
fn a_text_with_a_secret_in_it_is_compared_without_showing_one() {
    let compare = |signed: &str| {
        let mut command = tool();
        command.args(["explain", "netgiro", "GET", "https://api.netgiro.is/v1", "--nonce", "7"]);
        command.envs([("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "canary secret")]);
        run_with_input(command.args(["--signed-text", "@-"]), signed.as_bytes())
    };
    for (signed, code, told) in [
        ("canary secret7https://api.netgiro.is/v1", 0, "is the right one, of 39 bytes."),
        (
            "canary secret8https://api.netgiro.is/v1",
            1,
            "from byte 13 on, byte 0 of nonce:\n    should be  \"(secret)\" and then \"7https",
        ),
        (
            "7https://api.netgiro.is/v1canary secret",
            1,
            "was        \"\" and then \"7https://api.netgiro.is/\"",
        ),
        ("canary Secret7https://api.netgiro.is/v1", 1, "from byte 0 on, in secret_key:"),
        ("other canary7https://api.netgiro.is/v1", 1, "what is not shown: it may hold another secret"),
    ] {
        let compared = compare(signed);
        assert_eq!(compared.code, code, "{signed}: {}", compared.stderr);
        assert!(compared.stdout.contains(told), "{told}: {}", compared.stdout);
        assert!(!compared.stdout.contains("canary"), "{}", compared.stdout);
    }
}

#[test]
fn a_text_that_cannot_be_compared_is_a_matter_of_usage() {
    let arguments = ["explain", "netgiro", "GET", "https://api.netgiro.is/", "--signed-text"];
    let variables = [("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "canary secret")];
    for (more, told) in [
        (&["@-"][..], "--signed-text needs --nonce"),
        (&["canary secret7", "--nonce", "7"], "--signed-text takes @FILE or @-, since it may hold a secret"),
        (&["@-", "--nonce", "7", "--data", "@-"], "standard input is only one of"),
    ] {
        let refused = run(tool().args(arguments).args(more).envs(variables));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
        assert!(refused.stderr.contains(told) && !refused.stderr.contains("canary"), "{}", refused.stderr);
    }
}
