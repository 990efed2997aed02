//! Mistaken ways of writing a digest, and how each is undone.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::{ways, words};
use crate::signing::{Encoding, filter::Filter};

/// How many characters the 32 bytes of a digest are in base64.
pub(super) const DIGEST_IN_BASE64: usize = 44;

/// A mistaken way of writing a digest, undone.
pub(super) struct Decoder {
    pub(super) mistake: &'static Mistake,
    pub(super) detail: &'static str,
    pub(super) decode: fn(&str, Encoding) -> Option<Vec<u8>>,
}

pub(super) fn is_hex(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::HexLower | Encoding::HexUpper)
}

#[rustfmt::skip]
pub(super) static DECODERS: [Decoder; 17] = [
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
pub(super) struct Lossy {
    pub(super) mistake: &'static Mistake,
    pub(super) detail: &'static str,
    pub(super) looks_so: fn(&str) -> bool,
    pub(super) read: fn(&str) -> String,
    pub(super) write: fn(&[u8]) -> String,
}

fn is_short_hex(text: &str) -> bool {
    (32..64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn joined(digest: &[u8], write: impl Fn(u8) -> String) -> String {
    digest.iter().map(|byte| write(*byte)).collect()
}

#[rustfmt::skip]
pub(super) static LOSSY: [Lossy; 7] = [
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

/// Nothing but digits: the decoder would let a `0x` or `0X` in front pass.
pub(super) fn hex_digits(text: &[u8]) -> Option<Vec<u8>> {
    Filter::Unhex.apply(text).map(Cow::into_owned)
}

pub(super) fn any_base64(text: &[u8]) -> Option<Vec<u8>> {
    // Some write a part of the signs in the other alphabet.
    let mixed = || ways::write(&["replace:-|+", "replace:_|/", "unbase64"], text);
    Filter::Unbase64.apply(text).map(Cow::into_owned).or_else(mixed)
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
