//! Mistakes that Unicode's other encodings and its byte order mark invite.

use zeroize::Zeroizing;

use super::attempt::{Attempt, Variants};
use super::body;
use super::places::Place;
use crate::explain::{Part, Transcript};

/// A form of UTF-16: its name, what it begins with, and how a unit is written.
type Form = (&'static str, &'static str, fn(u16) -> [u8; 2]);

/// .NET and Windows write the first, Python's `utf-16` the second, Java's `UTF-16` the third.
static FORMS: [Form; 4] = [
    ("little-endian", "", u16::to_le_bytes),
    ("little-endian with a byte order mark", MARK, u16::to_le_bytes),
    ("big-endian with a byte order mark", MARK, u16::to_be_bytes),
    ("big-endian", "", u16::to_be_bytes),
];

const MARK: &str = "\u{feff}";

/// A byte order mark in front of the body, or none where it is sent; then one in front of text or key.
pub(super) fn byte_order_mark<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let of_body = body::in_forms(
        attempt,
        &[
            |body| Some(([MARK.as_bytes(), body].concat(), "in front of the body")),
            |body| Some((body.strip_prefix(MARK.as_bytes())?.to_vec(), "sent and not signed")),
        ],
    );
    let marked = |parts: &[Part]| {
        let (first, rest) = parts.split_first()?;
        let first = first.with_bytes([MARK.as_bytes(), first.bytes.as_slice()].concat());
        Some([&[first], rest].concat())
    };
    let of_text = Place::ALL.into_iter().filter_map(move |place| place.with_parts(attempt, None, marked));
    Box::new(of_body.chain(of_text))
}

pub(super) fn utf_16<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    Box::new(FORMS.iter().flat_map(|form| {
        let widened =
            |place: Place| place.with_parts(attempt, Some(form.0), |parts| Some(widen(parts, form)));
        Place::ALL.into_iter().filter_map(widened)
    }))
}

/// The parts in UTF-16; the mark, if there is one, stands before the first.
fn widen(parts: &[Part], (_, mark, write): &Form) -> Vec<Part> {
    let widen = |(place, part): (usize, &Part)| {
        let text = Zeroizing::new(part.text());
        // At its full length at once: growing would leave copies of a secret behind.
        let mut wide = Vec::with_capacity(2 * (mark.len() + text.len()));
        let mark = if place == 0 { mark } else { "" };
        wide.extend(mark.encode_utf16().chain(text.encode_utf16()).flat_map(write));
        part.with_bytes(wide)
    };
    parts.iter().enumerate().map(widen).collect()
}
