//! Forged replies.

use bytes::Bytes;
use http::{HeaderValue, Response};

use super::Netgiro;
use super::extension::extend;
use super::judge::{APP_KEY, NONCE, SIGNATURE};
use crate::arrived::Arrived;
use crate::fault::Fault;

/// What an attacker would have an honest reply end in.
const SUFFIX: &[u8] = br#"{"Success":false,"ResultCode":400}"#;

impl Netgiro {
    /// What a fault makes of an honest reply.
    pub(super) fn forge(&self, fault: &Fault, arrived: &Arrived, honest: Response<Bytes>) -> Response<Bytes> {
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
    fn extended(&self, arrived: &Arrived, mut honest: Response<Bytes>) -> Response<Bytes> {
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

fn reflected(arrived: &Arrived, honest: Response<Bytes>) -> Response<Bytes> {
    let mut reply = honest.map(|_| arrived.body.clone());
    for name in [APP_KEY, NONCE, SIGNATURE] {
        if let Some(value) = arrived.headers.get(name) {
            reply.headers_mut().insert(name, value.clone());
        }
    }
    reply
}
