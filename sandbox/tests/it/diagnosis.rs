//! Why a request was refused: told in the answer, and kept in the record.

use countersign::SignedForm;
use countersign::explain::Value;
use countersign_sandbox::{Credentials, Sandbox, Vendor};
use http::HeaderValue;

use crate::support::{client, client_of, last, send, signed, url_of};

async fn told(sandbox: &Sandbox, vendor: Vendor, spoil: impl FnOnce(&mut http::HeaderMap)) -> String {
    let mut request = signed(sandbox, vendor);
    spoil(request.headers_mut());
    let response = send(request).await;
    response.headers()["x-countersign-diagnosis"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_known_mistake_is_told_by_code_and_sentence() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, client, code, told) in [
        (
            Vendor::Netvisor,
            client(sandbox.netvisor().signed_form(SignedForm::Decoded)),
            "query-decoded",
            "query-decoded; The URL or query was signed with its percent-encoding undone.",
        ),
        (
            Vendor::Unleashed,
            client(sandbox.unleashed().signed_form(SignedForm::AsSent)),
            "query-not-decoded",
            "query-not-decoded; The URL or query was signed as it is sent, without its percent-encoding undone.",
        ),
    ] {
        let url = format!("{}/list?mail=a%40b", url_of(&sandbox, vendor));
        let response = client.get(url).send().await.unwrap();
        assert_eq!(response.headers()["x-countersign-diagnosis"], told, "{vendor}");
        assert_eq!(last(&sandbox).diagnosis().unwrap().code(), code);
    }
}

#[tokio::test]
async fn a_refusal_before_the_signature_is_told_by_its_own_code() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, name) in [
        (Vendor::Netvisor, "x-netvisor-authentication-customerid"),
        (Vendor::Netgiro, "netgiro_appkey"),
        (Vendor::Unleashed, "api-auth-id"),
    ] {
        let told = told(&sandbox, vendor, |headers| drop(headers.remove(name))).await;
        assert_eq!(told, format!("header-missing; the header {name} is missing."));
        assert!(last(&sandbox).explanation().is_none() && last(&sandbox).diagnosis().is_none());
    }
}

#[tokio::test]
async fn what_is_no_signature_at_all_is_told_too() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, name) in [
        (Vendor::Netvisor, "x-netvisor-authentication-mac"),
        (Vendor::Netgiro, "netgiro_signature"),
        (Vendor::Unleashed, "api-auth-signature"),
    ] {
        for value in [&b"short"[..], b"", "ä".as_bytes(), b"\xff\x80"] {
            let value = HeaderValue::from_bytes(value).unwrap();
            let told = told(&sandbox, vendor, |headers| drop(headers.insert(name, value))).await;
            assert!(told.starts_with("signature-malformed; "), "{vendor}: {told}");
            assert!(told.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{told}");
        }
    }
}

/// As `explain` has it, and no vendor says otherwise.
#[tokio::test]
async fn a_signature_in_upper_case_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, name) in
        [(Vendor::Netvisor, "x-netvisor-authentication-mac"), (Vendor::Netgiro, "netgiro_signature")]
    {
        let told = told(&sandbox, vendor, |headers| {
            let value = headers[name].to_str().unwrap().to_uppercase();
            headers.insert(name, value.parse().unwrap());
        });
        assert!(told.await.starts_with("hex-upper-case; "), "{vendor}");
    }
}

/// The longest search: no mistake is found at all.
#[tokio::test]
async fn another_key_is_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut credentials = Credentials::demo().netvisor;
    credentials.partner_key = "another-key".into();
    let provider = countersign::netvisor::Netvisor::new(credentials).unwrap();
    let client = client(provider.allow_origin(sandbox.netvisor_url()).unwrap());
    let response = client.get(format!("{}/list?a=1&b=%40", sandbox.netvisor_url())).send().await.unwrap();
    let told = response.headers()["x-countersign-diagnosis"].to_str().unwrap();
    assert!(told.starts_with("unexplained; "), "{told}");
}

#[tokio::test]
async fn the_record_explains_what_is_signed_with_secrets_masked() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, names) in [
        (Vendor::Netvisor, &["customer_key", "partner_key"][..]),
        (Vendor::Netgiro, &["secret_key"]),
        (Vendor::Unleashed, &[]),
    ] {
        let response = client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).send().await.unwrap();
        assert!(response.headers().get("x-countersign-diagnosis").is_none(), "{vendor}");
        let exchange = last(&sandbox);
        let segments = exchange.explanation().unwrap().segments();
        let masked = segments.iter().filter(|segment| matches!(segment.value(), Value::Masked { .. }));
        assert!(
            masked.map(countersign::explain::ExplainedSegment::name).eq(names.iter().copied()),
            "{vendor}"
        );
    }
    client_of(&sandbox, Vendor::Vizion).get(sandbox.vizion_url()).send().await.unwrap();
    assert!(last(&sandbox).explanation().is_none(), "Vizion signs nothing");
    let numbers: Vec<_> = sandbox.exchanges().iter().map(countersign_sandbox::Exchange::number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}
