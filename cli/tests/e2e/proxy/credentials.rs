//! Requirement 8: credentials that change without a restart, out of the environment, a file or a command.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::support::{OK, Proxy, Upstream, header, refusal, unix_seconds_in};
use crate::support::{RunningSandbox, tool};

/// A proxy for Vizion, without any credentials yet.
fn for_vizion(upstream: &Upstream) -> Command {
    let mut command = tool();
    command.args(["proxy", "--listen", "127.0.0.1:0", "--json", "vizion"]);
    command.args(["--upstream", &format!("vizion={}", upstream.origin())]);
    command
}

/// The same, with credentials from `source`.
fn from_source(upstream: &Upstream, source: &str) -> Command {
    let mut command = for_vizion(upstream);
    command.env("PATH", "/usr/bin:/bin").args(["--credentials", &format!("vizion={source}")]);
    command
}

fn json(key: &str) -> String {
    format!(r#"{{"credentials": {{"VIZION_API_KEY": "{key}"}}}}"#)
}

/// Puts a file in place of another, as who exchanges a secret does.
fn exchange(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, file).unwrap();
}

/// The key that a request is sent with.
fn sent(proxy: &Proxy, upstream: &Upstream) -> String {
    assert_eq!(proxy.get("/vizion/a", "").status(), 200);
    header(&upstream.request(), "x-api-key").unwrap().to_owned()
}

fn figures(proxy: &Proxy) -> String {
    String::from_utf8(proxy.get("/metrics", "").body).unwrap()
}

const ROTATED: &str = r#"{"log":{"message":"new credentials are in use","provider":"vizion"}}"#;
const READ_AGAIN: &str = "countersign: the credentials were read again";

#[test]
fn the_file_of_variables_is_read_again_when_the_proxy_is_told() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.env");
    let write = |text: &str| fs::write(&file, text).unwrap();
    write("VIZION_API_KEY=first");
    let mut command = for_vizion(&upstream);
    command.arg("--env-file").arg(&file);
    let proxy = Proxy::start_as(command);
    let sent = || sent(&proxy, &upstream);
    assert_eq!(sent(), "first");
    write("VIZION_API_KEY=second");
    assert_eq!(sent(), "first");
    proxy.signal("HUP");
    assert_eq!([proxy.note(), proxy.note()], [ROTATED, READ_AGAIN]);
    assert_eq!(sent(), "second");
    // What cannot be used takes no other's place.
    for (text, codes) in
        [("VIZION_API_KEY=", &["missing-variables", "credentials-unavailable"][..]), ("'canary", &["usage"])]
    {
        write(text);
        proxy.signal("HUP");
        for code in codes {
            let note = proxy.note();
            assert!(note.contains(code) && !note.contains("canary"), "{note}");
        }
        assert_eq!(sent(), "second");
    }
    let figures = figures(&proxy);
    for line in [
        "countersign_rotations_total{provider=\"vizion\"} 1\n",
        "countersign_rotations_failed_total{provider=\"vizion\",code=\"missing-variables\"} 1\n",
    ] {
        assert!(figures.contains(line), "{figures}");
    }
}

#[test]
fn a_file_is_exchanged_while_requests_flow_and_none_is_refused() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vizion.json");
    exchange(&file, &json("first"));
    let proxy = Proxy::start_as(from_source(&upstream, &format!("file:{}", file.display())));
    assert_eq!(sent(&proxy, &upstream), "first");
    exchange(&file, &json("second"));
    // Each is answered, with one key or the other, and nobody has told the proxy.
    let is_exchanged = (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        sent(&proxy, &upstream) == "second"
    });
    assert!(is_exchanged, "nobody has looked at the file");
    assert_eq!(proxy.note(), ROTATED);
    // Told, it does not wait for the time to come.
    exchange(&file, &json("third"));
    proxy.signal("HUP");
    assert_eq!([proxy.note(), proxy.note()], [ROTATED, READ_AGAIN]);
    assert_eq!(sent(&proxy, &upstream), "third");
    // What cannot be read changes nothing.
    exchange(&file, &json("canary")[1..]);
    proxy.signal("HUP");
    let notes = [proxy.note(), proxy.note()];
    assert!(notes[0].contains("credentials-malformed") && notes[1].contains("credentials-unavailable"));
    assert!(!notes.concat().contains("canary"), "{notes:?}");
    assert_eq!(sent(&proxy, &upstream), "third");
    assert!(figures(&proxy).contains("countersign_rotations_total{provider=\"vizion\"} 2\n"));
}

#[test]
fn a_command_is_asked_again_when_its_credentials_have_expired() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("keys.sh");
    // Another key each time, which is good for two seconds.
    fs::write(
        &script,
        "echo canary >&2\n\
         echo x >> \"$1\"\n\
         printf '{\"credentials\": {\"VIZION_API_KEY\": \"%s-%s\"}, \"expires_at\": %s}' \
             \"$2\" \"$(wc -l < \"$1\" | tr -d ' ')\" \"$(($(date +%s) + 2))\"\n",
    )
    .unwrap();
    let calls = directory.path().join("calls");
    // Its arguments see no shell.
    let source = format!("command:sh {} {} $HOME;key", script.display(), calls.display());
    let proxy = Proxy::start_as(from_source(&upstream, &source));
    let first = sent(&proxy, &upstream);
    assert_eq!(first, "$HOME;key-1");
    std::thread::sleep(Duration::from_secs(3));
    let second = sent(&proxy, &upstream);
    assert_eq!(second, "$HOME;key-2");
    assert_eq!(proxy.note(), ROTATED);
}

#[test]
fn the_memory_of_reply_nonces_outlasts_a_reload() {
    let sandbox = RunningSandbox::start(&["--fault", "stale"]);
    let mut command = tool();
    command.args(["proxy", "--json", "--listen", "127.0.0.1:0", "netgiro", "--upstream"]);
    command.arg(format!("netgiro={}", sandbox.url("netgiro"))).arg("--env-file").arg(sandbox.env_file());
    let proxy = Proxy::start_as(command);
    let call = || proxy.post("/netgiro/v1/Checkout/InsertCart", "content-type: application/json\r\n", "{}");
    assert_eq!(call().status(), 200);
    proxy.signal("HUP");
    assert_eq!(proxy.note(), READ_AGAIN);
    // The same reply again, to a request that was signed since.
    assert_eq!(call().refused(), (502, "reply-replayed"));
}

#[test]
fn credentials_that_cannot_be_had_are_told_at_start() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let refused = |source: &str| refusal(from_source(&upstream, source));
    let of_file = |text: &str| {
        fs::write(&file, text).unwrap();
        refused(&format!("file:{}", file.display()))
    };
    let script = directory.path().join("keys.sh");
    let of_command = |text: &str| {
        fs::write(&script, text).unwrap();
        refused(&format!("command:sh {}", script.display()))
    };
    assert_eq!(refused("file:/nonexistent/keys.json"), "credentials-file");
    assert_eq!(refused(&format!("file:{}", directory.path().display())), "credentials-file");
    assert_eq!(of_file("canary"), "credentials-malformed");
    assert_eq!(of_file(&json("")), "missing-variables");
    assert_eq!(of_file(r#"{"credentials": {"NETGIRO_APP_KEY": "canary"}}"#), "missing-variables");
    assert_eq!(of_file(&format!("{}{}", json("canary"), " ".repeat(64 * 1024))), "credentials-too-long");
    let expired = r#"{"credentials": {"VIZION_API_KEY": "canary"}, "expires_at": "2026-01-31T12:00:00Z"}"#;
    assert_eq!(of_file(expired), "credentials-expired");
    assert_eq!(of_command(&format!("echo '{expired}'")), "credentials-expired");
    assert_eq!(refused("command:/nonexistent/command"), "credentials-command");
    assert_eq!(refused("command:"), "credentials-command");
    assert_eq!(of_command("echo canary; echo canary >&2; exit 1"), "credentials-command");
    assert_eq!(of_command("echo canary"), "credentials-malformed");
    assert_eq!(of_file(&json("canary\\nof two lines")), "field-control-character");
    for source in ["env:X", "file", "keys.json", ""] {
        assert_eq!(refused(source), "usage", "{source}");
    }
    let good = format!("file:{}", file.display());
    fs::write(&file, json("key")).unwrap();
    let mut twice = from_source(&upstream, &good);
    twice.args(["--credentials", &format!("vizion={good}")]);
    assert_eq!(refusal(twice), "usage");
    let mut of_nobody = from_source(&upstream, &good);
    of_nobody.args(["--credentials", &format!("netgiro={good}")]);
    assert_eq!(refusal(of_nobody), "usage");
}

#[test]
fn a_file_that_others_can_read_is_warned_of() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vizion.json");
    for (mode, is_warned) in [(0o600, false), (0o640, false), (0o644, true)] {
        exchange(&file, &json("canary"));
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let proxy = Proxy::start_as(from_source(&upstream, &format!("file:{}", file.display())));
        // Something is told in any case.
        proxy.get("/vizion/a", "origin: http://evil.example\r\n");
        let note = proxy.note();
        let told = note.contains("others can read") && note.contains(&*file.to_string_lossy());
        assert_eq!(told, is_warned, "{mode:o}: {note}");
        assert!(!note.contains("canary"));
    }
}

#[test]
fn a_declaration_takes_them_too_and_its_numbers_go_on_rising() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let (declaration, file) = (directory.path().join("acme.toml"), directory.path().join("acme.json"));
    fs::write(
        &declaration,
        "name = \"acme\"\norigins = [\"https://api.acme.example\"]\n\
         credentials = { account = \"id\", secret = \"secret\" }\nstamp = { nonce = \"rising\" }\n\
         [let]\nsignature = { text = \"{nonce}{method}{body}\", mac = \"sha256\", as = \"hex\" }\n\
         [send.header]\nx-account = \"{account}\"\nx-nonce = \"{nonce}\"\nx-signature = \"{signature}\"\n",
    )
    .unwrap();
    let json =
        |n| format!(r#"{{"credentials": {{"ACME_ACCOUNT": "account-{n}", "ACME_SECRET": "secret-{n}"}}}}"#);
    exchange(&file, &json(1));
    let mut command = tool();
    command.args(["proxy", "--listen", "127.0.0.1:0", "--json"]).arg(&declaration);
    command.args(["--upstream", &format!("acme={}", upstream.origin())]);
    command.args(["--credentials", &format!("acme=file:{}", file.display())]);
    let proxy = Proxy::start_as(command);
    let sent = || {
        assert_eq!(proxy.get("/acme/a", "").status(), 200);
        let request = upstream.request();
        let nonce: u64 = header(&request, "x-nonce").unwrap().parse().unwrap();
        (header(&request, "x-account").unwrap().to_owned(), nonce)
    };
    // It counts seconds, and runs ahead of the clock by as many as there are requests.
    let (accounts, nonces): (Vec<_>, Vec<_>) = (0..30).map(|_| sent()).unzip();
    assert!(accounts.iter().all(|account| account == "account-1"));
    assert!(nonces.is_sorted_by(|one, next| one < next), "{nonces:?}");
    exchange(&file, &json(2));
    proxy.signal("HUP");
    assert_eq!(proxy.note(), ROTATED.replace("vizion", "acme"));
    let (account, nonce) = sent();
    assert_eq!(account, "account-2");
    assert!(nonce > nonces[29], "{nonce} after {nonces:?}");
}

#[test]
fn a_source_that_hangs_keeps_no_other_from_being_read_again() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let (file, script) = (directory.path().join("vizion.json"), directory.path().join("keys.sh"));
    exchange(&file, &json("first"));
    let netgiro = r#"{"credentials": {"NETGIRO_APP_KEY": "app", "NETGIRO_SECRET_KEY": "secret"}}"#;
    fs::write(&script, format!("[ -e \"$1\" ] && exec sleep 60; echo x > \"$1\"; echo '{netgiro}'")).unwrap();
    let asked = directory.path().join("asked");
    let mut command = for_vizion(&upstream);
    command.env("PATH", "/usr/bin:/bin").args(["netgiro", "--credentials"]);
    command.arg(format!("netgiro=command:sh {} {}", script.display(), asked.display()));
    command.args(["--credentials", &format!("vizion=file:{}", file.display())]);
    let proxy = Proxy::start_as(command);
    exchange(&file, &json("second"));
    proxy.signal("HUP");
    assert_eq!(proxy.note(), ROTATED);
    assert_eq!(sent(&proxy, &upstream), "second");
}

#[test]
fn a_proxy_that_starts_is_not_ended_by_a_signal_to_read_again() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("keys.sh");
    fs::write(&script, format!("kill -s HUP $PPID; echo '{}'", json("key"))).unwrap();
    let proxy = Proxy::start_as(from_source(&upstream, &format!("command:sh {}", script.display())));
    assert_eq!(sent(&proxy, &upstream), "key");
}

#[test]
fn what_has_expired_in_an_unchanged_file_is_answered_503_and_told() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vizion.json");
    let expiry = unix_seconds_in(4);
    exchange(&file, &format!(r#"{{"credentials": {{"VIZION_API_KEY": "key"}}, "expires_at": {expiry}}}"#));
    let proxy = Proxy::start_as(from_source(&upstream, &format!("file:{}", file.display())));
    std::thread::sleep(Duration::from_secs(5));
    let refused = proxy.get("/vizion/a", "");
    assert_eq!(refused.refused(), (503, "credentials-expired"));
    assert_eq!(refused.json()["effect"], "none");
    let told = proxy.note();
    assert!(told.contains("credentials-expired") && told.contains("log"), "{told}");
    assert!(proxy.note().contains("refused"));
    assert_eq!(upstream.others(), 0);
}

#[test]
fn why_the_system_gives_no_credentials_is_told() {
    let upstream = Upstream::answering(OK);
    for source in ["file:/nonexistent/keys.json", "command:/nonexistent/command"] {
        let told = crate::support::run(&mut from_source(&upstream, source)).stderr;
        assert!(told.contains("No such file or directory"), "{told}");
    }
}
