//! `send` and `sandbox`: honest exchanges.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::support::{RunningSandbox, run, run_with_input, tool};

#[test]
fn each_provider_accepts_what_the_tool_sends() {
    let sandbox = RunningSandbox::start(&[]);
    for (provider, method, path, part_of_the_answer) in [
        ("netvisor", "POST", "/customer.nv?method=add", "<Status>OK</Status>"),
        ("netgiro", "POST", "/v1/Checkout/InsertCart", r#""Success":true"#),
        ("unleashed", "GET", "/Customers/1?pageSize=10&mail=a%40b", "CustomerCode"),
        ("vizion", "GET", "/references", "container_id"),
    ] {
        let mut command = sandbox.command("send", provider, method, path);
        if method == "POST" {
            command.args(["--data", r#"{"Amount":1000}"#]);
        }
        let sent = run(&mut command);
        assert_eq!((sent.code, sent.stderr.as_str()), (0, ""), "{provider}");
        assert!(sent.stdout.contains(part_of_the_answer), "{provider}: {}", sent.stdout);
    }
}

#[test]
fn json_says_whether_the_answer_was_verified() {
    let sandbox = RunningSandbox::start(&[]);
    for (provider, is_verified) in [("netgiro", true), ("unleashed", false)] {
        let sent = run(sandbox.command("send", provider, "GET", "/Customers").arg("--json")).json();
        assert_eq!((&sent["status"], &sent["verified"]), (&200.into(), &is_verified.into()), "{provider}");
        assert!(sent["headers"]["content-type"].is_string() && sent["body"].is_string(), "{sent}");
    }
}

#[test]
fn status_and_headers_come_before_the_body_when_asked_for() {
    let sandbox = RunningSandbox::start(&[]);
    let sent = run(sandbox.command("send", "vizion", "GET", "/references").arg("-i"));
    let (head, body) = sent.stdout.split_once("\n\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\n") && head.contains("\ncontent-type: "), "{head}");
    assert!(body.starts_with('['), "{body}");
}

#[test]
fn a_body_is_sent_byte_for_byte_from_a_file_and_from_standard_input() {
    let sandbox = RunningSandbox::start(&[]);
    let body = "{\"text\":\"line ends\\n\"}\n\n".as_bytes();
    let file = sandbox.file("body.json", body);
    let command = || sandbox.command("send", "netgiro", "POST", "/v1/sales");
    // The signature covers the body: the sandbox accepts no other than what was signed.
    assert_eq!(run(command().arg("--data").arg(format!("@{}", file.display()))).code, 0);
    assert_eq!(run_with_input(command().args(["--data", "@-"]), body).code, 0);
}

#[test]
fn a_transaction_id_of_ones_own_is_refused_the_second_time() {
    let sandbox = RunningSandbox::start(&[]);
    let send = || {
        let mut command = sandbox.command("send", "netvisor", "POST", "/customer.nv?method=add");
        run(command.args(["--transaction-id", "invoice-17", "--data", "<Root/>", "--json"]))
    };
    assert_eq!(send().code, 0);
    let repeated = send();
    assert_eq!((repeated.code, repeated.error_code().as_str()), (1, "netvisor-request-not-unique"));
}

#[test]
fn both_algorithms_and_forms_are_accepted() {
    let sandbox = RunningSandbox::start(&["--form", "decoded"]);
    for (provider, arguments, code) in [
        ("netvisor", &["--algorithm", "sha256", "--form", "decoded"][..], 0),
        ("netvisor", &["--algorithm", "hmac-sha256", "--form", "decoded"], 0),
        ("netvisor", &[], 1),
        ("unleashed", &["--form", "decoded"], 0),
        ("unleashed", &["--form", "as-sent"], 1),
    ] {
        let sent = run(sandbox.command("send", provider, "GET", "/a?mail=a%40b.example").args(arguments));
        assert_eq!(sent.code, code, "{provider} {arguments:?}: {}", sent.stderr);
    }
}

/// The tool and the sandbox have one default for each.
#[test]
fn without_a_form_the_url_is_signed_as_sent_for_netvisor_and_decoded_for_unleashed() {
    let sandbox = RunningSandbox::start(&[]);
    for (provider, other) in [("netvisor", "decoded"), ("unleashed", "as-sent")] {
        for (arguments, code) in [(&[][..], 0), (&["--form", other], 1)] {
            let target = "/a?modifiedSince=2026-08-01T00%3A00%3A00";
            let sent = run(sandbox.command("send", provider, "GET", target).args(arguments));
            assert_eq!(sent.code, code, "{provider} {arguments:?}: {}", sent.stderr);
        }
    }
}

/// What is printed is what is signed, and what `send` sends.
#[test]
fn a_plus_in_a_query_of_unleashed_s_is_sent_as_a_blank_is() {
    let sandbox = RunningSandbox::start(&[]);
    let mut command = sandbox.command("sign", "unleashed", "GET", "/Customers?name=a+b&sum=1%2B1");
    let printed = run(command.args(["--output", "curl"]));
    assert!(printed.stdout.contains("/Customers?name=a%20b&sum=1%2B1"), "{}", printed.stdout);
    assert!(!printed.stderr.contains("query-rewritten"), "{}", printed.stderr);
    for (target, told) in
        [("/Customers?name=a+b&sum=1%2B1", Some("?name=a%20b&sum=1%2B1")), ("/a?b=1%2B1", None)]
    {
        let headers = run(&mut sandbox.command("sign", "unleashed", "GET", target));
        assert_eq!(headers.stderr.contains("[query-rewritten]"), told.is_some(), "{}", headers.stderr);
        assert!(told.is_none_or(|told| headers.stderr.contains(told)), "{}", headers.stderr);
    }
    let explained = run(&mut sandbox.command("explain", "unleashed", "GET", "/Customers?name=a+b&sum=1%2B1"));
    assert!(explained.stdout.contains(r#""name=a b&sum=1+1""#), "{}", explained.stdout);
    let sent = run(&mut sandbox.command("send", "unleashed", "GET", "/Customers?name=a+b&sum=1%2B1"));
    assert_eq!(sent.code, 0, "{}", sent.stderr);
}

#[test]
fn a_wrong_key_is_refused_by_each_provider_with_its_own_code() {
    let sandbox = RunningSandbox::start(&[]);
    let demo = std::fs::read_to_string(sandbox.env_file()).unwrap();
    for (provider, variable, code) in [
        ("netvisor", "NETVISOR_CUSTOMER_KEY", "netvisor-authentication-failed"),
        ("unleashed", "UNLEASHED_API_KEY", "unleashed-forbidden"),
        ("vizion", "VIZION_API_KEY", "vizion-no-valid-key"),
        ("netgiro", "NETGIRO_SECRET_KEY", "reply-signature-mismatch"),
    ] {
        let (before, after) = demo.split_once(&format!("{variable}='")).unwrap();
        let wrong = sandbox.file("wrong.env", format!("{before}{variable}='wrong-{after}").as_bytes());
        let origin = sandbox.url(provider);
        let sent = run(tool()
            .args(["send", provider, "GET", &format!("{origin}/a?b=1"), "--allow-origin", &origin, "--json"])
            .arg("--env-file")
            .arg(wrong));
        assert_eq!((sent.code, sent.error_code().as_str()), (1, code), "{provider}");
    }
}

/// Its reply cannot be verified with that key, and is dropped, but for what the sandbox says of the request.
#[test]
fn a_wrong_key_of_netgiro_s_still_gets_the_sandboxs_diagnosis() {
    let sandbox = RunningSandbox::start(&[]);
    let origin = sandbox.url("netgiro");
    let wrong = sandbox
        .file("wrong.env", b"NETGIRO_APP_KEY=5A4DB0C5-0000-4000-8000-5A4DB0C50001\nNETGIRO_SECRET_KEY=wrong");
    let mut command = tool();
    command.args(["send", "netgiro", "GET", &format!("{origin}/v1/sales"), "--allow-origin", &origin]);
    let refused = run(command.arg("--env-file").arg(wrong));
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("the server's diagnosis: unexplained; "), "{}", refused.stderr);
}

/// A reply that verifies and says no is the provider's refusal, and is printed all the same.
#[test]
fn a_verified_no_of_netgiro_s_is_a_refusal() {
    let sandbox = RunningSandbox::start(&[]);
    let demo = std::fs::read_to_string(sandbox.env_file()).unwrap();
    let other_account = sandbox.file("other.env", demo.replace("5A4DB0C5-", "00000000-").as_bytes());
    let origin = sandbox.url("netgiro");
    for (media_type, part) in
        [("application/json", r#""Success":false"#), ("application/xml", "<Success>false</Success>")]
    {
        let send = |arguments: &[&str]| {
            let mut command = tool();
            command.args([
                "send",
                "netgiro",
                "GET",
                &format!("{origin}/v1/sales"),
                "--allow-origin",
                &origin,
            ]);
            command.arg("--env-file").arg(&other_account).args(["-H", &format!("accept: {media_type}")]);
            run(command.args(arguments))
        };
        let refused = send(&[]);
        assert_eq!(refused.code, 1, "{media_type}: {}", refused.stderr);
        assert!(refused.stdout.contains(part), "{}", refused.stdout);
        assert!(
            refused.stderr.contains("answered 400 (GenericError): ")
                && refused.stderr.contains("reference id")
        );
        let refused = send(&["--json"]);
        assert_eq!((refused.code, refused.error_code().as_str()), (1, "netgiro-failed"));
        assert_eq!(refused.json()["verified"], true);
    }
}

#[test]
fn nothing_is_sent_to_an_origin_that_was_not_allowed() {
    let sandbox = RunningSandbox::start(&[]);
    let url = sandbox.url("vizion");
    let send =
        |url: &str| run(tool().args(["send", "vizion", "GET", url, "--json"]).env("VIZION_API_KEY", "key"));
    let refused = send(&url);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "origin-not-allowed"));
    let closed = run(tool()
        .args([
            "send",
            "vizion",
            "GET",
            "http://127.0.0.1:1/",
            "--allow-origin",
            "http://127.0.0.1:1",
            "--json",
        ])
        .env("VIZION_API_KEY", "key"));
    assert_eq!((closed.code, closed.error_code().as_str()), (3, "transport"));
}

#[test]
fn an_existing_file_is_never_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("real.env");
    std::fs::write(&path, "VIZION_API_KEY=real").unwrap();
    let refused = run(tool().args(["sandbox", "--write-env"]).arg(&path));
    assert_eq!(refused.code, 2);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "VIZION_API_KEY=real");
}

#[test]
fn a_refusal_carries_the_sandboxs_diagnosis() {
    let sandbox = RunningSandbox::start(&["--form", "decoded"]);
    let mut command = sandbox.command("send", "unleashed", "GET", "/Customers?mail=a%40b.example");
    let refused = run(command.args(["--form", "as-sent"]));
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("the server's diagnosis: query-not-decoded"), "{}", refused.stderr);
}

#[test]
fn the_sandbox_tells_its_five_addresses_each_another() {
    let sandbox = RunningSandbox::start(&[]);
    let names = ["netvisor", "netgiro", "unleashed", "vizion", "inspector"];
    let addresses: std::collections::HashSet<_> = names.iter().map(|name| sandbox.url(name)).collect();
    assert_eq!(addresses.len(), names.len());
    assert!(addresses.iter().all(|address| address.starts_with("http://127.0.0.1:")), "{addresses:?}");
}

#[test]
fn the_sandbox_has_an_inspector_page() {
    let sandbox = RunningSandbox::start(&[]);
    let inspector = sandbox.url("inspector");
    let host = inspector.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    assert!(page.contains("<title>countersign inspector</title>"), "{page}");
}
