//! What explanations show, to people and to programs.

use countersign::Scheme;
use countersign::explain::{Change, Explained, Explanation, explain, explain_with};
use countersign::netgiro::{self, Netgiro};
use countersign::netvisor::{self, Credentials, Language, Netvisor, TransactionId};
use countersign::random::Randomness;
use countersign::signing::{AuthHeaders, Charset, Encoding, MacKey, SignedText, Source};
use countersign::time::Clock;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::{Error, RequestRef, Signer};
use http::{Request, header};
use serde_json::{Value, json};

fn netgiro(body: &'static str) -> Explanation {
    let provider = Netgiro::new("app-key", "secret-key").unwrap();
    let request = Request::post("https://api.netgiro.is/v1/checkout?x=1").body(body).unwrap();
    let stamp = netgiro::Stamp::with_nonce("42").unwrap();
    explain_with(&provider, &RequestRef::from_http(&request).unwrap(), stamp).unwrap()
}

fn netvisor() -> Explanation {
    netvisor_with("")
}

fn netvisor_with(body: &'static str) -> Explanation {
    let provider = Netvisor::new(Credentials {
        sender: "Käse €".into(),
        customer_id: "FI_1".into(),
        customer_key: "customer-key".into(),
        partner_id: "Acm_1".into(),
        partner_key: "partner-key".into(),
        organisation_id: "1234567-8".into(),
    })
    .unwrap();
    let request = Request::post("https://integration.netvisor.fi/customerlist.nv").body(body).unwrap();
    let id = TransactionId::new("id-1").unwrap();
    let stamp = netvisor::Stamp::given("2024-01-15 12:00:00", 1_705_312_800, id, Language::Fi).unwrap();
    explain_with(&provider, &RequestRef::from_http(&request).unwrap(), stamp).unwrap()
}

fn unleashed() -> Explanation {
    let provider = Unleashed::new("api-id", "api-key").unwrap().client_type("acme/stock").unwrap();
    let request = Request::get("https://api.unleashedsoftware.com/Customers?name=%C3%A4")
        .header(header::ACCEPT, "application/xml")
        .header("x-mine", "untouched")
        .body(())
        .unwrap();
    explain(&provider, &RequestRef::from_http(&request).unwrap()).unwrap()
}

fn vizion() -> Explanation {
    let request = Request::get("https://prod.vizionapi.com/references").body(()).unwrap();
    explain(&Vizion::new("api-key").unwrap(), &RequestRef::from_http(&request).unwrap()).unwrap()
}

/// Netvisor's signature does not cover the body.
#[test]
fn a_part_with_the_bytes_of_the_body_keeps_the_source_that_is_stated() {
    let explanation = netvisor_with("FI");
    let language = explanation.segments().iter().find(|segment| segment.name() == "language").unwrap();
    assert_eq!(language.source(), Source::Setting);
}

#[test]
fn people_read_aligned_lines_with_secrets_masked() {
    let cases = [
        (netgiro("{\"a\":\t\"\u{1b}[31m\u{202e}'\"}"), NETGIRO),
        (netvisor(), NETVISOR),
        (unleashed(), UNLEASHED),
        (vizion(), VIZION),
    ];
    for (explanation, expected) in cases {
        assert_eq!(explanation.to_string(), expected.trim_start());
    }
}

const NETGIRO: &str = r#"
netgiro: SHA-256 in lower-case hex, over 68 bytes
signed text
  secret_key  credential              UTF-8     10  (secret, 10 bytes, fingerprint 8242)
  nonce       drawn for this message  UTF-8      2  "42"
  url         request URL             UTF-8     38  "https://api.netgiro.is/v1/checkout?x=1"
  body        body                    bytes     18  "{\"a\":\t\"\u{1b}[31m\u{202e}'\"}"
headers
  netgiro_appkey     "app-key"
  netgiro_nonce      "42"
  netgiro_signature  (secret, 64 bytes, fingerprint 8ae1)"#;

const NETVISOR: &str = r#"
netvisor: HMAC-SHA256 in lower-case hex, over 133 bytes
signed text, joined by "&"
  url              request URL             ISO-8859-15     47  "https://integration.netvisor.fi/customerlist.nv"
  sender           setting                 ISO-8859-15      6  "Käse €"
  customer_id      credential              ISO-8859-15      4  "FI_1"
  timestamp        clock                   ISO-8859-15     19  "2024-01-15 12:00:00"
  language         setting                 ISO-8859-15      2  "FI"
  organisation_id  credential              ISO-8859-15      9  "1234567-8"
  transaction_id   drawn for this message  ISO-8859-15      4  "id-1"
  timestamp_unix   clock                   ISO-8859-15     10  "1705312800"
  customer_key     credential              ISO-8859-15     12  (secret, 12 bytes, fingerprint c4cd)
  partner_key      credential              ISO-8859-15     11  (secret, 11 bytes, fingerprint 36a2)
key of the MAC, joined by "&"
  customer_key  credential  ISO-8859-15     12  (secret, 12 bytes, fingerprint c4cd)
  partner_key   credential  ISO-8859-15     11  (secret, 11 bytes, fingerprint 36a2)
headers
  content-type                                           "text/plain"
  x-netvisor-authentication-customerid                   "FI_1"
  x-netvisor-authentication-mac                          (secret, 64 bytes, fingerprint 6bae)
  x-netvisor-authentication-machashcalculationalgorithm  "HMACSHA256"
  x-netvisor-authentication-partnerid                    "Acm_1"
  x-netvisor-authentication-sender                       "Käse €"
  x-netvisor-authentication-timestamp                    "2024-01-15 12:00:00"
  x-netvisor-authentication-timestampunix                "1705312800"
  x-netvisor-authentication-transactionid                "id-1"
  x-netvisor-authentication-usehttpresponsestatuscodes   "1"
  x-netvisor-interface-language                          "FI"
  x-netvisor-organisation-id                             "1234567-8""#;

const UNLEASHED: &str = r#"
unleashed: HMAC-SHA256 in base64, over 7 bytes
signed text
  query  query of the request URL  UTF-8      7  "name=ä"
key of the MAC
  api_key  credential  UTF-8      7  (secret, 7 bytes, fingerprint 937f)
headers
  api-auth-id         "api-id"
  api-auth-signature  (secret, 44 bytes, fingerprint 1919)
  client-type         "acme/stock"
  content-type        "application/json""#;

const VIZION: &str = r#"
vizion: no signature
headers
  x-api-key  (secret, 7 bytes, fingerprint 937f)"#;

#[test]
fn a_long_value_is_cut_for_people_and_whole_for_programs() {
    let long: &'static str = "x".repeat(1000).leak();
    let explanation = netgiro(long);
    assert!(explanation.to_string().contains("\" and 800 more characters"));
    assert!(serde_json::to_string(&explanation).unwrap().contains(long));
}

#[test]
fn programs_read_json() {
    let json = serde_json::to_value(netgiro("{}")).unwrap();
    assert_eq!(json["provider"], "netgiro");
    assert_eq!(json["mac"], json!({"algorithm": "SHA-256", "encoding": "lower-case hex"}));
    let segments = json["signed_text"].as_array().unwrap();
    let names: Vec<_> = segments.iter().map(|segment| segment["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["secret_key", "nonce", "url", "body"]);
    let fingerprint = &segments[0]["fingerprint"];
    assert_eq!(fingerprint.as_str().map(str::len), Some(4));
    assert_eq!(
        segments[0],
        json!({
            "name": "secret_key", "kind": "secret", "source": "credential", "charset": "UTF-8",
            "length": 10, "fingerprint": fingerprint,
        })
    );
    assert_eq!(
        segments[3],
        json!({
            "name": "body", "kind": "public", "source": "body", "charset": "bytes",
            "length": 2, "text": "{}", "hex": "7b7d",
        })
    );
    assert_eq!(
        json["headers"][0],
        json!({"name": "netgiro_appkey", "length": 7, "text": "app-key", "hex": "6170702d6b6579"})
    );
    assert_eq!(json["headers"][2]["text"], Value::Null);
}

#[test]
fn latin_9_is_read_as_such() {
    let explanation = netvisor();
    let sender = explanation.segments().iter().find(|segment| segment.name() == "sender").unwrap();
    assert_eq!((sender.charset(), sender.value().bytes()), (Charset::Latin9, Some(&b"K\xe4se \xa4"[..])));
    assert_eq!(sender.value().to_string(), "\"Käse €\"");
    let header = explanation.headers().iter().find(|header| header.name().ends_with("-sender")).unwrap();
    assert_eq!(header.value().to_string(), "\"Käse €\"");
}

#[test]
fn two_explanations_are_compared_segment_by_segment() {
    assert_eq!(netgiro("{}").diff(&netgiro("{}")), []);
    let differences = netgiro("{\"a\":1}").diff(&netgiro("{\"a\": 1}"));
    assert_eq!(differences.len(), 1);
    let change = Change::Bytes { position: Some(5), left_length: 7, right_length: 8 };
    assert_eq!((differences[0].name.as_str(), &differences[0].change), ("body", &change));
    assert_eq!(differences[0].to_string(), "body: differs from byte 5 on (7 and 8 bytes)");

    let other_key = Unleashed::new("api-id", "other-key").unwrap();
    let request = Request::get("https://api.unleashedsoftware.com/Customers?name=%C3%A4").body(()).unwrap();
    let other = explain(&other_key, &RequestRef::from_http(&request).unwrap()).unwrap();
    let differences: Vec<_> = unleashed().diff(&other).iter().map(ToString::to_string).collect();
    assert_eq!(differences, ["api_key: another secret (7 and 9 bytes)"]);

    let changes = netgiro("").diff(&unleashed());
    let names: Vec<_> = changes.iter().map(|difference| difference.name.as_str()).collect();
    assert_eq!(names, ["mac", "secret_key", "nonce", "url", "body", "query", "api_key"]);
}

#[test]
fn equal_secrets_have_equal_fingerprints_and_lengths_show() {
    let fingerprint = |key: &str| {
        let provider = Unleashed::new("api-id", key).unwrap();
        let request = Request::get("https://api.unleashedsoftware.com/Customers").body(()).unwrap();
        let explanation = explain(&provider, &RequestRef::from_http(&request).unwrap()).unwrap();
        explanation.mac_key()[0].value().to_string()
    };
    assert_eq!(fingerprint("one key"), fingerprint("one key"));
    assert_ne!(fingerprint("one key"), fingerprint("one kez"));
}

#[test]
fn what_would_not_be_signed_is_not_explained() {
    let provider = Unleashed::new("api-id", "api-key").unwrap();
    let elsewhere = Request::get("https://example.com/?a=1").body(()).unwrap();
    let error = explain(&provider, &RequestRef::from_http(&elsewhere).unwrap()).unwrap_err();
    assert_eq!((error.code(), error.provider()), ("origin-not-allowed", Some("unleashed")));
}

/// A provider that states as little as it may.
#[derive(Clone)]
struct Custom(MacKey);

impl Scheme for Custom {
    type Stamp = ();
    fn name(&self) -> &str {
        "custom"
    }
    fn stamp(&self, _: &RequestRef<'_>, _: &dyn Clock, _: &dyn Randomness) -> Result<(), Error> {
        Ok(())
    }
    fn mac(&self) -> Option<&MacKey> {
        Some(&self.0)
    }
    fn signed_text(&self, request: &RequestRef<'_>, (): &(), text: &mut SignedText<'_>) -> Result<(), Error> {
        text.public("method", request.method().as_str().as_bytes());
        Ok(())
    }
    fn headers(&self, (): &(), headers: &mut AuthHeaders<'_>) {
        headers.set(header::AUTHORIZATION, http::HeaderValue::from_static("Bearer canary"));
    }
}

impl Explained for Custom {}

#[test]
fn a_provider_of_ones_own_is_explained_and_its_unmarked_headers_are_masked() {
    let mac = MacKey::hmac_sha256(b"key", Encoding::Base64).unwrap();
    let provider = Signer::of(Custom(mac), ["https://example.com"]).unwrap();
    let request = Request::get("https://example.com/").body(()).unwrap();
    let explanation = explain(&provider, &RequestRef::from_http(&request).unwrap()).unwrap();
    assert!(explanation.to_string().contains("\"GET\"") && !explanation.to_string().contains("canary"));
    let diagnosis =
        countersign::diagnose::diagnose(&provider, &RequestRef::from_http(&request).unwrap(), (), "00");
    assert_eq!(diagnosis.unwrap().code(), "signature-malformed");
}
