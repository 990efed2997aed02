//! All algorithms, for declarations and diagnoses.

use hmac::digest::{FixedOutput, Update};
use hmac::{Hmac, KeyInit};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::mac::{Digest, Hashing, State};
use super::{Encoding, MacAlgorithm, MacKey};
use crate::error::Error;
use crate::field::{Problem, refuse};

impl<H: Update + FixedOutput + Clone + Send + Sync + 'static> Hashing for H {
    fn take_in(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
    fn finish(self: Box<Self>) -> Digest {
        Digest::new(&self.finalize_fixed())
    }
    fn copy(&self) -> Box<dyn Hashing> {
        Box::new(self.clone())
    }
}

impl MacKey {
    /// Any algorithm; a plain hash does not use `key`.
    ///
    /// With the feature `declared`.
    ///
    /// # Errors
    /// `field-empty`, when the key of an HMAC is.
    pub fn new(algorithm: MacAlgorithm, key: &[u8], encoding: Encoding) -> Result<Self, Error> {
        match algorithm {
            MacAlgorithm::HmacSha256 => Self::hmac_sha256(key, encoding),
            MacAlgorithm::Sha256 => Ok(Self::sha256(encoding)),
            _ if algorithm.is_keyed() && key.is_empty() => Err(refuse("key", Problem::Empty)),
            other => {
                let hashing = start(other, key).ok_or_else(|| refuse("key", Problem::Empty))?;
                Ok(Self { state: State::Other(other, hashing), encoding, absorbed: 0 })
            }
        }
    }
}

/// Starts an algorithm; a plain hash does not use `key`.
pub(crate) fn start(algorithm: MacAlgorithm, key: &[u8]) -> Option<Box<dyn Hashing>> {
    fn keyed<H: Hashing + KeyInit + 'static>(key: &[u8]) -> Option<Box<dyn Hashing>> {
        // An HMAC takes a key of any length.
        H::new_from_slice(key).ok().map(|hmac| Box::new(hmac) as _)
    }
    match algorithm {
        MacAlgorithm::HmacSha256 => keyed::<Hmac<Sha256>>(key),
        MacAlgorithm::Sha256 => Some(Box::new(Sha256::default())),
        MacAlgorithm::HmacMd5 => keyed::<Hmac<Md5>>(key),
        MacAlgorithm::HmacSha1 => keyed::<Hmac<Sha1>>(key),
        MacAlgorithm::HmacSha384 => keyed::<Hmac<Sha384>>(key),
        MacAlgorithm::HmacSha512 => keyed::<Hmac<Sha512>>(key),
        MacAlgorithm::Md5 => Some(Box::new(Md5::default())),
        MacAlgorithm::Sha1 => Some(Box::new(Sha1::default())),
        MacAlgorithm::Sha384 => Some(Box::new(Sha384::default())),
        MacAlgorithm::Sha512 => Some(Box::new(Sha512::default())),
    }
}

/// The digest of `bytes` by a plain hash.
pub(crate) fn digest(algorithm: MacAlgorithm, bytes: &[u8]) -> Vec<u8> {
    let digest = start(algorithm, &[]).map(|mut hashing| {
        hashing.take_in(bytes);
        hashing.finish()
    });
    digest.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(algorithm: MacAlgorithm, key: &str, text: &str) -> String {
        let mut mac = MacKey::new(algorithm, key.as_bytes(), Encoding::HexLower).unwrap().start();
        mac.update(text.as_bytes());
        mac.finish().expose_text()
    }

    /// RFC 2202 and RFC 4231, test case 2, and what RFC 1321 and FIPS 180 say of `abc`.
    #[test]
    fn each_algorithm_gives_the_published_digest() {
        use MacAlgorithm as A;
        let keyed = [
            (A::HmacMd5, "750c783e6ab0b503eaa86e310a5db738"),
            (A::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (A::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                A::HmacSha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                A::HmacSha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                 caeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        let plain = [
            (A::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (A::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (A::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                A::Sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                A::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
                 454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ];
        for (algorithm, expected) in keyed {
            assert_eq!(hex(algorithm, "Jefe", "what do ya want for nothing?"), expected, "{algorithm}");
            assert!(algorithm.is_keyed());
            assert_eq!(MacKey::new(algorithm, b"", Encoding::HexLower).unwrap_err().code(), "field-empty");
        }
        for (algorithm, expected) in plain {
            assert_eq!(hex(algorithm, "", "abc"), expected, "{algorithm}");
            assert!(!algorithm.is_keyed());
        }
    }

    #[test]
    fn each_encoding_of_each_length_is_read_back_and_no_other_is() {
        use Encoding as E;
        let encodings =
            [E::HexLower, E::HexUpper, E::Base64, E::Base64NoPad, E::Base64Url, E::Base64UrlNoPad];
        for algorithm in [MacAlgorithm::HmacMd5, MacAlgorithm::HmacSha1, MacAlgorithm::HmacSha512] {
            for encoding in encodings {
                let key = MacKey::new(algorithm, b"key", encoding).unwrap();
                assert_eq!((key.algorithm(), key.encoding()), (algorithm, encoding));
                let (signature, mut other) = (key.start().finish(), key.clone().start());
                other.update(b"x");
                let text = signature.expose_text();
                assert!(signature.matches_text(text.as_bytes()), "{algorithm} {encoding}");
                assert_eq!(signature.header_value(), text);
                assert!(!signature.matches_text(other.finish().expose_text().as_bytes()));
                assert!(!signature.matches_text(&text.as_bytes()[1..]));
                let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
                assert_eq!(signature.matches_text(text.to_uppercase().as_bytes()), hex, "{encoding}");
            }
        }
    }
}
