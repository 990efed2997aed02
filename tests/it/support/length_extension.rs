//! The attack on plain SHA-256: from the digest of an unknown text and that text's length, the digest of the text, its
//! padding and a suffix of the attacker's choice.

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// What SHA-256 appends to a text of `length` bytes: 0x80, zeros, and the length in bits.
pub(crate) fn padding(length: usize) -> Vec<u8> {
    let zeros = (2 * BLOCK - 9 - length % BLOCK) % BLOCK;
    let bits = 8 * u64::try_from(length).unwrap();
    [&[0x80][..], &vec![0; zeros], &bits.to_be_bytes()].concat()
}

/// The digest of `text ‖ padding(length) ‖ suffix`, made from the digest of `text` without knowing `text`.
pub(crate) fn extend(digest: [u8; 32], length: usize, suffix: &[u8]) -> [u8; 32] {
    let mut state = [0; 8];
    for (word, bytes) in state.iter_mut().zip(digest.chunks_exact(4)) {
        *word = u32::from_be_bytes(bytes.try_into().unwrap());
    }
    let known = length + padding(length).len();
    let rest = [suffix, &padding(known + suffix.len())].concat();
    let blocks: Vec<[u8; BLOCK]> = rest.chunks_exact(BLOCK).map(|block| block.try_into().unwrap()).collect();
    compress256(&mut state, &blocks);
    let mut extended = [0; 32];
    for (bytes, word) in extended.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    extended
}
