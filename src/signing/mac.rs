//! MACs and plain digests. The hash state of a key is prepared once.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::SignedText;
use super::gathered::Gathered;
use crate::error::Error;
use crate::field::{Problem, refuse};

/// The longest digest: that of SHA-512.
const LONGEST_DIGEST: usize = 64;

/// The longest text of an encoded digest: 128 hex digits.
const LONGEST_TEXT: usize = 2 * LONGEST_DIGEST;

/// How a digest is computed.
///
/// The four providers use the first two. The others are for declarations, and their keys need the feature `declared`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// HMAC-SHA256 (RFC 2104).
    HmacSha256,
    /// Plain SHA-256 over a text that holds the secret.
    Sha256,
    /// HMAC-MD5.
    HmacMd5,
    /// HMAC-SHA1.
    HmacSha1,
    /// HMAC-SHA384.
    HmacSha384,
    /// HMAC-SHA512.
    HmacSha512,
    /// Plain MD5.
    Md5,
    /// Plain SHA-1.
    Sha1,
    /// Plain SHA-384.
    Sha384,
    /// Plain SHA-512.
    Sha512,
}

impl MacAlgorithm {
    /// The usual name, e.g. `HMAC-SHA256` or `SHA-256`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA256",
            Self::Sha256 => "SHA-256",
            Self::HmacMd5 => "HMAC-MD5",
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha384 => "HMAC-SHA384",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// Whether it is an HMAC, which has a key. A plain hash has its secret in the text.
    #[must_use]
    pub fn is_keyed(self) -> bool {
        match self {
            Self::HmacMd5 | Self::HmacSha1 | Self::HmacSha256 | Self::HmacSha384 | Self::HmacSha512 => true,
            Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha384 | Self::Sha512 => false,
        }
    }
}

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Lower-case hex digits. Upper-case ones are read as well.
    HexLower,
    /// Padded standard base64 (RFC 4648, section 4).
    Base64,
    /// Upper-case hex digits. Lower-case ones are read as well.
    HexUpper,
    /// Standard base64 without padding.
    Base64NoPad,
    /// Padded base64 with `-` and `_` (RFC 4648, section 5).
    Base64Url,
    /// Base64 with `-` and `_`, without padding.
    Base64UrlNoPad,
}

impl Encoding {
    /// A few words for people, e.g. `lower-case hex`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HexLower => "lower-case hex",
            Self::HexUpper => "upper-case hex",
            Self::Base64 => "base64",
            Self::Base64NoPad => "base64 without padding",
            Self::Base64Url => "base64url",
            Self::Base64UrlNoPad => "base64url without padding",
        }
    }

    /// The engine; `None` for hex.
    fn base64(self) -> Option<&'static GeneralPurpose> {
        match self {
            Self::HexLower | Self::HexUpper => None,
            Self::Base64 => Some(&STANDARD),
            Self::Base64NoPad => Some(&STANDARD_NO_PAD),
            Self::Base64Url => Some(&URL_SAFE),
            Self::Base64UrlNoPad => Some(&URL_SAFE_NO_PAD),
        }
    }

    /// The text of a digest.
    pub(crate) fn encode(self, digest: &[u8; 32]) -> String {
        Signature { digest: Digest::new(digest), encoding: self }.expose_text()
    }

    /// The text of any bytes.
    pub(crate) fn encode_any(self, bytes: &[u8]) -> Vec<u8> {
        let text = match self.base64() {
            Some(base64) => base64.encode(bytes),
            None if self == Self::HexUpper => hex::encode_upper(bytes),
            None => hex::encode(bytes),
        };
        text.into_bytes()
    }

    /// Decodes a received signature of `N` bytes; `None` unless it is a whole digest in this encoding.
    #[must_use]
    pub fn decode<const N: usize>(self, text: &[u8]) -> Option<[u8; N]> {
        let mut digest = [0; N];
        self.decode_into(text, &mut digest).then_some(digest)
    }

    /// Decodes `text` into `digest`. `false` unless it has exactly as many bytes.
    fn decode_into(self, text: &[u8], digest: &mut [u8]) -> bool {
        match self.base64() {
            None => hex::decode_to_slice(text, digest).is_ok(),
            Some(base64) => base64.decode_slice(text, digest).is_ok_and(|length| length == digest.len()),
        }
    }
}

impl fmt::Display for MacAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The bytes of a digest of any function.
#[derive(Clone, Copy)]
pub(crate) struct Digest {
    bytes: [u8; LONGEST_DIGEST],
    length: usize,
}

impl Digest {
    /// Cuts the digest off at 64 bytes, which no function here exceeds.
    #[inline]
    pub(crate) fn new(digest: &[u8]) -> Self {
        let mut bytes = [0; LONGEST_DIGEST];
        let length = digest.len().min(LONGEST_DIGEST);
        bytes.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = *digest);
        Self { bytes, length }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// A prepared key: each MAC starts from a copy of its hash state instead of hashing the key again.
///
/// `Debug` shows the algorithm, never the key. The hash state is wiped on drop.
///
/// ```
/// use countersign::signing::{Encoding, MacKey};
///
/// let key = MacKey::hmac_sha256(b"signing key", Encoding::HexLower)?; // once
/// let mut mac = key.start(); // for each text
/// mac.text(|text| {
///     text.public("time", b"1705312800").separator(".").public("body", b"{}");
/// });
/// assert!(!mac.finish().matches_text(b"what was received")); // in constant time
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct MacKey {
    pub(super) state: State,
    pub(super) encoding: Encoding,
    /// How many bytes at the start of the signed text `state` has already taken in.
    pub(super) absorbed: usize,
}

#[derive(Clone)]
pub(super) enum State {
    Hmac(Hmac<Sha256>),
    Sha256(Sha256),
    /// An algorithm that no built-in provider uses: see `hash.rs`.
    Other(MacAlgorithm, Box<dyn Hashing>),
}

/// A running hash or HMAC of another algorithm. Its state is wiped on drop.
pub(crate) trait Hashing: Send + Sync {
    fn take_in(&mut self, bytes: &[u8]);
    fn finish(self: Box<Self>) -> Digest;
    fn copy(&self) -> Box<dyn Hashing>;
}

impl Clone for Box<dyn Hashing> {
    fn clone(&self) -> Self {
        (**self).copy()
    }
}

impl MacKey {
    /// HMAC-SHA256 under `key`.
    ///
    /// # Errors
    /// `field-empty`, if the key is empty: HMAC itself would accept an empty key.
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
            State::Other(algorithm, _) => algorithm,
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

    /// Starts a MAC of any text, which need not begin with the prefix.
    pub(crate) fn start_of_any_text(&self) -> Mac {
        // Only keys of plain SHA-256 have a prefix.
        if self.absorbed == 0 { self.start() } else { Self::sha256(self.encoding).start() }
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

/// A running MAC.
#[derive(Clone)]
pub struct Mac {
    state: State,
    encoding: Encoding,
    skip: usize,
}

impl Mac {
    /// Takes in the segments that `state` states, and returns the result of `state`.
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
            State::Other(_, hashing) => hashing.take_in(fresh),
        }
    }

    /// Takes in the next bytes of a text, after the gathered ones.
    #[inline]
    pub(super) fn update_through(&mut self, gathered: &mut Gathered, bytes: &[u8]) {
        // Bytes that the state has already taken in need no copy.
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
            State::Hmac(hmac) => Digest::new(&hmac.finalize().into_bytes()),
            State::Sha256(hash) => Digest::new(&hash.finalize()),
            State::Other(_, hashing) => hashing.finish(),
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
/// `Debug` leaves the digest out, and there is no `Display`: whoever has Unleashed's signature of a query can repeat
/// the request for as long as the key lives.
#[derive(Clone, Copy)]
pub struct Signature {
    digest: Digest,
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

    /// Whether `received`, already decoded, is this signature. Compares in constant time.
    #[must_use]
    pub fn matches(&self, received: &[u8]) -> bool {
        self.digest.as_bytes().ct_eq(received).into()
    }

    /// Decodes a received header text, and checks whether it is this signature: hex in either case, base64 with exactly
    /// its padding.
    #[must_use]
    pub fn matches_text(&self, received: &[u8]) -> bool {
        let mut decoded = Digest { bytes: [0; LONGEST_DIGEST], ..self.digest };
        let digest = decoded.bytes.get_mut(..decoded.length).unwrap_or_default();
        self.encoding.decode_into(received, digest) && self.matches(digest)
    }

    pub(crate) fn digest(&self) -> &[u8] {
        self.digest.as_bytes()
    }

    fn encode<'b>(&self, buffer: &'b mut [u8; LONGEST_TEXT]) -> &'b [u8] {
        let digest = self.digest.as_bytes();
        // A digest of 64 bytes fits in each encoding, so no encoder runs out of room.
        let length = match self.encoding.base64() {
            Some(base64) => base64.encode_slice(digest, buffer).unwrap_or_default(),
            None => {
                let digits = buffer.get_mut(..2 * digest.len()).unwrap_or_default();
                let _ = hex::encode_to_slice(digest, digits);
                if self.encoding == Encoding::HexUpper {
                    digits.make_ascii_uppercase();
                }
                2 * digest.len()
            }
        };
        buffer.get(..length).unwrap_or_default()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
