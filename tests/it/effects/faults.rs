//! What each fault says of itself.

use std::time::{Duration, UNIX_EPOCH};

use countersign::Effect::{self, Done, None, Unknown};
use countersign::fault::{Code, Kind};
use countersign::netgiro::{ApiResponse, ReplyFault, SimpleResponse};
use countersign::netvisor::{Language, ResponseStatus};
use countersign::{Error, RequestRef, SignedForm, codes, netgiro, unleashed, vizion};
use http::{Extensions, HeaderMap, Method, Request, StatusCode};
use serde::de::IgnoredAny;

use crate::support::chains;
use crate::support::fault::TestFault;

/// The fields of one call.
#[derive(Debug, serde::Deserialize)]
struct Cart {
    #[serde(rename = "TransactionId")]
    _transaction_id: String,
}

fn check(expected: Effect, errors: impl IntoIterator<Item = Error>) {
    let mut checked = 0;
    for error in errors {
        assert_eq!(error.effect(), expected, "{error:#}");
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn what_was_never_sent_has_had_none() {
    let get = |uri: &str| Request::get(uri).header("accept", "text/html").body(()).unwrap();
    let unsigned = |uri: &str| RequestRef::from_http(&get(uri)).err();
    let (url, headers, extensions) = ("https://h/".parse().unwrap(), HeaderMap::new(), Extensions::new());
    let stream = RequestRef::new(&Method::POST, &url, &headers, &extensions, b"").with_stream();
    let year_10_000 = || UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    let at_netvisor = || get("https://integration.netvisor.fi/a?b=%E6%BC%A2");
    let refused = [
        unsigned("/a"),
        unsigned("https://H/"),
        stream.body().err(),
        chains::unleashed().sign_http(&mut get("https://api.unleashedsoftware.com/")).err(),
        chains::unleashed().sign_http(&mut get("https://elsewhere.example/")).err(),
        chains::unleashed().sign_http(&mut get("http://api.unleashedsoftware.com/")).err(),
        chains::netvisor().clock(year_10_000).sign_http(&mut at_netvisor()).err(),
        chains::netvisor().signed_form(SignedForm::Decoded).sign_http(&mut at_netvisor()).err(),
        chains::unleashed().allow_origin("example").err(),
        netgiro::webhook::Verifier::builder("example").err(),
        vizion::webhook::Keys::new().with("id", "1").and_then(|keys| keys.with("id", "2")).err(),
        vizion::Vizion::new("").err(),
        vizion::Vizion::from_variables(|_| Option::None).err(),
        "XX".parse::<Language>().err(),
    ];
    check(None, refused.map(|error| error.expect("each is refused")));
}

#[test]
fn a_reply_that_does_not_verify_says_nothing() {
    check(
        Unknown,
        [
            ReplyFault::SignatureMissing,
            ReplyFault::NonceMissing,
            ReplyFault::DuplicateHeader,
            ReplyFault::SignatureMalformed,
            ReplyFault::NonceMalformed,
            ReplyFault::Reflected,
            ReplyFault::Mismatch,
            ReplyFault::NotUtf8,
            ReplyFault::NotOneDocument,
            ReplyFault::Replayed,
            ReplyFault::TooLong,
        ]
        .map(Error::new),
    );
}

#[test]
fn a_no_of_netgiros_has_had_none_where_its_code_rules_it_out() {
    let failed = |code: i32| {
        let reply = format!(r#"{{"Success":false,"ResultCode":{code}}}"#);
        ApiResponse::<IgnoredAny>::from_slice(reply.as_bytes()).unwrap_err()
    };
    check(None, [10302, 10304, 10305, 10306, 10307, 10422, 10423, 10424, 10427].map(failed));
    // A code of an error inside, of a payment that has been done or may yet be, and one that the vendor's list lacks.
    check(Unknown, [200, 400, 500, 10200, 10201, 10202, 10203, 10425, 10426, 10428, 10429, 7].map(failed));
}

#[test]
fn a_yes_of_netgiros_that_cannot_be_read_further_was_done() {
    let read = |reply: &[u8]| ApiResponse::<Cart>::from_slice(reply).unwrap_err();
    check(Done, [&br#"{"Success":true,"ResultCode":200}"#[..]].map(read));
    check(Unknown, [&b"{}"[..], b"", b"<html>", br#"{"Success":true}"#].map(read));
    check(Unknown, [SimpleResponse::from_slice(b"{}").unwrap_err()]);
}

#[test]
fn a_no_of_netvisors_has_had_none_unless_an_earlier_attempt_or_a_breakdown_may_be_behind_it() {
    let failed = |code: &str| {
        let reply = format!(
            "<Root><ResponseStatus><Status>FAILED</Status><Status>{code}</Status></ResponseStatus></Root>"
        );
        match ResponseStatus::from_slice(reply.as_bytes()).unwrap() {
            Some(ResponseStatus::Failed(failure)) => Error::new(failure),
            other => panic!("{other:?}"),
        }
    };
    check(
        None,
        [
            "AUTHENTICATION_FAILED :: no",
            "INVALID_DATA :: no",
            "INVALID_DATA_SIZE :: no",
            "PERIOD_LOCK :: no",
            "SERVICE_ACCESS_ERROR :: no",
            "SYSTEM_MAINTANANCE :: later",
            "SYSTEM_MAINTENANCE :: later",
        ]
        .map(failed),
    );
    check(
        Unknown,
        ["REQUEST_NOT_UNIQUE :: no", "DUPLICATE_DATA :: no", "TECHNICAL_ERROR :: no", "NEW :: no", ""]
            .map(failed),
    );
    check(Unknown, ResponseStatus::from_slice(b"<Root>").err());
}

#[tokio::test]
async fn an_error_status_has_had_none_unless_it_may_be_a_gateways_or_about_an_earlier_attempt() {
    let answered = async |status: u16| {
        let reply = http::Response::builder().status(status).body("").unwrap();
        unleashed::error_for_status(reply.into()).await.unwrap_err()
    };
    for status in [400, 401, 403, 404, 405, 413, 422, 429] {
        check(None, [answered(status).await]);
    }
    for status in [408, 409, 500, 501, 502, 503, 504, 599] {
        check(Unknown, [answered(status).await]);
    }
    for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
        check(None, vizion::refusal(status));
    }
}

#[test]
fn a_delivery_that_is_refused_reaches_no_handler_but_an_earlier_copy_may_have() {
    let effects = |code: &str| -> Vec<Effect> {
        codes::errors().filter(|(listed, _)| listed.name == code).map(|(listed, _)| listed.effect).collect()
    };
    for code in [
        "webhook-body-too-long",
        "webhook-body-unreadable",
        "webhook-header-missing",
        "webhook-key-unknown",
        "webhook-too-old",
        "webhook-signature-mismatch",
        "webhook-store-unreachable",
    ] {
        assert_eq!(effects(code), [None], "{code}");
    }
    assert_eq!(effects("webhook-replayed"), [Unknown]);
}

/// A fault of a kind, which says nothing more.
#[derive(Debug, thiserror::Error)]
#[error("of a kind")]
struct OfKind(Kind);

impl countersign::fault::Fault for OfKind {
    fn code(&self) -> Code {
        Code::new("of-kind", self.0, "None.")
    }
}

#[test]
fn a_fault_of_ones_own_says_by_default_what_its_kind_implies() {
    let of_kind = |kind| Error::new(OfKind(kind));
    check(None, [Kind::Configuration, Kind::Signing, Kind::Refused].map(of_kind));
    check(Unknown, [Kind::Scope, Kind::Verification, Kind::Unreadable].map(of_kind));
    check(None, [Error::new(TestFault("mine"))]);
}
