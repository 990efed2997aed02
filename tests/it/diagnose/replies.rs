//! Signatures of what came in: Netgíró's replies, and any segments with a key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::diagnose::Outcome;
use countersign::explain::Transcript;
use countersign::netgiro::{Netgiro, SentRequest};
use countersign::signing::{Charset, Encoding, MacKey, Segment, Source};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, Request};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::subject::SECRET;
use crate::support::chains::fault;
use crate::support::netgiro::{BODY, client, provider, signature};
use crate::support::received::Received;
use crate::support::server::{Answer, Server};

const URL: &str = "https://api.netgiro.is/v1/Sales/GetList?AllForCompany=true";
const COMPACT: &str = r#"{"Success":true,"ResultCode":200}"#;
const PRETTY: &str = "{\n  \"Success\": true,\n  \"ResultCode\": 200\n}";

/// A reply with `body`, signed as if the URL, the body and the secret had been others; judged and diagnosed.
fn refusal(secret: &str, signed_url: &str, signed_body: &str, body: &str) -> countersign::Error {
    let signature = hex::encode(Sha256::digest(format!("{secret}42{signed_url}{signed_body}")));
    refusal_of(|_| ("42".to_owned(), signature), URL, body)
}

/// What received a reply whose nonce and signature are made of the headers of the request to `url`.
fn received(
    sign: impl FnOnce(&HeaderMap) -> (String, String),
    url: &str,
) -> (Netgiro, SentRequest, HeaderMap) {
    let netgiro = Netgiro::new("app-key", SECRET).unwrap();
    let mut request = Request::get(url).body(()).unwrap();
    netgiro.sign_http(&mut request).unwrap();
    let sent = SentRequest::new(&countersign::RequestRef::from_http(&request).unwrap());
    let (nonce, signature) = sign(request.headers());
    let mut headers = HeaderMap::new();
    headers.insert("netgiro_nonce", nonce.parse().unwrap());
    headers.insert("netgiro_signature", signature.parse().unwrap());
    (netgiro, sent, headers)
}

/// Such a reply; judged and diagnosed.
fn refusal_of(
    sign: impl FnOnce(&HeaderMap) -> (String, String),
    url: &str,
    body: &str,
) -> countersign::Error {
    let (netgiro, sent, headers) = received(sign, url);
    let error = netgiro.verify_reply(&sent, &headers, body.as_bytes()).unwrap_err();
    assert_eq!(error.notes().len(), 0, "nobody asked to have it diagnosed");
    netgiro.diagnose_reply(&sent, &headers, body.as_bytes()).unwrap().explain_refusal(error)
}

/// What the client is told of a reply, where refused ones are diagnosed: its code and its notes but for that on the status.
async fn told(
    path: &str,
    answer: impl Fn(&Received) -> Answer + Send + Sync + 'static,
) -> (&'static str, String) {
    let server = Server::start(move |request, _| answer(request)).await;
    let client = client(provider(server.origin()).diagnose_refusals());
    loop {
        let error = client.get(server.url(path)).send().await.unwrap_err();
        let error = fault(&error);
        let notes: Vec<_> = error.notes().iter().filter(|note| !note.contains("status was")).collect();
        // The process has one allowance, which other tests use as well.
        if notes.iter().any(|note| note.contains("not diagnosed: too many")) {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            continue;
        }
        return (error.code(), notes.into_iter().map(|note| format!("{note}\n")).collect());
    }
}

/// An answer with `body` whose signature is that of `signed`, in an encoding.
fn answer(request: &Received, signed: &str, body: &str, encode: fn(Vec<u8>) -> String) -> Answer {
    let signature = encode(hex::decode(signature("42", &request.url(), signed.as_bytes())).unwrap());
    Answer::new(200, body).header("netgiro_nonce", "42").header("netgiro_signature", signature)
}

fn digest(nonce: &str, url: &str, body: &str) -> Vec<u8> {
    Sha256::digest(format!("{SECRET}{nonce}{url}{body}")).to_vec()
}

#[test]
fn a_refused_reply_says_which_known_mistake_would_explain_it() {
    let path = URL.trim_start_matches("https://api.netgiro.is");
    let cases = [
        ("body-reserialised", refusal(SECRET, URL, COMPACT, PRETTY)),
        ("body-missing", refusal(SECRET, URL, "", COMPACT)),
        ("host-missing", refusal(SECRET, path, COMPACT, COMPACT)),
        ("url-scheme", refusal(SECRET, &URL.replace("https", "http"), COMPACT, COMPACT)),
        ("url-case", refusal(SECRET, &URL.to_lowercase(), COMPACT, COMPACT)),
        ("url-case", refusal(SECRET, &URL.replace("/Sales/", "/sales/"), COMPACT, COMPACT)),
    ];
    for (code, error) in cases {
        assert_eq!(error.code(), "reply-signature-mismatch");
        assert!(error.notes().iter().any(|note| note.contains(code)), "{code}: {error}");
    }
}

#[test]
fn a_reply_signed_with_what_the_request_was_signed_with_is_recognised() {
    for name in ["netgiro_nonce", "netgiro_signature"] {
        let mut of_request = String::new();
        let sign = |headers: &HeaderMap| {
            of_request = headers["netgiro_signature"].to_str().unwrap().to_owned();
            let signed = format!("{SECRET}{}{URL}{COMPACT}", headers[name].to_str().unwrap());
            ("42".to_owned(), hex::encode(Sha256::digest(signed)))
        };
        let (netgiro, sent, headers) = received(sign, URL);
        let diagnosis = netgiro.diagnose_reply(&sent, &headers, COMPACT.as_bytes()).unwrap();
        let said = diagnosis.to_string();
        assert!(said.contains(&format!("{name} of the request in the place of nonce")), "{said}");
        assert!(diagnosis.is_proved(), "{said}");
        // With it, the request can be sent again.
        assert!(!format!("{diagnosis:?} {said}").contains(&of_request));
    }
}

/// What is asked for is what was not stated.
#[test]
fn a_reply_that_nothing_explains_is_not_sent_to_look_for_a_proxy() {
    let (netgiro, sent, headers) = received(|_| ("42".to_owned(), "07".repeat(32)), URL);
    let diagnosis = netgiro.diagnose_reply(&sent, &headers, COMPACT.as_bytes()).unwrap();
    let said = diagnosis.to_string();
    assert!(said.contains("--request-nonce") && !said.contains("public origin"), "{said}");
}

#[test]
fn a_signature_written_in_another_way_is_explained_and_still_refused() {
    let right = digest("42", URL, COMPACT);
    let hmac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let hmac = hmac.chain_update(format!("42{URL}{COMPACT}")).finalize().into_bytes();
    let cases = [
        ("base64-for-hex", BASE64.encode(&right)),
        ("base64-of-hex", BASE64.encode(hex::encode(&right))),
        ("hex-prefixed", format!("0x{}", hex::encode(&right))),
        ("signature-labelled", format!("sha256={}", hex::encode(&right))),
        ("hmac-for-plain-hash+base64-for-hex", BASE64.encode(hmac)),
        ("md5", hex::encode(Md5::digest(format!("{SECRET}42{URL}{COMPACT}")))),
    ];
    for (code, signature) in cases {
        let error = refusal_of(|_| ("42".to_owned(), signature), URL, COMPACT);
        assert_eq!(error.code(), "reply-signature-malformed", "{code}");
        assert!(error.notes()[0].contains(&format!("would explain it, {code}: ")), "{code}: {error}");
        assert!(!error.next_step().contains("forged"), "{code}: {}", error.next_step());
        assert!(error.next_step().contains("do not use"), "{code}: {}", error.next_step());
    }
    let text = format!("{}", refusal_of(|_| ("42".to_owned(), BASE64.encode([7; 32])), URL, COMPACT));
    assert!(!text.contains("known mistake"), "{text}");
}

/// Whoever records a request can write its signature in base64; that shows no key.
#[tokio::test]
async fn a_request_sent_back_in_another_encoding_gets_no_note() {
    let reflect = |request: &Received| {
        let signature = hex::decode(request.header("netgiro_signature")).unwrap();
        let nonce = request.header("netgiro_nonce");
        Answer::new(200, "")
            .header("netgiro_nonce", nonce)
            .header("netgiro_signature", BASE64.encode(signature))
    };
    assert_eq!(told("/v1/sales", reflect).await, ("reply-reflected", String::new()));
}

/// The last of all mistakes has its turn within what a refusal is worth, whatever the URL offers to try.
#[test]
fn each_mistake_is_tried_on_the_longest_reply_and_url_that_get_a_note() {
    let query = (0..20).map(|n| format!("Name{n}=V%C3%A4lue%2f{}", n * 7 % 20)).collect::<Vec<_>>().join("&");
    let url = format!("https://api.netgiro.is/v1/Sales/GetList/Of/All?{query}");
    let item = r#"{"name":"Jürgen/A","price":1.5},"#;
    let body = format!("[{}1]", item.repeat((15 << 10) / item.len()));
    let md5 = hex::encode(Md5::digest(format!("{SECRET}42{url}{body}")));
    let hmac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let hmac = hmac.chain_update(format!("42{url}{body}")).finalize().into_bytes();
    for (code, signature) in [("md5", md5), ("hmac-for-plain-hash", hex::encode(hmac))] {
        let (netgiro, sent, headers) = received(|_| ("42".to_owned(), signature.clone()), &url);
        let transcript = netgiro.reply_transcript(&sent, &headers, body.as_bytes()).unwrap();
        let diagnosis = transcript.diagnose_briefly(&signature);
        assert_eq!(diagnosis.code(), code, "{diagnosis}");
    }
}

#[tokio::test]
async fn the_middleware_explains_a_signature_in_base64_and_refuses_it() {
    let in_base64 = |request: &Received| answer(request, BODY, BODY, |digest| BASE64.encode(digest));
    let (code, notes) = told("/v1/sales", in_base64).await;
    assert_eq!(code, "reply-signature-malformed");
    assert!(notes.contains("would explain it, base64-for-hex: "), "{notes}");
    let of_nothing = |request: &Received| answer(request, "", BODY, hex::encode);
    let (code, notes) = told("/v1/sales", of_nothing).await;
    assert_eq!(code, "reply-signature-mismatch");
    assert!(notes.contains("would explain it, body-missing: "), "{notes}");
}

#[tokio::test]
async fn an_unexplained_or_long_reply_gets_no_note() {
    assert_eq!(refusal("another secret", URL, COMPACT, COMPACT).notes().len(), 0);
    for (length, is_noted) in [(16 << 10, true), ((16 << 10) + 1, false), (64 << 10, false)] {
        let body = format!("[{}]", "1".repeat(length - 2));
        let of_nothing = move |request: &Received| answer(request, "", &body, hex::encode);
        assert_eq!(told("/v1", of_nothing).await.1.contains("body-missing"), is_noted, "{length}");
    }
    // As long as the origin of the test's server.
    let origin = Server::start(|_, _| Answer::new(200, "")).await.origin().len();
    for (length, is_noted) in [((2 << 10) - 10, true), ((2 << 10) + 10, false)] {
        let path = format!("/v1?padding={}", "x".repeat(length - origin - "/v1?padding=".len()));
        let in_base64 = |request: &Received| answer(request, BODY, BODY, |digest| BASE64.encode(digest));
        assert_eq!(told(&path, in_base64).await.1.contains("base64-for-hex"), is_noted, "{length}");
    }
}

#[test]
fn a_text_of_ones_own_is_diagnosed_with_its_proxy_and_its_other_keys() {
    let key = |secret: &str| MacKey::hmac_sha256(secret.as_bytes(), Encoding::HexLower).unwrap();
    let target = |target: &str, body: &str| format!("post {target}.{body}");
    let transcript = Transcript::new("my-webhooks", &key("first key"))
        .text(|text| {
            text.push(Segment::public("method", b"post").with_source(Source::RequestMethod))
                .separator(" ")
                .push(Segment::public("target", b"/hooks/in?x=1").with_source(Source::RequestTarget))
                .separator(".")
                .push(
                    Segment::public("body", PRETTY.as_bytes())
                        .with_source(Source::Body)
                        .with_charset(Charset::Bytes),
                );
        })
        .other_url("/public/hooks/in?x=1")
        .other_key("key-2", &key("second key"));
    let cases = [
        ("matches", "first key", target("/hooks/in?x=1", PRETTY)),
        ("body-reserialised", "first key", target("/hooks/in?x=1", COMPACT)),
        ("proxy-url", "first key", target("/public/hooks/in?x=1", PRETTY)),
        ("wrong-key-id", "second key", target("/hooks/in?x=1", PRETTY)),
        ("trailing-slash", "first key", target("/hooks/in/?x=1", PRETTY)),
        // There is no host that could be missing.
        ("path-missing", "first key", target("hooks/in?x=1", PRETTY)),
        ("path-missing", "first key", target("hooks/in", PRETTY)),
        ("unexplained", "second key", target("/hooks/in?x=1", COMPACT)),
        ("unexplained", "third key", target("/hooks/in?x=1", PRETTY)),
    ];
    for (code, secret, text) in cases {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(text.as_bytes());
        let diagnosis = transcript.diagnose(&hex::encode(mac.finalize().into_bytes()));
        assert_eq!(diagnosis.code(), code, "{diagnosis}");
    }
}

/// Whatever else a body of this length uses up.
#[test]
fn the_usual_layouts_of_a_long_body_have_their_turn() {
    let item = r#"{"Name":"Kaffi","Price":1250.5},"#;
    let compact = format!("[{}1]", item.repeat((1 << 20) / item.len()));
    let printed = compact.replace(':', ": ").replace(",\"", ", \"").replace(",{", ", {").replace(",1", ", 1");
    let (netgiro, sent, headers) =
        received(|_| ("42".to_owned(), hex::encode(digest("42", URL, &printed))), URL);
    let diagnosis = netgiro.diagnose_reply(&sent, &headers, compact.as_bytes()).unwrap();
    assert_eq!(diagnosis.code(), "body-reserialised", "{diagnosis}");
}

#[test]
fn what_is_not_tried_of_a_text_that_is_too_long_is_named() {
    let body = "x".repeat(17 << 10);
    let (netgiro, sent, headers) = received(|_| ("42".to_owned(), "07".repeat(32)), URL);
    let diagnosis = netgiro.diagnose_reply(&sent, &headers, body.as_bytes()).unwrap();
    let not_tried: Vec<_> = diagnosis.not_tried().collect();
    assert!(
        not_tried.iter().any(|why| why.contains("more than 16 KiB, these were not tried: ")),
        "{not_tried:?}"
    );
    assert!(not_tried.iter().any(|why| why.contains("more than 4 KiB")), "{not_tried:?}");
}

#[test]
fn a_long_body_bounds_the_search_and_says_so() {
    let body = vec![b'x'; 6 << 20];
    let transcript = Transcript::new("long", &MacKey::sha256(Encoding::HexLower)).text(|text| {
        text.push(Segment::public("body", &body).with_source(Source::Body).with_charset(Charset::Bytes));
    });
    let diagnosis = transcript.diagnose_briefly(&"00".repeat(32));
    assert_eq!(diagnosis.outcome(), Outcome::Unexplained);
    assert!(!diagnosis.is_complete() && diagnosis.to_string().contains("not every known mistake was tried"));
}
