//! The length extension of SHA-256 (Merkle–Damgård): a digest is the hash's whole state, so whoever has the digest can go on
//! hashing. This makes SHA-256(secret ‖ text) forgeable; HMAC is not.
//!
//! The library's tests include this file. The tests of this file are in `forge.rs`, so that they run once, and not where
//! memory is measured.

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// Extends the digest of a text of `length` bytes: returns the padding that the hash put behind the text, and the digest of
/// text, padding and `suffix` together.
pub(crate) fn extend(digest: [u8; 32], length: usize, suffix: &[u8]) -> (Vec<u8>, [u8; 32]) {
    let glue = padding(length);
    let mut rest = suffix.to_vec();
    rest.extend(padding(length + glue.len() + suffix.len()));

    let mut state = [0; 8];
    for (word, bytes) in state.iter_mut().zip(digest.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    // Text and glue fill whole blocks, so suffix and its padding do too.
    compress256(&mut state, rest.as_chunks::<BLOCK>().0);

    let mut extended = [0; 32];
    for (bytes, word) in extended.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    (glue, extended)
}

/// What SHA-256 puts behind a text of `length` bytes: a one bit, zeros, and the length in bits (FIPS 180-4, 5.1.1).
fn padding(length: usize) -> Vec<u8> {
    let bits = 8 * length as u64;
    let zeros = (2 * BLOCK - 9 - length % BLOCK) % BLOCK;
    let mut padding = vec![0x80];
    padding.resize(1 + zeros, 0);
    padding.extend(bits.to_be_bytes());
    padding
}
