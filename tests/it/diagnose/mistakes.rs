//! Single mistakes: ranked first, for every provider where they can be made.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};
use countersign::diagnose::Outcome;
use hmac::{Hmac, KeyInit as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::made::{
    Hash, Signing, decoded, hmac, is_secret, latin_1, latin_9, marked, marked_utf_16_le, right_hash, utf_8,
    utf_16_be, utf_16_le,
};
use super::subject::{BODY, SECRET, Subject};

/// A mistake by its code, and how it is made. What it leaves as it is cannot be made there.
pub(super) type Made = (&'static str, fn(&mut Signing));

pub(super) static MISTAKES: &[Made] = &[
    ("query-decoded", |s| s.edit("address", decoded)),
    ("query-decoded", |s| s.edit_query(decoded)),
    ("query-plus", |s| s.edit_query(|query| query.replace('+', " "))),
    ("query-not-decoded", |s| {
        let sent = s.url[..url::Position::AfterQuery].to_owned();
        s.edit("address", |address| match address.contains("://") {
            true => sent.clone(),
            false => sent.split_once('?').unwrap().1.to_owned(),
        });
    }),
    ("query-encoded", |s| s.edit_query(|query| query.replace('+', "%20"))),
    ("query-encoded", |s| s.edit("address", |address| address.replace('%', "%25"))),
    // As JavaScript's `encodeURI`.
    ("query-encoded", |s| s.edit_query(|query| query.replace("%40", "@"))),
    // The case of hex digits alone, as .NET's `UrlEncode` has it.
    ("url-case", |s| s.edit_query(|query| query.replace("%C3%BC", "%c3%bc"))),
    ("query-reordered", |s| s.edit_query(|query| reorder(query, |parameters| parameters.sort_unstable()))),
    ("query-reordered", |s| s.edit_query(|query| reorder(query, |parameters| parameters.swap(1, 2)))),
    ("query-reordered", |s| s.edit_query(|query| reorder(query, |parameters| parameters.rotate_left(1)))),
    ("query-missing", |s| {
        s.edit("address", |address| match address.split_once('?') {
            Some((before, _)) => before.to_owned(),
            None => String::new(),
        });
    }),
    ("query-encoded", |s| s.edit_query(|query| query.replace('&', "&amp;"))),
    ("parameter-missing", |s| s.edit_query(|query| reorder(query, |parameters| _ = parameters.remove(1)))),
    ("parameter-missing", |s| s.edit_query(|query| reorder(query, |parameters| parameters.truncate(1)))),
    ("question-mark-included", |s| {
        s.edit("address", |address| match address.contains("://") {
            true => address.to_owned(),
            false => format!("?{address}"),
        });
    }),
    ("path-included", |s| {
        let path = s.url.path().to_owned();
        s.edit("address", |address| match address.contains("://") {
            true => address.to_owned(),
            false => format!("{path}?{address}"),
        });
    }),
    ("path-included", |s| {
        let sent = s.url[..url::Position::AfterQuery].to_owned();
        s.edit("address", |address| match address.contains("%40") {
            true => sent.clone(),
            false => address.to_owned(),
        });
    }),
    ("path-included", |s| {
        let path = s.url.path().to_owned();
        s.edit("address", |address| match address.contains("://") {
            true => address.to_owned(),
            false => format!("{path}{address}"),
        });
    }),
    ("host-missing", |s| s.edit_url(|url| format!("/{}", url.splitn(4, '/').nth(3).unwrap()))),
    ("url-case", |s| s.edit_url(str::to_lowercase)),
    ("url-case", |s| s.edit("address", |address| address.replace("%2f", "%2F"))),
    ("trailing-slash", |s| s.edit_url(|url| url.replacen('?', "/?", 1))),
    ("slash-doubled", |s| s.edit_url(|url| url.replacen("/v1", "//v1", 1))),
    ("slash-doubled", |s| s.edit_url(|url| url.replacen("/Items", "//Items", 1))),
    ("fragment-included", |s| s.edit_url(|url| format!("{url}#part"))),
    ("default-port", |s| {
        s.edit_url(|url| {
            let (scheme_and_host, rest) = url.split_at(url[8..].find('/').unwrap() + 8);
            format!("{scheme_and_host}:443{rest}")
        });
    }),
    ("url-scheme", |s| s.edit_url(|url| url.replacen("https", "http", 1))),
    ("other-environment", |s| {
        s.edit_url(|url| {
            url.replacen("api.netgiro", "api.test.netgiro", 1).replacen("integration", "isvapi", 1)
        });
    }),
    ("body-missing", |s| s.edit("body", |_| String::new())),
    ("body-reserialised", |s| {
        s.edit("body", |_| r#"{"total": 100, "name": "J\u00fcrgen", "items": [1, 2]}"#.to_owned());
    }),
    ("body-reserialised", |s| {
        s.edit("body", |_| r#"{"total": 100, "name": "Jürgen", "items": [1, 2]}"#.to_owned());
    }),
    ("body-reserialised", |s| {
        s.edit("body", |_| r#"{"items":[1,2],"name":"Jürgen","total":100}"#.to_owned());
    }),
    ("body-reserialised", |s| {
        s.edit("body", |_| r#"{"items": [1, 2], "name": "J\u00fcrgen", "total": 100}"#.to_owned());
    }),
    ("body-reserialised", |s| {
        s.edit("body", |_| {
            "{\n  \"total\": 100,\n  \"name\": \"Jürgen\",\n  \"items\": [\n    1,\n    2\n  ]\n}".to_owned()
        });
    }),
    ("body-line-end", |s| s.edit("body", |body| format!("{body}\n"))),
    ("body-converted", |s| s.edit("body", |_| "[object Object]".to_owned())),
    ("body-converted", |s| s.edit("body", |_| "null".to_owned())),
    ("body-converted", |s| s.edit("body", |body| format!("\"{}\"", body.replace('"', "\\\"")))),
    // As Python prints bytes.
    ("body-converted", |s| {
        s.edit("body", |_| r#"b'{"total":100,"name":"J\xc3\xbcrgen","items":[1,2]}'"#.to_owned());
    }),
    ("body-converted", |s| s.edit("body", |body| hex::encode(Sha256::digest(body)))),
    ("body-converted", |s| s.edit("body", |body| BASE64.encode(Sha256::digest(body)))),
    ("body-converted", |s| s.edit("body", |body| BASE64.encode(body))),
    ("body-included", |s| {
        if !s.has("body") && s.separator.is_empty() {
            s.insert(1, "body", BODY);
        }
    }),
    ("app-key-included", |s| {
        if s.has("nonce") {
            s.insert(1, "app_key", "app-key");
        }
    }),
    ("method-included", |s| s.insert(0, "method", "POST")),
    ("method-included", |s| {
        if s.has("nonce") {
            s.insert(2, "method", "post");
        }
    }),
    ("separator-trailing", |s| {
        if s.has("sender") {
            s.insert(s.fields.len(), "nothing", "");
        }
    }),
    ("separator-trailing", |s| s.edit_query(|query| format!("{query}&"))),
    ("text-line-end", |s| s.text_form = |text| [&text[..], b"\0"].concat()),
    ("text-line-end", |s| {
        if !s.has("body") {
            s.text_form = |text| [&text[..], b"\n"].concat();
        }
    }),
    ("byte-order-mark", |s| s.edit("body", |body| format!("\u{feff}{body}"))),
    ("byte-order-mark", |s| s.text_form = marked),
    ("byte-order-mark", |s| s.key_form = |key| if key.is_empty() { key } else { marked(key) }),
    ("charset", |s| change_charset(s, utf_8)),
    ("charset", |s| change_charset(s, latin_1)),
    ("charset", |s| change_charset(s, latin_9)),
    ("utf-16", |s| in_utf_16(s, utf_16_le, utf_16_le)),
    ("utf-16", |s| in_utf_16(s, utf_16_le, |key| key)),
    ("utf-16", |s| in_utf_16(s, |text| text, utf_16_le)),
    ("utf-16", |s| in_utf_16(s, marked_utf_16_le, marked_utf_16_le)),
    ("utf-16", |s| in_utf_16(s, marked_utf_16_le, |key| key)),
    ("utf-16", |s| in_utf_16(s, |text| text, |key| [&b"\xfe\xff"[..], &utf_16_be(key)].concat())),
    ("utf-16", |s| in_utf_16(s, utf_16_be, utf_16_be)),
    ("separator-missing", |s| s.separator = ""),
    ("separator-other", |s| s.separator = "|"),
    ("separator-other", |s| s.separator = "\n"),
    ("separator-other", |s| s.separator = "&"),
    ("fields-reordered", |s| swap(s, "timestamp", "language")),
    ("fields-reordered", |s| swap(s, "customer_key", "partner_key")),
    ("fields-reordered", |s| swap(s, "nonce", "address")),
    ("field-missing", |s| s.fields.retain(|(name, _)| !["unix", "nonce"].contains(name))),
    ("field-missing", |s| s.fields.retain(|(name, _)| !["language", "organisation_id"].contains(name))),
    ("partner-id-included", |s| {
        if s.has("sender") {
            s.insert(3, "partner_id", "Acm_1");
        }
    }),
    ("milliseconds-for-seconds", |s| s.edit("unix", |unix| format!("{unix}000"))),
    ("milliseconds-for-seconds", |s| s.edit("unix", |unix| format!("{unix}789"))),
    ("local-time", |s| s.edit("timestamp", |_| "2024-01-15 14:00:00".to_owned())),
    ("local-time", |s| s.edit("timestamp", |_| "2024-01-15 17:30:00".to_owned())),
    ("local-time", |s| s.edit("timestamp", |_| "2024-01-15 00:00:00".to_owned())),
    ("local-time", |s| s.edit("unix", |unix| (unix.parse::<i64>().unwrap() - 3600 * 3).to_string())),
    ("clock-read-twice", |s| s.edit("unix", |unix| (unix.parse::<i64>().unwrap() + 1).to_string())),
    ("clock-read-twice", |s| s.edit("timestamp", |_| "2024-01-15 11:59:59".to_owned())),
    ("timestamp-format", |s| s.edit("timestamp", |_| "2024-01-15T12:00:00".to_owned())),
    ("timestamp-format", |s| s.edit("timestamp", |time| format!("{time}.000"))),
    ("secret-surrounding-whitespace", |s| s.edit_secrets(|secret| format!("{secret}\n"))),
    ("secret-surrounding-whitespace", |s| s.edit_secrets(|secret| format!(" {secret}"))),
    ("secret-base64-decoded", |s| s.raw_secret = Some(|secret| BASE64.decode(secret).unwrap())),
    ("secret-encoded", |s| s.edit_secrets(|secret| BASE64.encode(secret))),
    ("secret-encoded", |s| s.edit_secrets(|secret| format!("\"{secret}\""))),
    ("secret-encoded", |s| s.edit_secrets(|secret| hex::encode(secret))),
    ("secret-encoded", |s| s.edit_secrets(|secret| format!("b'{secret}'"))),
    ("secret-case", |s| s.edit_secrets(str::to_lowercase)),
    ("secret-case", |s| s.edit_secrets(str::to_uppercase)),
    ("secret-cut", |s| s.edit_secrets(|secret| secret[1..].to_owned())),
    ("secret-cut", |s| s.edit_secrets(|secret| secret[..secret.len() - 1].to_owned())),
    ("secret-unset", |s| {
        if s.hash == Hash::Hmac {
            s.edit_secrets(|_| String::new());
        }
    }),
    ("secret-unset", |s| s.edit_secrets(|_| "undefined".to_owned())),
    ("secret-hashed", |s| s.edit_secrets(|secret| hex::encode(Sha256::digest(secret)))),
    ("secret-hashed", |s| s.raw_secret = Some(|secret| Sha256::digest(secret).to_vec())),
    ("secret-mixed-up", |s| {
        let only = s.fields.len() == 1;
        s.edit_secrets(|secret| if only { "api-id".to_owned() } else { secret.to_owned() });
    }),
    ("secret-mixed-up", |s| s.edit_secrets(|_| SECRET.to_owned())),
    ("key-incomplete", |s| s.key.truncate(1)),
    ("hmac-for-plain-hash", |s| {
        if s.hash == Hash::Plain {
            (s.key, s.fields) = s.fields.drain(..).partition(|(name, _)| is_secret(name));
            s.hash = Hash::Hmac;
        }
    }),
    ("plain-hash-for-hmac", |s| {
        if s.hash == Hash::Hmac {
            if s.fields.len() == 1 {
                s.fields.extend(s.key.clone());
            }
            s.hash = Hash::Plain;
        }
    }),
    ("key-and-text-swapped", |s| {
        if s.hash == Hash::Hmac {
            std::mem::swap(&mut s.key, &mut s.fields);
        }
    }),
    ("md5", |s| s.hash = if s.hash == Hash::Plain { Hash::PlainMd5 } else { Hash::HmacMd5 }),
    ("sha-1", |s| {
        s.other_hash = Some(|key, text| match key {
            [] => Sha1::digest(text).to_vec(),
            key => hmac(Hmac::<Sha1>::new_from_slice(key).unwrap(), text),
        });
    }),
    ("sha-384", |s| {
        s.other_hash = Some(|key, text| match key {
            [] => Sha384::digest(text).to_vec(),
            key => hmac(Hmac::<Sha384>::new_from_slice(key).unwrap(), text),
        });
    }),
    ("sha-512", |s| {
        s.other_hash = Some(|key, text| match key {
            [] => Sha512::digest(text).to_vec(),
            key => hmac(Hmac::<Sha512>::new_from_slice(key).unwrap(), text),
        });
    }),
    ("hashed-twice", |s| s.other_hash = Some(|key, text| right_hash(key, &Sha256::digest(text)))),
    ("hashed-twice", |s| {
        s.other_hash = Some(|key, text| right_hash(key, hex::encode(Sha256::digest(text)).as_bytes()));
    }),
    ("hashed-twice", |s| {
        s.other_hash = Some(|key, text| right_hash(key, hex::encode(right_hash(key, text)).as_bytes()));
    }),
    ("hashed-twice", |s| s.other_hash = Some(|key, text| Sha256::digest(right_hash(key, text)).to_vec())),
    ("hex-for-base64", |s| {
        if is_base64(s) {
            s.write = |digest| hex::encode(digest);
        }
    }),
    ("hex-for-base64", |s| {
        if is_base64(s) {
            s.write = |digest| hex::encode_upper(digest);
        }
    }),
    ("base64-for-hex", |s| {
        if !is_base64(s) {
            s.write = |digest| BASE64.encode(digest);
        }
    }),
    ("base64-for-hex", |s| {
        if !is_base64(s) {
            s.write = |digest| URL_SAFE_NO_PAD.encode(digest);
        }
    }),
    ("base64-variant", |s| {
        if is_base64(s) {
            s.write = |digest| URL_SAFE_NO_PAD.encode(digest);
        }
    }),
    ("hex-upper-case", |s| {
        if !is_base64(s) {
            s.write = |digest| hex::encode_upper(digest);
        }
    }),
    ("base64-of-hex", |s| s.write = |digest| BASE64.encode(hex::encode(digest))),
];

#[test]
fn each_mistake_is_diagnosed_first_for_each_provider() {
    let mut wrong = Vec::new();
    let mut made: BTreeMap<&str, usize> = MISTAKES.iter().map(|(code, _)| (*code, 0)).collect();
    for subject in Subject::ALL {
        let right = Signing::of(subject);
        for (place, (code, make)) in MISTAKES.iter().enumerate() {
            let mut signing = right.clone();
            make(&mut signing);
            let received = signing.signature();
            if received == right.signature() {
                continue;
            }
            *made.get_mut(code).unwrap() += 1;
            let diagnosis = subject.diagnose(&received);
            let outcome = if signing.is_keyless() { Outcome::Keyless } else { Outcome::Reproduced };
            if diagnosis.code() != *code || diagnosis.outcome() != outcome {
                let found = diagnosis.outcome();
                wrong.push(format!("{subject:?}, mistake {place}, {code}: {found:?} {diagnosis}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(made.values().all(|times| *times > 0), "made nowhere: {made:?}");
}

#[test]
fn the_right_signature_matches() {
    for subject in Subject::ALL {
        let diagnosis = subject.diagnose(&Signing::of(subject).signature());
        assert_eq!((diagnosis.code(), diagnosis.outcome()), ("matches", Outcome::Matches), "{subject:?}");
    }
}

#[test]
fn what_is_no_signature_is_called_malformed() {
    let long = "a".repeat(65);
    for subject in Subject::ALL {
        let right = Signing::of(subject).signature();
        // Eight bytes would do.
        let cut = &right[..10];
        let sha1 = hex::encode([7; 20]);
        let cut_of_another = &hex::encode([7; 32])[..63];
        let digits_of_another = format!("0x{}", hex::encode([7; 20]));
        for received in [
            "",
            "=",
            "none",
            cut,
            cut_of_another,
            &digits_of_another,
            &sha1,
            &long,
            "Signature \u{1b}[31m",
            "ä",
        ] {
            let diagnosis = subject.diagnose(received);
            assert_eq!(diagnosis.code(), "signature-malformed", "{subject:?} {received:?}");
            assert_eq!(diagnosis.outcome(), Outcome::Malformed);
            assert!(!diagnosis.to_string().contains('\u{1b}'));
        }
        assert!(subject.diagnose(&sha1).sentence().contains("SHA-1"));
    }
}

fn reorder(query: &str, order: fn(&mut Vec<&str>)) -> String {
    let mut parameters: Vec<_> = query.split('&').collect();
    order(&mut parameters);
    parameters.join("&")
}

/// Where the signed text is ASCII, the charset does not show; where another is right, this one changes nothing.
fn change_charset(signing: &mut Signing, charset: fn(&str) -> Vec<u8>) {
    signing.charset = charset;
}

type Bytes = fn(Vec<u8>) -> Vec<u8>;

/// Text and key, each in a form of its own. The keys are ASCII; a text that stays is in the charset that is right.
fn in_utf_16(signing: &mut Signing, text: Bytes, key: Bytes) {
    if text(b"a".to_vec()) != b"a" {
        signing.charset = utf_8;
    }
    (signing.text_form, signing.key_form) = (text, key);
}

fn swap(signing: &mut Signing, first: &str, second: &str) {
    let place = |name| signing.fields.iter().position(|(field, _)| *field == name);
    if let (Some(first), Some(second)) = (place(first), place(second)) {
        signing.fields.swap(first, second);
    }
}

fn is_base64(signing: &Signing) -> bool {
    (signing.write)(&[0; 32]).ends_with('=')
}
