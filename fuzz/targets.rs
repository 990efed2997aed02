//! What the fuzzer runs, and `tests/it/fuzz_corpus.rs` over the corpus. Each panics when something does not hold.

use countersign::netgiro::{Netgiro, SentRequest};
use countersign::netvisor::{Credentials, Netvisor, ResponseStatus};
use countersign::unleashed::Unleashed;
use countersign::{Outgoing, Provider, SignedForm, sign, sign_http};
use http::{Extensions, HeaderMap, HeaderValue, Method};
use sha2::{Digest as _, Sha256};
use url::Url;

const SECRET: &str = "secret";
const URL: &str = "https://api.netgiro.is/v1/sales?a=1";

/// Lines of nonce and signature, then the body. What verifies has the vendor's signature, is UTF-8, and verifies once;
/// no input, signed honestly, breaks that.
pub(crate) fn reply_verification(input: &[u8]) {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (nonce, given, body) = (next(), next(), next());
    let expected = hex::encode(Sha256::digest([SECRET.as_bytes(), nonce, URL.as_bytes(), body].concat()));

    let netgiro = Netgiro::new("app", SECRET).unwrap();
    let sent = {
        let mut request = http::Request::get(URL).body(()).unwrap();
        sign_http(&netgiro, &mut request).unwrap();
        SentRequest::new(&Outgoing::from_http(&request).unwrap())
    };
    let verifies = |signature: &[u8]| {
        let mut headers = HeaderMap::new();
        headers.insert("netgiro_nonce", HeaderValue::from_bytes(nonce).ok()?);
        headers.insert("netgiro_signature", HeaderValue::from_bytes(signature).ok()?);
        netgiro.verify_reply(&sent, &headers, body).ok()
    };
    if verifies(given).is_some() {
        assert!(given.eq_ignore_ascii_case(expected.as_bytes()) && std::str::from_utf8(body).is_ok());
        assert!(verifies(given).is_none(), "a replay");
    } else if verifies(expected.as_bytes()).is_some() {
        assert!(std::str::from_utf8(body).is_ok());
        assert!(verifies(expected.as_bytes()).is_none(), "a replay");
    }
}

/// A status that was found is found again whatever follows it.
pub(crate) fn response_status(input: &[u8]) {
    if let Ok(Some(status)) = ResponseStatus::from_xml(input) {
        let longer = [input, b"<<&\xff"].concat();
        assert_eq!(ResponseStatus::from_xml(&longer).unwrap(), Some(status));
    }
}

/// Any URL can be signed or is refused with an error, and what is signed is what would be sent.
pub(crate) fn url_to_signed_text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(request) = http::Request::get(text).body(())
        && let Ok(outgoing) = Outgoing::from_http(&request)
    {
        assert_eq!(outgoing.url().path(), request.uri().path());
        assert_eq!(outgoing.query_as_sent(), request.uri().query().unwrap_or_default());
    }
    let Ok(url) = Url::parse("https://isvapi.netvisor.fi/").unwrap().join(text) else { return };
    for form in [SignedForm::AsSent, SignedForm::Decoded] {
        sign_url(&netvisor("Acme").unwrap().signed_form(form), &url);
        sign_url(&Unleashed::new("id", "key", "a/b").unwrap().signed_form(form), &url);
    }
    sign_url(&Netgiro::new("app", SECRET).unwrap(), &url);
}

fn sign_url(provider: &impl Provider, url: &Url) {
    let (none, extensions) = (HeaderMap::new(), Extensions::new());
    let outgoing = Outgoing::new(&Method::GET, url, &none, &extensions, b"");
    let without_fragment = url.as_str().split('#').next().unwrap_or_default();
    assert_eq!(outgoing.url_as_sent(), without_fragment);
    let in_scope = provider.scope().check(url).is_ok();
    let signed = sign(provider, &outgoing);
    assert!(in_scope || signed.is_err());
}

/// A text is refused, or goes out as the bytes that ISO-8859-15 has for it, none of which ends a field.
pub(crate) fn charset(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(netvisor) = netvisor(text) else { return };
    let mut request = http::Request::get("https://isvapi.netvisor.fi/").body(()).unwrap();
    sign_http(&netvisor, &mut request).unwrap();
    let sent = request.headers()["x-netvisor-authentication-sender"].as_bytes();
    let (decoded, _, _) = encoding_rs::ISO_8859_15.decode(sent);
    assert_eq!(decoded, text);
    assert!(!sent.iter().any(|byte| *byte == b'&' || byte.is_ascii_control()));
}

fn netvisor(sender: &str) -> Result<Netvisor, countersign::Error> {
    Netvisor::new(Credentials {
        sender: sender.to_owned(),
        customer_id: "FI_1".to_owned(),
        customer_key: "customer-key".into(),
        partner_id: "Acm_1".to_owned(),
        partner_key: "partner-key".into(),
        organisation_id: "1234567-8".to_owned(),
    })
}
