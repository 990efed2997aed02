//! What the fuzzer runs, and `tests/it/fuzz_corpus.rs` over the corpus. Each panics when something does not hold.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::declared::Declaration;
use countersign::diagnose::{Diagnosis, Outcome};
use countersign::explain::{Explained, Transcript};
use countersign::netgiro::{Netgiro, SentRequest};
use countersign::netvisor::{Credentials, Netvisor, ResponseStatus};
use countersign::random::OsRandomness;
use countersign::signing::{Segment, SignedText};
use countersign::time::SystemClock;
use countersign::unleashed::Unleashed;
use countersign::vizion::webhook::{Keys, Verifier, testing};
use countersign::{RequestRef, SignedForm, Signer};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request};
use sha2::{Digest as _, Sha256};
use url::Url;

const SECRET: &str = "secret";
const CANARY: &str = "canary-of-the-diagnosis";
const DECLARED_CANARY: &str = "canary-of-a-declaration";
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
        netgiro.sign_http(&mut request).unwrap();
        SentRequest::new(&RequestRef::from_http(&request).unwrap())
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
    if let Ok(Some(status)) = ResponseStatus::from_slice(input) {
        let longer = [input, b"<<&\xff"].concat();
        assert_eq!(ResponseStatus::from_slice(&longer).unwrap(), Some(status));
    }
}

/// Any URL can be signed or is refused with an error, and what is signed is what would be sent.
pub(crate) fn url_to_signed_text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(request) = http::Request::get(text).body(())
        && let Ok(outgoing) = RequestRef::from_http(&request)
    {
        assert_eq!(outgoing.url().path(), request.uri().path());
        assert_eq!(outgoing.query_as_sent(), request.uri().query().unwrap_or_default());
    }
    let Ok(url) = Url::parse("https://isvapi.netvisor.fi/").unwrap().join(text) else { return };
    for form in [SignedForm::AsSent, SignedForm::Decoded] {
        sign_url(&netvisor("Acme").unwrap().signed_form(form), &url);
        sign_url(&Unleashed::new("id", "key").unwrap().signed_form(form), &url);
    }
    sign_url(&Netgiro::new("app", SECRET).unwrap(), &url);
}

fn sign_url(provider: &Signer<impl Explained>, url: &Url) {
    let (none, extensions) = (HeaderMap::new(), Extensions::new());
    let outgoing = RequestRef::new(&Method::GET, url, &none, &extensions, b"");
    let without_fragment = url.as_str().split('#').next().unwrap_or_default();
    assert_eq!(outgoing.url_as_sent(), without_fragment);
    let in_scope = provider.scope().check(url).is_ok();
    let signed = provider.sign(&outgoing);
    assert!(in_scope || signed.is_err());
}

/// A text is refused, or goes out as the bytes that ISO-8859-15 has for it, none of which ends a field.
pub(crate) fn charset(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(netvisor) = netvisor(text) else { return };
    let mut request = http::Request::get("https://isvapi.netvisor.fi/").body(()).unwrap();
    netvisor.sign_http(&mut request).unwrap();
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

/// Lines of path and query, and of a signature that somebody sent, then the body. Whatever is said of it, the key and the
/// right signature are not in it; the right signature is known, and what nobody computed is not explained by a mistake.
pub(crate) fn diagnosis(input: &[u8]) {
    (0..3).for_each(|provider| diagnosis_of(provider, input));
}

/// As [`diagnosis`], of one of three providers.
pub(crate) fn diagnosis_of(provider: usize, input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (target, received, body) = (next(), next(), next());
    match provider {
        0 => {
            let netgiro = Netgiro::new("app", CANARY).unwrap();
            diagnose_with(&netgiro, "https://api.netgiro.is/", target, received, body);
        }
        1 => {
            let unleashed = Unleashed::new("id", CANARY).unwrap();
            diagnose_with(&unleashed, "https://api.unleashedsoftware.com/", target, received, body);
        }
        _ => diagnose_with(&netvisor("Acme").unwrap(), "https://isvapi.netvisor.fi/", target, received, body),
    }
}

fn diagnose_with(provider: &Signer<impl Explained>, origin: &str, target: &str, received: &str, body: &str) {
    let Ok(url) = Url::parse(origin).unwrap().join(target) else { return };
    let (none, extensions) = (HeaderMap::new(), Extensions::new());
    let outgoing = RequestRef::new(&Method::POST, &url, &none, &extensions, body.as_bytes());
    let Ok(stamp) = provider.stamp(&outgoing) else { return };
    let right = provider.signature(&outgoing, &stamp).unwrap().unwrap();
    let Ok(transcript) = Transcript::with_stamp(provider, &outgoing, stamp) else { return };
    let said = |diagnosis: Diagnosis| {
        let said = format!("{diagnosis}{diagnosis:?}{}", transcript.explain());
        for hidden in [CANARY, &right.expose_text()] {
            assert!(
                !said.contains(hidden) || [target, received, body].iter().any(|text| text.contains(hidden))
            );
        }
        diagnosis.outcome()
    };
    assert_eq!(said(transcript.diagnose(&right.expose_text())), Outcome::Matches);
    said(transcript.diagnose(received));
    let of_nothing = hex::encode(Sha256::digest([b"by nobody's key", received.as_bytes()].concat()));
    assert_ne!(said(transcript.diagnose(&of_nothing)), Outcome::Reproduced);
    assert_ne!(said(transcript.diagnose_briefly(&of_nothing)), Outcome::Reproduced);
}

const WEBHOOK_URL: &str = "https://hooks.example.com/vizion?a=1";
const EVENT: &[u8] = br#"{"event":"arrived","note":"a b"}"#;

/// Any bytes as Vizion's signature header: nothing is accepted, since no key made a signature; and whatever can be read
/// covers what must be covered.
pub(crate) fn webhook_header(input: &[u8]) {
    let Ok(signature) = HeaderValue::from_bytes(input) else { return };
    let request = Request::post("/vizion?a=1")
        .header("host", "hooks.example.com")
        .header("digest", format!("SHA-256={}", hex::encode(Sha256::digest(EVENT))))
        .header("x-vizion-signature", signature);
    let (parts, ()) = request.body(()).unwrap().into_parts();
    assert!(webhook_verifier().verify(&parts, EVENT, webhook_time()).is_err());

    let mut text = Vec::new();
    let mut keep = |segment: Segment<'_>| text.extend_from_slice(segment.public_bytes().unwrap());
    if webhook_verifier().signed_text(&parts, EVENT, &mut SignedText::new(&mut keep)).is_ok() {
        let text = String::from_utf8(text).unwrap();
        for line in [
            "(request-target): post /vizion?a=1",
            "(created): ",
            "host: hooks.example.com",
            "digest: SHA-256=",
        ] {
            assert_eq!(text.lines().filter(|found| found.starts_with(line)).count(), 1, "{line}");
        }
    }
}

/// An honest delivery with one header or the body replaced by any bytes: nothing but the signed body is handed on. The
/// first byte says what is replaced, the second whether a header is added instead.
pub(crate) fn webhook_verify(input: &[u8]) {
    const HEADERS: [&str; 7] =
        ["x-vizion-signature", "digest", "host", "date", "user-agent", "content-type", "content-length"];
    let [place, append, bytes @ ..] = input else { return };
    let request = testing::sign("hmac-key-1", SECRET, WEBHOOK_URL, EVENT, webhook_time()).unwrap();
    let (mut parts, mut body) = request.into_parts();
    match HEADERS.get(usize::from(*place)) {
        None => body = bytes.to_vec().into(),
        Some(name) => {
            let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
            let name = HeaderName::from_static(name);
            if append % 2 == 1 {
                parts.headers.append(name, value);
            } else {
                parts.headers.insert(name, value);
            }
        }
    }
    if let Ok(verified) = webhook_verifier().verify(&parts, &body, webhook_time()) {
        assert_eq!(&**verified, EVENT);
    }
}

fn webhook_verifier() -> Verifier {
    Verifier::builder_for_any_host()
        .keys(Keys::new().dangerous_short_key("hmac-key-1", SECRET).unwrap())
        .accept_pretty_printed_body()
        .build()
}

fn webhook_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_685_548_865_944)
}

/// Any file is read or refused with a line; what it places holds no secret, and what is received is judged without a panic.
pub(crate) fn declaration(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let declaration = match Declaration::from_toml(text) {
        Ok(declaration) => declaration,
        Err(error) => return assert!(error.to_string().starts_with("line "), "{error}"),
    };
    let report = declaration.check();
    assert_eq!(report.vectors.len(), declaration.vectors().len());
    assert!(report.vectors.iter().all(|vector| vector.tampered_refused || !vector.verified));

    let credentials: Vec<_> = declaration.credentials().collect();
    let value = |name: &str| {
        let (_, is_secret) = credentials.iter().find(|(known, _)| *known == name)?;
        Some(if *is_secret { DECLARED_CANARY } else { "an-id" }.into())
    };
    let Ok(signer) = declaration.with_credentials(value) else { return };
    let scheme = signer.scheme();
    let Ok(stamps) = scheme.draw(&SystemClock, &OsRandomness) else { return };
    let mut message = Request::post("https://api.example.com/p?a=1").body(b"b=2".to_vec()).unwrap();
    if scheme.sign_http(&mut message, &stamps).is_ok() {
        let placed = format!("{} {:?}", message.uri(), String::from_utf8_lossy(message.body()));
        let headers = message.headers().values().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let placed = headers.fold(placed, |placed, value| format!("{placed} {value}"));
        for written in [DECLARED_CANARY.to_owned(), hex::encode(DECLARED_CANARY)] {
            assert!(!placed.to_lowercase().contains(&written), "{placed}");
        }
        let outgoing = RequestRef::from_http(&message);
        let _ = outgoing.and_then(|message| scheme.verify(&message).map(drop));
    }
}
