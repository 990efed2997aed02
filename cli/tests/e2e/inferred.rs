//! `infer`: a declaration out of requests that were accepted.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Ran, run, run_with_input, tool};

const ACME: &str = r#"
name = "acme"
origins = ["https://canary-host.example"]
[credentials]
account = "id"
secret = "secret"
[stamp]
time = "unix-ms"
nonce = "uuid"
[let]
signature = { text = "{time}.{nonce}.{method}.{target}.{body}", mac = "sha512", as = "hex" }
[send.header]
x-account = "{account}"
x-time = "{time}"
x-nonce = "{nonce}"
x-signature = "v1={signature}"
"#;
const SECRET: &str = "canary-secret-0123456789";
const ACCOUNT: &str = "canary-account";
const NONCES: [&str; 2] = ["0b7c8d9e-0000-4000-8000-00000000aaaa", "0b7c8d9e-0000-4000-8000-00000000bbbb"];
const TIMES: [&str; 2] = ["1755555555001", "1755555556002"];

/// The headers that a declaration makes of a request.
fn signed(file: &Path, name: &str, request: &[&str], at: usize) -> Ran {
    let (time, nonce) = (format!("time={}", TIMES[at]), format!("nonce={}", NONCES[at]));
    let mut command = tool();
    command.env(format!("{name}_ACCOUNT"), ACCOUNT).env(format!("{name}_SECRET"), SECRET);
    command.arg("sign").arg(file).args(request).args(["--stamp", &time, "--stamp", &nonce]);
    run(command.args(["--allow-origin", "https://canary-host.example"]))
}

/// Requests as they went over the wire, in files.
fn captured(directory: &TempDir, requests: &[(&str, &str, &str)]) -> Vec<PathBuf> {
    let acme = directory.path().join("acme.toml");
    std::fs::write(&acme, ACME).unwrap();
    let capture = |(at, (method, target, body)): (usize, &(&str, &str, &str))| {
        let url = format!("https://canary-host.example{target}");
        let mut arguments = vec![*method, &url];
        if !body.is_empty() {
            arguments.extend(["--data", body]);
        }
        let headers = signed(&acme, "ACME", &arguments, at);
        assert_eq!(headers.code, 0, "{}", headers.stderr);
        let headers = headers.stdout.trim_end().replace('\n', "\r\n");
        let message = format!(
            "{method} {target} HTTP/1.1\r\nhost: canary-host.example\r\nuser-agent: canary/1\r\n{headers}\r\n\r\n{body}"
        );
        let path = directory.path().join(format!("{at}.http"));
        std::fs::write(&path, message).unwrap();
        path
    };
    requests.iter().enumerate().map(capture).collect()
}

const BOTH: [(&str, &str, &str); 2] = [
    ("POST", "/canary-path/pay", r#"{"canary":"body one"}"#),
    ("GET", "/canary-path/list?canary=q%20uery&a=1", ""),
];

fn infer(captures: &[PathBuf], secret: &str, more: &[&str]) -> Ran {
    let mut command = tool();
    command.arg("infer").env("COUNTERSIGN_SECRET", secret).env("THE_ACCOUNT", ACCOUNT);
    captures.iter().for_each(|path| {
        command.arg("--message").arg(path);
    });
    run(command.args(["--credential", "account=THE_ACCOUNT", "--most-tries", "20000"]).args(more))
}

#[test]
fn two_requests_give_a_file_that_proves_itself_and_signs_as_they_were_signed() {
    let directory = tempfile::tempdir().unwrap();
    let captures = captured(&directory, &BOTH);
    let found = directory.path().join("found.toml");
    let ran = infer(&captures, SECRET, &["--name", "found", "--out", found.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let rule = r#"HMAC-SHA512 of "{time}.{nonce}.{method}.{target}.{body}", as hex"#;
    assert!(ran.stdout.contains("One rule fits") && ran.stdout.contains(rule), "{}", ran.stdout);
    let checked = run(tool().arg("check").arg(&found));
    assert_eq!((checked.code, checked.stdout.contains("  ok ")), (0, true), "{}", checked.stdout);
    let request = ["PUT", "https://canary-host.example/another?b=2", "--data", "another body"];
    let [ours, theirs] = [(&found, "FOUND"), (&directory.path().join("acme.toml"), "ACME")]
        .map(|(file, name)| signed(file, name, &request, 1));
    assert_eq!((ours.code, ours.stdout), (0, theirs.stdout));
}

#[test]
fn nothing_of_the_captures_and_no_secret_is_printed_or_written() {
    let directory = tempfile::tempdir().unwrap();
    let captures = captured(&directory, &BOTH);
    for more in [&[][..], &["--json"]] {
        let ran = infer(&captures, SECRET, more);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        for canary in ["canary", NONCES[0], NONCES[1], TIMES[0], TIMES[1], "body one", "q%20uery"] {
            assert!(!all.contains(canary), "{canary} in {all}");
        }
    }
}

#[test]
fn several_rules_are_each_told_with_what_another_capture_should_have() {
    let directory = tempfile::tempdir().unwrap();
    let captures = captured(&directory, &[("POST", "/pay", "{}")]);
    let ran = infer(&captures, SECRET, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (4, ""));
    for said in
        ["{method}.{target}.{body}", "{method}.{path}.{body}", "send a capture with a query", "[[vector]]"]
    {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    let json = infer(&captures, SECRET, &["--json"]).json();
    assert!(json["rules"].as_array().unwrap().len() > 1 && json["advice"][0].is_string(), "{json}");
}

#[test]
fn no_rule_and_what_cannot_be_read_have_codes_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let captures = captured(&directory, &BOTH);
    let wrong = infer(&captures, "another-secret-0123", &["--json"]);
    assert_eq!((wrong.code, wrong.error_code().as_str()), (1, "no-rule"));
    assert!(
        wrong.stderr.contains("texts were made") && wrong.stderr.contains("Check that the secret"),
        "{}",
        wrong.stderr
    );
    let not_set = run(tool().arg("infer").arg("--message").arg(&captures[0]));
    assert_eq!(not_set.code, 2);
    assert!(not_set.stderr.contains("COUNTERSIGN_SECRET"), "{}", not_set.stderr);
    let infer = || {
        let mut command = tool();
        command.arg("infer").env("COUNTERSIGN_SECRET", SECRET);
        command
    };
    assert_eq!(run(&mut infer()).code, 2);
    for text in ["", "not http", "curl https://h.example/ -d @body.json"] {
        let ran = run_with_input(infer().args(["--curl", "-"]), text.as_bytes());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{text}");
    }
}

#[test]
fn what_is_hostile_is_searched_within_bounds() {
    let mut message = b"POST /p HTTP/1.1\r\nhost: h.example\r\n".to_vec();
    for index in 0..100 {
        message.extend(format!("x-{index}: {:064x}\r\n", index).into_bytes());
    }
    message.extend(b"\r\n{");
    message.extend(
        (0..2000)
            .map(|index| format!("\"{index}\":\"{}\",", "{x|y}".repeat(20)))
            .collect::<String>()
            .into_bytes(),
    );
    message.extend(b"\"a\":1}");
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let arguments = ["infer", "--message", "-", "--most-tries", "2000"];
        let ran = run_with_input(tool().args(arguments).env("COUNTERSIGN_SECRET", SECRET), &message);
        done.send(ran)
    });
    let ran = ended.recv_timeout(std::time::Duration::from_secs(100)).expect("it ends");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
}
