//! What digest a received text stands for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::finding::Finding;
use crate::signing::Encoding;

/// The lengths of MD5 and of SHA-256, the digests that can be made sense of.
const DIGEST_LENGTHS: [usize; 2] = [16, 32];

/// One way of reading a received text, right or mistaken.
pub(super) struct Reading {
    pub(super) digest: Vec<u8>,
    /// `None` where the text is in the expected encoding.
    mistake: Option<&'static Misreading>,
}

impl Reading {
    /// The mistake in the encoding, if one was made.
    pub(super) fn finding(&self) -> Option<Finding> {
        self.mistake.map(|mistake| Finding::new(mistake.code, mistake.sentence, mistake.fix))
    }
}

/// A known mistake in writing a digest as text.
struct Misreading {
    code: &'static str,
    sentence: &'static str,
    fix: &'static str,
    /// Undoes it, where the text looks as if it had been made.
    decode: fn(&str, Encoding) -> Option<Vec<u8>>,
}

static MISREADINGS: [Misreading; 6] = [
    Misreading {
        code: "signature-surrounding-whitespace",
        sentence: "The signature has white space at its beginning or end.",
        fix: "Trim it; base64 tools often end their output with a line end.",
        decode: |text, encoding| (text.trim() != text).then(|| expected(text.trim(), encoding)).flatten(),
    },
    Misreading {
        code: "hex-upper-case",
        sentence: "The signature is written in upper-case hex digits.",
        fix: "Write it in lower-case hex digits.",
        decode: |text, encoding| {
            (encoding == Encoding::HexLower).then(|| hex_digits(text.as_bytes())).flatten()
        },
    },
    Misreading {
        code: "hex-for-base64",
        sentence: "The signature is written in hex where base64 is expected.",
        fix: "Encode the 32 bytes of the digest in base64, with padding.",
        decode: |text, encoding| {
            (encoding == Encoding::Base64).then(|| hex_digits(text.as_bytes())).flatten()
        },
    },
    Misreading {
        code: "base64-for-hex",
        sentence: "The signature is written in base64 where hex is expected.",
        fix: "Encode the 32 bytes of the digest in lower-case hex digits.",
        decode: |text, encoding| (encoding == Encoding::HexLower).then(|| any_base64(text)).flatten(),
    },
    Misreading {
        code: "base64-of-hex",
        sentence: "The signature is the base64 of hex digits: it was encoded twice.",
        fix: "Encode the bytes of the digest once.",
        decode: |text, _| hex_digits(&any_base64(text)?),
    },
    Misreading {
        code: "base64-variant",
        sentence: "The signature is in URL-safe base64 or lacks its padding.",
        fix: "Use the standard alphabet, with `+`, `/` and padding.",
        decode: |text, encoding| (encoding == Encoding::Base64).then(|| any_base64(text)).flatten(),
    },
];

/// All readings that give a digest: the expected one, or the mistaken ones.
pub(super) fn all(text: &str, encoding: Encoding) -> Vec<Reading> {
    let is_digest = |digest: &Vec<u8>| DIGEST_LENGTHS.contains(&digest.len());
    if let Some(digest) = expected(text, encoding).filter(is_digest) {
        return vec![Reading { digest, mistake: None }];
    }
    let mistaken = |mistake: &'static Misreading| {
        let digest = (mistake.decode)(text, encoding).filter(is_digest)?;
        Some(Reading { digest, mistake: Some(mistake) })
    };
    MISREADINGS.iter().filter_map(mistaken).collect()
}

/// What is wrong with the form of a text that has no reading. Tells its length, never the text.
pub(super) fn describe(text: &str, encoding: Encoding) -> String {
    let characters = text.chars().count();
    let expected = match encoding {
        Encoding::HexLower => "64 hex digits",
        Encoding::Base64 => "44 characters of base64",
    };
    match hex_digits(text.as_bytes()).or_else(|| any_base64(text)).map(|bytes| bytes.len()) {
        Some(20) => format!("{expected} are expected, these are the 20 bytes of a SHA-1"),
        Some(64) => format!("{expected} are expected, these are the 64 bytes of a SHA-512"),
        _ => format!("{expected} are expected, these are {characters} characters"),
    }
}

fn expected(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::HexLower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
        Encoding::HexLower => hex_digits(text.as_bytes()),
        Encoding::Base64 => BASE64.decode(text).ok(),
    }
}

/// Nothing but digits: the decoder would let a `0x` or `0X` in front pass.
pub(super) fn hex_digits(text: &[u8]) -> Option<Vec<u8>> {
    if const_hex::check_raw(text) { const_hex::decode(text).ok() } else { None }
}

fn any_base64(text: &str) -> Option<Vec<u8>> {
    [BASE64, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_behind_0x_are_no_signature() {
        let digits = hex::encode([7; 32]);
        assert_eq!(all(&digits, Encoding::HexLower).len(), 1);
        for encoding in [Encoding::HexLower, Encoding::Base64] {
            for prefix in ["0x", "0X"] {
                assert_eq!(all(&format!("{prefix}{digits}"), encoding).len(), 0, "{prefix}");
            }
        }
    }
}
