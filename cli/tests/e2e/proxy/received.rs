//! Requirement 9: what an application is handed verified, came as it was sent, and says who signed it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::hung_up::held;
use super::support::{OK, Proxy, Reply, Upstream, connect, header, read_whole, refusal, unix_seconds_in};
use crate::declarations::SIGNED_BESIDE;
use crate::support::{run, tool};

const KEYS: [(&str, &str); 5] = [
    ("VIZION_WEBHOOK_KEYS", "hmac-key-1=vizion webhook key 1,hmac-key-2=vizion webhook key 2"),
    ("UNLEASHED_WEBHOOK_KEY", "unleashed webhook key"),
    ("NETGIRO_SECRET_KEY", "netgiro secret key"),
    ("LINE_SECRET", "line channel secret"),
    ("BESIDE_SECRET", "00112233445566778899aabbccddeeff"),
];

/// With both listeners on free ports.
pub(super) fn command(sender: &str, arguments: &[&str]) -> Command {
    let mut command = tool();
    command.envs(KEYS).args(["proxy", "--json", "--listen", "127.0.0.1:0", "--webhooks", sender]);
    command.args(["--webhooks-listen", "127.0.0.1:0"]).args(arguments);
    command
}

/// `127.0.0.1:PORT` of the listener for webhooks.
pub(super) fn outside(proxy: &Proxy) -> &str {
    proxy.addresses["webhooks"].as_str().unwrap().strip_prefix("http://").unwrap()
}

/// A delivery as `trigger` makes it for another host, whose bytes are then sent to the proxy.
pub(super) fn delivery(sender: &str, target: &str, arguments: &[&str]) -> String {
    let recorder = Upstream::answering(OK);
    // It signs the URL that it sends to: the recorder's host stands for the public one.
    let url = format!("{}{target}", recorder.origin());
    run(tool().envs(KEYS).args(["trigger", sender, "--to", &url]).args(arguments));
    recorder.request()
}

/// In front of an application, with the public origin that a delivery was recorded for.
pub(super) fn before_recorded(sender: &str, application: &Upstream, delivery: &str) -> Proxy {
    let public = format!("http://{}", header(delivery, "host").unwrap());
    let to = application.origin();
    Proxy::start_as(command(sender, &["--public-origin", &public, "--to", &to]))
}

/// The same for a delivery of Vizion's, with what `set` adds to the command.
pub(super) fn before_recorded_with(
    application: &Upstream,
    delivery: &str,
    set: impl FnOnce(&mut Command),
) -> Proxy {
    let public = format!("http://{}", header(delivery, "host").unwrap());
    let mut command = command("vizion", &["--public-origin", &public, "--to", &application.origin()]);
    set(&mut command);
    Proxy::start_as(command)
}

pub(super) fn deliver(proxy: &Proxy, delivery: &str) -> Reply {
    let mut stream = connect(outside(proxy));
    // The proxy is told to close by its client.
    let closing = delivery.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(closing.as_bytes()).unwrap();
    Reply::read(stream)
}

/// With another header in its head.
fn with(delivery: &str, line: &str) -> String {
    delivery.replacen("\r\n", &format!("\r\n{line}\r\n"), 1)
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn what_verifies_is_handed_on_byte_for_byte_with_the_name_of_who_signed_it() {
    for (sender, verified_by) in [
        ("vizion", "vizion; key=\"hmac-key-1\""),
        ("unleashed", "unleashed"),
        ("netgiro", "netgiro"),
        (concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/declared/line.toml"), "line"),
    ] {
        let sent = delivery(sender, "/hook//a?tenant=7&x", &["--data", "{\"b\": 1,  \"a\":2}"]);
        let application = Upstream::answering(
            "HTTP/1.1 202 Accepted\r\nx-of-the-application: 1\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        );
        let proxy = before_recorded(sender, &application, &sent);
        let answer = deliver(&proxy, &sent);
        assert_eq!((answer.status(), answer.body.as_slice()), (202, &b"ok"[..]), "{sender}");
        assert_eq!(answer.header("x-of-the-application"), Some("1"));
        let request = application.request();
        assert!(request.starts_with("POST /hook//a?tenant=7&x HTTP/1.1\r\n"), "{request}");
        assert_eq!(body(&request), "{\"b\": 1,  \"a\":2}");
        assert_eq!(header(&request, "countersign-verified"), Some(verified_by));
        assert_eq!(header(&request, "host"), Some(&*application.host()));
        let name = verified_by.split(';').next().unwrap();
        let counted = String::from_utf8(proxy.get("/metrics", "").body).unwrap();
        assert!(
            counted.contains(&format!("countersign_webhooks_accepted_total{{provider=\"{name}\"}} 1\n")),
            "{counted}"
        );
    }
}

#[test]
fn what_does_not_verify_is_told_nothing_and_handed_to_nobody() {
    let sent = delivery("vizion", "/hook", &["--data", "{\"event\":\"countersign.test\"}"]);
    let application = Upstream::answering(OK);
    let proxy = before_recorded("vizion", &application, &sent);
    for (forged, code) in [
        (sent.replace("countersign.test", "countersign.tesT"), "webhook-digest-mismatch"),
        (sent.replace("POST /hook", "POST /other"), "webhook-signature-mismatch"),
        (sent.replace("x-vizion-signature", "x-other"), "webhook-header-missing"),
    ] {
        let answer = deliver(&proxy, &forged);
        assert_eq!((answer.status(), answer.body.len(), answer.header("countersign-code")), (401, 0, None));
        assert!(proxy.note().contains(&format!("\"code\":\"{code}\"")));
    }
    assert_eq!(application.others(), 0);
}

#[test]
fn who_signed_it_is_never_taken_from_outside() {
    for line in [
        "countersign-verified: netgiro",
        "Countersign-Verified: netgiro",
        "COUNTERSIGN_VERIFIED: netgiro",
        "countersign_verified: netgiro",
        "Countersign.Verified: netgiro",
        // Nor can the sender have the proxy's own taken out.
        "connection: countersign-verified",
    ] {
        let sent = delivery("vizion", "/hook", &[]);
        let application = Upstream::answering(OK);
        let proxy = before_recorded("vizion", &application, &sent);
        assert_eq!(deliver(&proxy, &with(&sent, line)).status(), 200, "{line}");
        let request = application.request();
        assert_eq!(header(&request, "countersign-verified"), Some("vizion; key=\"hmac-key-1\""), "{request}");
        let spelt =
            |line: &&str| line.to_lowercase().replace(['_', '.'], "-").starts_with("countersign-verified:");
        assert_eq!(request.lines().filter(spelt).count(), 1, "{request}");
    }
}

#[test]
fn a_repetition_is_acknowledged_and_handed_on_once() {
    let sent = delivery("vizion", "/hook", &[]);
    let application = Upstream::answering(OK);
    let proxy = before_recorded("vizion", &application, &sent);
    for _ in 0..3 {
        assert_eq!(deliver(&proxy, &sent).status(), 200);
    }
    application.request();
    assert_eq!(application.others(), 0);
}

#[test]
fn a_retry_is_let_in_when_the_application_was_down() {
    let sent = delivery("vizion", "/hook", &[]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let public = format!("http://{}", header(&sent, "host").unwrap());
    let proxy = Proxy::start_as(command(
        "vizion",
        &["--public-origin", &public, "--to", &format!("http://{address}")],
    ));
    let answer = deliver(&proxy, &sent);
    assert_eq!((answer.status(), answer.body.len()), (502, 0));
    let listener = std::net::TcpListener::bind(address).unwrap();
    let application = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_whole(&mut stream);
        stream.write_all(OK.as_bytes()).unwrap();
    });
    assert_eq!(deliver(&proxy, &sent).status(), 200);
    application.join().unwrap();
}

#[test]
fn what_is_called_for_webhooks_signs_nothing_and_shows_nothing() {
    let (provider, application) = (Upstream::answering(OK), Upstream::answering(OK));
    let mut command =
        command("vizion", &["--public-origin", "https://a.example", "--to", &application.origin()]);
    command.env("VIZION_API_KEY", "key").args([
        "vizion",
        "--upstream",
        &format!("vizion={}", provider.origin()),
    ]);
    let proxy = Proxy::start_as(command);
    for path in ["/vizion/carriers", "/metrics", "/healthz"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", outside(&proxy));
        assert_eq!(deliver(&proxy, &request).status(), 401, "{path}");
    }
    assert_eq!(provider.others() + application.others(), 0);
    assert_eq!(proxy.get("/vizion/carriers", "").status(), 200);
}

#[test]
fn an_application_elsewhere_is_asked_for_by_name() {
    let public = ["--public-origin", "https://hooks.example.com", "--to"];
    let to = |origin| refusal(command("vizion", &[&public[..], &[origin]].concat()));
    assert_eq!(to("http://app.example:3000"), "proxy-beyond-loopback");
    for origin in ["http://127.0.0.1:3000/path", "http://user:pass@127.0.0.1:3000"] {
        assert_eq!(to(origin), "usage", "{origin}");
    }
    let mut elsewhere = command("vizion", &["--public-origin", "https://hooks.example.com"]);
    elsewhere.args(["--dangerous-to", "http://app.example:3000"]);
    Proxy::start_as(elsewhere);
}

#[test]
fn keys_are_read_again() {
    let [first, second] =
        ["hmac-key-1", "hmac-key-2"].map(|key| delivery("vizion", "/hook", &["--key-id", key]));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.env");
    std::fs::write(&file, "VIZION_WEBHOOK_KEYS='hmac-key-1=vizion webhook key 1'").unwrap();
    let application = Upstream::answering(OK);
    let mut command =
        command("vizion", &["--public-origin", "http://any.example", "--to", &application.origin()]);
    command.arg("--env-file").arg(&file);
    let proxy = Proxy::start_as(command);
    // Both are for another host: an unknown key is told before that.
    let code = |sent: &str| {
        assert_eq!(deliver(&proxy, sent).status(), 401);
        let note = proxy.note();
        let note: serde_json::Value = serde_json::from_str(&note).unwrap();
        note["refused"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!([code(&first), code(&second)], ["webhook-signature-mismatch", "webhook-key-unknown"]);
    std::fs::write(&file, "VIZION_WEBHOOK_KEYS='hmac-key-2=vizion webhook key 2'").unwrap();
    proxy.signal("HUP");
    assert!(proxy.note().contains("new webhook keys are in use"));
    assert_eq!(proxy.note(), "countersign: the credentials were read again");
    assert_eq!([code(&first), code(&second)], ["webhook-key-unknown", "webhook-signature-mismatch"]);
}

#[test]
fn keys_come_from_a_source_of_their_own() {
    let [first, second] =
        ["hmac-key-1", "hmac-key-2"].map(|key| delivery("vizion", "/hook", &["--key-id", key]));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vizion.json");
    let write = |n| {
        let new = directory.path().join("new");
        let keys = format!("hmac-key-{n}=vizion webhook key {n}");
        std::fs::write(&new, format!(r#"{{"credentials": {{"VIZION_WEBHOOK_KEYS": "{keys}"}}}}"#)).unwrap();
        std::fs::rename(new, &file).unwrap();
    };
    write(1);
    let application = Upstream::answering(OK);
    let mut command = tool();
    command.args(["proxy", "--listen", "127.0.0.1:0", "--webhooks", "vizion"]);
    command.args(["--webhooks-listen", "127.0.0.1:0", "--json", "--public-origin", "http://any.example"]);
    command.args([
        "--to",
        &application.origin(),
        "--credentials",
        &format!("vizion=file:{}", file.display()),
    ]);
    let proxy = Proxy::start_as(command);
    assert!(proxy.note().contains("others can read"));
    let code = |sent: &str| {
        assert_eq!(deliver(&proxy, sent).status(), 401);
        let note: serde_json::Value = serde_json::from_str(&proxy.note()).unwrap();
        note["refused"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(&first), "webhook-signature-mismatch", "it is for another host");
    write(2);
    proxy.signal("HUP");
    for told in ["others can read", "new webhook keys are in use", "the credentials were read again"] {
        let note = proxy.note();
        assert!(note.contains(told), "{note}");
    }
    assert_eq!([code(&first), code(&second)], ["webhook-key-unknown", "webhook-signature-mismatch"]);
    let mut malformed = tool();
    malformed.args(["proxy", "--json", "--webhooks", "vizion", "--webhooks-listen", "127.0.0.1:0", "--to"]);
    malformed.args([&application.origin(), "--public-origin", "http://any.example"]);
    malformed.env("VIZION_WEBHOOK_KEYS", "canary");
    assert_eq!(refusal(malformed), "usage");
}

#[test]
fn a_delivery_is_shown_and_delivered_again_signed_anew() {
    let application = Upstream::answering(OK);
    let sent = delivery("vizion", "/hook?tenant=7", &["--data", "{\"event\":\"a\\u001b\"}"]);
    let public = format!("http://{}", header(&sent, "host").unwrap());
    let mut command =
        command("vizion", &["--public-origin", &public, "--to", &application.origin(), "--show"]);
    command.stdin(Stdio::piped());
    let mut proxy = Proxy::start_as(command);
    assert_eq!(deliver(&proxy, &sent).status(), 200);
    let first = application.request();
    proxy.type_line("r");
    let again = application.request();
    let shown = ["{\"event\":\"a\\u001b\"}", "POST /hook?tenant=7 → 200 OK"];
    for line in [shown, shown].concat() {
        assert_eq!(proxy.printed(), line);
    }
    assert_eq!((body(&again), body(&first)), (body(&sent), body(&sent)));
    assert_ne!(header(&again, "x-vizion-signature"), header(&first, "x-vizion-signature"));
}

/// What stands in front of the proxy hands on `/internal/v1/hook` where `/hook` was signed.
#[test]
fn a_prefix_that_something_in_front_added_is_stripped_before_the_check_and_the_path_stays() {
    let application = Upstream::answering(OK);
    let sent = delivery("vizion", "/hook?tenant=7", &[]);
    let prefixed = sent.replacen(" /hook", " /internal/v1/hook", 1);
    let mut proxy = before_recorded_with(&application, &sent, |command| {
        command.args(["--strip-prefix", "/internal/v1/", "--show"]).stdin(Stdio::piped());
    });
    assert_eq!(deliver(&proxy, &sent).status(), 401, "it went around what adds the prefix");
    assert_eq!(deliver(&proxy, &prefixed).status(), 200);
    assert!(application.request().starts_with("POST /internal/v1/hook?tenant=7 "));
    proxy.type_line("r");
    assert!(application.request().starts_with("POST /internal/v1/hook?tenant=7 "));
}

#[test]
fn what_is_delivered_again_is_signed_where_the_file_says_and_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("beside.toml");
    for (part, data, media_type) in
        [("query", "{\"id\":1}", "application/json"), ("form", "id=1", "application/x-www-form-urlencoded")]
    {
        std::fs::write(&file, SIGNED_BESIDE.replace("PART", part)).unwrap();
        let sender = file.to_str().unwrap();
        let application = Upstream::answering(OK);
        let sent = delivery(sender, "/hook?id=%2F1", &["--data", data]);
        let public = format!("http://{}", header(&sent, "host").unwrap());
        let arguments = ["--public-origin", &public, "--to", &application.origin(), "--show"];
        let mut command = command(sender, &arguments);
        command.stdin(Stdio::piped());
        let mut proxy = Proxy::start_as(command);
        assert_eq!(deliver(&proxy, &sent).status(), 200, "{part}");
        application.request();
        // Signed in the same second, it would be a repetition.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        proxy.type_line("r");
        let again = application.request();
        assert!(again.starts_with("POST /hook?id=%2F1"), "{again}");
        assert_eq!((again.matches("time=").count(), again.matches("hash=").count()), (1, 1), "{again}");
        assert_eq!(header(&again, "content-type"), Some(media_type), "{again}");
    }
}

#[test]
fn deliveries_wait_while_the_store_that_is_shared_does_not_answer() {
    let sent = delivery("vizion", "/hook", &[]);
    let application = Upstream::answering(OK);
    let public = format!("http://{}", header(&sent, "host").unwrap());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let to = application.origin();
    let redis = format!("redis://:secret@{closed}");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("redis.env");
    std::fs::write(&file, format!("COUNTERSIGN_REDIS_URL={redis}")).unwrap();
    // A password is shown to nobody where the URL is not among the arguments.
    let ways: [&dyn for<'c> Fn(&'c mut Command) -> &'c mut Command; 3] = [
        &|command| command.args(["--redis", &redis]),
        &|command| command.env("COUNTERSIGN_REDIS_URL", &redis),
        &|command| command.arg("--env-file").arg(&file),
    ];
    for set in ways {
        let mut command = command("vizion", &["--public-origin", &public, "--to", &to]);
        set(&mut command);
        let proxy = Proxy::start_as(command);
        let warned = proxy.note();
        assert!(warned.contains("Redis does not answer") && !warned.contains("secret"), "{warned}");
        let answer = deliver(&proxy, &sent);
        assert_eq!((answer.status(), answer.header("retry-after")), (503, Some("30")));
        let note = proxy.note();
        for told in ["webhook-store-unreachable", "\"status\":503", "refused"] {
            assert!(note.contains(told), "{note}");
        }
        assert!(note.contains("\"cause\":") && !note.contains("secret"), "{note}");
    }
    assert_eq!(application.others(), 0);
}

#[test]
fn while_a_delivery_is_repeated_others_are_answered() {
    let sent = delivery("vizion", "/hook", &[]);
    let (application, arrivals, answer) = held();
    let mut proxy = before_recorded_with(&application, &sent, |command| {
        command.arg("--show").stdin(Stdio::piped());
    });
    answer.send(OK).unwrap();
    assert_eq!(deliver(&proxy, &sent).status(), 200);
    arrivals.recv().unwrap();
    proxy.type_line("r");
    arrivals.recv().unwrap();
    assert_eq!(deliver(&proxy, &sent).status(), 200, "it repeats what was answered");
    answer.send(OK).unwrap();
}

#[test]
fn a_proxy_for_webhooks_alone_opens_no_port_that_signs() {
    let mut command = tool();
    command.envs(KEYS).args([
        "proxy",
        "--json",
        "--webhooks",
        "unleashed",
        "--webhooks-listen",
        "127.0.0.1:0",
    ]);
    command.args(["--to", "http://127.0.0.1:3000"]);
    let proxy = Proxy::start_as(command);
    assert_eq!(proxy.addresses["listen"], serde_json::Value::Null);
    assert!(proxy.addresses["webhooks"].is_string());
}

#[test]
fn an_application_that_switches_protocols_is_not_followed() {
    let sent = delivery("vizion", "/hook", &[]);
    let application =
        Upstream::answering("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    let proxy = before_recorded("vizion", &application, &sent);
    assert_eq!(deliver(&proxy, &sent).status(), 502);
    assert!(proxy.note().contains("protocol-switched"));
}

/// What the sender was answered is what is told, and why is told to nobody else.
#[test]
fn expired_keys_are_told_with_the_status_that_the_sender_got() {
    let sent = delivery("vizion", "/hook", &[]);
    let application = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vizion.json");
    let expiry = unix_seconds_in(4);
    let keys = r#"{"VIZION_WEBHOOK_KEYS": "hmac-key-1=vizion webhook key 1"}"#;
    std::fs::write(&file, format!(r#"{{"credentials": {keys}, "expires_at": {expiry}}}"#)).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let proxy = before_recorded_with(&application, &sent, |command| {
        command.args(["--credentials", &format!("vizion=file:{}", file.display())]);
    });
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert_eq!(deliver(&proxy, &sent).status(), 503);
    let told = std::iter::repeat_with(|| proxy.note()).find(|note| note.contains("refused")).unwrap();
    assert!(told.contains("\"status\":503"), "{told}");
}
