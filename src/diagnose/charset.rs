//! Mistakes with the charset.

use encoding_rs::{Encoding, ISO_8859_15, WINDOWS_1252};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::address::rewrite;
use super::attempt::{Attempt, Variant, Variants};
use crate::explain::{Part, Transcript};
use crate::signing::Source;

/// A charset's name, and how a text is written in it; `?` stands for what it lacks, as most languages do.
type Writer = (&'static str, fn(&str) -> Vec<u8>);

static WRITERS: [Writer; 6] = [
    ("UTF-8", |text| text.as_bytes().to_vec()),
    ("ISO-8859-1", |text| text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()),
    ("ISO-8859-15", |text| encode(text, ISO_8859_15)),
    ("Windows-1252", |text| encode(text, WINDOWS_1252)),
    ("ASCII, with `?` for what it lacks", |text| {
        text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect()
    }),
    ("UTF-8 twice", |text| text.bytes().flat_map(|byte| char::from(byte).to_string().into_bytes()).collect()),
];

/// The whole text, or only the body, in another charset; then the URL percent-encoded in another.
pub(super) fn other<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let everything = WRITERS.iter().filter_map(|(name, write)| {
        let attempt = attempt.with_parts(|part| convert(part, *write))?;
        Some(Variant { attempt, detail: Some((*name).to_owned()) })
    });
    let body = WRITERS.iter().filter_map(|(name, write)| {
        let convert = |part: &Part| if part.source == Source::Body { convert(part, *write) } else { None };
        Some(Variant { attempt: attempt.with_text(convert)?, detail: Some((*name).to_owned()) })
    });
    let percent_encoded = WRITERS.iter().filter_map(|(name, write)| {
        let attempt = rewrite(attempt, |_, address| reencode(address, *write))?;
        Some(Variant { attempt, detail: Some(format!("percent-encoded {name}")) })
    });
    Box::new(everything.chain(body).chain(percent_encoded))
}

fn convert(part: &Part, write: fn(&str) -> Vec<u8>) -> Option<Vec<u8>> {
    (!part.bytes.is_ascii()).then(|| write(&zeroize::Zeroizing::new(part.text())))
}

fn encode(text: &str, charset: &'static Encoding) -> Vec<u8> {
    let one = |c: char| {
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        match charset.encode(text) {
            (bytes, _, false) => bytes.into_owned(),
            (_, _, true) => vec![b'?'],
        }
    };
    text.chars().flat_map(one).collect()
}

/// The percent-encoded letters of an address encoded in another charset, all else untouched.
fn reencode(address: &str, write: fn(&str) -> Vec<u8>) -> Option<String> {
    let decoded = percent_decode_str(address).decode_utf8().ok()?;
    if decoded.is_ascii() {
        return None;
    }
    let mut rest = address;
    let mut reencoded = String::with_capacity(address.len());
    while let Some(start) = rest.find('%') {
        let (before, encoded) = rest.split_at_checked(start)?;
        let length = encoded_run(encoded);
        let (run, after) = encoded.split_at_checked(length)?;
        let text = percent_decode_str(run).decode_utf8().ok()?;
        reencoded.push_str(before);
        if text.is_ascii() {
            reencoded.push_str(run);
        } else {
            reencoded.push_str(&percent_encode(&write(&text), NON_ALPHANUMERIC).to_string());
        }
        rest = after;
    }
    reencoded.push_str(rest);
    Some(reencoded)
}

/// The length of the run of `%XX` that a text begins with; one at least, so that a lone `%` is passed over.
fn encoded_run(text: &str) -> usize {
    let is_triple =
        |triple: &[u8]| matches!(triple, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    let triples = text.as_bytes().chunks_exact(3).take_while(|triple| is_triple(triple)).count();
    (3 * triples).max(1)
}
