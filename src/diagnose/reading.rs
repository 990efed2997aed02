//! What digest a received text stands for: read once in every way, and compared with each digest that is made.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq as _;

use super::finding::Finding;
use super::mistake::{self, Mistake};
use super::ways;
use super::words;
use crate::signing::{Encoding, filter::Filter};

/// The lengths of MD5, SHA-1, SHA-256, SHA-384 and SHA-512, the digests that can be made sense of.
const DIGEST_LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];
/// So much of a digest proves it as well as all of it.
const SHORTEST_CUT: usize = 8;
/// No signature is longer, whatever stands around it.
const LONGEST: usize = 1 << 10;
/// As many steps are taken at once, and as many texts are read.
const MOST_STEPS: usize = 3;
const MOST_TEXTS: usize = 400;
/// How many characters the 32 bytes of a digest are in base64.
const DIGEST_IN_BASE64: usize = 44;

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
    End(Vec<u8>),
    /// A text that loses some of the digest, and what writes it.
    Written(String, fn(&[u8]) -> String),
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
            Received::End(received) => {
                let end = digest.len().checked_sub(received.len()).and_then(|start| digest.get(start..));
                end.is_some_and(|end| bool::from(received.ct_eq(end)))
            }
            Received::Written(received, write) => {
                bool::from(received.as_bytes().ct_eq(write(digest).as_bytes()))
            }
        }
    }

    /// Whether it has the length of a digest that is expected, or of an old one.
    pub(super) fn is_of_usual_length(&self) -> bool {
        let unusual = [&mistake::HEX_ZEROS_MISSING, &mistake::SIGNATURE_ENCODING, &mistake::BYTES_REVERSED];
        let is_usual = |finding: &Finding| unusual.iter().all(|mistake| mistake.code != finding.code());
        self.mistakes.iter().all(is_usual)
            && matches!(&self.received, Received::All(digest) if [16, 32].contains(&digest.len()))
    }

    /// Whether only a part of the digest was received.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self.received, Received::Beginning(_) | Received::End(_))
    }
}

/// Whether a text stands for this digest, rightly or mistakenly written.
pub(super) fn is_digest_of(received: &str, encoding: Encoding, digest: &[u8]) -> bool {
    all(received, encoding).iter().any(|reading| reading.is(digest))
}

/// What stands around a signature, and what is left of a text without it; nothing where there is none.
struct Step {
    mistake: &'static Mistake,
    take_off: fn(&str) -> Vec<String>,
}

#[rustfmt::skip]
const QUOTES: [(&str, &str); 10] = [
    ("\"", "\""), ("'", "'"), ("`", "`"), ("<", ">"), ("[", "]"), ("(", ")"), ("{", "}"), ("\\\"", "\\\""),
    // Bytes, as Python prints them.
    ("b'", "'"), ("b\"", "\""),
];

/// What stands between a label and what it labels.
const DELIMITERS: [char; 4] = ['=', ':', ' ', ','];

#[rustfmt::skip]
static STEPS: [Step; 8] = [
    Step {
        mistake: &mistake::SIGNATURE_SURROUNDING_WHITESPACE,
        take_off: |text| {
            let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{a0}');
            vec![text.trim().to_owned(), text.replace(|c: char| c.is_ascii_whitespace() || hidden(c), "")]
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_QUOTED,
        take_off: |text| {
            let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
            QUOTES.iter().filter_map(inside).map(str::to_owned).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_LABELLED,
        take_off: |text| {
            // The padding of base64 is no delimiter.
            let unpadded = text.trim_end_matches('=');
            let ends = [unpadded.find(DELIMITERS), unpadded.rfind(DELIMITERS)];
            let behind = ends.into_iter().flatten().filter_map(|end| text.get(end + 1..)).map(str::to_owned);
            let in_front = [' ', ',', ';'].iter().filter_map(|end| Some(text.split_once(*end)?.0.to_owned()));
            let marked = text.rsplit_once('.').map(|(_, last)| last.to_owned());
            // A parameter, or a member of JSON.
            let parameter =
                ["signature=\"", "signature=", "\"signature\":\"", "\"signature\": \"", "v1=", "sig="].iter();
            let parameter =
                parameter.filter_map(|name| text.split_once(name)?.1.split(['"', ',', ';', '&']).next());
            behind.chain(in_front).chain(marked).chain(parameter.map(str::to_owned)).collect()
        },
    },
    Step {
        mistake: &mistake::HEX_PREFIXED,
        take_off: |text| {
            let digits = ["0x", "0X", "\\x"].iter().find_map(|prefix| text.strip_prefix(prefix));
            digits.map(|digits| digits.replace("\\x", "")).into_iter().collect()
        },
    },
    Step {
        mistake: &mistake::HEX_SEPARATED,
        take_off: |text| {
            let runs = ["-", ":"].map(|separator| text.split(separator).collect::<Vec<_>>());
            let bytes = runs.iter().filter(|run| run.len() > 1 && run.iter().all(|byte| byte.len() == 2));
            bytes.map(|run| run.concat()).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_URL_ENCODED,
        take_off: |text| {
            let decoded = percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
            let unblanked = text.replace(' ', "+");
            // A blank at the beginning of a header's value is lost on the way.
            let whole = (DIGEST_IN_BASE64 - 2..DIGEST_IN_BASE64).contains(&unblanked.len());
            let trimmed = whole.then(|| format!("{unblanked:+>DIGEST_IN_BASE64$}"));
            decoded.into_iter().chain([unblanked]).chain(trimmed).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_ESCAPED,
        take_off: |text| {
            let json = serde_json::from_str::<String>(&format!("\"{}\"", text.replace('"', "\\\""))).ok();
            let slashes =
                text.replace("\\/", "/").replace("\\u002B", "+").replace("\\u003d", "=").replace("\\n", "");
            let html =
                ways::write(&["unhtml"], text.as_bytes()).and_then(|text| String::from_utf8(text).ok());
            let html = html.map(|text| {
                text.replace("&#x2B;", "+")
                    .replace("&#43;", "+")
                    .replace("&#x2F;", "/")
                    .replace("&#x3D;", "=")
            });
            let mail = text
                .replace("=\r\n", "")
                .replace("=\n", "")
                .replace("=3D", "=")
                .replace("=2B", "+")
                .replace("=2F", "/");
            json.into_iter().chain([slashes, mail]).chain(html).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_DOUBLED,
        take_off: |text| {
            let halves = text.split_at_checked(text.len() / 2).filter(|(first, second)| first == second);
            let list = text
                .split_once(", ")
                .or_else(|| text.split_once(','))
                .filter(|(first, second)| first == second);
            halves.or(list).map(|(first, _)| first.to_owned()).into_iter().collect()
        },
    },
];

/// The text, then what is left of it without something that stands around it, with all that was taken off.
fn texts(text: &str) -> Vec<(Vec<&'static Mistake>, String)> {
    let mut texts: Vec<(Vec<&'static Mistake>, String)> = vec![(Vec::new(), text.to_owned())];
    let mut next = 0;
    while let Some((taken, text)) = texts.get(next).cloned().filter(|(_, text)| text.len() <= LONGEST) {
        next += 1;
        for step in STEPS.iter().filter(|_| taken.len() < MOST_STEPS) {
            // What is percent-encoded twice is decoded twice.
            if taken.contains(&step.mistake) && step.mistake != &mistake::SIGNATURE_URL_ENCODED {
                continue;
            }
            for left in (step.take_off)(&text) {
                if !left.is_empty()
                    && texts.len() < MOST_TEXTS
                    && texts.iter().all(|(_, known)| *known != left)
                {
                    let taken = taken.iter().copied().filter(|known| *known != step.mistake);
                    texts.push((taken.chain([step.mistake]).collect(), left));
                }
            }
        }
    }
    texts
}

/// A mistaken way of writing a digest, undone.
struct Decoder {
    mistake: &'static Mistake,
    detail: &'static str,
    decode: fn(&str, Encoding) -> Option<Vec<u8>>,
}

fn is_hex(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::HexLower | Encoding::HexUpper)
}

#[rustfmt::skip]
static DECODERS: [Decoder; 17] = [
    Decoder { mistake: &mistake::HEX_UPPER_CASE, detail: "", decode: |text, encoding| is_hex(encoding).then(|| hex_digits(text.as_bytes()))?, },
    Decoder { mistake: &mistake::HEX_FOR_BASE64, detail: "", decode: |text, encoding| (!is_hex(encoding)).then(|| hex_digits(text.as_bytes()))?, },
    Decoder { mistake: &mistake::BASE64_FOR_HEX, detail: "", decode: |text, encoding| is_hex(encoding).then(|| any_base64(text.as_bytes()))?, },
    Decoder { mistake: &mistake::BASE64_OF_HEX, detail: "", decode: |text, _| hex_digits(&any_base64(text.as_bytes())?), },
    Decoder {
        mistake: &mistake::ENCODED_TWICE,
        detail: "",
        decode: |text, _| {
            let hex = hex_digits(text.as_bytes());
            let of_hex = hex.and_then(|bytes| hex_digits(&bytes).or_else(|| any_base64(&bytes)));
            of_hex.or_else(|| any_base64(&any_base64(text.as_bytes())?))
        },
    },
    Decoder { mistake: &mistake::BASE64_VARIANT, detail: "", decode: |text, encoding| (!is_hex(encoding)).then(|| any_base64(text.as_bytes()))?, },
    Decoder { mistake: &mistake::BYTES_PRINTED, detail: "", decode: |text, _| words::printed_bytes(text) },
    Decoder {
        mistake: &mistake::HEX_ZEROS_MISSING,
        detail: "one at the beginning",
        decode: |text, _| (text.len() % 2 == 1).then(|| hex_digits(format!("0{text}").as_bytes()))?,
    },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "base64 of hex digits that are separated",
        decode: |text, _| {
            let digits = any_base64(text.as_bytes())?;
            hex_digits(
                &digits
                    .iter()
                    .copied()
                    .filter(|byte| !matches!(byte, b'-' | b':' | b' '))
                    .collect::<Vec<_>>(),
            )
        },
    },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "each byte as a letter of UTF-8, in base64",
        decode: |text, _| letters(&any_base64(text.as_bytes())?),
    },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "each byte as a letter of UTF-8, in hex",
        decode: |text, _| letters(&hex_digits(text.as_bytes())?),
    },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "each byte as a letter",
        decode: |text, _| letters(text.as_bytes()).filter(|_| !text.is_ascii()),
    },
    Decoder { mistake: &mistake::SIGNATURE_ENCODING, detail: "base32", decode: |text, _| base32(text) },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "bits",
        decode: |text, _| {
            let is_bits = text.len() > 100 && text.bytes().all(|byte| matches!(byte, b'0' | b'1'));
            let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).ok()?, 2).ok();
            if is_bits { text.as_bytes().chunks(8).map(byte).collect() } else { None }
        },
    },
    Decoder { mistake: &mistake::SIGNATURE_ENCODING, detail: "one decimal number", decode: |text, _| decimal(text), },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "base64 of base64 that was percent-encoded",
        decode: |text, _| {
            let inner = any_base64(text.as_bytes())?;
            any_base64(&percent_decode_str(std::str::from_utf8(&inner).ok()?).collect::<Vec<_>>())
        },
    },
    Decoder {
        mistake: &mistake::SIGNATURE_ENCODING,
        detail: "base64 in hex digits of each letter",
        decode: |text, _| any_base64(&hex_digits(&hex_digits(text.as_bytes())?)?),
    },
];

/// A way of writing a digest that loses some of it: whether a text looks so, and how it is written.
struct Lossy {
    mistake: &'static Mistake,
    detail: &'static str,
    looks_so: fn(&str) -> bool,
    read: fn(&str) -> String,
    write: fn(&[u8]) -> String,
}

fn is_short_hex(text: &str) -> bool {
    (32..64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn joined(digest: &[u8], write: impl Fn(u8) -> String) -> String {
    digest.iter().map(|byte| write(*byte)).collect()
}

#[rustfmt::skip]
static LOSSY: [Lossy; 7] = [
    Lossy {
        mistake: &mistake::HEX_ZEROS_MISSING,
        detail: "",
        looks_so: is_short_hex,
        read: str::to_ascii_lowercase,
        write: |digest| joined(digest, |byte| format!("{byte:x}")),
    },
    Lossy {
        mistake: &mistake::HEX_ZEROS_MISSING,
        detail: "those at the beginning",
        looks_so: is_short_hex,
        read: str::to_ascii_lowercase,
        write: |digest| hex::encode(digest).trim_start_matches('0').to_owned(),
    },
    Lossy {
        mistake: &mistake::SIGNATURE_LOSSY,
        detail: "hex digits of signed bytes, without zeros, as JavaScript's toString(16)",
        looks_so: |text| {
            text.contains('-') && text.bytes().all(|digit| digit == b'-' || digit.is_ascii_hexdigit())
        },
        read: str::to_ascii_lowercase,
        write: |digest| {
            joined(digest, |byte| {
                let signed = byte.cast_signed();
                let sign = if signed < 0 { "-" } else { "" };
                format!("{sign}{:x}", signed.unsigned_abs())
            })
        },
    },
    Lossy {
        mistake: &mistake::SIGNATURE_LOSSY,
        detail: "decimal numbers of its bytes, with nothing between them",
        looks_so: |text| text.len() > 50 && text.bytes().all(|digit| digit.is_ascii_digit()),
        read: str::to_owned,
        write: |digest| joined(digest, |byte| byte.to_string()),
    },
    Lossy {
        mistake: &mistake::SIGNATURE_LOSSY,
        detail: "read as UTF-8, with U+FFFD for what is none",
        looks_so: |text| {
            text.contains('\u{fffd}')
                || any_base64(text.as_bytes())
                    .is_some_and(|bytes| String::from_utf8(bytes).is_ok_and(|text| text.contains('\u{fffd}')))
        },
        read: |text| {
            let inner = any_base64(text.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
            inner.unwrap_or_else(|| text.to_owned())
        },
        write: |digest| String::from_utf8_lossy(digest).into_owned(),
    },
    Lossy {
        mistake: &mistake::SIGNATURE_LOSSY,
        detail: "base64 in lower or upper case",
        looks_so: |text| {
            (DIGEST_IN_BASE64 - 1..=DIGEST_IN_BASE64).contains(&text.len())
                && (text == text.to_lowercase() || text == text.to_uppercase())
        },
        read: |text| text.trim_end_matches('=').to_lowercase(),
        write: |digest| base64(digest).trim_end_matches('=').to_lowercase(),
    },
    Lossy {
        mistake: &mistake::SIGNATURE_LOSSY,
        detail: "base64 without `+` and `/`",
        looks_so: |text| {
            (30..DIGEST_IN_BASE64).contains(&text.len())
                && text.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric())
        },
        read: |text| text.trim_end_matches('=').to_owned(),
        write: |digest| base64(digest).replace(['+', '/', '='], ""),
    },
];

/// All readings that give a digest: the expected one, or the mistaken ones, those of which a part would do last.
pub(super) fn all(text: &str, encoding: Encoding) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    let (mut reversed, mut lossy, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    for (taken, text) in texts(text) {
        let finding = |mistake: &'static Mistake, detail: &str| {
            let taken = taken.iter().map(|taken| Finding::of(taken));
            taken.chain([Finding::of(mistake).detailed(detail)]).collect::<Vec<_>>()
        };
        if let Some(digest) = expected(&text, encoding) {
            let is_right = digest.len() == 32;
            let is_bare = taken.is_empty();
            let mistakes = taken.iter().map(|taken| Finding::of(taken)).collect();
            push(&mut readings, Reading { received: Received::All(digest.clone()), mistakes });
            reversed.extend(
                reverses(&digest).map(|(detail, digest)| (digest, finding(&mistake::BYTES_REVERSED, detail))),
            );
            // 64 hex digits are base64 as well.
            if is_right && is_bare {
                break;
            }
            if is_right {
                continue;
            }
        }
        for decoder in &DECODERS {
            if let Some(digest) = (decoder.decode)(&text, encoding) {
                let mistakes = finding(decoder.mistake, decoder.detail);
                reversed.extend(reverses(&digest).map(|(detail, digest)| {
                    (
                        digest,
                        [mistakes.clone(), vec![Finding::of(&mistake::BYTES_REVERSED).detailed(detail)]]
                            .concat(),
                    )
                }));
                push(&mut readings, Reading { received: Received::All(digest), mistakes });
            }
        }
        lossy.extend(LOSSY.iter().filter(|lossy| (lossy.looks_so)(&text)).map(|lossy| {
            let received = Received::Written((lossy.read)(&text), lossy.write);
            Reading { received, mistakes: finding(lossy.mistake, lossy.detail) }
        }));
        cut.extend(
            parts(&text).map(|received| Reading { received, mistakes: finding(&mistake::SIGNATURE_CUT, "") }),
        );
    }
    for (digest, mistakes) in reversed {
        push(&mut readings, Reading { received: Received::All(digest), mistakes });
    }
    readings.into_iter().chain(lossy).chain(cut).collect()
}

/// Adds a reading that gives a digest, unless another gives it.
fn push(readings: &mut Vec<Reading>, reading: Reading) {
    let Received::All(digest) = &reading.received else { return };
    let is_known = |known: &Reading| matches!(&known.received, Received::All(known) if known == digest);
    if DIGEST_LENGTHS.contains(&digest.len()) && !readings.iter().any(is_known) {
        readings.push(reading);
    }
}

fn reverses(digest: &[u8]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let whole = digest.iter().rev().copied().collect();
    let words = digest.chunks(4).flat_map(|word| word.iter().rev().copied()).collect();
    [("", whole), ("within each 32-bit word", words)].into_iter()
}

/// The beginning or the end of a digest that is cut off, without what marks that.
fn parts(text: &str) -> impl Iterator<Item = Received> {
    let text = text.trim_matches(['.', '…']).trim_end_matches('=');
    let digits = |text: &str| hex_digits(text.get(..text.len() & !1)?.as_bytes());
    let letters = |text: &str| any_base64(text.get(..text.len() & !3)?.as_bytes());
    let is_part = |bytes: &Vec<u8>| (SHORTEST_CUT..64).contains(&bytes.len());
    let end = text.get(text.len() % 2..).unwrap_or_default();
    let beginning =
        [digits(text), letters(text)].into_iter().flatten().filter(is_part).map(Received::Beginning);
    beginning.chain(digits(end).filter(is_part).map(Received::End)).collect::<Vec<_>>().into_iter()
}

/// Whether a received text is one of these secrets, in whatever it is wrapped, as it is, in hex or in base64.
pub(super) fn is_one_of(text: &str, secrets: &[&[u8]]) -> bool {
    let is_secret = |form: &[u8]| secrets.iter().any(|secret| bool::from(form.ct_eq(secret)));
    texts(text).iter().any(|(_, text)| {
        let decoded = [hex_digits(text.as_bytes()), any_base64(text.as_bytes())];
        is_secret(text.as_bytes()) || decoded.iter().flatten().any(|form| is_secret(form))
    })
}

/// What is wrong with the form of a text that has no reading. Tells its length, never the text.
pub(super) fn describe(text: &str, encoding: Encoding) -> String {
    let characters = text.chars().count();
    let expected = if is_hex(encoding) { "64 hex digits" } else { "44 characters of base64" };
    match hex_digits(text.as_bytes()).or_else(|| any_base64(text.as_bytes())).map(|bytes| bytes.len()) {
        Some(20) => format!("{expected} are expected, these are the 20 bytes of a SHA-1"),
        Some(64) => format!("{expected} are expected, these are the 64 bytes of a SHA-512"),
        _ => format!("{expected} are expected, these are {characters} characters"),
    }
}

fn expected(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::HexLower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
        Encoding::HexLower | Encoding::HexUpper => hex_digits(text.as_bytes()),
        _ => any_base64(text.as_bytes()).filter(|digest| encoding.encode_any(digest) == text.as_bytes()),
    }
}

/// Nothing but digits: the decoder would let a `0x` or `0X` in front pass.
fn hex_digits(text: &[u8]) -> Option<Vec<u8>> {
    Filter::Unhex.apply(text).map(Cow::into_owned)
}

fn any_base64(text: &[u8]) -> Option<Vec<u8>> {
    Filter::Unbase64.apply(text).map(Cow::into_owned)
}

fn base64(digest: &[u8]) -> String {
    String::from_utf8_lossy(&Encoding::Base64.encode_any(digest)).into_owned()
}

/// Bytes that were read as letters.
fn letters(text: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(text).ok()?.chars().map(|c| u8::try_from(c).ok()).collect()
}

fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        (bits, count) = ((bits << 5 | u32::from(value)) & 0xfff, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// The 32 bytes of a number.
fn decimal(text: &str) -> Option<Vec<u8>> {
    let is_number = (60..=78).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    let mut bytes = [0_u8; 32];
    for digit in text.bytes().filter(|_| is_number) {
        let mut carry = u32::from(digit - b'0');
        for byte in bytes.iter_mut().rev() {
            carry += 10 * u32::from(*byte);
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
    }
    is_number.then(|| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::*;

    #[test]
    fn a_bare_digest_has_one_reading_beside_the_reversed_ones() {
        assert_eq!(all(&hex::encode([7; 32]), Encoding::HexLower).len(), 1);
        // Base64 may begin as hex digits with a prefix do.
        let digest = BASE64.decode(format!("0x{}=", "A".repeat(41))).unwrap();
        let readings = all(&BASE64.encode(&digest), Encoding::Base64);
        assert!(readings.len() == 3 && readings[0].is(&digest) && readings[0].finding().is_none());
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
            assert!(texts <= MOST_TEXTS, "{texts} {text}");
        }
    }
}
