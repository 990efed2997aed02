//! Vizion's webhooks follow draft-cavage-http-signatures: the MAC and digest of other projects' vectors.

use countersign::signing::{Encoding, MacKey};
use libtest_mimic::Trial;
use serde::Deserialize;

use crate::{plain, trial};

#[derive(Deserialize)]
struct File {
    digest_vectors: Vec<DigestVector>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct DigestVector {
    body: String,
    digest_base64: String,
    digest_hex: String,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    inputs: Inputs,
    expected: String,
    expected_hex: String,
}

#[derive(Deserialize)]
struct Inputs {
    key: String,
    signing_string: String,
}

pub(crate) fn trials() -> Vec<Trial> {
    let file: File = serde_json::from_str(include_str!("vizion_cavage.json")).unwrap();
    let digests = file.digest_vectors.into_iter().enumerate().map(|(index, vector)| {
        trial("vizion", &format!("digest-{index}"), move || {
            let text = vector.body.as_bytes();
            check(plain::sha256(text), text, &vector.digest_base64, &vector.digest_hex, MacKey::sha256);
        })
    });
    let macs = file.vectors.into_iter().map(|vector| {
        trial("vizion", &vector.id.clone(), move || {
            let (key, text) = (vector.inputs.key.as_bytes(), vector.inputs.signing_string.as_bytes());
            let digest = plain::hmac_sha256(key, text);
            let keyed = |encoding| MacKey::hmac_sha256(key, encoding).unwrap();
            check(digest, text, &vector.expected, &vector.expected_hex, keyed);
        })
    });
    digests.chain(macs).collect()
}

fn check(digest: [u8; 32], text: &[u8], base64: &str, hex: &str, key: impl Fn(Encoding) -> MacKey) {
    assert_eq!(plain::base64(digest), base64, "the vector itself");
    assert_eq!(hex::encode(digest), hex, "the vector itself");
    for (encoding, expected) in [(Encoding::Base64, base64), (Encoding::HexLower, hex)] {
        let mut mac = key(encoding).start();
        mac.update(text);
        let signature = mac.finish();
        assert_eq!(signature.expose_text(), expected);
        assert!(signature.matches_text(expected.as_bytes()));
        assert!(signature.matches(&digest));
    }
}
