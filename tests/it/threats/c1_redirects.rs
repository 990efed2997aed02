//! C1: credentials follow no redirect.

use countersign::fault::Kind;
use std::sync::Arc;

use http::Method;

use crate::support::chains::{self, Chain, Setup, fault};
use crate::support::netgiro::{redirect_of, reply_to};
use crate::support::server::{Answer, Server};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// A server whose every answer redirects to one place, known as `localhost` so that it has a sub-domain.
struct Trap {
    origin: String,
    /// Where its requests are led, and the servers that wait there.
    targets: Vec<(String, Server)>,
    server: Server,
}

impl Trap {
    /// `/<target>/<status>` redirects with that status to that target.
    async fn set(schemes: &[&str]) -> Self {
        let mut targets = Vec::new();
        for (host, address) in
            [("127.0.0.2", "127.0.0.2"), ("localhost", "127.0.0.1"), ("sub.localhost", "127.0.0.1")]
        {
            for scheme in schemes {
                let target = Server::start_on(address, |request, _| reply_to(request)).await;
                targets.push((format!("{scheme}://{host}:{}", target.port()), target));
            }
        }
        let locations: Vec<_> = targets.iter().map(|(origin, _)| format!("{origin}/taken?a=1")).collect();
        let server = Server::start(move |request, _| {
            let mut parts = request.target.split('/').skip(1).map(|part| part.parse().unwrap());
            let location = &locations[usize::from(parts.next().unwrap())];
            Answer::redirect(parts.next().unwrap(), location)
        })
        .await;
        Self { origin: format!("http://localhost:{}", server.port()), targets, server }
    }

    fn chains(&self, redirects: usize) -> [Chain; 4] {
        chains::set_up(Setup { origins: &[&self.origin], redirects, ..Setup::default() })
    }

    /// Every target with every status: its origin and a request that is led there.
    fn paths(&self) -> impl Iterator<Item = (&(String, Server), String)> {
        self.targets.iter().enumerate().flat_map(|(index, target)| {
            STATUSES.map(|status| (target, format!("{}/{index}/{status}", self.origin)))
        })
    }

    fn arrived(&self) -> usize {
        self.targets.iter().map(|(_, server)| server.connections()).sum()
    }
}

fn with_names(client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let local = ([127, 0, 0, 1], 0).into();
    client.resolve("localhost", local).resolve("sub.localhost", local)
}

#[tokio::test]
async fn c1_with_the_recommended_client_nothing_reaches_the_target() {
    let trap = Trap::set(&["http", "https"]).await;
    for redirects in [0, 3] {
        for chain in trap.chains(redirects) {
            let client = chain.over(with_names(countersign::client_builder()));
            for (_, url) in trap.paths() {
                let result = client.post(&url).body("body").send().await;
                match (redirects, chain.name, result) {
                    (0, "netgiro", Err(error)) => assert_eq!(fault(&error).code(), "reply-signature-missing"),
                    (0, _, Ok(response)) => assert!(response.status().is_redirection()),
                    (_, _, Err(error)) => assert_eq!(fault(&error).code(), "redirect-cross-origin"),
                    (_, name, Ok(response)) => panic!("{name}: {response:?}"),
                }
            }
        }
    }
    assert_eq!(trap.arrived(), 0);
    assert_eq!(trap.server.requests().len(), 2 * 4 * 6 * STATUSES.len());
}

#[tokio::test]
async fn c1_with_a_client_that_follows_the_call_ends_in_what_was_exposed() {
    let trap = Trap::set(&["http"]).await;
    for redirects in [0, 3] {
        for chain in trap.chains(redirects) {
            let client = chain.over(with_names(reqwest::Client::builder()));
            for ((origin, target), url) in trap.paths() {
                let error = client.post(&url).body("body").send().await.unwrap_err();
                let error = fault(&error);
                assert_eq!((error.code(), error.kind()), ("redirect-exposed-credentials", Kind::Scope));
                assert!(error.to_string().contains(origin), "{error}");
                assert!(error.next_step().starts_with("Rotate"), "{}", error.next_step());
                // The exposure is real, or this test would prove nothing.
                assert_eq!(chain.count(target.requests().last().unwrap()), chain.auth_headers.len());
            }
        }
    }
}

/// What RFC 9110, section 15.4, makes of a method, dropping the body; `None` where both stay.
fn without_body(method: &Method, status: u16) -> Option<Method> {
    match (method, status) {
        (&Method::HEAD, 303) => Some(Method::HEAD),
        (_, 303) | (&Method::POST, 301 | 302) => Some(Method::GET),
        _ => None,
    }
}

#[tokio::test]
async fn c1_each_hop_within_the_origin_is_signed_anew() {
    let server = Server::start(|request, _| {
        let (path, _) = request.target.split_once('?').unwrap();
        match path.trim_start_matches('/').parse() {
            Ok(status) => redirect_of(request, status, &format!("second/{status}?b=%20")),
            Err(_) if path.starts_with("/second/") => {
                redirect_of(request, path.trim_start_matches("/second/").parse().unwrap(), "/third?c")
            }
            Err(_) => reply_to(request),
        }
    })
    .await;
    for chain in chains::set_up(Setup { origins: &[server.origin()], redirects: 2, ..Setup::default() }) {
        let client = chain.recommended();
        for status in STATUSES {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
                let before = server.requests().len();
                let request = client.request(method.clone(), server.url(&format!("/{status}?a=1")));
                let request = request.header("content-type", "application/json").body("[1]");
                let result = request.send().await;
                // A reply to HEAD is without the body that its signature covers.
                assert!(result.is_ok() || chain.name == "netgiro" && method == Method::HEAD, "{result:?}");

                let hops = server.requests().split_off(before);
                assert_eq!(hops.len(), 3);
                assert!(hops.iter().all(|hop| chain.is_signed(hop)), "{} {method} {status}", chain.name);
                let mut nonces: Vec<_> = hops.iter().filter_map(|hop| chain.nonce(hop)).collect();
                nonces.dedup();
                assert!(nonces.is_empty() || nonces.len() == 3);
                for hop in &hops[1..] {
                    let expected = without_body(&method, status);
                    assert_eq!(hop.body, if expected.is_some() { &b""[..] } else { b"[1]" });
                    // Unleashed asks for the header even where there is no body.
                    let described = hop.all("content-type").any(|value| value == b"application/json");
                    assert_eq!(described, expected.is_none() || chain.name == "unleashed");
                    assert_eq!(hop.method, expected.unwrap_or_else(|| method.clone()).as_str());
                }
            }
        }
    }
}

#[tokio::test]
async fn c1_what_cannot_be_followed_is_an_error() {
    let cases = [
        ("/loop", "redirect-limit", 3),
        ("/bad", "redirect-unreadable", 1),
        ("/user", "user-info-in-url", 1),
    ];
    let server = Arc::new(
        Server::start(|request, _| {
            let host = request.header("host");
            match &*request.target {
                "/bad" => redirect_of(request, 302, "http://["),
                "/user" => redirect_of(request, 302, &format!("http://user@{host}/")),
                _ => redirect_of(request, 302, "/loop"),
            }
        })
        .await,
    );
    for chain in chains::set_up(Setup { origins: &[server.origin()], redirects: 2, ..Setup::default() }) {
        for (path, code, requests) in cases {
            let before = server.requests().len();
            let error = chain.recommended().get(server.url(path)).send().await.unwrap_err();
            assert_eq!(fault(&error).code(), code);
            assert_eq!(server.requests().len() - before, requests);
        }
        if chain.name != "netgiro" {
            let stream =
                reqwest::Body::wrap_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("x")]));
            // The script reads no chunks, so it answers at once.
            let error = chain.recommended().post(server.url("/loop")).body(stream).send().await.unwrap_err();
            assert_eq!(fault(&error).code(), "redirect-stream-body");
        }
    }
}
