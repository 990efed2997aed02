//! The segments of an explanation, unmasked, hash to the signature that is sent.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderMap, Method};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::Explained;
use super::{Part, Transcript};
use crate::Signer;
use crate::netgiro::{self, Netgiro};
use crate::netvisor::{self, Credentials, Language, MacAlgorithm, Netvisor, TransactionId};
use crate::signing::RequestRef;
use crate::unleashed::Unleashed;

fn bytes(parts: &[Part]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.bytes.to_vec()).collect()
}

/// Computes the signature with plain sha2 and hmac, over the bytes of the transcript.
fn recomputed(transcript: &Transcript) -> Vec<u8> {
    let (text, key) = (bytes(&transcript.text), bytes(&transcript.key));
    if key.is_empty() {
        return Sha256::digest(&text).to_vec();
    }
    Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(&text).finalize().into_bytes().to_vec()
}

fn check<S: Explained>(provider: &Signer<S>, url: &str, body: &[u8], stamp: impl Fn() -> S::Stamp) {
    let (url, headers, extensions) = (Url::parse(url).unwrap(), HeaderMap::new(), Extensions::new());
    let request = RequestRef::new(&Method::POST, &url, &headers, &extensions, body);
    let transcript = Transcript::with_stamp(provider, &request, stamp()).unwrap();
    let signed = provider.sign_with(&request, stamp()).unwrap();
    assert_eq!(recomputed(&transcript), signed.signature().unwrap().digest());

    // An explanation lists exactly the headers that are sent.
    let mut sent = HeaderMap::new();
    signed.apply(&mut sent);
    let explained: Vec<_> = transcript.explain().headers().iter().map(|header| header.name.clone()).collect();
    let mut names: Vec<_> = sent.keys().map(|name| name.as_str().to_owned()).collect();
    names.sort();
    assert_eq!(explained, names);
}

proptest! {
    #[test]
    fn segments_hash_to_the_signature_that_is_sent(
        path in "(/[a-zA-Z0-9äö%. ]{0,8}){1,3}(\\?[a-z=&+ö@ ]{0,20})?(#[a-z]{0,3})?",
        secret in "[!-%'-~ä€]{1,90}",
        other in "[!-%'-~]{1,20}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let netgiro = Netgiro::new("app", secret.as_str()).unwrap();
        let nonce = || netgiro::Stamp::with_nonce("42").unwrap();
        check(&netgiro, &format!("https://api.netgiro.is{path}"), &body, nonce);

        let unleashed = Unleashed::new("id", secret.as_str()).unwrap();
        check(&unleashed, &format!("https://api.unleashedsoftware.com{path}"), &body, || ());

        for algorithm in [MacAlgorithm::HmacSha256, MacAlgorithm::Sha256] {
            let credentials = Credentials {
                sender: "Käse €".into(),
                customer_id: "customer".into(),
                customer_key: secret.as_str().into(),
                partner_id: "partner".into(),
                partner_key: other.as_str().into(),
                organisation_id: "1234567-8".into(),
            };
            let netvisor = Netvisor::new(credentials).unwrap().algorithm(algorithm);
            let stamp = || {
                let id = TransactionId::new("id").unwrap();
                netvisor::Stamp::given("2024-01-15 12:00:00", 1_705_312_800, id, Language::Fi).unwrap()
            };
            check(&netvisor, &format!("https://integration.netvisor.fi{path}"), &body, stamp);
        }
    }
}
