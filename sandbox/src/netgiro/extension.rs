//! The length extension of SHA-256 (Merkle–Damgård): a digest is the hash's whole state, so that whoever has it can
//! go on hashing. That is what makes SHA-256(secret ‖ text) forgeable, and HMAC not.

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// From the digest of some text of `length` bytes: the padding that the hash put behind it, and the digest of text,
/// padding and `suffix` together.
pub(super) fn extend(digest: [u8; 32], length: usize, suffix: &[u8]) -> (Vec<u8>, [u8; 32]) {
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
