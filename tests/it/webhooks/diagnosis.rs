//! Refusals that say which known mistake would explain them.

use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use countersign::diagnose::{Diagnosis, Outcome};
use countersign::explain::Transcript;
use countersign::webhook::{Builder, Scheme};
use countersign::{Error, netgiro, unleashed};
use http::request::Parts;
use http::{HeaderValue, Request};
use sha2::{Digest as _, Sha256};

use super::once::futures_now;
use super::sender::{Sender, digest, mac};
use super::{BODY, KEYS, NOW_MS, builder, now};

const PRETTY: &str = "{\n  \"event\": \"arrived\",\n  \"note\": \"a b\"\n}";
const SECRET: &str = "the first secret";
const URL: &str = "https://shop.example.is/paid?order=7";

/// What a refusal and a diagnosis say of a delivery.
struct Said {
    refusal: &'static str,
    notes: String,
    next_step: String,
    diagnosis: String,
    /// Everything that is printed.
    text: String,
}

/// What the hook is told of a refusal.
struct Told {
    code: &'static str,
    notes: String,
    next_step: String,
    text: String,
}

impl Told {
    fn of(error: &Error) -> Self {
        let (notes, next_step) = (error.notes().join("; "), error.next_step().to_owned());
        Self { code: error.code(), notes, next_step, text: format!("{error:#} {error:?}") }
    }
}

type Judged = (Told, Result<Diagnosis, Error>, Result<Transcript, Error>);
type Judge = Box<dyn Fn(&Parts, &Bytes) -> Judged>;

/// What a verifier, of whichever provider, says of a delivery that it refuses, where refusals are diagnosed.
fn judge<S: Scheme>(builder: Builder<S>) -> Judge {
    let (tell, told) = mpsc::channel();
    let hook = move |error: &Error, _: &Parts| tell.send(Told::of(error)).unwrap();
    let verifier = builder.clock(now).diagnose_refusals().on_refused(hook).build();
    Box::new(move |parts, body| {
        let hear = || {
            futures_now(verifier.receive(parts, body.clone())).unwrap_err();
            told.recv_timeout(Duration::from_secs(60)).unwrap()
        };
        (once_allowed(hear), verifier.diagnose(parts, body), verifier.transcript(parts, body))
    })
}

/// What is told once there is an allowance again: the process has one, which other tests use as well.
fn once_allowed(mut hear: impl FnMut() -> Told) -> Told {
    loop {
        let told = hear();
        if !told.notes.contains("not diagnosed: too many") {
            return told;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn said(judge: &Judge, request: Request<Bytes>) -> Said {
    let (parts, body) = request.into_parts();
    let (told, diagnosis, transcript) = judge(&parts, &body);
    let code = diagnosis.as_ref().map_or_else(|error| error.code(), Diagnosis::code).to_owned();
    let shown = diagnosis.as_ref().map(ToString::to_string);
    let explained = transcript.map(|transcript| transcript.explain().to_string());
    Said {
        refusal: told.code,
        notes: told.notes,
        next_step: told.next_step,
        diagnosis: code,
        text: format!("{} {diagnosis:?} {shown:?} {explained:?}", told.text),
    }
}

/// Made on purpose: a mistake's code, the refusal's, and the delivery.
type Mistaken = (&'static str, &'static str, Request<Bytes>);

const MISMATCH: &str = "webhook-signature-mismatch";
const MALFORMED: &str = "webhook-signature-malformed";

fn sent(tamper: impl FnOnce(&mut Sender)) -> Request<Bytes> {
    let mut sender = Sender::honest();
    tamper(&mut sender);
    sender.send()
}

fn arrived(mut request: Request<Bytes>, change: impl FnOnce(&mut Request<Bytes>)) -> Request<Bytes> {
    change(&mut request);
    request
}

fn with_headers(request: Request<Bytes>, headers: &[(&'static str, &str)]) -> Request<Bytes> {
    headers.iter().fold(request, |mut request, (name, value)| {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        request
    })
}

/// A delivery to `/vizion`, as it comes out of a proxy that asked for `target` at `10.0.0.7`.
fn proxied(target: &str, headers: &[(&'static str, &str)]) -> Request<Bytes> {
    let request = arrived(sent(|_| ()), |request| *request.uri_mut() = target.parse().unwrap());
    with_headers(with_headers(request, &[("host", "10.0.0.7:3000")]), headers)
}

fn vizion() -> Vec<Mistaken> {
    let secret = |text: &str| {
        let text = text.to_owned();
        sent(|sender| sender.secret = text)
    };
    let in_seconds = arrived(sent(|sender| sender.created = (NOW_MS / 1000).to_string()), |request| {
        let header = request.headers_mut().get_mut("x-vizion-signature").unwrap();
        let seconds = format!("created={}", NOW_MS / 1000);
        let text = header.to_str().unwrap().replace(&seconds, &format!("created={NOW_MS}"));
        *header = text.parse().unwrap();
    });
    vec![
        (
            "body-reserialised",
            "webhook-digest-mismatch",
            arrived(sent(|_| ()), |request| *request.body_mut() = Bytes::from_static(PRETTY.as_bytes())),
        ),
        (
            "body-missing",
            "webhook-digest-mismatch",
            sent(|sender| {
                sender.set("digest", &digest(b""));
            }),
        ),
        ("secret-surrounding-whitespace", MISMATCH, secret("the first secret\n")),
        ("secret-encoded", MISMATCH, secret(&BASE64.encode(SECRET))),
        ("seconds-for-milliseconds", MISMATCH, in_seconds),
        ("separator-other", MISMATCH, sent(|sender| sender.rewrite = |text| text.replace(": ", ":"))),
        ("separator-other", MISMATCH, sent(|sender| sender.rewrite = |text| text.replace('\n', "\r\n"))),
        ("utf-16", MISMATCH, sent(|sender| sender.rewrite = |text| text.replace("", "\0")[1..].to_owned())),
        (
            "hex-prefixed",
            MALFORMED,
            sent(|sender| sender.encode = |digest| format!("0x{}", hex::encode(digest))),
        ),
        ("base64-for-hex", MALFORMED, sent(|sender| sender.encode = |digest| BASE64.encode(digest))),
        ("wrong-key-id", MISMATCH, secret(KEYS[1].1)),
        (
            "wrong-key-id",
            "webhook-key-unknown",
            sent(|sender| (sender.key_id, sender.secret) = ("hmac-key-9".to_owned(), KEYS[1].1.to_owned())),
        ),
        (
            "trailing-slash",
            MISMATCH,
            arrived(sent(|_| ()), |request| {
                *request.uri_mut() = "/vizion/?tenant=7".parse().unwrap();
            }),
        ),
        ("proxy-url", MISMATCH, proxied("/vizion?tenant=7", &[("x-forwarded-host", "hooks.example.com")])),
        (
            "proxy-url",
            MISMATCH,
            proxied(
                "/vizion?tenant=7",
                &[("forwarded", "for=1.2.3.4; Host=\"hooks.example.com\", for=5.6.7.8")],
            ),
        ),
        (
            "proxy-url",
            MISMATCH,
            proxied(
                "/?tenant=7",
                &[("x-forwarded-host", "hooks.example.com"), ("x-original-uri", "/vizion?tenant=7")],
            ),
        ),
    ]
}

fn netgiro_delivery(signature: &str, body: &'static str) -> Request<Bytes> {
    let request = Request::post("/paid?order=7").body(Bytes::from_static(body.as_bytes())).unwrap();
    with_headers(
        request,
        &[("host", "shop.example.is"), ("netgiro_nonce", "42"), ("netgiro_signature", signature)],
    )
}

fn netgiro() -> Vec<Mistaken> {
    let plain = |secret: &str, url: &str| Sha256::digest(format!("{secret}42{url}{BODY}"));
    let delivery = |secret: &str, url: &str| netgiro_delivery(&hex::encode(plain(secret, url)), BODY);
    let elsewhere = "https://pay.example.is/in/paid?order=7";
    vec![
        ("body-reserialised", MISMATCH, netgiro_delivery(&hex::encode(plain(SECRET, URL)), PRETTY)),
        (
            "hmac-for-plain-hash",
            MISMATCH,
            netgiro_delivery(&hex::encode(mac(SECRET, &format!("42{URL}{BODY}"))), BODY),
        ),
        ("base64-for-hex", MALFORMED, netgiro_delivery(&BASE64.encode(plain(SECRET, URL)), BODY)),
        ("secret-surrounding-whitespace", MISMATCH, delivery("the first secret ", URL)),
        ("trailing-slash", MISMATCH, delivery("the former secret", "https://shop.example.is/paid/?order=7")),
        ("url-scheme", MISMATCH, delivery(SECRET, "http://shop.example.is/paid?order=7")),
        (
            "other-host",
            MISMATCH,
            with_headers(
                delivery(SECRET, elsewhere),
                &[("x-forwarded-host", "pay.example.is"), ("x-forwarded-prefix", "/in/")],
            ),
        ),
        (
            "proxy-url",
            MISMATCH,
            with_headers(
                delivery(SECRET, "https://shop.example.is/in/paid?order=7"),
                &[("x-forwarded-prefix", "/in/")],
            ),
        ),
    ]
}

fn unleashed() -> Vec<Mistaken> {
    let delivery = |signature: &str, body: &'static str| {
        let request = Request::post("/stock").body(Bytes::from_static(body.as_bytes())).unwrap();
        let timestamp = (NOW_MS / 1000).to_string();
        with_headers(request, &[("x-unleashed-timestamp", &timestamp), ("x-unleashed-signature", signature)])
    };
    let seconds = NOW_MS / 1000;
    let signed = |secret: &str, text: String| delivery(&BASE64.encode(mac(secret, &text)), BODY);
    vec![
        (
            "hex-for-base64",
            MALFORMED,
            delivery(&hex::encode(mac(SECRET, &format!("{seconds}.{BODY}"))), BODY),
        ),
        ("body-reserialised", MISMATCH, signed(SECRET, format!("{seconds}.{PRETTY}"))),
        ("milliseconds-for-seconds", MISMATCH, signed(SECRET, format!("{NOW_MS}.{BODY}"))),
        ("separator-missing", MISMATCH, signed(SECRET, format!("{seconds}{BODY}"))),
        ("separator-other", MISMATCH, signed(SECRET, format!("{seconds}|{BODY}"))),
        (
            "secret-surrounding-whitespace",
            MISMATCH,
            signed("the former secret\r\n", format!("{seconds}.{BODY}")),
        ),
        (
            "plain-hash-for-hmac",
            MISMATCH,
            delivery(&BASE64.encode(Sha256::digest(format!("{SECRET}{seconds}.{BODY}"))), BODY),
        ),
    ]
}

fn all_said() -> Vec<(Mistaken, Said)> {
    let netgiro_verifier = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap();
    let netgiro_verifier = netgiro_verifier.secret(SECRET).unwrap().secret("the former secret").unwrap();
    let unleashed_verifier = unleashed::webhook::Verifier::builder().signing_key(SECRET).unwrap();
    let unleashed_verifier = unleashed_verifier.signing_key("the former secret").unwrap();
    let all = [
        (judge(builder()), vizion()),
        (judge(netgiro_verifier), netgiro()),
        (judge(unleashed_verifier), unleashed()),
    ];
    let said = |(judge, made): (Judge, Vec<Mistaken>)| {
        made.into_iter().map(move |mistaken| (mistaken.clone(), said(&judge, mistaken.2))).collect::<Vec<_>>()
    };
    all.into_iter().flat_map(said).collect()
}

/// The same text in words that are for the recipient, where there are such: the other scheme is that of another origin.
fn noted(code: &'static str) -> &'static str {
    if code == "url-scheme" { "proxy-url" } else { code }
}

#[test]
fn each_mistake_is_named_in_the_refusal_and_by_the_diagnosis() {
    for ((code, refusal, _), said) in all_said() {
        assert_eq!(said.refusal, refusal, "{code}");
        let noted = noted(code);
        assert!(said.notes.contains(&format!("would explain it, {noted}: ")), "{code}: {}", said.notes);
        assert_eq!(said.diagnosis, code, "{}", said.text);
    }
}

#[test]
fn a_proved_mistake_says_how_to_mend_it_and_not_that_the_delivery_is_forged() {
    for ((code, ..), Said { next_step, .. }) in all_said() {
        assert!(!next_step.contains("forged") && next_step.contains("o not use"), "{code}: {next_step}");
        if code == "hex-for-base64" {
            assert!(next_step.contains("Encode the 32 bytes"), "{next_step}");
        }
    }
}

#[test]
fn whoever_receives_is_told_which_advice_is_for_whoever_signs() {
    for ((code, ..), Said { next_step, .. }) in all_said() {
        let for_recipient = ["proxy-url", "other-host"].contains(&noted(code));
        // What the recipient's own program may have done comes first.
        let may_be_here =
            ["body-", "url-", "host-", "trailing-", "query-"].iter().any(|of| code.starts_with(of));
        let for_signer = match may_be_here {
            true => next_step.starts_with("Look first whether ") && next_step.contains(" to whoever signs: "),
            false => next_step.starts_with("To whoever signs: ") && next_step.contains("the vendor"),
        };
        assert!(for_recipient != for_signer, "{code}: {next_step}");
    }
}

#[test]
fn after_a_mismatch_each_scheme_speaks_of_what_it_has() {
    let nobodys = BASE64.encode([7; 32]);
    let seconds = (NOW_MS / 1000).to_string();
    let stock = with_headers(
        Request::post("/stock").body(Bytes::from_static(BODY.as_bytes())).unwrap(),
        &[("x-unleashed-timestamp", &seconds), ("x-unleashed-signature", &nobodys)],
    );
    let unleashed = unleashed::webhook::Verifier::builder().signing_key(SECRET).unwrap();
    let netgiro = netgiro::webhook::Verifier::builder("https://shop.example.is").unwrap();
    let netgiro = netgiro.secret(SECRET).unwrap();
    let vizion = sent(|sender| sender.secret = "nobody's".to_owned());
    let cases = [
        (said(&judge(builder()), vizion), ["this id", "public origin"].as_slice(), [].as_slice()),
        (said(&judge(netgiro), netgiro_delivery(&"07".repeat(32), BODY)), &["public origin"], &["this id"]),
        (said(&judge(unleashed), stock), &["signing key"], &["this id", "public origin", "proxy", "host"]),
    ];
    for (said, present, absent) in cases {
        assert_eq!(said.refusal, MISMATCH);
        assert!(present.iter().all(|word| said.next_step.contains(word)), "{}", said.next_step);
        assert!(absent.iter().all(|word| !said.next_step.contains(word)), "{}", said.next_step);
    }
}

#[test]
fn the_other_key_and_the_proxys_url_are_named() {
    let notes: String = all_said().into_iter().map(|(_, said)| said.notes).collect();
    for named in ["the key hmac-key-2", "https://hooks.example.com/vizion", "https://pay.example.is/in/paid"]
    {
        assert!(notes.contains(named), "{named}: {notes}");
    }
    for query in ["tenant=7", "order=7"] {
        assert!(!notes.contains(query), "{notes}");
    }
}

#[test]
fn no_secret_and_no_signature_is_in_what_is_said() {
    for ((code, _, request), said) in all_said() {
        let secrets = [SECRET, "the former secret", KEYS[1].1];
        for secret in secrets
            .iter()
            .flat_map(|secret| [(*secret).to_owned(), hex::encode(secret), BASE64.encode(secret)])
        {
            assert!(!said.text.contains(&secret), "{code}: {secret} in {}", said.text);
        }
        for name in ["x-vizion-signature", "netgiro_signature", "x-unleashed-signature"] {
            let signature = request.headers().get(name).map_or("", |value| value.to_str().unwrap());
            let signature = signature.split("signature=").last().and_then(|text| text.split(',').next());
            let signature = signature.filter(|text| !text.is_empty()).unwrap_or("(none)");
            assert!(!said.text.contains(signature), "{code}: {signature} in {}", said.text);
        }
    }
}

#[test]
fn what_no_mistake_explains_gets_no_note() {
    let verifier = builder().build();
    let swapped = arrived(sent(|_| ()), |request| *request.body_mut() = Bytes::from_static(b"{}"));
    let (parts, body) = swapped.clone().into_parts();
    assert_eq!(verifier.diagnose(&parts, &body).unwrap().outcome(), Outcome::OtherBody);
    let nobodys = sent(|sender| sender.secret = "nobody's".to_owned());
    let unknown = sent(|sender| (sender.key_id, sender.secret) = ("none".to_owned(), "nobody's".to_owned()));
    let cases = [(swapped, "other-body"), (nobodys, "unexplained"), (unknown, "webhook-key-unknown")];
    for (request, code) in cases {
        let said = said(&judge(builder()), request);
        assert_eq!(said.diagnosis, code);
        assert!(!said.notes.contains("known mistake"), "{code}: {}", said.notes);
    }
    let (parts, body) = sent(|_| ()).into_parts();
    assert_eq!(verifier.diagnose(&parts, &body).unwrap().outcome(), Outcome::Matches);
}

#[test]
fn a_long_body_or_url_is_not_diagnosed_for_its_sender() {
    let long = format!("{BODY}{}", " ".repeat(64 << 10));
    let request = arrived(sent(|_| ()), |request| *request.body_mut() = Bytes::from(long));
    let said = said(&judge(builder()), request);
    assert_eq!((said.notes.as_str(), said.diagnosis.as_str()), ("", "body-line-end"));
    for (length, is_noted) in [(2 << 10, true), ((2 << 10) + 1, false)] {
        let target = format!("/vizion?padding={}", "x".repeat(length - "/vizion?padding=".len()));
        let swapped = sent(|sender| (sender.target, sender.secret) = (target, KEYS[1].1.to_owned()));
        let said = self::said(&judge(builder()), swapped);
        assert_eq!(
            (said.notes.contains("known mistake"), &*said.diagnosis),
            (is_noted, "wrong-key-id"),
            "{length}"
        );
    }
}

/// What is proved under one of several keys counts, whatever there is to say under the first.
#[test]
fn either_of_two_keys_that_was_sent_as_a_signature_is_found() {
    let verifier = unleashed::webhook::Verifier::builder().signing_key(SECRET).unwrap();
    let verifier = verifier.signing_key("the former secret").unwrap().build();
    for secret in [SECRET, "the former secret"] {
        let seconds = (NOW_MS / 1000).to_string();
        let stock = with_headers(
            Request::post("/stock").body(Bytes::from_static(BODY.as_bytes())).unwrap(),
            &[("x-unleashed-timestamp", &seconds), ("x-unleashed-signature", secret)],
        );
        let (parts, body) = stock.into_parts();
        let diagnosis = verifier.diagnose(&parts, &body).unwrap();
        assert_eq!(diagnosis.code(), "secret-sent-as-signature", "{secret}: {diagnosis}");
    }
}

/// The length that was signed is that of the body as it was.
#[test]
fn a_long_body_that_was_printed_anew_with_its_length_is_named() {
    let items = r#"{"port":"Göteborg","eta":null},"#.repeat(1000);
    let compact = format!("[{items}1]");
    let printed = compact.replace(':', ": ").replace(',', ", ");
    let honest = sent(|sender| {
        sender.set("digest", &digest(compact.as_bytes())).set("content-length", &compact.len().to_string());
    });
    let request = arrived(honest, |request| {
        let length = printed.len().to_string();
        request.headers_mut().insert("content-length", length.parse().unwrap());
        *request.body_mut() = printed.into_bytes().into();
    });
    let (parts, body) = request.into_parts();
    let diagnosis = builder().build().diagnose(&parts, &body).unwrap();
    assert_eq!(diagnosis.code(), "body-reserialised", "{diagnosis}");
}

#[test]
fn what_nothing_explains_is_told_what_may_be_stated_wrongly() {
    for (judge, present, absent) in [
        (judge(builder()), "give the public origin", "may have another"),
        (
            judge(super::builder_at("https://hooks.example.com")),
            "public origin may have another host or path",
            "give the public",
        ),
    ] {
        let said = said(&judge, sent(|sender| sender.secret = "nobody's".to_owned())).text;
        assert!(said.contains(present) && !said.contains(absent), "{said}");
    }
}
