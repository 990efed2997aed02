//! Vizion's steps of verification.

use std::borrow::Cow;

use http::HeaderName;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::super::credentials::NAME;
use super::super::headers;
use super::parameters::Parameters;
use super::signing_string::{SigningString, Sources};
use crate::json::without_white_space;
use crate::signing::{Encoding, MacKey, SignedText};
use crate::webhook::{self, Claim, Delivery, DeliveryFault, Freshness, HmacKey, Times};

pub(super) static SIGNATURE: HeaderName = HeaderName::from_static(headers::WEBHOOK_SIGNATURE);
pub(super) static DIGEST: HeaderName = HeaderName::from_static("digest");

/// Names of HMAC-SHA256: Vizion's own, and two of the draft. All mean the same MAC.
const ALGORITHMS: [&str; 3] = ["SHA-256", "hmac-sha256", "hs2019"];

/// Vizion's way of signing webhooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scheme {
    pub(super) accept_pretty_printed: bool,
}

/// What the signature covers, including the digest.
#[derive(Debug)]
pub struct Covered<'r> {
    pub(super) signing_string: SigningString<'r>,
    pub(super) digest: [u8; 32],
}

impl webhook::Steps for Scheme {
    const NAME: &'static str = NAME;
    const AFTER_MISMATCH: &'static str = "Check the key behind this id, then the public origin, and whether a proxy changes the path or headers.";
    type Key = HmacKey;
    type Stated<'r> = Covered<'r>;

    fn covers_url(&self) -> bool {
        true
    }

    fn read<'r>(&'r self, delivery: &Delivery<'r>) -> Result<Claim<'r, Covered<'r>>, DeliveryFault> {
        let signature = delivery.single(&SIGNATURE)?;
        let digest = delivery.single(&DIGEST)?;
        let host = delivery.host()?;

        let Parameters { key_id, signature, algorithm, created, expires, headers } =
            Parameters::parse(signature)?;
        let body_digest = read_digest(digest).ok_or(DeliveryFault::DigestMalformed)?;
        let expires_text = expires.map(|expires| expires.text);
        let sources =
            Sources { host, digest, created: created.text, expires: expires_text, delivery: *delivery };
        let signing_string = SigningString::new(headers, sources)?;
        if !ALGORITHMS.iter().any(|known| known.eq_ignore_ascii_case(algorithm)) {
            return Err(DeliveryFault::AlgorithmUnknown);
        }
        let times = Times::in_milliseconds(created.value, expires.map(|expires| expires.value));
        Ok(Claim {
            signature,
            key_id: Some(key_id),
            freshness: Freshness::Timed(times),
            stated: Covered { signing_string, digest: body_digest },
        })
    }

    fn check_digest<'b>(
        &self,
        covered: &mut Covered<'_>,
        body: &'b [u8],
    ) -> Result<Cow<'b, [u8]>, DeliveryFault> {
        let digest = covered.digest;
        let matches = |body: &[u8]| bool::from(Sha256::digest(body).as_slice().ct_eq(&digest));
        if matches(body) {
            return Ok(Cow::Borrowed(body));
        }
        let compact = if self.accept_pretty_printed { without_white_space(body) } else { Vec::new() };
        if self.accept_pretty_printed && matches(&compact) {
            covered.signing_string.restate_length(compact.len());
            return Ok(Cow::Owned(compact));
        }
        Err(DeliveryFault::DigestMismatch)
    }

    fn digest<'s>(covered: &'s Covered<'_>) -> Option<&'s [u8; 32]> {
        Some(&covered.digest)
    }

    fn mac<'k>(_: &Self::Stated<'_>, key: &'k HmacKey) -> Cow<'k, MacKey> {
        Cow::Borrowed(key.mac())
    }

    fn state_key(_: &Self::Stated<'_>, key: &HmacKey, text: &mut SignedText<'_>) {
        key.state(text);
    }

    fn state(covered: &Covered<'_>, _: &HmacKey, _: &[u8], text: &mut SignedText<'_>) {
        covered.signing_string.state(text);
    }
}

/// `SHA-256=` and 64 hex digits, as Vizion writes it, or base64, as the draft writes it. One digest, not a list.
fn read_digest(header: &[u8]) -> Option<[u8; 32]> {
    let (name, text) = header.trim_ascii().split_at_checked("SHA-256=".len())?;
    let known = name.eq_ignore_ascii_case(b"SHA-256=");
    let digest = Encoding::HexLower.decode(text).or_else(|| Encoding::Base64.decode(text));
    if known { digest } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_one_sha_256_in_hex_or_base64() {
        let hex = hex::encode([7; 32]);
        for text in [format!("SHA-256={hex}"), format!("sha-256={}", hex.to_uppercase())] {
            assert_eq!(read_digest(text.as_bytes()), Some([7; 32]));
        }
        assert!(read_digest(b"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=").is_some());
        for wrong in ["", "SHA-256=", "SHA-512=", &hex, &format!("SHA-256={hex},SHA-256={hex}"), "SHA-256=é"]
        {
            assert_eq!(read_digest(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
