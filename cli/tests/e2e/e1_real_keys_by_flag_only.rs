//! E1: `sandbox` plays with real keys only where it is told to, and says which those are.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use crate::support::{RunningSandbox, run, tool};

const REAL: [(&str, &str); 2] = [("NETGIRO_SECRET_KEY", "real-secret"), ("VIZION_WEBHOOK_KEYS", "k=real")];

/// Sends with the credentials of a file, and of the environment where the file has none.
fn is_accepted(sandbox: &RunningSandbox, real: bool) -> bool {
    let mut command = sandbox.command("send", "netgiro", "GET", "/v1/sales");
    let file = sandbox.file("app.env", b"NETGIRO_APP_KEY=5A4DB0C5-0000-4000-8000-5A4DB0C50001\n");
    if real {
        command = tool();
        let origin = sandbox.url("netgiro");
        command.args(["send", "netgiro", "GET", &format!("{origin}/v1/sales"), "--allow-origin", &origin]);
        command.arg("--env-file").arg(file).envs(REAL);
    }
    run(&mut command).code == 0
}

#[test]
fn keys_of_the_environment_are_not_used_without_the_flag() {
    for (flags, real_keys) in [(&[][..], &[][..]), (&["--use-environment"], &["netgiro", "vizion"])] {
        let mut command = tool();
        command.envs(REAL);
        let sandbox = RunningSandbox::start_as(command, flags);
        assert_eq!(sandbox.real_keys(), real_keys, "{flags:?}");
        assert_eq!(is_accepted(&sandbox, true), !flags.is_empty(), "{flags:?}");
        assert_eq!(is_accepted(&sandbox, false), flags.is_empty(), "{flags:?}");
    }
}

#[test]
fn a_file_of_keys_needs_the_flag() {
    let sandbox = RunningSandbox::start(&[]);
    let file = sandbox.file("real.env", b"NETGIRO_SECRET_KEY=real-secret\n");
    // The name is none of a host, so that a sandbox which took the file would end, too.
    let refused = run(tool().args(["sandbox", "--allow-host", "no host", "--env-file"]).arg(&file));
    let message = "countersign: --env-file means nothing to the sandbox without --use-environment [usage]\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (2, message));

    let arguments = ["--use-environment", "--env-file", file.to_str().unwrap()];
    assert_eq!(RunningSandbox::start(&arguments).real_keys(), ["netgiro"]);
}

#[test]
fn the_start_says_which_providers_have_real_keys() {
    let mut command = tool();
    command.args(["sandbox", "--use-environment"]).envs(REAL);
    let mut sandbox = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(sandbox.stderr.take().unwrap()).lines().next().unwrap().unwrap();
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    assert_eq!(said, "real keys: netgiro, vizion");
}

#[test]
fn a_port_answers_to_an_allowed_host_and_to_no_other() {
    let sandbox = RunningSandbox::start(&["--allow-host", "sandbox"]);
    let answer = |host: &str| {
        let url = sandbox.url("vizion");
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        write!(stream, "GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(answer("sandbox").starts_with("HTTP/1.1 403 "), "it is asked for a key");
    assert!(answer("elsewhere").starts_with("HTTP/1.1 421 "));

    let refused = run(tool().args(["sandbox", "--allow-host", "http://sandbox"]));
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("not the name of a host"), "{}", refused.stderr);
}
