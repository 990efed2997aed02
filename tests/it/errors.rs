//! Errors are found under whatever wraps them, say what to do, and keep quiet about what was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use countersign::fault::Kind;
use countersign::netgiro::ApiResponse;
use countersign::netvisor::{MacAlgorithm, ResponseStatus};
use countersign::{Error, RequestRef, netgiro, netvisor, unleashed, vizion};
use http::{Extensions, HeaderMap, Method, Request, StatusCode};
use reqwest_middleware::{ClientBuilder, Middleware};
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_retry::{RetryError, RetryTransientMiddleware};

use crate::support::fault::{TestFault, assert_says_what_to_do};
use crate::support::raw_server::{RawServer, answer};
use crate::support::server::Answer;
use crate::support::{client, subjects};

const CANARY: &str = "c4n4ry";

/// Sends a request to `server` whose path, query and fragment must not show in an error.
async fn send(server: &RawServer, middleware: impl Middleware) -> reqwest_middleware::Error {
    let url = format!("{}/{CANARY}?name={CANARY}&{CANARY}=1#{CANARY}", server.origin());
    ClientBuilder::new(client()).with(middleware).build().post(url).body(CANARY).send().await.unwrap_err()
}

/// An error of each kind, as a caller of the middleware gets it.
async fn one_of_each() -> Vec<(Kind, &'static str, reqwest_middleware::Error)> {
    let elsewhere = format!("https://other.example/{CANARY}");
    let redirect = RawServer::answering(Answer::redirect(302, &elsewhere)).await;
    let failed = "<Root><ResponseStatus><Status>FAILED</Status><Status>INVALID_DATA :: no</Status></ResponseStatus></Root>";
    let failed = RawServer::answering(Answer::new(200, failed).header("netgiro_referenceid", "ref-1")).await;
    let netvisor = || subjects::netvisor(MacAlgorithm::HmacSha256).allow_origin(&failed.origin()).unwrap();
    let year_10_000 = || UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    vec![
        (Kind::Scope, "origin-not-allowed", send(&failed, subjects::unleashed()).await),
        (Kind::Scope, "redirect-cross-origin", {
            let vizion = subjects::vizion().allow_origin(&redirect.origin()).unwrap();
            send(&redirect, vizion.follow_redirects(1)).await
        }),
        (Kind::Signing, "clock-out-of-range", send(&failed, netvisor().clock(year_10_000)).await),
        (Kind::Refused, "netvisor-failed", send(&failed, netvisor().fail_on_failed()).await),
        (Kind::Verification, "reply-signature-missing", {
            let netgiro = subjects::netgiro().allow_origin(&failed.origin()).unwrap();
            send(&failed, netgiro).await
        }),
    ]
}

fn retrying() -> RetryTransientMiddleware<ExponentialBackoff> {
    let at_once = Duration::from_millis(1);
    RetryTransientMiddleware::new_with_policy(
        ExponentialBackoff::builder().retry_bounds(at_once, at_once).build_with_max_retries(2),
    )
}

#[tokio::test]
async fn each_error_is_found_and_belongs_to_one_kind() {
    for (kind, code, error) in one_of_each().await {
        let found = Error::find(&error).unwrap_or_else(|| panic!("{code} in {error:?}"));
        assert_eq!(found.code(), code);
        assert!(found.provider().is_some(), "{code}");
        assert!(error.to_string().ends_with(&format!("{found:#}")), "{error}");
        check_kind(found, kind);

        let wrapped = anyhow::Error::new(error).context("inner").context("outer");
        assert_eq!(Error::find(wrapped.as_ref()).unwrap().code(), code);
    }
}

#[test]
fn an_error_outside_the_middleware_belongs_to_one_kind_too() {
    let forbidden = StatusCode::FORBIDDEN;
    check_kind(&vizion::Vizion::new("").unwrap_err(), Kind::Configuration);
    check_kind(&vizion::refusal(forbidden).unwrap(), Kind::Refused);
    check_kind(&unleashed::refusal(forbidden, &"https://h/?a=1".parse().unwrap()).unwrap(), Kind::Refused);
    // A payment may have been made although its answer cannot be read.
    check_kind(&ApiResponse::<Cart>::from_slice(br#"{"Success":true}"#).unwrap_err(), Kind::Unreadable);
    check_kind(&ResponseStatus::from_slice(b"<Root>").unwrap_err(), Kind::Unreadable);
}

/// The fields of one call.
#[derive(Debug, serde::Deserialize)]
struct Cart {
    #[serde(rename = "TransactionId")]
    _transaction_id: String,
}

fn check_kind(error: &Error, kind: Kind) {
    assert_eq!(error.kind(), kind, "{error}");
}

#[tokio::test]
async fn an_error_is_found_through_a_retry_layer() {
    let server = RawServer::answering(Answer::new(200, "{}")).await;
    let netgiro = subjects::netgiro().allow_origin(&server.origin()).unwrap();
    let client = ClientBuilder::new(client()).with(retrying()).with(netgiro).build();
    let error = client.get(server.origin()).send().await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().code(), "reply-signature-missing");
    assert_eq!(server.take_requests().len(), 1, "a forged reply is nothing to try again");
}

#[tokio::test]
async fn an_error_is_found_through_a_retry_layer_that_has_tried_again() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let server = RawServer::start(move |_, mut stream| {
        let is_first = attempts.fetch_add(1, Ordering::Relaxed) == 0;
        // The first connection is closed without an answer.
        async move {
            if !is_first {
                answer(&mut stream, Answer::new(200, "{}")).await;
            }
        }
    })
    .await;
    let netgiro = subjects::netgiro().allow_origin(&server.origin()).unwrap();
    let client = ClientBuilder::new(client()).with(retrying()).with(netgiro).build();
    let error = client.get(server.origin()).send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(inner) = &error else { panic!("{error:?}") };
    assert!(matches!(inner.downcast_ref(), Some(RetryError::WithRetries { retries: 1, .. })), "{error:?}");
    assert_eq!(Error::find(&error).unwrap().code(), "reply-signature-missing");
    assert_eq!(server.take_requests().len(), 2);
}

#[test]
fn errors_of_others_are_not_taken_for_ours() {
    assert!(Error::find(&std::fmt::Error).is_none());
    assert!(Error::find(anyhow::anyhow!("[origin-not-allowed]").as_ref()).is_none());
}

#[tokio::test]
async fn the_alternate_form_adds_code_and_next_step() {
    for (_, code, error) in one_of_each().await {
        let found = Error::find(&error).unwrap();
        let (short, long) = (found.to_string(), format!("{found:#}"));
        assert_eq!(long, format!("{short} [{code}]. {}", found.next_step()));
        assert!(short.starts_with(&format!("{}: ", found.provider().unwrap())), "{short}");
        assert!(!short.contains(code) && found.next_step().ends_with('.'), "{long}");
    }
}

#[tokio::test]
async fn no_error_prints_path_query_fragment_body_or_keys() {
    for (_, code, error) in one_of_each().await {
        let texts = format!("{error}\n{error:#}\n{error:?}\n{error:#?}");
        for secret in [
            CANARY,
            subjects::SECRET_KEY,
            subjects::CUSTOMER_KEY,
            subjects::PARTNER_KEY,
            subjects::API_KEY,
            subjects::VIZION_KEY,
        ] {
            assert!(!texts.contains(secret), "{code}: {secret} in {texts}");
        }
    }
}

#[tokio::test]
async fn a_verification_error_carries_the_reference_id() {
    let errors = one_of_each().await;
    let (_, _, error) = errors.iter().find(|(kind, _, _)| *kind == Kind::Verification).unwrap();
    let error = Error::find(error).unwrap();
    assert_eq!(error.reference_id(), Some("ref-1"));
    assert!(error.to_string().contains("ref-1"));
}

/// One error of each kind that takes no reply.
fn one_of_each_kind() -> Vec<Error> {
    let http = |uri: &str| Request::get(uri).header("accept", "text/html").body(()).unwrap();
    let from_http = |uri: &str| RequestRef::from_http(&http(uri)).err();
    let url = "https://h/".parse().unwrap();
    let (headers, extensions) = (HeaderMap::new(), Extensions::new());
    let stream = RequestRef::new(&Method::POST, &url, &headers, &extensions, b"").with_stream();
    let mut html = http("https://api.unleashedsoftware.com/Customers");
    let mut elsewhere = http("https://other.example/");
    let keys = |n: usize| {
        let secrets = (0..n).map(|n| format!("an example secret {n}"));
        secrets.fold(vizion::webhook::Keys::new(), |keys, secret| keys.with("id", secret).unwrap())
    };
    let mut errors: Vec<_> = [
        from_http("/a"),
        from_http("https://H/"),
        stream.body().err(),
        netgiro::SimpleResponse::from_slice(b"{}").err(),
        netgiro::webhook::Verifier::builder("example").err(),
        keys(3).with("id", "an example secret").err(),
        keys(0).with("id", "15 bytes, short").err(),
        "XX".parse::<netvisor::Language>().err(),
        netvisor::ResponseStatus::from_slice(b"<Root>").err(),
        subjects::unleashed().sign_http(&mut html).err(),
        subjects::unleashed().sign_http(&mut elsewhere).err(),
        subjects::unleashed().allow_origin("example").err(),
        vizion::Vizion::new("").err(),
        vizion::Vizion::new(" padded ").err(),
    ]
    .map(|error| error.expect("each is refused"))
    .into();
    for status in [400, 401, 403, 404, 429, 500].map(|status| StatusCode::from_u16(status).unwrap()) {
        errors.extend(vizion::refusal(status));
        errors.extend(unleashed::refusal(status, &"https://h/?a=1".parse().unwrap()));
    }
    assert!(errors.len() > 15, "each API refuses in a way of its own");
    errors
}

#[test]
fn each_error_says_in_a_sentence_what_to_do() {
    one_of_each_kind().iter().for_each(assert_says_what_to_do);
}

#[test]
fn a_source_is_kept_and_a_fault_comes_back_as_its_type() {
    let error = Error::new(TestFault("mine")).with_source(std::fmt::Error).with_note("noticed");
    assert!(
        error.fault::<TestFault>().is_some() && error.fault::<countersign::netvisor::Failure>().is_none()
    );
    assert!(std::error::Error::source(&error).unwrap().is::<std::fmt::Error>());
    assert_eq!(format!("{error:#}"), "a test's own fault; noticed [mine]. None.");
    assert_eq!(error.in_provider("first").in_provider("second").provider(), Some("first"));
}
