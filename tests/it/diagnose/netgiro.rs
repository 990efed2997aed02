//! Netgíró: its prose speaks of HMAC and base64, and its reply's signature may be written in another way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::made::{Hash, Signing, decoded};
use super::subject::{BODY, NONCE, SECRET, Subject};

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text);
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn the_vendors_prose_followed_to_the_letter_is_recognised() {
    let sent = Subject::Netgiro.url()[..url::Position::AfterQuery].to_owned();
    let message = format!("{NONCE}{sent}{BODY}");
    let decoded_secret = BASE64.decode(SECRET).unwrap();
    let cases = [
        ("hmac-for-plain-hash+base64-for-hex", BASE64.encode(hmac(SECRET.as_bytes(), &message))),
        (
            "secret-base64-decoded+hmac-for-plain-hash+base64-for-hex",
            BASE64.encode(hmac(&decoded_secret, &message)),
        ),
        (
            "secret-base64-decoded+hmac-for-plain-hash+hex-upper-case",
            hex::encode_upper(hmac(&decoded_secret, &message)),
        ),
        ("secret-base64-decoded+hmac-for-plain-hash", hex::encode(hmac(&decoded_secret, &message))),
    ];
    for (code, received) in cases {
        assert_eq!(Subject::Netgiro.diagnose(&received).code(), code);
    }
}

#[test]
fn a_mistake_goes_with_one_in_the_encoding() {
    type Writer = (&'static str, fn(&[u8]) -> String);
    let writers: [Writer; 2] = [
        ("hex-for-base64", |digest| hex::encode(digest)),
        ("base64-of-hex", |digest| BASE64.encode(hex::encode(digest))),
    ];
    for (encoding, write) in writers {
        let mut signing = Signing { write, ..Signing::of(Subject::Unleashed) };
        signing.edit("address", decoded);
        let code = format!("query-decoded+{encoding}");
        assert_eq!(Subject::Unleashed.diagnose(&signing.signature()).code(), code);
    }
    let mut signing =
        Signing { write: |digest| hex::encode_upper(digest), ..Signing::of(Subject::NetvisorHmac) };
    signing.hash = Hash::HmacMd5;
    assert_eq!(Subject::NetvisorHmac.diagnose(&signing.signature()).code(), "md5+hex-upper-case");
}

/// A salt behind the text in place of in front of it, where most examples of other vendors have it.
#[test]
fn the_secret_at_the_end_is_recognised() {
    let mut signing = Signing::of(Subject::Netgiro);
    signing.fields.rotate_left(1);
    let diagnosis = Subject::Netgiro.diagnose(&signing.signature());
    assert_eq!(diagnosis.code(), "fields-reordered");
    assert!(diagnosis.sentence().ends_with("(nonce, url, body, secret_key)."), "{diagnosis}");
}

#[test]
fn the_secret_on_both_sides_of_the_text_is_recognised() {
    let mut signing = Signing::of(Subject::Netgiro);
    signing.fields.push(("secret", SECRET.to_owned()));
    let diagnosis = Subject::Netgiro.diagnose(&signing.signature());
    assert_eq!((diagnosis.code(), diagnosis.findings().len()), ("secret-signed-twice", 1), "{diagnosis}");
    let mut signing = Signing::of(Subject::Unleashed);
    signing.insert(0, "secret", SECRET);
    assert_eq!(Subject::Unleashed.diagnose(&signing.signature()).code(), "secret-signed-twice");
}

#[test]
fn another_value_in_another_form_is_recognised() {
    let mut signing = Signing::of(Subject::Netgiro);
    signing.edit("nonce", |_| hex::encode(Sha256::digest("app-key")));
    let diagnosis = Subject::Netgiro.diagnose(&signing.signature());
    assert!(diagnosis.sentence().contains("as a SHA-256 in hex in the place of nonce"), "{diagnosis}");
}

/// Netgíró has no `SignedForm`.
#[test]
fn a_setting_that_not_every_signer_has_is_named_so() {
    let mut signing = Signing::of(Subject::Netgiro);
    signing.edit("address", decoded);
    let diagnosis = Subject::Netgiro.diagnose(&signing.signature());
    assert!(diagnosis.fix().contains("where the signer has a `signed_form`"), "{diagnosis}");
}
