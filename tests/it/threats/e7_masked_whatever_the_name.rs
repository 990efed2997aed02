//! E7: an explanation shows no signature under another name, and no key in another spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::RequestRef;
use countersign::explain::{Transcript, explain};
use countersign::redact::Secrets;
use countersign::signing::{Encoding, MacKey};
use http::{HeaderMap, Request};

use crate::support::chains::{UNLEASHED_KEY, unleashed};

const ORIGIN: &str = "https://api.unleashedsoftware.com";

/// What is shown of a request, for people and for programs.
fn shown(target: &str) -> String {
    let request = Request::get(format!("{ORIGIN}{target}")).body(()).unwrap();
    let explanation = explain(&unleashed(), &RequestRef::from_http(&request).unwrap()).unwrap();
    format!("{explanation} {explanation:?} {}", serde_json::to_string(&explanation).unwrap())
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn e7_the_signature_of_no_query_is_shown_under_no_name() {
    let (request, mut headers) =
        (Request::get(format!("{ORIGIN}/Customers")).body(()).unwrap(), HeaderMap::new());
    unleashed().sign(&RequestRef::from_http(&request).unwrap()).unwrap().apply(&mut headers);
    let eternal = headers["api-auth-signature"].to_str().unwrap();
    for text in [eternal.to_owned(), percent(eternal), percent(&percent(eternal)), hex::encode(eternal)] {
        let shown = shown(&format!("/Customers?api-auth-signatur={text}&a=b"));
        assert!(shown.contains("api-auth-signatur=(secret)"), "{shown}");
        assert!(!shown.contains(text.trim_end_matches('=')), "{shown}");
    }
}

#[test]
fn e7_a_key_is_shown_in_no_spelling() {
    let key = UNLEASHED_KEY;
    for text in [
        percent(key),
        percent(&percent(key)),
        hex::encode_upper(key),
        STANDARD.encode(key).trim_end_matches('=').to_owned(),
        // As JSON may have it in a query.
        key.bytes().map(|byte| format!("%5Cu00{byte:02X}")).collect(),
    ] {
        let shown = shown(&format!("/Customers?a={text}&b=c"));
        assert!(shown.contains("(secret)"), "{text}: {shown}");
        assert!(!shown.contains(&text[..text.len() - 2]), "{text}: {shown}");
    }
}

#[test]
fn e7_secrets_of_others_are_hidden_on_request() {
    let key = MacKey::hmac_sha256(b"key of this", Encoding::Base64).unwrap();
    let transcript = Transcript::new("test", &key).text(|text| {
        text.public("body", b"{\"a\":\"key\\/of another\"}");
    });
    assert!(transcript.explain().to_string().contains("of another"));
    let hiding = transcript.hiding(&Secrets::new().hide(b"key/of another"));
    assert!(!hiding.explain().to_string().contains("of another"));
    // Where another text was signed, it shows neither.
    let compared = hiding.compare(b"{\"b\":\"key\\/of another\"}", None).to_string();
    assert!(compared.contains("(secret)") && !compared.contains("of another"), "{compared}");
}
