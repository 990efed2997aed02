//! The arithmetic without the crate: hashes, charsets and encodings as their standards have them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

pub(crate) fn sha256(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

pub(crate) fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().into()
}

pub(crate) fn base64(digest: [u8; 32]) -> String {
    STANDARD.encode(digest)
}

/// The bytes of `text` in a charset as the vectors name it.
pub(crate) fn encode(charset: &str, text: &str) -> Vec<u8> {
    let one_byte = |to_byte: fn(char) -> Option<u8>| text.chars().map(|c| to_byte(c).unwrap()).collect();
    match charset {
        "utf-8" => text.as_bytes().to_vec(),
        "iso-8859-1" => one_byte(latin1),
        "iso-8859-15" => one_byte(latin9),
        unknown => panic!("no charset {unknown}"),
    }
}

fn latin1(character: char) -> Option<u8> {
    u8::try_from(u32::from(character)).ok()
}

/// ISO-8859-15 is ISO-8859-1 but for eight characters.
fn latin9(character: char) -> Option<u8> {
    const CHANGED: [(char, u8); 8] = [
        ('€', 0xa4),
        ('Š', 0xa6),
        ('š', 0xa8),
        ('Ž', 0xb4),
        ('ž', 0xb8),
        ('Œ', 0xbc),
        ('œ', 0xbd),
        ('Ÿ', 0xbe),
    ];
    let changed = CHANGED.iter().find(|(c, _)| *c == character).map(|(_, byte)| *byte);
    changed.or_else(|| latin1(character).filter(|byte| CHANGED.iter().all(|(_, taken)| taken != byte)))
}
