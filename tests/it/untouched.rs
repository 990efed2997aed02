//! A request that cannot be signed stays as it was, and goes nowhere.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::Scheme;
use countersign::Signer;
use countersign::fault::Kind;
use countersign::netvisor::MacAlgorithm;
use countersign::random::Randomness;
use countersign::{Error, SignedForm};
use http::{HeaderMap, Request, header};
use reqwest_middleware::ClientBuilder;

use crate::support::client;
use crate::support::fault::TestFault;
use crate::support::recorder::Recorder;
use crate::support::subjects::{netgiro, netvisor, unleashed};

/// Signs, sees it fail, and compares the request before and after.
fn fails<S: Scheme>(provider: &Signer<S>, url: &str, headers: &HeaderMap) -> Error {
    let mut request = Request::get(url).body("body").unwrap();
    *request.headers_mut() = headers.clone();
    let error = provider.sign_http(&mut request).unwrap_err();
    assert_eq!(request.headers(), headers, "{url}");
    assert_eq!((request.uri().to_string(), *request.body()), (url.to_owned(), "body"));
    assert_eq!(error.provider(), Some(provider.name()), "{url}");
    error
}

/// Headers that signing would have replaced.
fn users_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for name in ["netgiro_nonce", "x-netvisor-authentication-mac", "api-auth-signature", "x-other"] {
        headers.append(name, "users-1".parse().unwrap());
        headers.append(name, "users-2".parse().unwrap());
    }
    headers
}

#[test]
fn urls_that_are_refused_leave_the_request_alone() {
    let cases = [
        ("https://other.example/", "origin-not-allowed"),
        ("https://api.netgiro.is.other.example/", "origin-not-allowed"),
        ("https://api.netgiro.is:444/", "origin-not-allowed"),
        ("http://api.netgiro.is/", "plain-http"),
        ("https://user@api.netgiro.is/", "user-info-in-url"),
        ("https://user:password@api.netgiro.is/", "user-info-in-url"),
        ("https://api.netgiro.is/a/../b", "url-not-normalised"),
        ("https://api.netgiro.is/%2e%2e/b", "url-not-normalised"),
        ("/only/a/path", "url-not-absolute"),
    ];
    for (url, code) in cases {
        assert_eq!(fails(&netgiro(), url, &users_headers()).code(), code, "{url}");
    }
    // A query that would have been changed before it is signed.
    let url = "https://other.example/?name=a+b";
    assert_eq!(fails(&unleashed(), url, &users_headers()).code(), "origin-not-allowed");
}

#[test]
fn clocks_and_random_sources_that_fail_leave_the_request_alone() {
    let url = "https://integration.netvisor.fi/customerlist.nv";
    let at = |time: SystemTime| netvisor(MacAlgorithm::HmacSha256).clock(move || time);
    let year_10_000 = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    assert_eq!(fails(&at(year_10_000), url, &users_headers()).code(), "clock-out-of-range");
    let netgiro = netgiro().clock(move || year_10_000);
    assert_eq!(fails(&netgiro, "https://api.netgiro.is/", &users_headers()).code(), "clock-out-of-range");
    let without_randomness = at(UNIX_EPOCH).randomness(Exhausted);
    assert_eq!(fails(&without_randomness, url, &users_headers()).code(), "exhausted");
}

/// A source of randomness that has none to give.
struct Exhausted;

impl Randomness for Exhausted {
    fn fill(&self, _: &mut [u8]) -> Result<(), Error> {
        Err(Error::new(TestFault("exhausted")))
    }
}

#[test]
fn what_iso_8859_15_lacks_leaves_the_request_alone() {
    let decoded = netvisor(MacAlgorithm::HmacSha256).signed_form(SignedForm::Decoded);
    for query in ["%E6%BC%A2", "%FF", "%C2%A4"] {
        let url = format!("https://integration.netvisor.fi/customerlist.nv?keyword={query}");
        assert_eq!(fails(&decoded, &url, &users_headers()).code(), "url-unmappable-character");
    }
}

#[test]
fn media_types_that_unleashed_does_not_speak_leave_the_request_alone() {
    let wrong: [&[&str]; 8] = [
        &["text/html"],
        &["*/*"],
        &["application/*"],
        &["application/jsonp"],
        &["application/json, application/xml"],
        &["application/json", "application/xml"],
        &["application/json", "application/json"],
        &[""],
    ];
    for name in [header::ACCEPT, header::CONTENT_TYPE] {
        for values in wrong {
            let mut headers = users_headers();
            for value in values {
                headers.append(&name, value.parse().unwrap());
            }
            let error = fails(&unleashed(), "https://api.unleashedsoftware.com/Customers", &headers);
            assert_eq!((error.code(), error.kind()), ("unsupported-media-type", Kind::Signing), "{values:?}");
            assert!(error.to_string().contains(name.as_str()), "{error}");
        }
    }
}

#[test]
fn media_types_that_unleashed_speaks_are_kept() {
    let provider = unleashed();
    for value in ["application/json", "application/xml", "application/json; charset=utf-8"] {
        let mut request = Request::get("https://api.unleashedsoftware.com/Customers")
            .header(header::ACCEPT, value)
            .header(header::CONTENT_TYPE, value)
            .body("")
            .unwrap();
        provider.sign_http(&mut request).unwrap();
        for name in [header::ACCEPT, header::CONTENT_TYPE] {
            assert_eq!(request.headers()[name], value);
        }
    }
}

#[tokio::test]
async fn middleware_behind_the_signer_never_sees_what_was_refused() {
    let (outside, inside) = (Recorder::default(), Recorder::default());
    let client =
        ClientBuilder::new(client()).with(outside.clone()).with(unleashed()).with(inside.clone()).build();
    for (url, accept) in [
        ("https://other.example/", "application/json"),
        ("https://api.unleashedsoftware.com/Customers", "text/html"),
    ] {
        client.get(url).header(header::ACCEPT, accept).send().await.unwrap_err();
    }
    assert_eq!((outside.requests().len(), inside.requests().len()), (2, 0));
}
