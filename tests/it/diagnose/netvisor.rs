//! Netvisor: two algorithms with formulas of their own, and two keys that stand in the text and in the HMAC's key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::made::{Hash, Signing, decoded};
use super::mistakes::Made;
use super::subject::Subject;
use super::subject::Subject::{NetvisorHmac, NetvisorHmacDecoded, NetvisorSha256};

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

#[test]
fn the_md5_of_old_integrations_is_recognised() {
    let old = Signing { hash: Hash::PlainMd5, ..Signing::of(NetvisorSha256) };
    assert_eq!(code(NetvisorHmac, &old), "md5");
    assert_eq!(code(NetvisorSha256, &old), "md5");
}
