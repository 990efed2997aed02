//! E7: no signature is shown under a misspelt name, and no key in another spelling.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use countersign_sandbox::{Credentials, Sandbox, Vendor};
use http::{HeaderName, Request};

use crate::support::{last, send, signed_for, signed_with};

const NAMES: [(Vendor, &str); 3] = [
    (Vendor::Netvisor, "x-netvisor-authentication-mac"),
    (Vendor::Netgiro, "netgiro_signature"),
    (Vendor::Unleashed, "api-auth-signature"),
];

/// All that is shown of the exchanges.
async fn shown(sandbox: &Sandbox) -> String {
    let client = countersign::client_builder().build().unwrap();
    let page = client.get(sandbox.inspector_url()).send().await.unwrap().text().await.unwrap();
    let exchanges = sandbox.exchanges();
    let headers: Vec<_> = exchanges.iter().map(|exchange| exchange.headers().collect::<Vec<_>>()).collect();
    let explanations: Vec<_> = exchanges.iter().filter_map(|exchange| exchange.explanation()).collect();
    let segments: String = explanations.iter().map(ToString::to_string).collect();
    format!("{page} {exchanges:?} {headers:?} {explanations:?} {segments}")
}

/// As text, and as the bytes of the hex view.
fn assert_hidden(shown: &str, text: &str, what: &str) {
    assert!(!shown.contains(text), "{what}: {text} is in {shown}");
    for window in text.as_bytes().windows(8) {
        let bytes: Vec<_> = window.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!shown.contains(&bytes.join(" ")), "{what}: {text} is in the hex view of {shown}");
    }
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// As it is, and with the escapes of JSON or of a query.
fn escaped(text: &str) -> Vec<String> {
    vec![
        text.to_owned(),
        text.replace('/', "\\/"),
        text.replace('/', "\\u002f").replace('+', "\\u002B"),
        text.replace('/', "%2f").replace('+', "%2B"),
        percent(text),
        percent(&percent(text)),
    ]
}

/// Escaped, and encoded once more.
fn spellings(text: &str) -> Vec<String> {
    let encoded = [hex::encode(text), STANDARD.encode(text), URL_SAFE.encode(text)];
    escaped(text).into_iter().chain(encoded).collect()
}

/// Without what of base64 is shared with what stands around: that may be left.
fn inside(text: &str) -> String {
    let text = text.trim_end_matches('=');
    text[1..text.len() - 2].to_owned()
}

/// A request that is accepted, with `text` in its path, its query, its body and a header.
fn with_everywhere(sandbox: &Sandbox, vendor: Vendor, text: &str) -> Request<&'static str> {
    let target = format!("/list/{text}?signature={text}&b=c").replace('\\', "%5C");
    let body = format!("{{\"signature\":\"{text}\"}}").leak();
    with_header(signed_with(sandbox, vendor, &target, body), "x-signature", &format!("Bearer {text}"))
}

fn with_header(mut request: Request<&'static str>, name: &'static str, value: &str) -> Request<&'static str> {
    request.headers_mut().insert(HeaderName::from_static(name), value.try_into().unwrap());
    request
}

#[tokio::test]
async fn a_signature_is_shown_under_no_name_and_in_no_spelling() {
    for (vendor, name) in NAMES {
        let sandbox = Sandbox::start().await.unwrap();
        let mut misspelt = signed_for(&sandbox, vendor, "/list?a=b");
        let signature = misspelt.headers_mut().remove(name).unwrap();
        let signature = signature.to_str().unwrap();
        // The one that the sandbox expects, sent under another name.
        for text in spellings(signature) {
            send(with_header(misspelt.clone(), "x-signature", &text)).await;
        }
        // One that is right for another request.
        for text in escaped(signature) {
            send(with_everywhere(&sandbox, vendor, &text)).await;
        }
        let shown = shown(&sandbox).await;
        for text in spellings(signature) {
            assert_hidden(&shown, &inside(&text), vendor.name());
        }
    }
}

/// It is the same for every request without a query, for ever.
#[tokio::test]
async fn unleashed_s_signature_of_no_query_is_shown_nowhere() {
    let sandbox = Sandbox::start().await.unwrap();
    let eternal =
        signed_for(&sandbox, Vendor::Unleashed, "/Customers").headers()["api-auth-signature"].clone();
    let eternal = eternal.to_str().unwrap();
    for vendor in Vendor::ALL {
        for name in ["api-auth-signatur", "etag", "digest"] {
            let request = signed_for(&sandbox, vendor, &format!("/a?sig={eternal}"));
            send(with_header(request, name, eternal)).await;
        }
    }
    assert_hidden(&shown(&sandbox).await, &inside(eternal), "eternal");
}

/// Made with real credentials, it may be right at the vendor's.
#[tokio::test]
async fn a_signature_of_somebody_else_is_hidden_too_but_for_headers_that_have_digests() {
    for foreign in [hex::encode([0xa7; 32]), STANDARD.encode([0xfb; 32]), URL_SAFE.encode([0xfb; 32])] {
        let sandbox = Sandbox::start().await.unwrap();
        for text in escaped(&foreign) {
            send(with_everywhere(&sandbox, Vendor::Netgiro, &text)).await;
        }
        assert_hidden(&shown(&sandbox).await, &inside(&foreign), "foreign");

        let digest = format!("SHA-256={foreign}");
        send(with_header(signed_for(&sandbox, Vendor::Netgiro, "/list"), "digest", &digest)).await;
        let exchange = last(&sandbox);
        assert_eq!(exchange.headers().find(|(name, _)| *name == "digest").unwrap().1, digest);
    }
}

#[tokio::test]
async fn a_key_is_hidden_in_every_spelling() {
    let key = "a/b+c/d=e+f";
    for vendor in Vendor::ALL {
        let mut credentials = Credentials::demo();
        credentials.vizion.api_key = key.into();
        let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
        for text in spellings(key) {
            send(with_everywhere(&sandbox, vendor, &text)).await;
        }
        let shown = shown(&sandbox).await;
        for text in spellings(key) {
            assert_hidden(&shown, &inside(&text), vendor.name());
        }
    }
}

#[tokio::test]
async fn a_key_that_signs_nothing_is_hidden_too() {
    let (first, second) = ("first-of-two-webhook-keys", "second-of-two-webhook-keys");
    let credentials = Credentials::from_variables(|name| {
        (name == "VIZION_WEBHOOK_KEYS").then(|| format!("hmac-key-1={first}, hmac-key-2={second}"))
    })
    .unwrap();
    let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
    for key in [first, second] {
        for text in spellings(key) {
            send(with_everywhere(&sandbox, Vendor::Unleashed, &text)).await;
        }
        let shown = shown(&sandbox).await;
        for text in spellings(key) {
            assert_hidden(&shown, &inside(&text), key);
        }
    }
}

/// It arrives there in lower case.
#[tokio::test]
async fn a_key_in_the_name_of_a_header_is_hidden_on_the_page() {
    let mut credentials = Credentials::demo();
    credentials.vizion.api_key = "Key-With-Capitals".into();
    let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
    send(with_header(signed_for(&sandbox, Vendor::Netgiro, "/a"), "key-with-capitals", "1")).await;
    let client = countersign::client_builder().build().unwrap();
    let page = client.get(sandbox.inspector_url()).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("key-with-capitals"), "{page}");
}
