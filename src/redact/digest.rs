//! Finds tokens that are as long as a digest.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::as_plus;

const BYTES: usize = 32;
/// The base64 digits of 32 bytes, without padding.
const BASE64_DIGITS: usize = 43;

/// The places of tokens of 32 bytes: 64 hex digits, or 43 digits of base64 in either alphabet, padded or not.
pub(super) fn places(text: &[u8]) -> Vec<Range<usize>> {
    let mut places = hex(text);
    for start in 0..text.len() {
        places.extend(base64_at(start, text, b"+/", &STANDARD_NO_PAD));
        places.extend(base64_at(start, text, b"-_", &URL_SAFE_NO_PAD));
    }
    places
}

fn hex(text: &[u8]) -> Vec<Range<usize>> {
    let (mut places, mut start) = (Vec::new(), 0);
    for run in text.split(|byte| !byte.is_ascii_hexdigit()) {
        let end = start + run.len();
        if run.len() == 2 * BYTES {
            places.push(start..end);
        }
        start = end + 1;
    }
    places
}

/// The token that begins at `start`, with its padding. The last two digits of an alphabet, the symbols, also stand in
/// paths and names, so a token may follow a symbol or be followed by one. Padding always shows where a token ends. In a
/// padded token that follows no letter, a blank is a plus that was decoded in a query.
fn base64_at(start: usize, text: &[u8], symbols: &[u8], engine: &impl Engine) -> Option<Range<usize>> {
    let end = start + BASE64_DIGITS;
    let token = text.get(start..end)?;
    let (before, after) = (start.checked_sub(1).and_then(|place| text.get(place)), text.get(end));
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_padded = after == Some(&b'=');
    let has_blank = token.contains(&b' ');
    if is_letter(after) || is_letter(before) && (!is_padded || has_blank) {
        return None;
    }
    let is_digit = |byte: Option<&u8>| is_letter(byte) || byte.is_some_and(|byte| symbols.contains(byte));
    let is_alone = !is_digit(before) && !is_digit(after);
    let is_likely = is_padded || !has_blank && (is_alone || is_mixed(token));
    let digits: [u8; BASE64_DIGITS] = token.try_into().ok()?;
    let is_digest = is_likely && engine.decode_slice(digits.map(as_plus), &mut [0; BYTES]) == Ok(BYTES);
    is_digest.then(|| start..end + usize::from(is_padded))
}

/// Whether both cases and digits occur, which is rare in a path.
fn is_mixed(token: &[u8]) -> bool {
    let kinds = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    kinds.iter().all(|is_kind| token.iter().any(is_kind))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Whether these bytes are found, perhaps with some neighbours.
    fn is_found(text: &str, token: &str) -> bool {
        let start = text.find(token).unwrap();
        places(text.as_bytes()).iter().any(|place| place.start <= start && place.end >= start + token.len())
    }

    #[test]
    fn a_digest_is_found_in_either_alphabet_and_between_any_neighbours() {
        for number in 0..500u32 {
            let digest = Sha256::digest(number.to_be_bytes());
            let tokens = [
                hex::encode(digest),
                hex::encode_upper(digest),
                STANDARD.encode(digest),
                URL_SAFE.encode(digest),
            ];
            // As in a query that was decoded once too often.
            assert!(is_found(&tokens[2].replace('+', " "), &tokens[2].replace('+', " ")), "{}", tokens[2]);
            for token in tokens {
                for (before, after) in
                    [("", ""), ("?a=", "&b=c"), ("/x/", "?y"), ("\"", "\""), ("Bearer ", ","), ("a.", ".b")]
                {
                    let text = [before, &token, after].concat();
                    assert!(is_found(&text, &token), "{text}");
                    let bare = token.trim_end_matches('=');
                    assert!(is_found(&format!("sig={bare}&a=b"), bare), "{bare}");
                }
            }
        }
    }

    #[test]
    fn what_has_another_length_or_is_none_is_left() {
        for text in [
            "5a4db0c5-0000-4000-8000-5a4db0c50002",
            "/v1/sales/GetList?AllForCompany=true&page=2",
            "/a/rather/long/path/to/some/resource/that/has/no/digest/in/it/at/all/whatever/one/counts",
            &"a1".repeat(33),
            &"A".repeat(42),
            "635318618538563781",
            "Deliver to Main Street 12 in Reykjavik before 10 on Monday and to Side Street 7 in Akureyri after 11",
        ] {
            assert_eq!(places(text.as_bytes()), [], "{text}");
        }
    }
}
