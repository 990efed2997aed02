//! Netvisor: two algorithms with formulas of their own, and two keys that stand in the text and in the HMAC's key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::made::{Hash, Signing, decoded};
use super::mistakes::Made;
use super::subject::Subject::{NetvisorHmac, NetvisorHmacDecoded, NetvisorSha256};
use super::subject::{OTHER_SECRET, SECRET, Subject};

fn code(subject: Subject, signing: &Signing) -> String {
    subject.diagnose(&signing.signature()).code().to_owned()
}

#[test]
fn the_other_algorithm_is_recognised_by_its_own_formula() {
    let (hmac, sha256) = (Signing::of(NetvisorHmac), Signing::of(NetvisorSha256));
    assert_eq!(code(NetvisorHmac, &sha256), "plain-hash-for-hmac");
    assert_eq!(
        code(NetvisorHmacDecoded, &Signing { fields: with_decoded_url(&sha256), ..sha256.clone() }),
        "plain-hash-for-hmac"
    );
    assert_eq!(code(NetvisorSha256, &hmac), "hmac-for-plain-hash");
    let detail = NetvisorHmac.diagnose(&sha256.signature()).sentence().to_owned();
    assert!(detail.contains("the provider's own text for SHA-256"), "{detail}");
}

fn with_decoded_url(signing: &Signing) -> Vec<(&'static str, String)> {
    let mut signing = signing.clone();
    signing.edit("address", decoded);
    signing.fields
}

#[test]
fn the_other_algorithm_goes_with_other_mistakes() {
    for (expected, other) in [(NetvisorHmac, NetvisorSha256), (NetvisorSha256, NetvisorHmac)] {
        let hash = if other == NetvisorHmac { "hmac-for-plain-hash" } else { "plain-hash-for-hmac" };
        let right = Signing::of(other);
        let cases: [Made; 5] = [
            ("query-decoded", |s| s.edit("address", decoded)),
            ("separator-missing", |s| s.separator = ""),
            ("local-time", |s| s.edit("timestamp", |_| "2024-01-15 14:00:00".to_owned())),
            ("secret-surrounding-whitespace", |s| s.edit_secrets(|secret| format!("{secret}\n"))),
            ("secret-base64-decoded", |s| s.raw_secret = Some(|secret| BASE64.decode(secret).unwrap())),
        ];
        for (mistake, make) in cases {
            let mut signing = right.clone();
            make(&mut signing);
            assert_eq!(code(expected, &signing), format!("{mistake}+{hash}"));
        }
    }
}

/// A program written for SHA256, with another hash: its text lacks the Unix time.
#[test]
fn the_text_of_the_other_algorithm_under_this_one_is_recognised() {
    let right = Signing { fields: Signing::of(NetvisorSha256).fields, ..Signing::of(NetvisorHmac) };
    assert_eq!(code(NetvisorHmac, &right), "field-missing");
}

/// Both keys in front of the text, with nothing between: no HMAC was made and made plain again.
#[test]
fn two_mistakes_that_undo_each_other_are_no_explanation() {
    let mut signing = Signing::of(NetvisorSha256);
    signing.fields.truncate(7);
    signing.edit("address", |address| format!("{SECRET}&{OTHER_SECRET}{address}"));
    let said = NetvisorSha256.diagnose(&signing.signature()).to_string();
    assert!(!said.contains("hmac"), "{said}");
}

#[test]
fn another_order_is_told_by_the_fields_that_moved() {
    let mut signing = Signing::of(NetvisorHmac);
    signing.fields.swap(3, 4);
    let said = NetvisorHmac.diagnose(&signing.signature()).sentence().to_owned();
    assert!(said.ends_with("(language, timestamp)."), "{said}");
    let mut signing = Signing::of(NetvisorHmac);
    signing.key.swap(0, 1);
    let said = NetvisorHmac.diagnose(&signing.signature()).sentence().to_owned();
    assert!(said.ends_with("(partner_key, customer_key, in the key only)."), "{said}");
}

#[test]
fn the_md5_of_old_integrations_is_recognised() {
    let old = Signing { hash: Hash::PlainMd5, ..Signing::of(NetvisorSha256) };
    assert_eq!(code(NetvisorHmac, &old), "md5");
    assert_eq!(code(NetvisorSha256, &old), "md5");
}

/// Made on the keys in the text, in the HMAC's key, or in both.
type Edit = fn(&mut [(&'static str, String)]);

fn made(edit_text: Edit, edit_key: Edit) -> Signing {
    let mut signing = Signing::of(NetvisorHmac);
    let keys = signing.fields.len() - 2;
    edit_text(&mut signing.fields[keys..]);
    edit_key(&mut signing.key);
    signing
}

#[test]
fn a_secret_in_another_form_in_one_place_only_is_recognised() {
    let nowhere: Edit = |_| ();
    let each: [(&str, Edit); 9] = [
        ("secret-base64-decoded", |keys| keys.iter_mut().for_each(|(_, key)| *key = undone(key))),
        ("secret-base64-decoded", |keys| keys[1].1 = undone(&keys[1].1)),
        ("secret-surrounding-whitespace", |keys| keys[1].1.push('\n')),
        ("secret-surrounding-whitespace", |keys| keys[0].1.push(' ')),
        ("secret-surrounding-whitespace", |keys| {
            keys[0].1.push(' ');
            keys[1].1.push('\n');
        }),
        ("secret-surrounding-whitespace", |keys| {
            keys[0].1.push('\n');
            keys[1].1.insert(0, ' ');
        }),
        ("secret-surrounding-whitespace", |keys| keys.iter_mut().for_each(|(_, key)| key.push_str("\r\n"))),
        ("secret-encoded", |keys| keys[0].1 = BASE64.encode(&keys[0].1)),
        ("fields-reordered", |keys| keys.swap(0, 1)),
    ];
    for (place, (expected, edit)) in each.into_iter().enumerate() {
        for (text, key) in [(edit, edit), (nowhere, edit), (edit, nowhere)] {
            let signing = made(text, key);
            // The last key ends the text.
            let at_the_end = signing.key == made(nowhere, nowhere).key
                && signing.fields.last().unwrap().1 == format!("{OTHER_SECRET}\n")
                && signing.fields[signing.fields.len() - 2].1 == SECRET;
            let expected = if at_the_end { "text-line-end" } else { expected };
            assert_eq!(code(NetvisorHmac, &signing), expected, "{place}");
        }
    }
    let diagnosis = NetvisorHmac.diagnose(&made(nowhere, each[2].1).signature());
    assert!(
        diagnosis.sentence().ends_with("(partner_key with LF after it, in the key only)."),
        "{}",
        diagnosis.sentence()
    );
}

fn undone(key: &str) -> String {
    String::from_utf8(BASE64.decode(key).unwrap()).unwrap()
}

#[test]
fn every_separator_is_recognised_in_text_and_key_or_in_one_of_them() {
    // None of these stands in a key, so that the key's own separator is the only one there.
    for separator in ["|", ",", ";", ":", "\n", " ", "\t", ".", "-", "_", "\r\n", "&amp;"] {
        let other = Signing { separator, ..Signing::of(NetvisorHmac) };
        let mut text_only = other.clone();
        text_only.key = vec![("both", format!("{SECRET}&{OTHER_SECRET}"))];
        let mut key_only = Signing::of(NetvisorHmac);
        key_only.key = vec![("both", format!("{SECRET}{separator}{OTHER_SECRET}"))];
        for signing in [&other, &text_only, &key_only] {
            assert_eq!(code(NetvisorHmac, signing), "separator-other", "{separator:?}");
        }
        let plain = Signing { separator, ..Signing::of(NetvisorSha256) };
        assert_eq!(code(NetvisorSha256, &plain), "separator-other", "{separator:?}");
        let said = NetvisorHmac.diagnose(&text_only.signature()).sentence().to_owned();
        assert!(said.ends_with(&format!("({separator:?}, in the text only).")), "{said}");
    }
}

#[test]
fn the_partner_id_is_found_at_every_place() {
    let right = Signing::of(NetvisorHmac);
    for place in 0..=right.fields.len() {
        let mut signing = right.clone();
        signing.insert(place, "partner_id", "Acm_1");
        assert_eq!(code(NetvisorHmac, &signing), "partner-id-included", "{place}");
    }
    for place in 0..=right.key.len() {
        let mut signing = right.clone();
        signing.key.insert(place, ("partner_id", "Acm_1".to_owned()));
        assert_eq!(code(NetvisorHmac, &signing), "partner-id-included", "{place} of the key");
    }
}

#[test]
fn what_the_formula_has_too_much_or_too_little_is_found() {
    let mut without_keys = Signing::of(NetvisorHmac);
    without_keys.fields.truncate(8);
    assert!(!format!("{:?}", without_keys.fields).contains(SECRET));
    assert_eq!(without_keys.key[1].1, OTHER_SECRET);
    assert_eq!(code(NetvisorHmac, &without_keys), "field-missing");

    let with_unix = Signing { key: Vec::new(), hash: Hash::Plain, ..Signing::of(NetvisorHmac) };
    assert_eq!(code(NetvisorSha256, &with_unix), "timestamp-unix-included");
    assert_eq!(code(NetvisorHmac, &with_unix), "plain-hash-for-hmac");
}

#[test]
fn another_language_is_found_in_any_spelling() {
    for language in ["SE", "EN", "SV", "fi", "sv"] {
        for subject in [NetvisorHmac, NetvisorSha256] {
            let mut signing = Signing::of(subject);
            signing.edit("language", |_| language.to_owned());
            assert_eq!(code(subject, &signing), "language-other", "{language}");
        }
    }
}

/// Signs another timestamp, and compares what is said of it.
#[track_caller]
fn check_timestamp(subject: Subject, timestamp: &str, code: &str, said: &str) {
    let mut signing = Signing::of(subject);
    signing.edit("timestamp", |_| timestamp.to_owned());
    let diagnosis = subject.diagnose(&signing.signature());
    assert_eq!(diagnosis.code(), code, "{timestamp}");
    assert!(diagnosis.sentence().contains(said), "{timestamp}: {diagnosis}");
}

#[test]
fn a_clock_that_was_read_twice_is_found() {
    for (timestamp, said) in [
        ("2024-01-15 11:55:00", "(-300 s"),
        ("2024-01-15 12:05:00", "(+300 s"),
        ("2024-01-15 12:00:59", "(+59 s"),
        ("2024-01-15 11:59:01", "(-59 s"),
    ] {
        check_timestamp(NetvisorHmac, timestamp, "clock-read-twice", said);
    }
}

#[test]
fn a_local_time_with_its_offset_is_found() {
    for timestamp in ["2024-01-15T14:00:00+02:00", "2024-01-15 04:00:00-08:00"] {
        check_timestamp(NetvisorHmac, timestamp, "local-time", "with its offset");
    }
}

#[test]
fn a_timestamp_with_any_milliseconds_is_found() {
    for (timestamp, said) in [
        ("2024-01-15 12:00:00.123", "(YYYY-MM-DD hh:mm:ss.000)"),
        ("2024-01-15T12:00:00.000Z", "(YYYY-MM-DDThh:mm:ss.000Z)"),
        ("2024-01-15T12:00:00.999Z", "(YYYY-MM-DDThh:mm:ss.000Z)"),
        ("2024-01-15T12:00:00.000", "(YYYY-MM-DDThh:mm:ss.000)"),
        ("1705320000", "(a count of seconds)"),
    ] {
        for subject in [NetvisorHmac, NetvisorSha256] {
            check_timestamp(subject, timestamp, "timestamp-format", said);
        }
    }
}
