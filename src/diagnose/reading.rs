//! What digest a received text stands for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use subtle::ConstantTimeEq as _;

use super::dress;
use super::finding::Finding;
use super::not_text;
use crate::signing::Encoding;

/// The lengths of MD5, SHA-1, SHA-256, SHA-384 and SHA-512, the digests that can be made sense of.
const DIGEST_LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];

/// So much of a digest proves it as well as all of it.
const SHORTEST_CUT: usize = 16;

/// One way of reading a received text, right or mistaken.
pub(super) struct Reading {
    received: Received,
    /// None where the text is in the expected encoding.
    mistakes: Vec<Finding>,
}

/// What of a digest was received.
enum Received {
    All(Vec<u8>),
    Beginning(Vec<u8>),
    /// Digits, of which each byte below 16 has one only, or which lack the zeros at the beginning.
    Unpadded(String),
}

impl Reading {
    /// The mistakes in the encoding, if any were made.
    pub(super) fn finding(&self) -> Option<Finding> {
        self.mistakes.iter().cloned().reduce(Finding::and)
    }

    /// Compared in constant time: a diagnosis may be run on what a stranger sent.
    pub(super) fn is(&self, digest: &[u8]) -> bool {
        match &self.received {
            Received::All(received) => bool::from(received.ct_eq(digest)),
            Received::Beginning(received) => {
                digest.get(..received.len()).is_some_and(|beginning| bool::from(received.ct_eq(beginning)))
            }
            Received::Unpadded(digits) => {
                let unpadded: String = digest.iter().map(|byte| format!("{byte:x}")).collect();
                let padded = format!("{digits:0>width$}", width = 2 * digest.len());
                bool::from(digits.as_bytes().ct_eq(unpadded.as_bytes()))
                    || bool::from(padded.as_bytes().ct_eq(hex::encode(digest).as_bytes()))
            }
        }
    }

    /// Whether it has the length of a digest that is expected, or of an old one.
    pub(super) fn is_of_usual_length(&self) -> bool {
        matches!(&self.received, Received::All(digest) if [16, 32].contains(&digest.len()))
    }
}

/// Whether a text stands for this digest, rightly or mistakenly written.
pub(super) fn is_digest_of(received: &str, encoding: Encoding, digest: &[u8]) -> bool {
    all(received, encoding).iter().any(|reading| reading.is(digest))
}

/// A known mistake in writing a digest as text.
struct Misreading {
    code: &'static str,
    sentence: &'static str,
    fix: &'static str,
    /// Undoes it, where the text looks as if it had been made.
    decode: fn(&str, Encoding) -> Option<Received>,
}

static MISREADINGS: [Misreading; 9] = [
    Misreading {
        code: "hex-upper-case",
        sentence: "The signature is written in upper-case hex digits.",
        fix: "Write it in lower-case hex digits.",
        decode: |text, encoding| {
            (encoding == Encoding::HexLower).then(|| hex_digits(text.as_bytes())).flatten().map(Received::All)
        },
    },
    Misreading {
        code: "hex-for-base64",
        sentence: "The signature is written in hex where base64 is expected.",
        fix: "Encode the 32 bytes of the digest in base64, with padding.",
        decode: |text, encoding| {
            (encoding == Encoding::Base64).then(|| hex_digits(text.as_bytes())).flatten().map(Received::All)
        },
    },
    Misreading {
        code: "base64-for-hex",
        sentence: "The signature is written in base64 where hex is expected.",
        fix: "Encode the 32 bytes of the digest in lower-case hex digits.",
        decode: |text, encoding| {
            (encoding == Encoding::HexLower).then(|| any_base64(text)).flatten().map(Received::All)
        },
    },
    Misreading {
        code: "base64-of-hex",
        sentence: "The signature is the base64 of hex digits: it was encoded twice.",
        fix: "Encode the bytes of the digest once.",
        decode: |text, _| hex_digits(&any_base64(text)?).map(Received::All),
    },
    Misreading {
        code: "encoded-twice",
        sentence: "The signature was encoded in hex or base64, and what came out was encoded once more.",
        fix: "Encode the bytes of the digest once; PHP's `hash_hmac`, for one, gives hex digits unless told otherwise.",
        decode: |text, _| {
            let of_base64 = |bytes: Vec<u8>| any_base64(std::str::from_utf8(&bytes).ok()?);
            let of_hex = || hex_digits(&hex_digits(text.as_bytes())?);
            let twice = of_hex().or_else(|| of_base64(hex_digits(text.as_bytes())?));
            twice.or_else(|| of_base64(any_base64(text)?)).map(Received::All)
        },
    },
    Misreading {
        code: "base64-variant",
        sentence: "The signature is in URL-safe base64 or lacks its padding.",
        fix: "Use the standard alphabet, with `+`, `/` and padding.",
        decode: |text, encoding| {
            (encoding == Encoding::Base64).then(|| any_base64(text)).flatten().map(Received::All)
        },
    },
    Misreading {
        code: "bytes-printed",
        sentence: "The signature is the bytes of the digest as a program prints them.",
        fix: "Encode them in hex or base64, whichever is expected; do not turn them into text.",
        decode: |text, _| not_text::printed_bytes(text).map(Received::All),
    },
    Misreading {
        code: "hex-zeros-missing",
        sentence: "The hex digits lack the zeros in front of each byte below 16, or those at the beginning.",
        fix: "Write two digits for each byte, as `%02x` does; Java's `BigInteger.toString(16)` drops zeros at the beginning.",
        decode: |text, _| {
            let is_short =
                (32..64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_short.then(|| Received::Unpadded(text.to_ascii_lowercase()))
        },
    },
    Misreading {
        code: "signature-cut",
        sentence: "The signature is the beginning of the digest and not all of it.",
        fix: "Send all 32 bytes of it; look for a field or a column that cuts it off.",
        decode: |text, _| {
            let digits = || hex_digits(text.get(..text.len() & !1)?.as_bytes());
            let letters = || STANDARD_NO_PAD.decode(text.get(..text.len() & !3)?).ok();
            let whole = digits().or_else(letters);
            whole.filter(|bytes| (SHORTEST_CUT..32).contains(&bytes.len())).map(Received::Beginning)
        },
    },
];

/// All readings that give a digest: the expected one, or the mistaken ones, those of which a part would do last.
pub(super) fn all(text: &str, encoding: Encoding) -> Vec<Reading> {
    let is_digest = |digest: &Vec<u8>| DIGEST_LENGTHS.contains(&digest.len());
    let mut readings = Vec::new();
    for (worn, text) in dress::layers(text) {
        let worn: Vec<Finding> = worn.iter().map(|on| Finding::new(on.code, on.sentence, on.fix)).collect();
        if let Some(digest) = expected(&text, encoding).filter(is_digest) {
            let is_right = digest.len() == 32;
            let is_bare = worn.is_empty();
            readings.push(Reading { received: Received::All(digest), mistakes: worn.clone() });
            if is_right && is_bare {
                break;
            }
            // 64 hex digits are base64 as well.
            if is_right {
                continue;
            }
        }
        for mistake in &MISREADINGS {
            let received = (mistake.decode)(&text, encoding);
            let is_some = |received: &Received| match received {
                Received::All(digest) => is_digest(digest),
                Received::Beginning(_) | Received::Unpadded(_) => true,
            };
            let Some(received) = received.filter(is_some) else { continue };
            let made = Finding::new(mistake.code, mistake.sentence, mistake.fix);
            readings.push(Reading { received, mistakes: [&worn[..], &[made]].concat() });
        }
    }
    readings.sort_by_key(|reading| matches!(reading.received, Received::Beginning(_)));
    readings
}

/// Whether a text is one of these secrets, as it is or in hex or base64, whatever it wears.
pub(super) fn is_one_of(text: &str, secrets: &[&[u8]]) -> bool {
    let is_secret = |form: &[u8]| secrets.iter().any(|secret| bool::from(form.ct_eq(secret)));
    dress::layers(text).iter().any(|(_, text)| {
        let decoded = [hex_digits(text.as_bytes()), any_base64(text)];
        is_secret(text.as_bytes()) || decoded.iter().flatten().any(|form| is_secret(form))
    })
}

/// What is wrong with the form of a text that has no reading. Tells its length, never the text.
pub(super) fn describe(text: &str, encoding: Encoding) -> String {
    let characters = text.chars().count();
    let expected = match encoding {
        Encoding::HexLower | Encoding::HexUpper => "64 hex digits",
        _ => "44 characters of base64",
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
        Encoding::HexLower | Encoding::HexUpper => hex_digits(text.as_bytes()),
        Encoding::Base64 => BASE64.decode(text).ok(),
        _ => any_base64(text),
    }
}

pub(super) fn hex_digits(text: &[u8]) -> Option<Vec<u8>> {
    hex::decode(text).ok()
}

fn any_base64(text: &str) -> Option<Vec<u8>> {
    [BASE64, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text).ok())
}

/// The code and the sentence of each.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    MISREADINGS.iter().map(|one| (one.code, one.sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_digest_has_one_reading() {
        assert_eq!(all(&hex::encode([7; 32]), Encoding::HexLower).len(), 1);
        // Base64 may begin as hex digits with a prefix do.
        let digest = BASE64.decode(format!("0x{}=", "A".repeat(41))).unwrap();
        let readings = all(&BASE64.encode(&digest), Encoding::Base64);
        assert!(readings.len() == 1 && readings[0].is(&digest) && readings[0].finding().is_none());
    }

    #[test]
    fn what_a_stranger_sends_has_few_readings() {
        let digits = hex::encode([7; 32]);
        let separated = digits.as_bytes().chunks(2).map(|byte| str::from_utf8(byte).unwrap());
        let separated = separated.collect::<Vec<_>>().join("-");
        for text in [
            format!("\"'<[ sha256=0x{digits} ]>'\""),
            format!(" a b c d e f ( {{ `%25%25` }} ) {digits}"),
            format!("'b: \"0x{separated}\"'"),
            "%20=".repeat(250),
            "a=".repeat(4 << 10),
        ] {
            let layers = dress::layers(&text).len();
            assert!(layers < 100, "{layers} {text}");
        }
    }
}
