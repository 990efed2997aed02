//! Variables and files that cannot be used.

use crate::support::{RunningSandbox, run, tool};

/// What Netvisor needs, each behind `NETVISOR_`.
const NETVISOR: [&str; 6] =
    ["SENDER", "CUSTOMER_ID", "CUSTOMER_KEY", "PARTNER_ID", "PARTNER_KEY", "ORGANISATION_ID"];

/// A value that is there is not called absent.
#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt as _;

    let value = std::ffi::OsStr::from_bytes(b"canary\xff");
    for (name, arguments) in [
        ("VIZION_API_KEY", &["sign", "vizion", "GET", "https://prod.vizionapi.com/"][..]),
        ("NETVISOR_LANGUAGE", &["sign", "netvisor", "GET", "https://integration.netvisor.fi/"]),
        ("VIZION_WEBHOOK_KEYS", &["trigger", "vizion", "--to", "http://127.0.0.1:1/"]),
        ("UNLEASHED_API_KEY", &["sandbox", "--use-environment"]),
    ] {
        let mut command = tool();
        command.envs(NETVISOR.map(|variable| (format!("NETVISOR_{variable}"), "value")));
        let refused = run(command.args(arguments).env(name, value));
        assert_eq!(refused.code, 2);
        let message = format!("countersign: the value of {name} is not valid UTF-8 [usage]\n");
        assert_eq!((refused.stdout, refused.stderr), (String::new(), message));
    }
}

/// The made-up one would otherwise take its place without a word.
#[test]
fn a_sandbox_does_not_start_with_a_variable_that_it_cannot_use() {
    for (name, value) in [
        ("VIZION_WEBHOOK_KEYS", "canary"),
        ("VIZION_WEBHOOK_KEYS", "hmac-key-1=canary,canary"),
        ("VIZION_WEBHOOK_KEYS", "hmac-key-1="),
        ("VIZION_API_KEY", " canary"),
        ("UNLEASHED_WEBHOOK_KEY", " "),
        ("UNLEASHED_API_ID", "canary\n"),
        ("UNLEASHED_CLIENT_TYPE", "canary\n"),
        ("NETGIRO_SECRET_KEY", "canary "),
        ("NETVISOR_SENDER", "canary\t1"),
        ("NETVISOR_PARTNER_KEY", "canary&"),
    ] {
        let refused = run(tool().args(["sandbox", "--use-environment", "--json"]).env(name, value));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{name}");
        assert!(refused.stderr.contains(name) && !refused.stderr.contains("canary"), "{}", refused.stderr);
    }
}

/// Neither for the sandbox, which plays with a made-up one, nor for the file, which then has that.
#[test]
fn an_empty_variable_counts_as_not_set() {
    let mut empty = tool();
    empty.env("NETGIRO_SECRET_KEY", "");
    let sandbox = RunningSandbox::start_as(empty, &["--use-environment"]);
    let demo = std::fs::read_to_string(sandbox.env_file()).unwrap();
    assert!(demo.contains("\nNETGIRO_SECRET_KEY='c2Fu"), "{demo}");
    let sent = run(&mut sandbox.command("send", "netgiro", "GET", "/v1/sales"));
    assert_eq!(sent.code, 0, "{}", sent.stderr);

    let file = sandbox.file("empty.env", b"NETGIRO_APP_KEY=app\nNETGIRO_SECRET_KEY=\n");
    let mut command = tool();
    command.args(["sign", "netgiro", "GET", "https://api.netgiro.is/", "--env-file"]).arg(file);
    // What the file names comes first, if it is empty, too.
    let refused = run(command.env("NETGIRO_SECRET_KEY", "other"));
    assert!(refused.stderr.contains("not set: NETGIRO_SECRET_KEY"), "{}", refused.stderr);
}

/// `$word` would be replaced by nothing, and another secret would sign.
#[test]
fn a_dollar_outside_single_quotes_is_refused_by_line_and_name() {
    let sandbox = RunningSandbox::start(&[]);
    let signed = |content: &str| {
        let file = sandbox.file("dollar.env", content.as_bytes());
        run(tool()
            .args(["sign", "netgiro", "GET", "https://api.netgiro.is/", "--nonce", "1", "--env-file"])
            .arg(file))
    };
    for value in ["pa$word", "\"pa$word\"", "pa${word}"] {
        let refused = signed(&format!("NETGIRO_APP_KEY=app\nNETGIRO_SECRET_KEY={value}\n"));
        assert_eq!(refused.code, 2, "{value}");
        assert!(refused.stderr.contains("line 2: NETGIRO_SECRET_KEY has a '$'"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("word"), "{}", refused.stderr);
    }
    // Plain SHA-256 of `pa$word1https://api.netgiro.is/`.
    let signature = "903f4a0a08fa89accc94522387cec86de605acd8ce42cd45df602b2ec4bf0106";
    for value in ["'pa$word'", "pa\\$word"] {
        let signed = signed(&format!("NETGIRO_APP_KEY=app\nNETGIRO_SECRET_KEY={value}\n"));
        assert!(signed.stdout.contains(signature), "{value}: {}{}", signed.stdout, signed.stderr);
    }
}

/// As Notepad saves it. A shell takes the mark for a part of the first name.
#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let sandbox = RunningSandbox::start(&[]);
    let file = sandbox.file("marked.env", "\u{feff}VIZION_API_KEY=vizion-key\r\n".as_bytes());
    let signed = |arguments: &[&str]| {
        let mut command = tool();
        command.args(["sign", "vizion", "GET", "https://prod.vizionapi.com/", "--env-file"]).arg(&file);
        run(command.args(arguments))
    };
    assert_eq!(signed(&[]).stdout, "x-api-key: $VIZION_API_KEY\n");
    let refused = signed(&["--output", "curl"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("marked.env begins with a byte-order mark"), "{}", refused.stderr);
}

#[test]
fn a_line_that_cannot_be_read_is_told_by_its_number() {
    let sandbox = RunningSandbox::start(&[]);
    let long = format!("# {}\nA={}\nVIZION_API_KEY canary\n", "c".repeat(20_000), "d".repeat(20_000));
    for (content, line) in [
        ("VIZION_API_KEY canary", 1),
        ("# comment\n\nA=b # c\nVIZION_API_KEY: canary\nC=d", 4),
        ("A='first\nsecond'\r\nVIZION_API_KEY=canary canary\r\n", 3),
        ("A=b\nVIZION_API_KEY='canary\nC=d\n\n", 2),
        ("A=b\nVIZION_API_KEY='canary", 2),
        (&long, 3),
    ] {
        let file = sandbox.file("broken.env", content.as_bytes());
        let mut command = tool();
        command.args(["sign", "vizion", "GET", "https://prod.vizionapi.com/", "--env-file"]).arg(file);
        let refused = run(&mut command);
        assert_eq!(refused.code, 2, "{content}");
        assert!(refused.stderr.contains(&format!("line {line} is not NAME=VALUE")), "{}", refused.stderr);
        assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
    }
}

/// The machine's clock has no part in it.
#[test]
fn a_time_that_no_timestamp_can_express_is_a_matter_of_usage() {
    for seconds in ["9223372036854775807", "-9223372036854775808", "253402300800"] {
        let mut command = tool();
        command.args([
            "sign",
            "netvisor",
            "GET",
            "https://integration.netvisor.fi/",
            "--timestamp-unix",
            seconds,
        ]);
        let refused = run(command.envs(NETVISOR.map(|variable| (format!("NETVISOR_{variable}"), "value"))));
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("--timestamp-unix is outside"), "{}", refused.stderr);
    }
}
