//! What `doctor` never does: send much, write, go elsewhere, or print what is nobody's business.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::sync::mpsc;

use super::server::{Server, reply};
use super::{doctor, found, owned};
use crate::support::{Ran, VARIABLES, run, tool};

const PROVIDERS: [&str; 4] = ["netvisor", "netgiro", "unleashed", "vizion"];

/// Netvisor's no and yes, which other providers take for the text of a reply.
const FAILED: &str = "<Root><ResponseStatus><Status>FAILED</Status><Status>AUTHENTICATION_FAILED :: no</Status>\
    </ResponseStatus></Root>";
const OK: &str = "<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>";

fn run_with_keys(provider: &str, url: &str) -> Ran {
    run(doctor(provider, url).envs(VARIABLES))
}

/// Every first form is refused and every second accepted: as many requests as there can be.
#[test]
fn it_sends_at_most_8_requests_and_only_gets() {
    for provider in PROVIDERS {
        let server = Server::answering(move |requests| match (provider, requests.len() % 2) {
            ("netvisor", 1) => reply("401 Unauthorized", "", FAILED),
            ("unleashed", 0) => reply("403 Forbidden", "", ""),
            _ => reply("200 OK", "", OK),
        });
        let ran = run_with_keys(provider, &server.url("/list"));
        let requests = server.requests();
        let most = match provider {
            "netvisor" => 6,
            "netgiro" => 2,
            "unleashed" => 3,
            _ => 1,
        };
        assert_eq!(requests.len(), most, "{provider}: {}", ran.stdout);
        assert_eq!(ran.json()["requests"], most);
        assert!(ran.stderr.contains(&format!("{most} request")), "{}", ran.stderr);
        for request in requests {
            assert!(request.starts_with("GET /"), "{request}");
            assert!(!request.to_ascii_lowercase().contains("\r\ncontent-length"), "{request}");
        }
    }
}

#[test]
fn the_first_429_ends_it() {
    for (provider, at) in [("netvisor", 1), ("netvisor", 3), ("netgiro", 2), ("unleashed", 2), ("vizion", 1)]
    {
        let server = Server::answering(move |requests| {
            let status = if requests.len() == at { "429 Too Many Requests" } else { "200 OK" };
            reply(status, "retry-after: 0\r\n", OK)
        });
        let ran = run_with_keys(provider, &server.url("/list"));
        assert_eq!(server.requests().len(), at, "{provider}");
        assert_eq!(found(&ran).last(), Some(&owned(("stopped", "too-many-requests"))), "{}", ran.stdout);
        assert_ne!(ran.code, 0);
    }
}

#[test]
fn no_redirect_is_followed() {
    for provider in PROVIDERS {
        for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
            let elsewhere = Server::answering(|_| reply("200 OK", "", OK));
            let location = format!("location: {}\r\n", elsewhere.url("/list"));
            let server = Server::answering(move |_| reply(status, &location, ""));
            let ran = run_with_keys(provider, &server.url("/list"));
            assert_eq!((elsewhere.requests().len(), server.requests().len()), (0, 1), "{provider} {status}");
            assert_eq!(found(&ran).last(), Some(&owned(("credentials", "unknown"))), "{}", ran.stdout);
            assert_eq!(ran.code, 4);
        }
    }
}

#[test]
fn nothing_is_sent_to_an_origin_that_was_not_allowed() {
    for provider in PROVIDERS {
        let server = Server::answering(|_| reply("200 OK", "", OK));
        let mut command = tool();
        command.args(["doctor", provider, "--json", "--url", &server.url("/list")]);
        let refused = run(command.envs(VARIABLES));
        assert_eq!((refused.code, refused.error_code().as_str()), (1, "origin-not-allowed"), "{provider}");
        assert!(server.requests().is_empty());
    }
}

/// A server that sends back everything that it was sent, as yes, as no and as something else: bodies with `{}` for it.
fn echoing(status: &'static str, body: &'static str) -> Server {
    Server::answering(move |requests| {
        let line = requests.last().unwrap().lines().next().unwrap();
        let told: Vec<_> = VARIABLES.iter().map(|(_, value)| *value).collect();
        let told = told.join(" ");
        let body = body.replace("{}", &format!("{line} {told} the-body"));
        reply(status, &format!("x-echo: {line}\r\nnetgiro_referenceId: {told}\r\n"), &body)
    })
}

const STATUSES: [&str; 5] =
    ["200 OK", "401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Internal Server Error"];

const ECHOES: [&str; 5] = [
    "",
    "<Root><ResponseStatus><Status>FAILED</Status><Status>AUTHENTICATION_FAILED :: {}</Status></ResponseStatus></Root>",
    "<Root><ResponseStatus><Status>FAILED</Status><Status>{} :: {}</Status></ResponseStatus></Root>",
    r#"{"Success":false,"Message":"{}","ResultCode":400}"#,
    r#"{"Success":true,"Message":"{}"}"#,
];

#[test]
fn what_json_prints_has_no_key_id_query_or_body() {
    for (provider, status, body) in exchanges() {
        let server = echoing(status, body);
        let ran = run_with_keys(provider, &server.url("/the-path/4711?the-name=the-value"));
        assert!(ran.json()["findings"].as_array().unwrap().len() >= 3, "{}", ran.stdout);
        let printed = ran.stdout + &ran.stderr;
        let others = ["the-path", "4711", "the-name", "the-value", "the-body", "127.0.0.1"];
        for text in VARIABLES.iter().map(|(_, value)| *value).chain(others) {
            assert!(!printed.contains(text), "{text} of {provider}, {status}: {printed}");
        }
    }
}

#[test]
fn what_is_said_in_words_has_no_key() {
    let keys = VARIABLES.iter().filter(|(name, _)| name.ends_with("KEY") && !name.ends_with("APP_KEY"));
    let keys: Vec<_> = keys.map(|(_, value)| *value).collect();
    for (provider, status, body) in exchanges() {
        let server = echoing(status, body);
        let (origin, mut command) = (server.url(""), tool());
        let url = server.url("/the-path?key=vizion-key&other=secret%20key");
        command.args(["doctor", provider, "--allow-origin", &origin, "--url", &url]);
        let ran = run(command.envs(VARIABLES));
        let printed = ran.stdout + &ran.stderr;
        assert!(printed.contains("$VIZION_API_KEY") && printed.contains("$NETGIRO_SECRET_KEY"), "{printed}");
        for key in keys.iter().copied().chain(["secret%20key"]) {
            assert!(!printed.contains(key), "{key} of {provider}, {status}: {printed}");
        }
    }
}

fn exchanges() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let answers = || STATUSES.into_iter().flat_map(|status| ECHOES.map(|body| (status, body)));
    PROVIDERS
        .into_iter()
        .flat_map(move |provider| answers().map(move |(status, body)| (provider, status, body)))
}

/// The server does not answer before the announcement was read.
#[test]
fn what_will_be_sent_is_said_before() {
    for json in [true, false] {
        let (allow, allowed) = mpsc::channel::<()>();
        let allowed = std::sync::Mutex::new(allowed);
        let server = Server::answering(move |_| {
            allowed.lock().unwrap().recv().unwrap();
            reply("200 OK", "", "")
        });
        let (origin, mut command) = (server.url(""), tool());
        command.args(["doctor", "vizion", "--allow-origin", &origin, "--url", &server.url("/carriers")]);
        if json {
            command.arg("--json");
        }
        let mut child = command.envs(VARIABLES).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert!(line.contains("1 request") && line.contains("GET only"), "{line}");
        allow.send(()).unwrap();
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert!(child.wait().unwrap().success());
        assert_eq!(rest.contains("GET /carriers"), !json, "{rest}");
    }
}
