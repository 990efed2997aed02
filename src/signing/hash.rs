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
    /// `field-empty`, if the key of an HMAC is empty.
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
