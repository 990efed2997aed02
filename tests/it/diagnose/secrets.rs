//! The secret: used in another form than the one configured here, which may itself be the wrong one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::diagnose::{Diagnosis, diagnose};
use countersign::unleashed::Unleashed;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::made::Signing;
use super::subject::{OTHER_SECRET, SECRET, Subject};

/// What is said of Unleashed's signature under the key `used`, where `configured` is the one that is known here.
fn diagnosis(configured: &str, used: &[u8]) -> Diagnosis {
    let request = http::Request::get("https://api.unleashedsoftware.com/Customers?a=1").body(()).unwrap();
    let unleashed = Unleashed::new("api-id", configured).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(used).unwrap().chain_update("a=1");
    let received = BASE64.encode(mac.finalize().into_bytes());
    diagnose(&unleashed, &countersign::RequestRef::from_http(&request).unwrap(), (), &received).unwrap()
}

#[test]
fn the_form_of_a_secret_is_named() {
    for (configured, used, code, said) in [
        ("\"key\"", "key", "secret-encoded", "without the quotes that the one configured here has"),
        ("'key'", "key", "secret-encoded", "without the quotes that the one configured here has"),
        ("key", "'key'", "secret-encoded", "with single quotes around it"),
        ("a+b/c-d_e==", "a%2Bb%2Fc-d_e%3D%3D", "secret-encoded", "percent-encoded"),
        ("a+b/c", "a b/c", "secret-encoded", "decoded as a form"),
        ("key", "6b6579", "secret-encoded", "encoded in hex"),
        ("6b6579", "key", "secret-encoded", "decoded from hex"),
        ("key", "key\r\n", "secret-surrounding-whitespace", "with CR and LF after it"),
        ("Key", "KEY", "secret-case", "in upper case"),
        ("key#1", "key", "secret-cut", "cut at `#`"),
        ("a2V5cw", "a2V5cw==", "secret-padded", "with `==` after it"),
        ("a2V5czE", "a2V5czE=", "secret-padded", "with `=` after it"),
        ("key", "null", "secret-unset", "`null`"),
    ] {
        let diagnosis = diagnosis(configured, used.as_bytes());
        assert_eq!(diagnosis.code(), code, "{configured} {used}");
        assert!(diagnosis.sentence().contains(said), "{configured} {used}: {diagnosis}");
    }
}

/// Whoever sees the message has the key: nothing but a new one helps.
#[test]
fn a_secret_that_was_sent_as_the_signature_is_to_be_rotated() {
    for subject in Subject::ALL {
        let whole_key = format!("{SECRET}&{OTHER_SECRET}");
        let sent = match subject {
            Subject::NetvisorHmac | Subject::NetvisorHmacDecoded => &[SECRET, OTHER_SECRET, &whole_key][..],
            Subject::NetvisorSha256 => &[SECRET, OTHER_SECRET],
            _ => &[SECRET],
        };
        for sent in sent {
            for received in [
                (*sent).to_owned(),
                format!("\"{sent}\""),
                format!("Bearer {sent}"),
                format!("sha256={sent}"),
                BASE64.encode(sent),
                hex::encode(sent),
            ] {
                let diagnosis = subject.diagnose(&received);
                assert_eq!(diagnosis.code(), "secret-sent-as-signature", "{subject:?} {received}");
                assert!(diagnosis.fix().starts_with("Rotate it"), "{diagnosis}");
                assert!(!format!("{diagnosis} {diagnosis:?}").contains(sent), "{diagnosis}");
            }
        }
    }
    assert_eq!(Subject::Unleashed.diagnose(OTHER_SECRET).code(), "signature-malformed");
}

/// Bits left over in the last character, which strict decoders refuse.
#[test]
fn a_lenient_base64_decoder_is_known() {
    assert_eq!(diagnosis("a2V5c3==", b"keys").code(), "secret-base64-decoded");
    assert_eq!(diagnosis("a2V5c3", b"keys").code(), "secret-base64-decoded");
}

#[test]
fn one_secret_of_two_is_named_with_its_form() {
    let mut signing = Signing::of(Subject::NetvisorHmac);
    signing.key[0].1.push('\n');
    signing.key[1].1.push(' ');
    let diagnosis = Subject::NetvisorHmac.diagnose(&signing.signature());
    let said = "(customer_key with LF after it, partner_key with a blank after it, in the key only).";
    assert!(diagnosis.sentence().ends_with(said), "{diagnosis}");
}
