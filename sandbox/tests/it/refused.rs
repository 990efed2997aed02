//! What is refused, and how it is answered.

use std::time::Duration;

use chrono::{DateTime, Utc};
use countersign::netgiro::{Netgiro, SentRequest, SimpleResponse};
use countersign::netvisor::{
    FailureCode, Language, MacAlgorithm, Netvisor, ResponseStatus, Stamp, TransactionId, read_status,
};
use countersign::time::{Clock as _, SystemClock};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::{Error, RequestRef};
use countersign_sandbox::{Credentials, Fault, Refusal, Sandbox, Vendor};
use http::{HeaderValue, Request};

use crate::support::{client, last, last_refusal, send, send_raw, signed, url_of};

/// Every header that a vendor insists on.
const REQUIRED: [(Vendor, &[&str]); 4] = [
    (
        Vendor::Netvisor,
        &[
            "x-netvisor-authentication-sender",
            "x-netvisor-authentication-customerid",
            "x-netvisor-authentication-partnerid",
            "x-netvisor-authentication-timestamp",
            "x-netvisor-authentication-timestampunix",
            "x-netvisor-authentication-transactionid",
            "x-netvisor-authentication-mac",
            "x-netvisor-authentication-machashcalculationalgorithm",
            "x-netvisor-authentication-usehttpresponsestatuscodes",
            "x-netvisor-interface-language",
            "x-netvisor-organisation-id",
        ],
    ),
    (Vendor::Netgiro, &["netgiro_appkey", "netgiro_nonce", "netgiro_signature"]),
    (Vendor::Unleashed, &["accept", "content-type", "api-auth-id", "api-auth-signature"]),
    (Vendor::Vizion, &["x-api-key"]),
];

fn required() -> impl Iterator<Item = (Vendor, &'static str)> {
    REQUIRED.iter().flat_map(|(vendor, names)| names.iter().map(|name| (*vendor, *name)))
}

#[tokio::test]
async fn a_required_header_that_is_missing_empty_or_there_twice_is_refused_by_name() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, name) in required() {
        let mut request = signed(&sandbox, vendor);
        let value = request.headers_mut().remove(name).unwrap();
        // reqwest adds an `accept` of its own, so that a missing one is one that is no media type of Unleashed's.
        let missing = match name {
            "accept" => Refusal::HeaderMalformed(name),
            "x-netvisor-authentication-machashcalculationalgorithm" => Refusal::Algorithm,
            "x-api-key" => Refusal::Unsigned(&["x-api-key"]),
            _ => Refusal::HeaderMissing(name),
        };
        send(request).await;
        assert_eq!(last_refusal(&sandbox), Some(missing), "{vendor}");

        let mut request = signed(&sandbox, vendor);
        request.headers_mut().append(name, value);
        send(request).await;
        assert_eq!(last_refusal(&sandbox), Some(Refusal::HeaderRepeated(name)), "{vendor}");

        // What is not looked into may be empty: whether statuses are wanted.
        if !name.ends_with("usehttpresponsestatuscodes") {
            let mut request = signed(&sandbox, vendor);
            request.headers_mut().insert(name, HeaderValue::from_static(""));
            send(request).await;
            assert!(last_refusal(&sandbox).is_some(), "{vendor} {name}");
        }
    }
}

#[tokio::test]
async fn what_is_signed_cannot_be_changed() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in [Vendor::Netvisor, Vendor::Netgiro, Vendor::Unleashed] {
        let mut request = signed(&sandbox, vendor);
        *request.uri_mut() = request.uri().to_string().replace("page=1", "page=2").parse().unwrap();
        send(request).await;
        assert_eq!(last_refusal(&sandbox), Some(Refusal::SignatureMismatch), "{vendor}");
    }
    let mut request = signed(&sandbox, Vendor::Netgiro);
    *request.body_mut() = r#"{"Amount":9000}"#;
    send(request).await;
    assert_eq!(last_refusal(&sandbox), Some(Refusal::SignatureMismatch));
}

#[tokio::test]
async fn md5_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let name = "x-netvisor-authentication-machashcalculationalgorithm";
    for algorithm in ["MD5", "sha256", ""] {
        let mut request = signed(&sandbox, Vendor::Netvisor);
        request.headers_mut().insert(name, HeaderValue::from_static(algorithm));
        send(request).await;
        assert_eq!(last_refusal(&sandbox), Some(Refusal::Algorithm), "{algorithm:?}");
    }
}

/// The signature is right each time: it covers the timestamps, whatever they say.
#[tokio::test]
async fn netvisor_refuses_timestamps_that_it_does_not_ask_for_as_it_refuses_a_wrong_key() {
    let sandbox = Sandbox::builder().netvisor_time_window(None).start().await.unwrap();
    for (text, unix, code) in [
        ("2024-01-15 10:00:00", 1_705_312_800, None),
        ("2024-01-15 10:00:00.000", 1_705_312_800, None),
        ("2024-01-15 10:00:00", 1_705_312_800_000, Some("milliseconds-for-seconds")),
        // As independent clients' known MACs have it: local time beside seconds.
        ("2024-01-15 12:00:00.000", 1_705_312_800, None),
        ("2024-01-15T10:00:00Z", 1_705_312_800, Some("timestamp-format")),
    ] {
        let response = send(stamped(&sandbox, &sandbox.netvisor(), text, unix)).await;
        assert_eq!(last_refusal(&sandbox).map(|refusal| refusal.code()), code, "{text} {unix}");
        let Some(code) = code else { continue };
        let told = response.headers()["x-countersign-diagnosis"].to_str().unwrap();
        assert!(told.starts_with(&format!("{code}; ")), "{told}");
        let body = response.text().await.unwrap();
        assert!(body.contains("AUTHENTICATION_FAILED :: "), "{body}");
    }
}

/// A request to Netvisor, signed with these times.
fn stamped(sandbox: &Sandbox, provider: &Netvisor, text: &str, unix: i64) -> Request<&'static str> {
    let mut request = Request::get(format!("{}/list", sandbox.netvisor_url())).body("").unwrap();
    let stamp = Stamp::given(text, unix, TransactionId::random().unwrap(), Language::Fi).unwrap();
    let unsigned = request.clone();
    let outgoing = RequestRef::from_http(&unsigned).unwrap();
    provider.sign_with(&outgoing, stamp).unwrap().apply(request.headers_mut());
    request
}

/// The signature is right each time. With SHA-256 there is one time, and nothing public says that the vendor looks at it.
#[tokio::test]
async fn netvisor_refuses_times_that_disagree_or_are_not_now() {
    let wide = Duration::from_secs(20 * 60);
    for (window, minutes_off, seconds_apart, code) in [
        (None, 0, 0, None),
        (None, 9, 1, None),
        (None, -9, -1, None),
        (None, 0, 2, Some("times-disagree")),
        (None, 0, 2 * 3600, Some("times-disagree")),
        (None, 11, 0, Some("outside-time-window")),
        (None, -11, 0, Some("outside-time-window")),
        (Some(wide), 11, 0, None),
        (Some(wide), 21, 0, Some("outside-time-window")),
    ] {
        let builder = Sandbox::builder();
        let builder = match window {
            Some(window) => builder.netvisor_time_window(window),
            None => builder,
        };
        let sandbox = builder.start().await.unwrap();
        let moment = DateTime::<Utc>::from(SystemClock.now()) + chrono::TimeDelta::minutes(minutes_off);
        let text =
            (moment + chrono::TimeDelta::seconds(seconds_apart)).format("%Y-%m-%d %H:%M:%S").to_string();
        let response = send(stamped(&sandbox, &sandbox.netvisor(), &text, moment.timestamp())).await;
        assert_eq!(
            last_refusal(&sandbox).map(|refusal| refusal.code()),
            code,
            "{minutes_off} {seconds_apart}"
        );
        assert_eq!(response.status(), if code.is_some() { 401 } else { 200 });
        let older = sandbox.netvisor().algorithm(MacAlgorithm::Sha256);
        send(stamped(&sandbox, &older, &text, moment.timestamp())).await;
        assert_eq!(last_refusal(&sandbox), None, "{minutes_off} {seconds_apart}");
    }
}

#[tokio::test]
async fn netvisor_fails_with_the_status_of_the_code_where_statuses_are_asked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    for (code, status) in [
        ("INVALID_DATA", 400),
        ("PERIOD_LOCK", 400),
        ("AUTHENTICATION_FAILED", 401),
        ("SERVICE_ACCESS_ERROR", 403),
        ("SYSTEM_MAINTANANCE", 500),
        ("TECHNICAL_ERROR", 500),
    ] {
        sandbox.inject(Fault::Failed(code.into()));
        // With HMAC-SHA256 the library asks for statuses, with SHA-256 it does not.
        for (algorithm, status) in [(MacAlgorithm::HmacSha256, status), (MacAlgorithm::Sha256, 200)] {
            let client = client(sandbox.netvisor().algorithm(algorithm));
            let response = client.get(sandbox.netvisor_url()).send().await.unwrap();
            assert_eq!(response.status(), status, "{code}");
            let Some(ResponseStatus::Failed(failure)) = read_status(response).await.unwrap().0 else {
                panic!()
            };
            assert_eq!(failure.code, FailureCode::from(code));
        }
        let response = client(sandbox.vizion()).get(sandbox.vizion_url()).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

/// Asked by the header alone, whatever the algorithm is.
#[tokio::test]
async fn netvisor_gives_a_status_to_whoever_asks_for_one_with_the_header() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.inject(Fault::Failed(FailureCode::ServiceAccessError));
    let client = client(sandbox.netvisor().algorithm(MacAlgorithm::Sha256));
    for (asked, status) in [("1", 403), ("0", 200), ("", 200)] {
        let request = client
            .get(sandbox.netvisor_url())
            .header("x-netvisor-authentication-usehttpresponsestatuscodes", asked);
        assert_eq!(request.send().await.unwrap().status(), status, "{asked:?}");
    }
}

#[tokio::test]
async fn netvisor_refuses_a_wrong_key_with_a_status_only_when_asked_to() {
    let sandbox = Sandbox::start().await.unwrap();
    // With HMAC-SHA256 the library asks for statuses, with SHA-256 it does not.
    for (algorithm, status) in [(MacAlgorithm::HmacSha256, 401), (MacAlgorithm::Sha256, 200)] {
        let mut credentials = Credentials::demo().netvisor;
        credentials.partner_key = "another-key".into();
        let provider = Netvisor::new(credentials).unwrap().algorithm(algorithm);
        let client = client(provider.allow_origin(sandbox.netvisor_url()).unwrap());
        let response = client.get(sandbox.netvisor_url()).send().await.unwrap();
        assert_eq!(response.status(), status, "{algorithm:?}");
        let Some(ResponseStatus::Failed(failure)) = read_status(response).await.unwrap().0 else { panic!() };
        assert_eq!(failure.code, FailureCode::AuthenticationFailed);
        assert_eq!(last_refusal(&sandbox), Some(Refusal::SignatureMismatch));
    }
}

#[tokio::test]
async fn netgiro_refuses_a_wrong_key_in_a_reply_that_such_a_key_cannot_verify() {
    let sandbox = Sandbox::start().await.unwrap();
    let app_key = Credentials::demo().netgiro.app_key;
    let provider = Netgiro::new(app_key, "another-key").unwrap().allow_origin(sandbox.netgiro_url()).unwrap();
    let error = client(provider).get(sandbox.netgiro_url()).send().await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().code(), "reply-signature-mismatch");
    assert_eq!(last_refusal(&sandbox), Some(Refusal::SignatureMismatch));
}

#[tokio::test]
async fn unleashed_refuses_a_wrong_key_with_a_bare_403() {
    let sandbox = Sandbox::start().await.unwrap();
    let api_id = Credentials::demo().unleashed.api_id;
    let provider = Unleashed::new(api_id, "another-key").unwrap();
    let client = client(provider.allow_origin(sandbox.unleashed_url()).unwrap());
    let response = client.get(sandbox.unleashed_url()).send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.bytes().await.unwrap(), "");
    assert_eq!(last_refusal(&sandbox), Some(Refusal::SignatureMismatch));
}

#[tokio::test]
async fn vizion_refuses_a_key_without_permission_with_401_and_no_key_with_403() {
    let sandbox = Sandbox::start().await.unwrap();
    let restricted = Credentials::demo().vizion.restricted_api_key;
    for (key, status, code) in
        [(restricted, 401, "no-permission"), ("another-key".into(), 403, "unknown-account")]
    {
        let provider = Vizion::new(key).unwrap().allow_origin(sandbox.vizion_url()).unwrap();
        let response = client(provider).get(sandbox.vizion_url()).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(last_refusal(&sandbox).unwrap().code(), code);
    }
}

#[tokio::test]
async fn an_account_of_somebody_else_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, name) in [
        (Vendor::Netvisor, "x-netvisor-authentication-customerid"),
        (Vendor::Netvisor, "x-netvisor-authentication-partnerid"),
        (Vendor::Netvisor, "x-netvisor-organisation-id"),
        (Vendor::Netgiro, "netgiro_appkey"),
        (Vendor::Unleashed, "api-auth-id"),
    ] {
        let mut request = signed(&sandbox, vendor);
        request.headers_mut().insert(name, HeaderValue::from_static("somebody-else"));
        send(request).await;
        assert_eq!(last_refusal(&sandbox), Some(Refusal::UnknownAccount(name)), "{vendor}");
    }
}

#[tokio::test]
async fn a_transaction_id_is_used_up_by_the_first_honest_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = TransactionId::new("stable").unwrap();
    let mut forged = signed(&sandbox, Vendor::Netvisor);
    forged
        .headers_mut()
        .insert("x-netvisor-authentication-transactionid", HeaderValue::from_static("stable"));
    send(forged).await;
    assert_eq!(last_refusal(&sandbox), Some(Refusal::SignatureMismatch));

    let client = client(sandbox.netvisor().fail_on_failed());
    let write = || client.post(sandbox.netvisor_url()).with_extension(id.clone()).send();
    assert!(write().await.unwrap().text().await.unwrap().contains("<InsertedDataIdentifier>1<"));
    let error = write().await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().code(), "netvisor-request-not-unique");
    assert_eq!(last(&sandbox).status(), 400);
}

#[tokio::test]
async fn a_repeated_nonce_is_refused_in_a_signed_reply() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = signed(&sandbox, Vendor::Netgiro);
    let sent = SentRequest::new(&RequestRef::from_http(&request).unwrap());
    for refused in [false, true] {
        let response = send(request.clone()).await;
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap();
        let reply = sandbox.netgiro().verify_reply(&sent, &headers, &body).unwrap();
        assert!(reply.reference_id().is_some());
        let simple = SimpleResponse::from_slice(&body).unwrap();
        assert_eq!(
            (simple.success, i32::from(simple.result_code)),
            if refused { (false, 400) } else { (true, 200) }
        );
    }
    assert_eq!(last_refusal(&sandbox), Some(Refusal::Repeated("netgiro_nonce")));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_without_being_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = vec![b'a'; 1024 * 1024 + 1];
    let response = client(sandbox.vizion()).post(sandbox.vizion_url()).body(body).send().await.unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(last_refusal(&sandbox), Some(Refusal::Body));
    assert!(last(&sandbox).body().is_empty());
}

#[tokio::test]
async fn a_request_that_names_no_host_or_no_url_is_refused_by_each() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = "x-api-key: sandbox-vizion-key-7b3e";
    for host in ["", "host:\r\n", "host: a b\r\n"] {
        for vendor in Vendor::ALL {
            let request = format!("GET /list HTTP/1.1\r\n{host}{key}\r\nconnection: close\r\n\r\n");
            assert!(send_raw(url_of(&sandbox, vendor), &request).await.starts_with("HTTP/1.1 421 "));
            assert_eq!(last_refusal(&sandbox), Some(Refusal::ForeignHost), "{vendor} {host:?}");
        }
    }
    for vendor in Vendor::ALL {
        let (_, host) = url_of(&sandbox, vendor).split_once("//").unwrap();
        let request = format!("OPTIONS * HTTP/1.1\r\nhost: {host}\r\n{key}\r\nconnection: close\r\n\r\n");
        assert!(send_raw(url_of(&sandbox, vendor), &request).await.starts_with("HTTP/1.1 "));
        assert_eq!(last_refusal(&sandbox), Some(Refusal::UrlMalformed), "{vendor}");
    }
}
