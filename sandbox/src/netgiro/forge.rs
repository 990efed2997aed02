//! Forged replies.

use bytes::Bytes;
use countersign::netgiro::headers::{APP_KEY, NONCE, SIGNATURE};
use http::{HeaderValue, Response};

use super::Netgiro;
use super::extension::extend;
use crate::fault::Fault;
use crate::request::Received;

/// The end that an attacker would give an honest reply.
const SUFFIX: &[u8] = br#"{"Success":false,"ResultCode":400}"#;

impl Netgiro {
    /// An honest reply with a fault.
    pub(super) fn forged(
        &self,
        fault: &Fault,
        arrived: &Received,
        honest: Response<Bytes>,
    ) -> Response<Bytes> {
        match fault {
            Fault::WrongSignature => with_wrong_signature(honest),
            Fault::Tampered => honest.map(|body| tampered(&body)),
            Fault::Reflected => reflected(arrived, honest),
            Fault::Extended => self.extended(arrived, honest),
            Fault::Stale => self.first_reply(arrived, honest),
            _ => honest,
        }
    }

    /// Continues the honest digest over a suffix. Of the secret, only its length is used.
    fn extended(&self, arrived: &Received, mut honest: Response<Bytes>) -> Response<Bytes> {
        let [nonce, signature] = [NONCE, SIGNATURE].map(|name| honest.headers().get(name));
        let (Some(nonce), Some(signature)) = (nonce, signature) else { return honest };
        let mut digest = [0; 32];
        if hex::decode_to_slice(signature, &mut digest).is_err() {
            return honest;
        }
        let length = self.secret_length + nonce.len() + arrived.url.len() + honest.body().len();
        let (glue, digest) = extend(digest, length, SUFFIX);
        if let Ok(signature) = HeaderValue::try_from(hex::encode(digest)) {
            honest.headers_mut().insert(SIGNATURE, signature);
        }
        honest.map(|body| [&body, &glue[..], SUFFIX].concat().into())
    }
}

fn with_wrong_signature(mut honest: Response<Bytes>) -> Response<Bytes> {
    if let Some(signature) = honest.headers_mut().get_mut(SIGNATURE) {
        let mut text = signature.as_bytes().to_vec();
        if let Some(digit) = text.last_mut() {
            *digit = if *digit == b'0' { b'1' } else { b'0' };
        }
        if let Ok(wrong) = HeaderValue::try_from(text) {
            *signature = wrong;
        }
    }
    honest
}

fn tampered(body: &[u8]) -> Bytes {
    let text = String::from_utf8_lossy(body);
    let (from, to) = if text.contains("true") { ("true", "false") } else { ("false", "true") };
    text.replacen(from, to, 1).into()
}

fn reflected(arrived: &Received, honest: Response<Bytes>) -> Response<Bytes> {
    let mut reply = honest.map(|_| arrived.body.clone());
    for name in [APP_KEY, NONCE, SIGNATURE] {
        if let Some(value) = arrived.headers.get(name) {
            reply.headers_mut().insert(name, value.clone());
        }
    }
    reply
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_extended_digest_is_that_of_the_extended_text() {
        for length in 0..200 {
            let text = vec![b'a'; length];
            for suffix in [&b""[..], b"suffix", &[b'b'; 150]] {
                let (glue, extended) = extend(Sha256::digest(&text).into(), length, suffix);
                let whole = [&text, &glue, suffix].concat();
                assert_eq!(extended[..], Sha256::digest(whole)[..], "{length} + {}", suffix.len());
            }
        }
    }

    /// Secret, nonce, URL and body of Netgíró's published example are 301 bytes, with an answer of success behind.
    #[test]
    fn a_known_extension_is_reproduced() {
        let honest = "4081eb2cf15b8e197ff011841605b89767441478646c46bebdc64a3268cc296e";
        let honest = hex::decode(honest).unwrap().try_into().unwrap();
        let (glue, extended) = extend(honest, 301, br#"{"Success":false,"ResultCode":400}"#);
        assert_eq!(hex::encode(glue), "80000000000000000000000000000000000968");
        assert_eq!(hex::encode(extended), "8dcb074891ec9855df1f036f3a9192eacf4604bc7a7ae1072c36c7b03853411b");
    }
}
