//! Mistaken ways of writing a digest, and how to undo each.

use crate::diagnose::mistake::{
    BASE64_FOR_HEX, BASE64_OF_HEX, BASE64_VARIANT, BYTES_PRINTED, ENCODED_TWICE, HEX_FOR_BASE64,
    HEX_UPPER_CASE, HEX_ZEROS_MISSING, Mistake, SIGNATURE_ENCODING, SIGNATURE_LOSSY,
};
use crate::diagnose::ways;
use crate::signing::Encoding;

/// The length in base64 of a digest of 32 bytes.
pub(super) const DIGEST_IN_BASE64: usize = 44;

pub(super) fn is_hex(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::HexLower | Encoding::HexUpper)
}

/// `Some(true)`: only where hex is expected; `Some(false)`: only where it is not; `None`: everywhere.
pub(super) type ForHex = Option<bool>;

/// Mistaken ways of writing a digest: the mistake, its variant, where it applies, and the filters that undo it.
#[rustfmt::skip]
pub(super) static DECODERS: [(Mistake, &str, ForHex, &[&str]); 21] = [
    (HEX_UPPER_CASE, "", Some(true), &["unhex"]),
    (HEX_FOR_BASE64, "", Some(false), &["unhex"]),
    (BASE64_FOR_HEX, "", Some(true), &["any-base64"]),
    (BASE64_OF_HEX, "", None, &["any-base64", "unhex"]),
    (ENCODED_TWICE, "", None, &["unhex", "unhex"]),
    (ENCODED_TWICE, "", None, &["unhex", "any-base64"]),
    (ENCODED_TWICE, "", None, &["any-base64", "any-base64"]),
    (BASE64_VARIANT, "", Some(false), &["any-base64"]),
    (BYTES_PRINTED, "", None, &["unprint"]),
    (BYTES_PRINTED, "in base64", None, &["any-base64", "unprint"]),
    (SIGNATURE_ENCODING, "with letters O and l for digits 0 and 1, as somebody typed them", Some(true), &["replace:O|0", "replace:l|1", "unhex"]),
    (HEX_ZEROS_MISSING, "one at the beginning", None, &["before:0", "unhex"]),
    (SIGNATURE_ENCODING, "base64 of hex digits that are separated", None, &["any-base64", "replace:-|", "replace::|", "replace: |", "unhex"]),
    (SIGNATURE_ENCODING, "each byte as a letter of UTF-8, in base64", None, &["any-base64", "unlatin1"]),
    (SIGNATURE_ENCODING, "each byte as a letter of UTF-8, in hex", None, &["unhex", "unlatin1"]),
    (SIGNATURE_ENCODING, "each byte as a letter", None, &["unlatin1"]),
    (SIGNATURE_ENCODING, "base32", None, &["unbase32"]),
    (SIGNATURE_ENCODING, "bits", None, &["unbits"]),
    (SIGNATURE_ENCODING, "one decimal number", None, &["undecimal"]),
    (SIGNATURE_ENCODING, "base64 of base64 that was percent-encoded", None, &["any-base64", "unpercent", "any-base64"]),
    (SIGNATURE_ENCODING, "base64 in hex digits of each letter", None, &["unhex", "unhex", "any-base64"]),
];

/// The text to compare, where it may have lost some of a digest; otherwise `None`.
pub(super) type Read = fn(&str) -> Option<String>;
pub(super) type Write = fn(&[u8]) -> String;

fn short_hex(text: &str) -> Option<String> {
    let is_one = (32..64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_one.then(|| text.to_ascii_lowercase())
}

fn each_byte(digest: &[u8], write: impl Fn(u8) -> String) -> String {
    digest.iter().map(|byte| write(*byte)).collect()
}

fn base64(digest: &[u8]) -> String {
    String::from_utf8_lossy(&Encoding::Base64NoPad.encode_any(digest)).into_owned()
}

/// Ways of writing a digest that lose some of it: the mistake, its variant, the reader and the writer.
pub(super) static LOSSY: [(Mistake, &str, Read, Write); 7] = [
    (HEX_ZEROS_MISSING, "", short_hex, |digest| each_byte(digest, |byte| format!("{byte:x}"))),
    (HEX_ZEROS_MISSING, "those at the beginning", short_hex, |digest| {
        hex::encode(digest).trim_start_matches('0').to_owned()
    }),
    (
        SIGNATURE_LOSSY,
        "hex digits of signed bytes, without zeros, as JavaScript's toString(16)",
        |text| {
            let is_one = |digit: u8| digit == b'-' || digit.is_ascii_hexdigit();
            (text.contains('-') && text.bytes().all(is_one)).then(|| text.to_ascii_lowercase())
        },
        |digest| {
            each_byte(digest, |byte| match byte.cast_signed() {
                signed @ ..0 => format!("-{:x}", signed.unsigned_abs()),
                _ => format!("{byte:x}"),
            })
        },
    ),
    (
        SIGNATURE_LOSSY,
        "decimal numbers of its bytes, with nothing between them",
        |text| {
            let is_one = text.len() > 50 && text.bytes().all(|digit| digit.is_ascii_digit());
            is_one.then(|| text.to_owned())
        },
        |digest| each_byte(digest, |byte| byte.to_string()),
    ),
    (
        SIGNATURE_LOSSY,
        "read as UTF-8, with U+FFFD for what is none",
        |text| {
            let inside = any_base64(text.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
            Some(inside.unwrap_or_else(|| text.to_owned())).filter(|text| text.contains('\u{fffd}'))
        },
        |digest| String::from_utf8_lossy(digest).into_owned(),
    ),
    (
        SIGNATURE_LOSSY,
        "base64 in lower or upper case",
        |text| {
            let is_one = (DIGEST_IN_BASE64 - 1..=DIGEST_IN_BASE64).contains(&text.len())
                && (text == text.to_lowercase() || text == text.to_uppercase());
            is_one.then(|| text.trim_end_matches('=').to_lowercase())
        },
        |digest| base64(digest).to_lowercase(),
    ),
    (
        SIGNATURE_LOSSY,
        "base64 without `+` and `/`",
        |text| {
            let letters = text.trim_end_matches('=');
            let is_one = (30..DIGEST_IN_BASE64).contains(&text.len())
                && letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_one.then(|| letters.to_owned())
        },
        |digest| base64(digest).replace(['+', '/'], ""),
    ),
];

/// Accepts nothing but digits: the decoder alone would accept a `0x` or `0X` in front.
pub(super) fn hex_digits(text: &[u8]) -> Option<Vec<u8>> {
    ways::write(&["unhex"], text)
}

pub(super) fn any_base64(text: &[u8]) -> Option<Vec<u8>> {
    ways::write(&["any-base64"], text)
}
