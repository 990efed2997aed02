use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;

const KEY: &str = "a/b+c=d e\"\\ÿ~>";

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[test]
fn a_secret_is_found_however_it_is_escaped() {
    let secrets = Secrets::new().hide(KEY.as_bytes());
    let json = serde_json::to_string(KEY).unwrap();
    let json = json.trim_matches('"');
    let units: String = KEY.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    for written in [
        KEY.to_owned(),
        KEY.replace(' ', "+"),
        KEY.replace('+', " "),
        percent(KEY).replace("%2B", "+"),
        percent(KEY),
        percent(KEY).to_lowercase(),
        percent(&percent(KEY)),
        percent(KEY).replace("%2B", "%2b").replace("%2F", "/"),
        json.to_owned(),
        json.replace('/', "\\/"),
        json.replace('/', "\\u002f"),
        units,
        percent(json),
        percent(&percent(json)),
        serde_json::to_string(json).unwrap().trim_matches('"').to_owned(),
    ] {
        assert_eq!(secrets.redact(&format!("k={written}&l")), "k=(secret)&l", "{written}");
    }
}

#[test]
fn a_secret_is_found_in_hex_and_inside_base64() {
    // The base64 digits that also depend on the text around stay: two at each end, and the padding.
    let secrets = Secrets::new().hide(KEY.as_bytes());
    let mut texts = vec![(hex::encode(KEY), 0), (hex::encode_upper(KEY), 0)];
    for around in ["", "u", "us", "user", "user:"] {
        let whole = [around, KEY, around].concat();
        let left = 2 * (around.len() * 4).div_ceil(3) + 4;
        for text in [STANDARD.encode(&whole), URL_SAFE.encode(&whole)] {
            texts.extend([(percent(&text), left + 12), (text.replace('/', "\\/"), left), (text, left)]);
        }
    }
    for (text, left) in texts {
        let redacted = secrets.redact(&text);
        assert_eq!(redacted.matches(SECRET).count(), 1, "{text}: {redacted}");
        assert!(redacted.len() - SECRET.len() <= left, "{text}: {redacted}");
    }
}

#[test]
fn what_a_secret_is_the_base64_of_is_hidden_too() {
    let secrets = Secrets::new().hide(b"YmFzZTY0LW9mLXRoaXM=");
    for text in ["YmFzZTY0LW9mLXRoaXM=", "base64-of-this", &hex::encode("base64-of-this")] {
        assert_eq!(secrets.redact(text), SECRET, "{text}");
    }
}

#[test]
fn a_short_secret_is_found_only_alone() {
    let secrets = Secrets::new().hide(b"a b=c").hide(b"");
    assert_eq!(secrets.redact("a b=c"), SECRET);
    assert_eq!(secrets.redact("a%20b%3dc"), SECRET);
    assert!(matches!(secrets.redact("a b=c d"), Cow::Borrowed("a b=c d")));
}

#[test]
fn of_secrets_that_overlap_nothing_is_left() {
    let secrets = Secrets::new().hide(b"secret-one").hide(b"one-and-two").hide_as(b"another", "$NAME");
    assert_eq!(secrets.redact("secret-one-and-two,secret-one,another"), "(secret),(secret),$NAME");
    assert_eq!(secrets.places(b"secret-one-and-two,another"), [0..18, 19..26]);
}

#[test]
fn a_secret_that_was_cut_off_is_noticed() {
    let secrets = Secrets::new().hide(b"signing key").hide(b"short");
    for (text, cut_off) in
        [("signin", true), ("a=signing%20ke", true), ("signing key", false), ("signer", false)]
    {
        assert_eq!(secrets.begin_in(text.as_bytes()), cut_off, "{text}");
    }
}

#[test]
fn digests_are_hidden_when_asked_for() {
    let (hex, base64) = (hex::encode([0xa5; 32]), STANDARD.encode([0xa5; 32]));
    let text = format!("{{\"hex\":\"{hex}\",\"base64\":\"{}\"}}", base64.replace('/', "\\/"));
    let secrets = Secrets::new().and(&Secrets::new().and_digests());
    assert_eq!(secrets.redact(&text), format!("{{\"hex\":\"{DIGEST}\",\"base64\":\"{DIGEST}\"}}"));
    assert_eq!(secrets.redact(&percent(&percent(&base64))), DIGEST);
    assert_eq!(secrets.but_no_digests().redact(&text), text);
}

#[test]
fn nothing_of_a_secret_is_in_a_debug_text() {
    assert_eq!(format!("{:?}", Secrets::new().hide(KEY.as_bytes())), "Secrets { .. }");
}
