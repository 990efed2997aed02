//! The core's verdict on each generated delivery.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use countersign::vizion::webhook::{Keys, testing};
use countersign::webhook::{MemoryStore, Window};
use std::time::Duration;

use super::cases::{self, Case};
use super::sender::{COVERED, Sender, digest, quoted};
use super::{BODY, KEYS, NOW_MS, builder, builder_at, now, refusal, verdict};

fn all_refused(cases: &[Case]) {
    let verifier = builder().build();
    for Case { name, code, request } in cases {
        assert_eq!(verdict(&verifier, request), *code, "{name}");
    }
}

#[test]
fn w1_broken_signatures_and_digests_are_refused() {
    all_refused(&cases::w1_signature_and_digest());
}

#[test]
fn w2_what_matters_must_be_covered() {
    all_refused(&cases::w2_coverage());
}

#[test]
fn w4_duplicates_and_malformed_headers_are_refused() {
    all_refused(&cases::w4_headers_and_parameters());
}

#[test]
fn w6_times_outside_the_window_are_refused() {
    all_refused(&cases::w6_time());
}

#[test]
fn w7_other_keys_and_algorithms_are_refused() {
    all_refused(&cases::w7_keys());
}

#[test]
fn w9_another_address_is_refused() {
    all_refused(&cases::w9_address());
}

/// Another honest way of signing.
type Form = fn(&mut Sender);

#[test]
fn honest_deliveries_are_accepted_in_every_form() {
    let verifier = builder().build();
    let forms: [(&str, Form); 14] = [
        ("as Vizion prints it", |_| ()),
        ("the second key", |sender| (sender.key_id, sender.secret) = (KEYS[1].0.into(), KEYS[1].1.into())),
        ("upper-case hex", |sender| sender.encode = |digest| hex::encode_upper(digest)),
        ("as the draft prints it", |sender| {
            sender.print = quoted;
            sender.encode = |digest| BASE64.encode(digest);
        }),
        ("quoted with hex", |sender| sender.print = quoted),
        ("hs2019", |sender| sender.algorithm = "hs2019".into()),
        ("only what is required", |sender| sender.covered = "(request-target) (created) host digest".into()),
        ("(expires) covered", |sender| sender.covered = format!("{COVERED} (expires)")),
        ("no expires", |sender| sender.expires = None),
        ("five minutes old", |sender| sender.created = (NOW_MS - 300_000).to_string()),
        ("a minute ahead", |sender| sender.created = (NOW_MS + 60_000).to_string()),
        ("two instances of a header", |sender| {
            sender.headers.append("x-tag", "one".parse().unwrap());
            sender.headers.append("x-tag", "two".parse().unwrap());
            sender.covered = format!("{COVERED} x-tag");
        }),
        ("an empty covered header", |sender| {
            sender.set("x-tag", "").covered = format!("{COVERED} x-tag");
        }),
        ("an empty body", |sender| {
            sender.body.clear();
            sender.set("content-length", "0").set("digest", &digest(b""));
        }),
    ];
    for (name, form) in forms {
        let mut sender = Sender::honest();
        form(&mut sender);
        assert_eq!(verdict(&verifier, &sender.send()), "accepted", "{name}");
    }
}

#[test]
fn the_test_signer_is_accepted() {
    let verifier = builder().build();
    for (id, secret) in KEYS {
        for url in
            ["https://hooks.example.com/vizion?a=1", "http://127.0.0.1:8080/", "https://h.example:8443/a%20b"]
        {
            let request = testing::sign(id, secret, url, BODY, now()).unwrap();
            assert_eq!(verdict(&verifier, &request), "accepted", "{url}");
        }
    }
    let error = |id, url, at| testing::sign(id, "secret", url, BODY, at).unwrap_err().code();
    assert_eq!(error("", "https://h.example/", now()), "field-empty");
    assert_eq!(error("id", "/relative", now()), "url-not-absolute");
    assert_eq!(
        error("id", "https://h.example/", std::time::UNIX_EPOCH - Duration::from_secs(1)),
        "clock-out-of-range"
    );
}

#[test]
fn http_2_carries_the_host_in_the_target() {
    let mut request = Sender::honest().send();
    request.headers_mut().remove("host");
    *request.uri_mut() = "https://hooks.example.com/vizion?tenant=7".parse().unwrap();
    assert_eq!(verdict(&builder().build(), &request), "accepted");
}

#[test]
fn a_body_at_the_limit_passes_and_one_byte_more_does_not() {
    let request = Sender::honest().send();
    let at = |limit| verdict(&builder().body_limit(limit).build(), &request);
    assert_eq!((at(BODY.len()), at(BODY.len() - 1)), ("accepted", "webhook-body-too-long"));
}

#[test]
fn w7_exchanged_keys_take_over_at_once_for_all_clones() {
    let verifier = builder().build();
    let clone = verifier.clone();
    let request = Sender::honest().send();
    assert_eq!(verdict(&clone, &request), "accepted");
    verifier.exchange_keys(Keys::new().with(KEYS[1].0, KEYS[1].1).unwrap());
    assert_eq!(verdict(&clone, &request), "webhook-key-unknown");
    verifier.exchange_keys(Keys::new());
    assert_eq!(verdict(&clone, &request), "webhook-no-keys");
}

#[test]
fn w6_the_vendors_hour_is_there_with_a_store() {
    let verifier = builder().vendor_window(MemoryStore::default()).build();
    let at = |age: i64| {
        let mut sender = Sender::honest();
        sender.created = (NOW_MS - age).to_string();
        verdict(&verifier, &sender.send())
    };
    assert_eq!((at(3_600_000), at(3_600_001)), ("accepted", "webhook-too-old"));
}

#[test]
fn w6_a_clock_anywhere_does_not_panic() {
    let verifier = builder().window(Window::new(Duration::MAX, Duration::MAX)).build();
    let (parts, body) = Sender::honest().send().into_parts();
    for (at, code) in [
        (std::time::UNIX_EPOCH, "webhook-too-early"),
        (now() - Duration::from_secs(1 << 40), "webhook-too-early"),
        (now() + Duration::from_secs(1 << 40), "webhook-too-old"),
    ] {
        let _ = verifier.verify(&parts, &body, at);
        let error = builder().build().verify(&parts, &body, at).unwrap_err();
        assert_eq!(refusal(&error), code, "{at:?}");
    }
}

#[test]
fn w8_a_pretty_printed_body_needs_the_opt_in_and_comes_out_as_verified() {
    let mut request = Sender::honest().send();
    let pretty = "{\n  \"event\": \"arrived\",\n  \"note\": \"a b\"\n}\n";
    *request.body_mut() = Bytes::from_static(pretty.as_bytes());
    assert_eq!(verdict(&builder().build(), &request), "webhook-digest-mismatch");

    let lenient = builder().accept_pretty_printed_body().build();
    let (mut parts, body) = request.into_parts();
    // Whoever printed it may have corrected the covered length, or have left it.
    for length in [pretty.len(), BODY.len()] {
        parts.headers.insert("content-length", length.into());
        assert_eq!(**lenient.verify(&parts, &body, now()).unwrap(), *BODY.as_bytes());
    }
    parts.headers.insert("content-length", 1.into());
    let tampered = lenient.verify(&parts, BODY.as_bytes(), now()).unwrap_err();
    assert_eq!(refusal(&tampered), "webhook-signature-mismatch");
    let forged = lenient.verify(&parts, b"{ \"event\": \"lost\" }", now()).unwrap_err();
    assert_eq!(refusal(&forged), "webhook-digest-mismatch");
}

#[test]
fn w9_a_public_origin_stands_for_what_the_proxy_changed() {
    let mut request = Sender::honest().send();
    request.headers_mut().insert("host", "10.0.0.7:3000".parse().unwrap());
    *request.uri_mut() = "/?tenant=7".parse().unwrap();
    let behind = |origin| builder_at(origin).build();
    assert_eq!(verdict(&behind("https://hooks.example.com"), &request), "webhook-signature-mismatch");
    *request.uri_mut() = "/vizion?tenant=7".parse().unwrap();
    assert_eq!(verdict(&behind("https://hooks.example.com"), &request), "accepted");
    *request.uri_mut() = "/izion?tenant=7".parse().unwrap();
    assert_eq!(verdict(&behind("https://hooks.example.com/v/"), &request), "webhook-signature-mismatch");

    let (parts, body) = request.into_parts();
    let error = behind("https://hooks.example.com").verify(&parts, &body, now()).unwrap_err();
    let note = &error.notes()[0];
    assert!(note.contains("10.0.0.7:3000") && note.contains("hooks.example.com"), "{note}");
    assert!(note.contains("/izion") && !note.contains("tenant"), "{note}");
}

#[test]
fn w9_a_prefix_that_the_proxy_added_is_stripped_and_what_went_around_the_proxy_is_refused() {
    let mut request = Sender::honest().send();
    let behind = || builder_at("https://hooks.example.com").strip_prefix("/internal/v1").unwrap().build();
    let anywhere = || builder().strip_prefix("/internal/v1/").unwrap().build();
    for (path, expected) in [
        ("/internal/v1/vizion?tenant=7", "accepted"),
        ("/internal/v1/internal/v1/vizion?tenant=7", "webhook-signature-mismatch"),
        ("/internal/v1/izion?tenant=7", "webhook-signature-mismatch"),
        // Signed for this path, and yet another one than the proxy hands on.
        ("/vizion?tenant=7", "webhook-prefix-missing"),
        ("/internal/v1vizion?tenant=7", "webhook-prefix-missing"),
    ] {
        *request.uri_mut() = path.parse().unwrap();
        assert_eq!(verdict(&behind(), &request), expected, "{path}");
        assert_eq!(verdict(&anywhere(), &request), expected, "{path} of any host");
    }
    let error = builder().strip_prefix("internal").unwrap_err();
    assert_eq!((error.code(), error.provider()), ("invalid-path-prefix", Some("vizion")));
}

#[test]
fn w9_the_prefix_is_stripped_of_an_absolute_url_too() {
    use countersign::netgiro::webhook::{Verifier, testing};

    let (secret, url) = ("an example secret", "https://hooks.example.com/shop/hook?order=7");
    let request = testing::sign(secret, url, r#"{"Success":true}"#, testing::nonce_at(now())).unwrap();
    let (mut parts, body) = request.into_parts();
    parts.uri = "/internal/v1/hook?order=7".parse().unwrap();
    let builder = Verifier::builder("https://hooks.example.com/shop").unwrap().secret(secret).unwrap();
    let verifier = builder.strip_prefix("/internal/v1").unwrap().build();
    assert_eq!(**verifier.verify(&parts, &body, now()).unwrap(), *body);
}

#[test]
fn w9_without_a_public_origin_a_mismatch_names_what_arrived() {
    let case = cases::w9_address().remove(0);
    let (parts, body) = case.request.into_parts();
    let error = builder().build().verify(&parts, &body, now()).unwrap_err();
    assert!(error.notes()[0].contains("other.example.com"), "{error}");
}

#[test]
fn the_signed_text_can_be_had_for_an_explanation() {
    use countersign::signing::SignedText;

    let (parts, body) = Sender::honest().send().into_parts();
    let mut text = Vec::new();
    let mut keep =
        |segment: countersign::signing::Segment<'_>| text.extend_from_slice(segment.public_bytes().unwrap());
    builder().build().signed_text(&parts, &body, &mut SignedText::new(&mut keep)).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with(
        "(request-target): post /vizion?tenant=7\n(created): 1685548865944\nuser-agent: Vizion\n"
    ));
    assert!(text.ends_with(&format!("\ndigest: {}", digest(BODY.as_bytes()))), "{text}");
}
