//! What `doctor` finds out.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use super::server::{Server, reply};
use super::{doctor, found, found_besides, of_sandbox, owned};
use crate::support::{RunningSandbox, VARIABLES, run, tool};

/// Of each sandbox, with a quirk or without: the provider, what is found besides that the credentials are accepted, and the
/// exit code.
#[test]
fn each_quirk_is_told_apart_and_without_one_the_defaults_are_told() {
    const NETVISOR: [(&str, &str); 3] =
        [("algorithm", "hmac-sha256"), ("query", "as-sent"), ("charset", "iso-8859-15")];
    for (quirk, provider, expected, code) in [
        (None, "netvisor", &NETVISOR[..], 0),
        (None, "netgiro", &[("replies", "reply-nonce"), ("error-replies", "signed")], 0),
        (None, "unleashed", &[("query", "decoded")], 0),
        (None, "vizion", &[], 0),
        (Some("netvisor-decoded"), "netvisor", &[NETVISOR[0], ("query", "decoded"), NETVISOR[2]], 0),
        (Some("netvisor-sha256-only"), "netvisor", &[("algorithm", "sha256"), NETVISOR[1], NETVISOR[2]], 0),
        (Some("netvisor-utf8"), "netvisor", &[NETVISOR[0], NETVISOR[1], ("charset", "utf-8")], 0),
        (
            Some("netgiro-errors-unsigned"),
            "netgiro",
            &[("replies", "reply-nonce"), ("error-replies", "unsigned")],
            0,
        ),
        (
            Some("netgiro-reply-request-nonce"),
            "netgiro",
            &[("replies", "request-nonce"), ("error-replies", "signed")],
            1,
        ),
        (Some("unleashed-as-sent"), "unleashed", &[("query", "as-sent")], 0),
    ] {
        let arguments = quirk.map_or_else(Vec::new, |quirk| vec!["--quirk", quirk]);
        let ran = of_sandbox(&RunningSandbox::start(&arguments), provider);
        let expected: Vec<_> = expected.iter().copied().map(owned).collect();
        assert_eq!(found_besides(&ran), expected, "{quirk:?}");
        assert_eq!(ran.code, code, "{quirk:?}: {}", ran.stderr);
    }
}

/// A refusal of a read with %XX in its query may be of the form that it was signed in, not of the credentials.
#[test]
fn a_read_of_ones_own_is_tried_in_the_other_form_of_its_query_too() {
    for (quirk, provider, expected) in [
        ("unleashed-as-sent", "unleashed", ("query", "as-sent")),
        ("netvisor-decoded", "netvisor", ("query", "decoded")),
    ] {
        let sandbox = RunningSandbox::start(&["--quirk", quirk]);
        let url = sandbox.url(provider) + "/Customers?customerCode=a%40b";
        let ran = run(doctor(provider, &url).arg("--env-file").arg(sandbox.env_file()));
        assert!(found(&ran).contains(&owned(("credentials", "accepted"))), "{}", ran.stdout);
        assert!(found(&ran).contains(&owned(expected)), "{}", ran.stdout);
        assert!(ran.json()["requests"].as_u64().unwrap() <= 8, "{}", ran.stdout);
    }
}

/// The options that it names have `send` accepted, and the default has not.
#[test]
fn what_it_says_to_set_is_what_the_provider_takes() {
    for (quirk, provider) in [
        ("netvisor-decoded", "netvisor"),
        ("netvisor-sha256-only", "netvisor"),
        ("unleashed-as-sent", "unleashed"),
    ] {
        let sandbox = RunningSandbox::start(&["--quirk", quirk]);
        let object = of_sandbox(&sandbox, provider).json();
        let other = |finding: &&serde_json::Value| finding["is_default"] == false;
        let findings: Vec<_> = object["findings"].as_array().unwrap().iter().filter(other).collect();
        let [finding] = findings[..] else { panic!("{object}") };
        let option = finding["option"].as_str().unwrap();
        assert!(finding["rust"].as_str().unwrap().starts_with('.'), "{finding}");
        let send = || sandbox.command("send", provider, "GET", "/list?name=a%20b");
        assert_eq!(run(&mut send()).code, 1, "{quirk}");
        assert_eq!(run(send().args(option.split(' '))).code, 0, "{quirk}: {option}");
    }
}

#[test]
fn refused_credentials_are_told_with_the_librarys_code() {
    let sandbox = RunningSandbox::start(&[]);
    let demo = std::fs::read_to_string(sandbox.env_file()).unwrap();
    for (provider, variable, code) in [
        ("netvisor", "NETVISOR_CUSTOMER_KEY", "netvisor-authentication-failed"),
        ("netgiro", "NETGIRO_SECRET_KEY", "netgiro-failed"),
        ("unleashed", "UNLEASHED_API_KEY", "unleashed-forbidden"),
        ("vizion", "VIZION_API_KEY", "vizion-no-valid-key"),
    ] {
        let wrong = demo.replace(&format!("{variable}='"), &format!("{variable}='wrong-"));
        let wrong = sandbox.file("wrong.env", wrong.as_bytes());
        let mut command = doctor(provider, &(sandbox.url(provider) + "/list"));
        let ran = run(command.arg("--env-file").arg(wrong));
        let object = ran.json();
        let last = object["findings"].as_array().unwrap().last().unwrap();
        assert_eq!((ran.code, &last["about"], &last["found"]), (1, &"credentials".into(), &"refused".into()));
        assert_eq!(last["code"], code, "{provider}");
    }
}

/// Another answer than a yes or no to the credentials is neither.
#[test]
fn what_is_about_something_else_stays_open() {
    for (status, code) in [("404 Not Found", 4), ("503 Service Unavailable", 4), ("200 OK", 0)] {
        let server = Server::answering(move |_| reply(status, "", ""));
        let ran = run(doctor("vizion", &server.url("/carriers")).env("VIZION_API_KEY", "key"));
        assert_eq!(ran.code, code, "{status}: {}", ran.stdout);
    }
}

/// As of a captive portal, or of a gateway that asks people to sign in.
#[test]
fn a_page_in_place_of_a_reply_is_no_acceptance() {
    for provider in ["netvisor", "netgiro", "unleashed", "vizion"] {
        for body in ["<!DOCTYPE html><title>Sign in</title>", "\n<html></html>"] {
            let server = Server::answering(move |_| reply("200 OK", "", body));
            let ran = run(doctor(provider, &server.url("/list")).envs(VARIABLES));
            assert_eq!(found(&ran).last(), Some(&owned(("credentials", "unknown"))), "{}", ran.stdout);
            assert_eq!((ran.code, server.requests().len()), (4, 1), "{provider}");
            assert_eq!(ran.json()["findings"][2]["code"], "doctor-no-reply");
        }
    }
    let server = Server::answering(|_| reply("200 OK", "", "[]"));
    let ran = run(doctor("netvisor", &server.url("/list")).envs(VARIABLES));
    assert_eq!(found(&ran).last(), Some(&owned(("credentials", "unknown"))), "{}", ran.stdout);
}

/// Each byte comes in time, the reply never.
#[test]
fn a_reply_that_trickles_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        // A client takes what comes before it has asked for no reply.
        let asked = socket.read(&mut [0; 4096]).unwrap();
        assert!(asked > 0);
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".iter();
        for byte in head.chain([b'x'; 40].iter()) {
            if socket.write_all(&[*byte]).is_err() {
                break;
            }
            if *byte == b'x' {
                std::thread::sleep(Duration::from_millis(250));
            }
        }
    });
    let ran = run(doctor("vizion", &url).args(["--timeout", "1"]).env("VIZION_API_KEY", "key"));
    assert_eq!((ran.code, found(&ran).last()), (3, Some(&owned(("stopped", "timeout")))), "{}", ran.stdout);
}

#[test]
fn name_connection_tls_and_silence_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let clear = Server::answering(|_| reply("200 OK", "", ""));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let cut_off = Server::answering(|_| "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ncut".to_owned());
    for (url, expected) in [
        ("https://name.invalid/".to_owned(), &[("reached", "dns")][..]),
        (format!("https://{closed}/"), &[("reached", "connect")]),
        (clear.url("/").replace("http:", "https:"), &[("reached", "tls")]),
        (format!("http://{}/", silent.local_addr().unwrap()), &[("reached", "timeout")]),
        (cut_off.url("/"), &[("reached", "yes"), ("clock", "unknown"), ("stopped", "broken-off")]),
    ] {
        let ran = run(doctor("vizion", &url).args(["--timeout", "1"]).env("VIZION_API_KEY", "key"));
        let expected: Vec<_> = expected.iter().copied().map(owned).collect();
        assert_eq!((ran.code, found(&ran)), (3, expected), "{url}");
    }
}

#[test]
fn a_clock_that_is_off_is_told_in_seconds() {
    let old = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let server = Server::answering(move |_| reply("200 OK", old, ""));
    let ran = run(doctor("vizion", &server.url("/")).env("VIZION_API_KEY", "key"));
    assert_eq!((ran.code, &found(&ran)[1]), (4, &owned(("clock", "off"))));
    assert!(ran.json()["clock_ahead_seconds"].as_i64().unwrap() > 900_000_000, "{}", ran.stdout);
    assert_eq!(ran.json()["clock_tolerance_seconds"], 60);
}

#[test]
fn a_declared_provider_is_reached_and_accepts_or_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("acme.toml");
    std::fs::write(&file, run(tool().args(["new", "acme"])).stdout).unwrap();
    let key = |command: &mut std::process::Command, key: &str| {
        command.env("ACME_KEY", "id").env("ACME_SECRET", key);
    };
    let mut sandbox = tool();
    key(&mut sandbox, "secret");
    sandbox.args(["sandbox", "--json", "--provider"]).arg(&file).stdout(Stdio::piped());
    let mut sandbox = sandbox.stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url: serde_json::Value = serde_json::from_str(&line).unwrap();
    let url = format!("{}/orders", url["acme"].as_str().unwrap());
    for (secret, last, code) in [("secret", "accepted", 0), ("another", "refused", 1)] {
        let mut command = doctor(file.to_str().unwrap(), &url);
        key(&mut command, secret);
        let ran = run(&mut command);
        assert_eq!(found(&ran).last(), Some(&owned(("credentials", last))), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, code);
    }
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    let mut without = tool();
    key(&mut without, "secret");
    let refused = run(without.arg("doctor").arg(&file).arg("--json"));
    assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"));
}

#[test]
fn it_fits_one_screen_and_says_what_to_set() {
    let sandbox = RunningSandbox::start(&["--quirk", "netvisor-decoded"]);
    let origin = sandbox.url("netvisor");
    let url = format!("{origin}/customerlist.nv");
    let mut command = tool();
    command.args(["doctor", "netvisor", "--url", &url, "--allow-origin", &origin, "--env-file"]);
    let ran = run(command.arg(sandbox.env_file()));
    assert_eq!(ran.code, 0);
    assert_eq!(ran.stdout.lines().count(), 6, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("Set .signed_form(SignedForm::Decoded) in Rust, --form decoded of the tool.")
    );
}
