//! C2: a request to an origin that the credentials do not belong to is not sent, or not signed.

use countersign::Scheme;
use countersign::Signer;
use countersign::fault::Kind;
use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::vizion::Vizion;
use countersign::{Error, Unsigned};
use http::Method;

use crate::support::chains::{self, Setup, fault, netvisor};
use crate::support::netgiro::{APP_KEY, SECRET};
use crate::support::server::{Answer, Server};

#[tokio::test]
async fn c2_another_origin_is_refused_before_a_connection_is_made() {
    let home = Server::start(|_, _| Answer::new(200, "")).await;
    let elsewhere = Server::start_on("127.0.0.2", |_, _| Answer::new(200, "")).await;
    let other_port = Server::start(|_, _| Answer::new(200, "")).await;
    let others = [
        elsewhere.origin().to_owned(),
        other_port.origin().to_owned(),
        home.origin().replace("127.0.0.1", "localhost"),
        home.origin().replace("http:", "https:"),
    ];
    for chain in chains::all(home.origin()) {
        for origin in &others {
            let error = chain.recommended().post(format!("{origin}/x")).body("b").send().await.unwrap_err();
            let error = fault(&error);
            assert_eq!((error.code(), error.provider()), ("origin-not-allowed", Some(chain.name)));
            assert!(error.to_string().contains(origin.as_str()), "{error}");
        }
    }
    assert_eq!([&home, &elsewhere, &other_port].map(Server::connections), [0; 3]);
}

#[tokio::test]
async fn c2_what_is_passed_on_carries_nothing_of_ours() {
    let server = Server::start(|_, _| Answer::new(200, "as it is")).await;
    let passing = chains::set_up(Setup { pass_other_origins: true, ..Setup::default() });
    let signing = chains::all(server.origin());
    for chain in passing {
        let response = chain.recommended().get(server.url("/passed")).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "as it is");
    }
    for chain in signing {
        let request = chain.recommended().get(server.url("/unsigned")).with_extension(Unsigned);
        assert_eq!(request.send().await.unwrap().text().await.unwrap(), "as it is");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 8);
    for (request, chain) in requests.iter().zip(chains::all(server.origin()).iter().cycle()) {
        assert_eq!(chain.count(request), 0, "{} {}", chain.name, request.target);
    }
}

#[tokio::test]
async fn c2_an_allowed_host_is_not_passed_on_in_clear_or_by_another_spelling() {
    let server = Server::start(|_, _| Answer::new(200, "")).await;
    let port = server.port();
    let origins = ["https://a.example", "https://a.example:8443", &format!("https://127.0.0.1:{port}")];
    let chains = chains::set_up(Setup { origins: &origins, pass_other_origins: true, ..Setup::default() });
    let refused = [
        ("http://a.example/", "plain-http"),
        ("http://A.example:8080/", "plain-http"),
        ("http://a.example:443/", "plain-http"),
        ("http://a.example./", "plain-http"),
        ("https://a.example./", "origin-not-allowed"),
        ("https://a.example.:8443/", "origin-not-allowed"),
        ("ftp://a.example/", "origin-not-allowed"),
        ("https://user@a.example/", "user-info-in-url"),
        ("https://:secret@other.example/", "user-info-in-url"),
        (&server.url("/"), "origin-not-allowed"),
    ];
    for chain in chains {
        for (url, code) in refused {
            // Not by reqwest's builder, which moves a user name to a header.
            let request = reqwest::Request::new(Method::POST, url.parse().unwrap());
            let error = chain.recommended().execute(request).await.unwrap_err();
            assert_eq!((fault(&error).code(), fault(&error).provider()), (code, Some(chain.name)), "{url}");
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn c2_other_services_are_passed_on_also_beside_an_allowed_one() {
    let server = Server::start(|_, _| Answer::new(200, "as it is")).await;
    let others = [
        ("http://127.0.0.1:1", server.url("/another-port")),
        ("https://localhost", server.url("/another-name")),
        // Nothing answers in TLS there: that the client tried is all that can be seen.
        ("http://127.0.0.1:1", server.url("/").replace("http:", "https:")),
    ];
    for (origin, url) in &others {
        for chain in
            chains::set_up(Setup { origins: &[origin], pass_other_origins: true, ..Setup::default() })
        {
            let before = server.connections();
            let result = chain.recommended().get(url).send().await;
            assert_eq!(result.is_ok(), url.starts_with("http:"), "{url}: {result:?}");
            assert!(server.connections() > before, "{url}");
            if let Ok(response) = result {
                assert!(response.extensions().get::<countersign::netgiro::Reply>().is_none());
            }
        }
    }
    for (request, chain) in server.requests().iter().zip(chains::all(server.origin()).iter().cycle()) {
        assert_eq!(chain.count(request), 0, "{} {}", chain.name, request.target);
    }
}

fn sign(url: &str) -> Result<(), Error> {
    let provider = Netgiro::new(APP_KEY, SECRET).unwrap();
    provider.sign_http(&mut http::Request::get(url).body(()).unwrap())
}

#[test]
fn c2_look_alikes_of_the_vendors_host_are_other_origins() {
    for url in ["https://api.netgiro.is/x", "https://API.netgiro.is:443/x", "https://api.test.netgiro.is/"] {
        sign(url::Url::parse(url).unwrap().as_str()).unwrap();
    }
    let others = [
        ("https://netgiro.is/", "origin-not-allowed"),
        ("https://API.netgiro.is:443/x", "url-not-normalised"),
        ("https://api.netgiro.is./", "origin-not-allowed"),
        ("https://api.netgiro.is.evil.example/", "origin-not-allowed"),
        ("https://x.api.netgiro.is/", "origin-not-allowed"),
        ("https://xapi.netgiro.is/", "origin-not-allowed"),
        ("https://api.netgiro.is:444/", "origin-not-allowed"),
        ("https://evil.example/https://api.netgiro.is/", "origin-not-allowed"),
        ("http://api.netgiro.is:443/", "plain-http"),
        ("http://api.netgiro.is/", "plain-http"),
        ("ftp://api.netgiro.is/", "origin-not-allowed"),
        ("https://api.netgiro.is@evil.example/", "user-info-in-url"),
        ("https://user@api.netgiro.is/", "user-info-in-url"),
        ("https://:secret@api.netgiro.is/", "user-info-in-url"),
    ];
    for (url, code) in others {
        assert_eq!(sign(url).unwrap_err().code(), code, "{url}");
    }
}

#[test]
fn c2_an_allowed_origin_is_an_origin_and_nothing_more() {
    let allow = |origin: &str| Netgiro::new(APP_KEY, SECRET).unwrap().allow_origin(origin).map(drop);
    for origin in ["https://proxy.example", "https://proxy.example:8443/", "http://127.0.0.1:1"] {
        allow(origin).unwrap();
    }
    let bad = [
        "",
        "proxy.example",
        "https://",
        "https://h/path",
        "https://h/?q",
        "https://h/#f",
        "https://u@h",
        "https://:p@h",
        "ftp://h",
        "file:///",
        "data:,x",
        "https://*.h.example/x",
    ];
    for origin in bad {
        assert_eq!(allow(origin).unwrap_err().code(), "invalid-origin", "{origin}");
    }
}

fn code<S: Scheme>(provider: &Signer<S>, url: &str) -> Option<&'static str> {
    provider.sign_http(&mut http::Request::get(url).body(()).unwrap()).err().map(|error| error.code())
}

/// That `narrow` keeps a provider from the hosts `kept_from`, in any spelling and order, and from nothing else.
fn check_narrowed<S: Scheme>(
    new: impl Fn() -> Signer<S>,
    allow: impl Fn(Signer<S>, &str) -> Signer<S>,
    narrow: impl Fn(Signer<S>) -> Signer<S>,
    (kept_from, left): (&[&str], &[&str]),
    advice: &str,
) {
    const OURS: &str = "https://proxy.example";
    for provider in [narrow(new()), narrow(allow(new(), OURS)), allow(narrow(new()), OURS)] {
        for host in kept_from {
            for url in [format!("https://{host}/x"), format!("https://{host}./x"), format!("http://{host}/x")]
            {
                let request = &mut http::Request::get(&url).body(()).unwrap();
                let error = provider.sign_http(request).unwrap_err();
                assert_eq!(
                    (error.code(), error.provider()),
                    ("origin-not-allowed", Some(provider.name())),
                    "{url}"
                );
                assert!(
                    error.kind() == Kind::Scope && error.next_step().contains(advice),
                    "{url}: {}",
                    error.next_step()
                );
                assert!(request.headers().is_empty(), "{url}");
            }
        }
        for host in left {
            assert_eq!(code(&provider, &format!("https://{host}/x")), None, "{host}");
            assert_eq!(code(&provider, &format!("http://{host}/x")), Some("plain-http"), "{host}");
        }
        let is_added = provider.scope().origins().any(|origin| origin == OURS);
        assert_eq!(code(&provider, OURS), (!is_added).then_some("origin-not-allowed"));
        let origins: Vec<_> = provider.scope().origins().filter(|origin| origin != OURS).collect();
        assert_eq!(origins, left.iter().map(|host| format!("https://{host}")).collect::<Vec<_>>());
    }
    // One that is named stays, in either order.
    let named = format!("https://{}", kept_from[0]);
    for provider in [narrow(allow(new(), &named)), allow(narrow(new()), &named)] {
        assert_eq!(code(&provider, &named), None);
    }
}

macro_rules! check_provider {
    ($provider:ty, $new:expr, $production:expr, $test:expr) => {
        let allow = |provider: $provider, origin: &str| provider.allow_origin(origin).unwrap();
        let test_only = <$provider>::test_only;
        check_narrowed(|| $new, allow, test_only, ($production, $test), "leave out `test_only`");
        let production_only = <$provider>::production_only;
        check_narrowed(|| $new, allow, production_only, ($test, $production), "leave out `production_only`");
        assert!($new.test_only().production_only().scope().origins().next().is_none());
    };
}

#[test]
fn c2_test_keys_are_kept_from_production_and_production_keys_from_the_hosts_for_tests() {
    check_provider!(Netvisor, netvisor(), &["integration.netvisor.fi"], &["isvapi.netvisor.fi"]);
    let for_tests = &["api.test.netgiro.is", "test.netgiro.is"];
    check_provider!(Netgiro, Netgiro::new(APP_KEY, SECRET).unwrap(), &["api.netgiro.is"], for_tests);
    check_provider!(Vizion, Vizion::new("key").unwrap(), &["prod.vizionapi.com"], &["demo.vizionapi.com"]);
}

/// A payment that was meant to be signed, with test keys for production.
#[tokio::test]
async fn c2_a_request_to_a_host_that_the_credentials_are_kept_from_is_not_passed_on_either() {
    let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(netvisor().test_only().pass_other_origins_unsigned())
        .build();
    for url in [
        "https://integration.netvisor.fi/x",
        "http://integration.netvisor.fi/x",
        "https://integration.netvisor.fi./x",
    ] {
        let error = client.post(url).body("<Root/>").send().await.unwrap_err();
        assert_eq!(fault(&error).code(), "origin-not-allowed", "{url}");
    }
}
