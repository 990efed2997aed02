//! The digests that a received text may stand for. The text is read once in every way, and each reading is compared
//! with each digest that is made.

mod encodings;
mod wrapping;

use subtle::ConstantTimeEq as _;

use self::encodings::{DECODERS, LOSSY, any_base64, hex_digits, is_hex};
use self::wrapping::texts;
use super::finding::Finding;
use super::mistake::{self, Mistake};
use super::ways;
use crate::signing::Encoding;

/// The lengths of MD5, SHA-1, SHA-256, SHA-384 and SHA-512, the digests that a search can make.
const DIGEST_LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];
/// This many bytes of a digest prove it as well as all of them.
const SHORTEST_CUT: usize = 8;

/// The mistakes in writing a digest, each with its variant.
type Mistakes = Vec<(Mistake, &'static str)>;

/// One way of reading a received text, right or mistaken.
pub(super) struct Reading {
    received: Received,
    /// Empty where the text is in the expected encoding.
    mistakes: Mistakes,
}

/// The part of a digest that was received.
enum Received {
    All(Vec<u8>),
    Beginning(Vec<u8>),
    End(Vec<u8>),
    /// A text that loses some of the digest, and the function that writes it.
    Written(String, fn(&[u8]) -> String),
}

impl Reading {
    /// The mistakes in the encoding, if any were made.
    pub(super) fn finding(&self) -> Option<Finding> {
        self.mistakes
            .iter()
            .map(|(mistake, detail)| Finding::of(mistake).detailed(detail))
            .reduce(Finding::and)
    }

    /// Compares in constant time: a stranger may have sent the text.
    pub(super) fn is(&self, digest: &[u8]) -> bool {
        let is_same =
            |received: &[u8], made: Option<&[u8]>| made.is_some_and(|made| received.ct_eq(made).into());
        match &self.received {
            Received::All(all) => is_same(all, Some(digest)),
            Received::Beginning(first) => is_same(first, digest.get(..first.len())),
            Received::End(last) => is_same(last, digest.rchunks(last.len().max(1)).next()),
            Received::Written(text, write) => is_same(text.as_bytes(), Some(write(digest).as_bytes())),
        }
    }

    /// Whether the reading has the length of the expected digest, or of an MD5.
    pub(super) fn is_of_usual_length(&self, expected: usize) -> bool {
        let unusual = [mistake::HEX_ZEROS_MISSING, mistake::SIGNATURE_ENCODING, mistake::BYTES_REVERSED];
        self.mistakes.iter().all(|(mistake, _)| !unusual.contains(mistake))
            && matches!(&self.received, Received::All(digest) if [16, expected].contains(&digest.len()))
    }

    /// Whether only a part of the digest was received.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self.received, Received::Beginning(_) | Received::End(_))
    }
}

/// Whether a text stands for this digest, written correctly or not.
pub(super) fn is_digest_of(received: &str, encoding: Encoding, digest: &[u8]) -> bool {
    all(received, encoding, digest.len()).iter().any(|reading| reading.is(digest))
}

/// All readings that give a digest: the expected one, of `length` bytes, or the mistaken ones. Readings of which a part
/// suffices come last.
pub(super) fn all(text: &str, encoding: Encoding, length: usize) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    let (mut reversed, mut lossy, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    for (taken, text) in texts(text) {
        let and = |mistake: Mistake, detail| [taken.as_slice(), &[(mistake, detail)]].concat();
        let lost = LOSSY.iter().filter_map(|(mistake, detail, read, write)| {
            Some(Reading {
                received: Received::Written(read(&text)?, *write),
                mistakes: and(mistake, detail),
            })
        });
        let right = expected(&text, encoding);
        let is_right = right.as_ref().is_some_and(|digest| digest.len() == length);
        let mut digests: Vec<(Vec<u8>, Mistakes)> =
            right.map(|right| (right, taken.clone())).into_iter().collect();
        // 64 hex digits could be read as base64, too.
        if !is_right {
            digests.extend(DECODERS.iter().filter_map(|(mistake, detail, for_hex, filters)| {
                let is_one = for_hex.is_none_or(|for_hex| for_hex == is_hex(encoding));
                let digest = if is_one { ways::write(filters, text.as_bytes())? } else { return None };
                Some((digest, and(mistake, detail)))
            }));
        }
        for (digest, mistakes) in digests {
            let whole: Vec<u8> = digest.iter().rev().copied().collect();
            let words = digest.chunks(4).flat_map(|word| word.iter().rev().copied()).collect();
            for (other, detail) in [(whole, ""), (words, "within each 32-bit word")] {
                reversed.push((other, [mistakes.as_slice(), &[(mistake::BYTES_REVERSED, detail)]].concat()));
            }
            push(&mut readings, digest, mistakes);
        }
        if !is_right {
            lossy.extend(lost);
            let cut_off = |received: Received| {
                let is_end = matches!(received, Received::End(_));
                let which = if is_end { "its end" } else { "its beginning" };
                Reading { received, mistakes: and(mistake::SIGNATURE_CUT, which) }
            };
            cut.extend(parts(&text).into_iter().map(cut_off));
        } else if taken.is_empty() {
            // Base64 in another case still reads as base64.
            lossy.extend(lost.filter(|_| !is_hex(encoding)));
            break;
        }
    }
    for (digest, mistakes) in reversed {
        push(&mut readings, digest, mistakes);
    }
    readings.into_iter().chain(lossy).chain(cut).collect()
}

/// Adds a reading, if it has the length of a digest and no other reading gives the same digest.
fn push(readings: &mut Vec<Reading>, digest: Vec<u8>, mistakes: Mistakes) {
    let is_known = |known: &Reading| matches!(&known.received, Received::All(known) if *known == digest);
    if DIGEST_LENGTHS.contains(&digest.len()) && !readings.iter().any(is_known) {
        readings.push(Reading { received: Received::All(digest), mistakes });
    }
}

/// The beginning or the end of a digest that is cut off, without dots that mark the cut.
fn parts(text: &str) -> Vec<Received> {
    let text = text.trim_matches(['.', '…']).trim_end_matches('=');
    let digits = |text: &str| hex_digits(text.get(..text.len() & !1)?.as_bytes());
    let letters = |text: &str| any_base64(text.get(..text.len() & !3)?.as_bytes());
    let is_part = |bytes: &Vec<u8>| (SHORTEST_CUT..64).contains(&bytes.len());
    let end = digits(text.get(text.len() % 2..).unwrap_or_default()).filter(is_part);
    let beginnings = [digits(text), letters(text)].into_iter().flatten().filter(is_part);
    beginnings.map(Received::Beginning).chain(end.map(Received::End)).collect()
}

/// Whether a received text is one of these secrets: as it is, in hex or in base64, with anything around it.
pub(super) fn is_one_of(text: &str, secrets: &[&[u8]]) -> bool {
    let is_secret = |form: &[u8]| secrets.iter().any(|secret| bool::from(form.ct_eq(secret)));
    texts(text).iter().any(|(_, text)| {
        let decoded = [hex_digits(text.as_bytes()), any_base64(text.as_bytes())];
        is_secret(text.as_bytes()) || decoded.iter().flatten().any(|form| is_secret(form))
    })
}

/// What is wrong with a text that has no reading of `length` bytes. Tells the length of the text, never the text.
pub(super) fn describe(text: &str, encoding: Encoding, length: usize) -> String {
    let expected = match is_hex(encoding) {
        true => format!("{} hex digits", 2 * length),
        false => format!("{} characters of base64", 4 * length.div_ceil(3)),
    };
    let bytes = hex_digits(text.as_bytes()).or_else(|| any_base64(text.as_bytes())).map(|bytes| bytes.len());
    let hash = match bytes.filter(|bytes| *bytes != length) {
        Some(20) => "20 bytes of a SHA-1",
        Some(28) => "28 bytes of a SHA-224",
        Some(32) => "32 bytes of a SHA-256",
        Some(64) => "64 bytes of a SHA-512",
        _ => return format!("{expected} are expected, these are {} characters", text.chars().count()),
    };
    format!("{expected} are expected, these are the {hash}")
}

fn expected(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::HexLower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
        Encoding::HexLower | Encoding::HexUpper => hex_digits(text.as_bytes()),
        _ => any_base64(text.as_bytes()).filter(|digest| encoding.encode_any(digest) == text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::*;

    #[test]
    fn a_bare_digest_has_one_reading_beside_the_reversed_ones() {
        assert_eq!(all(&hex::encode([7; 32]), Encoding::HexLower, 32).len(), 1);
        // Base64 may begin with `0x`, like hex digits with a prefix.
        let digest = BASE64.decode(format!("0x{}=", "A".repeat(41))).unwrap();
        let readings = all(&BASE64.encode(&digest), Encoding::Base64, 32);
        assert!(readings.len() == 3 && readings[0].is(&digest) && readings[0].finding().is_none());
    }

    #[test]
    fn each_filter_of_the_decoders_is_known() {
        for filter in DECODERS.iter().flat_map(|(_, _, _, filters)| *filters) {
            assert!(ways::tests::is_known(filter), "{filter}");
        }
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
            let texts = texts(&text).len();
            assert!(texts <= wrapping::MOST_TEXTS, "{texts} {text}");
        }
    }
}
