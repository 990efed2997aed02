//! `send` against every fault of the sandbox.

use crate::support::{RunningSandbox, run};

/// Fault, provider, exit code and code of the failure.
const FAULTS: [(&str, &str, i32, &str); 14] = [
    ("wrong-signature", "netgiro", 1, "reply-signature-mismatch"),
    ("tampered", "netgiro", 1, "reply-signature-mismatch"),
    ("reflected", "netgiro", 1, "reply-reflected"),
    ("extended", "netgiro", 1, "reply-not-utf8"),
    ("redirect", "netgiro", 1, "reply-signature-missing"),
    ("redirect", "vizion", 1, "http-status"),
    ("redirect", "netvisor", 1, "http-status"),
    ("503", "netgiro", 1, "reply-signature-missing"),
    ("503", "netvisor", 1, "http-status"),
    ("503", "unleashed", 1, "http-status"),
    ("cut-off", "netgiro", 3, "transport"),
    ("cut-off", "netvisor", 3, "transport"),
    ("cut-off", "unleashed", 3, "transport"),
    ("cut-off", "vizion", 3, "transport"),
];

#[test]
fn each_fault_ends_with_its_exit_code_and_code() {
    for (fault, provider, code, error) in FAULTS {
        let sandbox = RunningSandbox::start(&["--fault", fault]);
        let mut command = sandbox.command("send", provider, "POST", "/a?b=1");
        let sent = run(command.args(["--data", r#"{"Amount":1}"#, "--json"]));
        assert_eq!(
            (sent.code, sent.error_code().as_str()),
            (code, error),
            "{fault} of {provider}: {}",
            sent.stderr
        );
    }
}

/// A gateway's answer is unsigned; that it was one, and which, must not be lost over that.
#[test]
fn a_status_of_a_gateway_is_told() {
    let sandbox = RunningSandbox::start(&["--fault", "503"]);
    let sent = run(&mut sandbox.command("send", "netgiro", "GET", "/v1/sales/GetList"));
    assert!(sent.stderr.contains("the answer is 503 Service Unavailable"), "{}", sent.stderr);
    assert!(sent.stderr.contains("something in front of Netgíró"), "{}", sent.stderr);
}

#[test]
fn an_unverified_body_is_never_printed() {
    for fault in ["wrong-signature", "tampered", "reflected", "extended"] {
        let sandbox = RunningSandbox::start(&["--fault", fault]);
        let sent = run(&mut sandbox.command("send", "netgiro", "GET", "/v1/sales/GetList"));
        assert_eq!((sent.code, sent.stdout.as_str()), (1, ""), "{fault}");
        assert!(sent.stderr.starts_with("countersign: netgiro: the reply"), "{}", sent.stderr);
    }
}

#[test]
fn a_slow_answer_is_waited_for_and_a_slower_one_given_up() {
    let sandbox = RunningSandbox::start(&["--fault", "slow=1.2"]);
    assert_eq!(run(&mut sandbox.command("send", "vizion", "GET", "/references")).code, 0);
    let sandbox = RunningSandbox::start(&["--fault", "slow=60"]);
    let mut command = sandbox.command("send", "vizion", "GET", "/references");
    let given_up = run(command.args(["--timeout", "1", "--json"]));
    assert_eq!((given_up.code, given_up.error_code().as_str()), (3, "transport"));
}

/// A run of the tool remembers nothing of the run before, so it cannot tell that this reply was seen: the README says
/// so, and a program that uses the library, and stays up, can.
#[test]
fn a_reply_replayed_to_another_run_goes_unnoticed() {
    let sandbox = RunningSandbox::start(&["--fault", "stale"]);
    let [first, second] = [(); 2].map(|()| {
        let sent = run(sandbox.command("send", "netgiro", "GET", "/v1/sales/GetList").arg("--json"));
        (sent.code, sent.json()["headers"]["netgiro_nonce"].clone())
    });
    assert_eq!((first.0, &first), (0, &second));
}
