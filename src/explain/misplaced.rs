//! Secrets that turn up where none belongs: in the URL, the body or another field.

use std::cmp::Reverse;
use std::ops::Range;

use super::{Part, Transcript, Value};
use crate::signing::{Charset, SegmentKind};

/// A shorter one is found everywhere by chance: only a value that is nothing else is taken for it.
pub(super) const SHORTEST_FOUND: usize = 6;

/// In ASCII, so that it reads the same in every charset.
const REPLACEMENT: &[u8] = b"(secret)";

/// What must not be shown of a transcript, wherever it turns up. No `Debug` on purpose.
pub(super) struct Secrets<'t>(Vec<&'t [u8]>);

impl<'t> Secrets<'t> {
    pub(super) fn of(transcript: &'t Transcript) -> Self {
        let with_other = [Some(transcript), transcript.other_algorithm.as_deref()];
        let parts = with_other.into_iter().flatten().flat_map(|one| one.text.iter().chain(&one.key));
        let parts = parts.filter(|part| part.kind == SegmentKind::Secret).map(|part: &Part| &***part.bytes);
        let mut secrets: Vec<_> = parts.chain(transcript.secret_headers()).collect();
        // A secret may be a part of another, and would leave the rest of it to be read.
        secrets.sort_by_key(|secret| Reverse(secret.len()));
        secrets.dedup();
        Self(secrets.into_iter().filter(|secret| !secret.is_empty()).collect())
    }

    /// The value that these bytes are shown as.
    pub(super) fn show(&self, bytes: &[u8], charset: Charset) -> Value {
        if self.0.contains(&bytes) {
            return Value::masked(bytes);
        }
        let shown = self.without(bytes);
        Value::Shown { length: bytes.len(), text: charset.decode(&shown).into_owned(), bytes: shown }
    }

    /// These bytes without the secrets in them.
    pub(super) fn without(&self, bytes: &[u8]) -> Vec<u8> {
        let (mut without, mut end) = (Vec::with_capacity(bytes.len()), 0);
        for place in self.places(bytes) {
            without.extend_from_slice(bytes.get(end..place.start).unwrap_or_default());
            without.extend_from_slice(REPLACEMENT);
            end = place.end;
        }
        without.extend_from_slice(bytes.get(end..).unwrap_or_default());
        without
    }

    /// Whether these bytes, without the secrets in them, hold the beginning of one: it may have been cut off.
    pub(super) fn begin_in(&self, bytes: &[u8]) -> bool {
        let rest = self.without(bytes);
        let mut beginnings = self.0.iter().filter_map(|secret| secret.get(..SHORTEST_FOUND));
        beginnings.any(|beginning| rest.windows(SHORTEST_FOUND).any(|window| window == beginning))
    }

    /// Where secrets stand in these bytes, in order.
    pub(super) fn places(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let (mut places, mut at) = (Vec::new(), 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let sought = self.0.iter().filter(|secret| secret.len() >= SHORTEST_FOUND);
            let in_json = [false, true];
            let lengths = sought.flat_map(|secret| in_json.map(|json| length_at_start(rest, secret, json)));
            let length = lengths.flatten().max();
            if let Some(length) = length {
                places.push(at..at + length);
            }
            at += length.unwrap_or(1);
        }
        places
    }
}

/// How many bytes at the start stand for the secret, be it as it is, percent-encoded, or with the escapes of JSON.
fn length_at_start(bytes: &[u8], secret: &[u8], in_json: bool) -> Option<usize> {
    let mut rest = bytes;
    for wanted in secret {
        rest = match rest {
            [b'\\', byte, rest @ ..] if in_json && byte == wanted && matches!(byte, b'/' | b'"' | b'\\') => {
                rest
            }
            [b'\\', b'u', b'0', b'0', high, low, rest @ ..]
                if in_json && wanted.is_ascii() && hex_byte(*high, *low) == Some(*wanted) =>
            {
                rest
            }
            [byte, rest @ ..] if byte == wanted => rest,
            [b'%', high, low, rest @ ..] if hex_byte(*high, *low) == Some(*wanted) => rest,
            [b'+', rest @ ..] if *wanted == b' ' => rest,
            _ => return None,
        };
    }
    Some(bytes.len() - rest.len())
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(16 * digit(high)? + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        let secrets = Secrets(vec![b"a/b+c=d e\"\\", b"a/b+c=", b"short"]);
        for (text, shown) in [
            ("k=a/b+c=d e\"\\&l", "k=(secret)&l"),
            ("k=a%2Fb%2bc%3Dd+e%22%5C", "k=(secret)"),
            ("{\"k\":\"a\\/b+c=d e\\\"\\\\\"}", "{\"k\":\"(secret)\"}"),
            ("{\"k\":\"a\\/b\\u002Bc\\u003dd e\\u0022\\\\\"}", "{\"k\":\"(secret)\"}"),
            ("a/b+c=,a/b+c=", "(secret),(secret)"),
            ("a/b+c", "a/b+c"),
            ("short text", "short text"),
        ] {
            let Value::Shown { length, text: found, bytes } = secrets.show(text.as_bytes(), Charset::Utf8)
            else {
                panic!("{text}");
            };
            assert_eq!((length, found.as_str(), &*bytes), (text.len(), shown, shown.as_bytes()));
        }
        assert!(matches!(secrets.show(b"short", Charset::Utf8), Value::Masked { length: 5, .. }));
    }
}
