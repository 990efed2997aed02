//! The two MACs that the providers use, with the key's state prepared once.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use constant_time_eq::constant_time_eq_32;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use super::SignedText;
use super::gathered::Gathered;
use crate::error::Error;
use crate::field::{Problem, refuse};
use crate::shown::shown_as_str;

const DIGEST_LENGTH: usize = 32;

/// The longest text of an encoded digest: 64 hex digits.
const LONGEST_TEXT: usize = 2 * DIGEST_LENGTH;

/// How a digest is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// HMAC-SHA256 (RFC 2104).
    HmacSha256,
    /// Plain SHA-256 over a text that holds the secret.
    Sha256,
}

impl MacAlgorithm {
    /// `HMAC-SHA256` or `SHA-256`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA256",
            Self::Sha256 => "SHA-256",
        }
    }
}

/// How a digest is written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// 64 lower-case hex digits.
    HexLower,
    /// 44 characters of padded standard base64 (RFC 4648, section 4).
    Base64,
}

impl Encoding {
    /// `lower-case hex` or `base64`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HexLower => "lower-case hex",
            Self::Base64 => "base64",
        }
    }
}

shown_as_str!(MacAlgorithm, Encoding);

/// A key, prepared: each MAC starts from a copy of its hash state instead of hashing the key again.
///
/// `Debug` shows the algorithm, never the key. The hash state is wiped on drop.
#[derive(Clone)]
pub struct MacKey {
    state: State,
    encoding: Encoding,
    /// Bytes of the signed text, from its start, that `state` has taken in already.
    absorbed: usize,
}

#[derive(Clone)]
enum State {
    Hmac(Hmac<Sha256>),
    Sha256(Sha256),
}

impl MacKey {
    /// HMAC-SHA256 under `key`.
    ///
    /// # Errors
    /// `field-empty`, when the key is: HMAC itself would accept that.
    pub fn hmac_sha256(key: &[u8], encoding: Encoding) -> Result<Self, Error> {
        let empty = || refuse("key", Problem::Empty);
        if key.is_empty() {
            return Err(empty());
        }
        let state = State::Hmac(Hmac::new_from_slice(key).map_err(|_| empty())?);
        Ok(Self { state, encoding, absorbed: 0 })
    }

    /// Plain SHA-256.
    #[must_use]
    pub fn sha256(encoding: Encoding) -> Self {
        Self { state: State::Sha256(Sha256::new()), encoding, absorbed: 0 }
    }

    /// Plain SHA-256 of a text that always starts with `prefix`, usually the secret, which is hashed here once.
    /// The signed text states the prefix all the same.
    #[must_use]
    pub fn sha256_with_prefix(prefix: &[u8], encoding: Encoding) -> Self {
        let state = State::Sha256(Sha256::new().chain_update(prefix));
        Self { state, encoding, absorbed: prefix.len() }
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> MacAlgorithm {
        match self.state {
            State::Hmac(_) => MacAlgorithm::HmacSha256,
            State::Sha256(_) => MacAlgorithm::Sha256,
        }
    }

    /// The encoding of the signatures.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Starts a MAC.
    #[inline]
    #[must_use]
    pub fn start(&self) -> Mac {
        Mac { state: self.state.clone(), encoding: self.encoding, skip: self.absorbed }
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey")
            .field("algorithm", &self.algorithm())
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}

/// A MAC being computed.
#[derive(Clone)]
pub struct Mac {
    state: State,
    encoding: Encoding,
    skip: usize,
}

impl Mac {
    /// Takes in the segments that `state` states, and hands on what it returns.
    #[inline]
    pub fn text<R>(&mut self, state: impl FnOnce(&mut SignedText<'_>) -> R) -> R {
        let mut gathered = Gathered::new();
        let stated = state(&mut SignedText::of_mac(self, &mut gathered));
        self.update(gathered.take());
        stated
    }

    /// Takes in the next bytes of the text.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        let known = self.skip.min(bytes.len());
        self.skip -= known;
        let (_, fresh) = bytes.split_at_checked(known).unwrap_or_default();
        match &mut self.state {
            State::Hmac(hmac) => hmac.update(fresh),
            State::Sha256(hash) => sha2::Digest::update(hash, fresh),
        }
    }

    /// Takes in the next bytes of a text, behind those that are gathered.
    #[inline]
    pub(super) fn update_through(&mut self, gathered: &mut Gathered, bytes: &[u8]) {
        // What the state has taken in already is not worth a copy.
        if self.skip > 0 || !gathered.add(bytes) {
            self.update(gathered.take());
            self.update(bytes);
        }
    }

    /// The signature.
    #[inline]
    #[must_use]
    pub fn finish(self) -> Signature {
        let digest = match self.state {
            State::Hmac(hmac) => hmac.finalize().into_bytes().into(),
            State::Sha256(hash) => hash.finalize().into(),
        };
        Signature { digest, encoding: self.encoding }
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mac").finish_non_exhaustive()
    }
}

/// A computed digest, with the encoding its header uses.
///
/// `Debug` leaves the digest out, and there is no `Display`: whoever has Unleashed's signature of a query can make the same
/// request for as long as the key lives.
#[derive(Clone, Copy)]
pub struct Signature {
    digest: [u8; DIGEST_LENGTH],
    encoding: Encoding,
}

impl Signature {
    /// The signature as a header value, marked sensitive.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        let mut buffer = [0; LONGEST_TEXT];
        // Neither encoding has a character that a header value may not hold, so the fallback is never taken.
        let mut value = HeaderValue::from_bytes(self.encode(&mut buffer))
            .unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// The signature as text. Handle it like the secret that it may be.
    #[must_use]
    pub fn expose_text(&self) -> String {
        String::from_utf8_lossy(self.encode(&mut [0; LONGEST_TEXT])).into_owned()
    }

    /// Whether `received`, already decoded, is this signature. Takes the same time wherever they differ.
    #[must_use]
    pub fn matches(&self, received: &[u8; DIGEST_LENGTH]) -> bool {
        constant_time_eq_32(&self.digest, received)
    }

    /// Whether a received header text is this signature, decoded first: hex in either case, base64 with padding.
    #[must_use]
    pub fn matches_text(&self, received: &[u8]) -> bool {
        self.encoding.decode(received).is_some_and(|digest| self.matches(&digest))
    }

    #[cfg(any(feature = "explain", feature = "netgiro"))]
    pub(crate) fn digest(&self) -> &[u8; DIGEST_LENGTH] {
        &self.digest
    }

    fn encode<'b>(&self, buffer: &'b mut [u8; LONGEST_TEXT]) -> &'b [u8] {
        match self.encoding {
            Encoding::HexLower => {
                // The buffer is exactly twice the digest, the only length that the encoder accepts.
                let _ = const_hex::encode_to_slice(self.digest, buffer);
                buffer
            }
            Encoding::Base64 => {
                // 44 characters fit, so the encoder does not run out of room.
                let length = BASE64.encode_slice(self.digest, buffer).unwrap_or_default();
                buffer.get(..length).unwrap_or_default()
            }
        }
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

impl Encoding {
    /// The text of a digest.
    #[cfg(all(feature = "explain", feature = "webhook"))]
    pub(crate) fn encode(self, digest: &[u8; DIGEST_LENGTH]) -> String {
        Signature { digest: *digest, encoding: self }.expose_text()
    }

    /// Decodes a received signature; `None` unless it is a whole digest in this encoding.
    #[must_use]
    pub fn decode(self, text: &[u8]) -> Option<[u8; DIGEST_LENGTH]> {
        let mut digest = [0; DIGEST_LENGTH];
        match self {
            // The decoder would let a `0x` or `0X` in front pass.
            Self::HexLower if text.len() != LONGEST_TEXT => None,
            Self::HexLower => const_hex::decode_to_slice(text, &mut digest).ok().map(|()| digest),
            Self::Base64 => {
                let length = BASE64.decode_slice(text, &mut digest).ok()?;
                (length == DIGEST_LENGTH).then_some(digest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_hashed_once_however_the_text_is_cut() {
        let whole = Sha256::digest(b"secretnonce").to_vec();
        for cuts in [vec!["secret", "nonce"], vec!["sec", "retno", "nce"], vec!["", "secretnonce"]] {
            let key = MacKey::sha256_with_prefix(b"secret", Encoding::HexLower);
            let (mut mac, mut by_segment) = (key.start(), key.start());
            cuts.iter().for_each(|cut| mac.update(cut.as_bytes()));
            by_segment.text(|text| cuts.iter().for_each(|cut| _ = text.public("cut", cut.as_bytes())));
            assert_eq!(mac.finish().expose_text(), hex::encode(&whole), "{cuts:?}");
            assert_eq!(by_segment.finish().expose_text(), hex::encode(&whole), "{cuts:?}");
        }
    }

    #[test]
    fn segments_of_every_length_and_kind_keep_their_order() {
        let text: Vec<u8> = (0..=255).cycle().take(4000).collect();
        for length in [1, 3, 63, 64, 65, 255, 256, 257, 1000] {
            let mut mac = MacKey::sha256(Encoding::HexLower).start();
            for pieces in text.chunks(5 * length) {
                mac.text(|text| {
                    for (n, piece) in pieces.chunks(length).enumerate() {
                        if n % 2 == 0 {
                            text.public("public", piece)
                        } else {
                            text.secret("secret", piece)
                        };
                    }
                });
            }
            assert_eq!(mac.finish().expose_text(), hex::encode(Sha256::digest(&text)), "{length}");
        }
    }

    #[test]
    fn a_debug_text_has_the_algorithm_and_not_the_key() {
        let key = MacKey::hmac_sha256(b"key", Encoding::Base64).unwrap();
        assert_eq!(format!("{key:?}"), "MacKey { algorithm: HmacSha256, encoding: Base64, .. }");
        assert_eq!(format!("{:?}", key.start()), "Mac { .. }");
        assert_eq!(format!("{:?}", key.start().finish()), "Signature { encoding: Base64, .. }");
    }

    #[test]
    fn only_a_whole_digest_in_the_right_encoding_matches() {
        let mut mac = MacKey::hmac_sha256(b"key", Encoding::Base64).unwrap().start();
        mac.update(b"text");
        let signature = mac.finish();
        let text = signature.expose_text();
        assert!(signature.matches_text(text.as_bytes()));
        for wrong in ["", &text[..43], &format!("{text} "), &format!("{text}{text}"), &hex::encode([0; 32])] {
            assert!(!signature.matches_text(wrong.as_bytes()), "{wrong:?}");
        }
        for right in [hex::encode([7; 32]), hex::encode_upper([0xab; 32])] {
            assert!(Encoding::HexLower.decode(right.as_bytes()).is_some());
            let wrong = [
                format!("0x{right}"),
                format!("0X{right}"),
                format!("0x{}", &right[2..]),
                right[..62].to_owned(),
                format!("{right} "),
            ];
            for wrong in wrong {
                assert_eq!(Encoding::HexLower.decode(wrong.as_bytes()), None, "{wrong}");
            }
        }
        assert_eq!(MacKey::hmac_sha256(b"", Encoding::Base64).unwrap_err().code(), "field-empty");
    }
}
