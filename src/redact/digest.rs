//! Tokens that are as long as a digest.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

const BYTES: usize = 32;
/// How many digits of base64 these are, without padding.
const BASE64_DIGITS: usize = 43;

/// Where tokens of 32 bytes stand: 64 hex digits, or 43 digits of base64 in either alphabet, padded or not.
pub(super) fn places(text: &[u8]) -> Vec<Range<usize>> {
    let hex = runs(text, u8::is_ascii_hexdigit).filter(|run| run.len() == 2 * BYTES);
    let standard = in_base64(text, b"+/", &STANDARD_NO_PAD);
    let url_safe = in_base64(text, b"-_", &URL_SAFE_NO_PAD);
    hex.chain(standard).chain(url_safe).collect()
}

/// The longest parts of a text that have only such bytes, with empty ones between.
fn runs<'t>(text: &'t [u8], is_digit: impl Fn(&u8) -> bool + 't) -> impl Iterator<Item = Range<usize>> + 't {
    let mut at = 0;
    text.split(move |byte| !is_digit(byte)).map(move |run| {
        let start = at;
        at += run.len() + 1;
        start..start + run.len()
    })
}

/// The last two digits of the alphabet stand in paths and names, too, so that a token may end in front of such a symbol
/// and begin behind it.
fn in_base64<'t>(
    text: &'t [u8],
    symbols: &'static [u8],
    engine: &'static impl Engine,
) -> impl Iterator<Item = Range<usize>> + 't {
    runs(text, |byte| byte.is_ascii_alphanumeric() || symbols.contains(byte)).flat_map(move |run| {
        let is_symbol = move |place: &usize| text.get(*place).is_some_and(|byte| symbols.contains(byte));
        let is_padded = text.get(run.end) == Some(&b'=');
        let behind_symbols = run.clone().filter(is_symbol).map(|symbol| symbol + 1);
        let before_padding = is_padded.then(|| run.end.saturating_sub(BASE64_DIGITS).max(run.start));
        let starts = std::iter::once(run.start).chain(behind_symbols).chain(before_padding);
        starts.filter_map(move |start| {
            let end = start + BASE64_DIGITS;
            let token = text.get(start..end)?;
            let is_whole = start == run.start && end == run.end;
            let ends = end == run.end || end < run.end && is_symbol(&end);
            let is_padded = is_padded && end == run.end;
            let is_digest = ends
                && (is_whole || is_padded || is_mixed(token))
                && engine.decode_slice(token, &mut [0; BYTES]) == Ok(BYTES);
            is_digest.then(|| start..end + usize::from(is_padded))
        })
    })
}

/// Whether letters of both cases and digits are among these: those of a path seldom are.
fn is_mixed(token: &[u8]) -> bool {
    [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit]
        .iter()
        .all(|is_kind| token.iter().any(is_kind))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Whether these bytes are found, be it with some of their neighbours.
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
        ] {
            assert_eq!(places(text.as_bytes()), [], "{text}");
        }
    }
}
