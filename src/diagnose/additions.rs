//! Mistakes with what is sent and not signed: signed as one more field.

use super::attempt::{Attempt, Key, Variant, Variants};
use super::fields::without;
use crate::explain::{Part, Transcript};
use crate::signing::{Segment, SegmentKind, Source};

/// A header that is sent but not signed, signed as one more field.
#[cfg(any(feature = "netvisor", feature = "netgiro"))]
pub(crate) fn with_header<'a>(transcript: &'a Transcript, attempt: &'a Attempt, name: &str) -> Variants<'a> {
    match transcript.header(name) {
        Some(value) => with_field(attempt, Part::of(Segment::public(name, value.as_bytes()))),
        None => Box::new(std::iter::empty()),
    }
}

/// A field that only the provider's other algorithm has, signed with this one too.
#[cfg(feature = "netvisor")]
pub(crate) fn with_field_of_other_algorithm<'a>(
    transcript: &'a Transcript,
    attempt: &'a Attempt,
    name: &str,
) -> Variants<'a> {
    let other = transcript.other_algorithm.iter().flat_map(|other| &other.text);
    match other.into_iter().find(|part| part.name() == name) {
        Some(field) if attempt.text.iter().all(|part| part.name != field.name) => {
            with_field(attempt, field.clone())
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// The method, as it is sent or in lower case, signed as one more field.
pub(super) fn method<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Some(method) = &transcript.method else { return Box::new(std::iter::empty()) };
    if attempt.part_from(Source::RequestMethod).is_some() {
        return Box::new(std::iter::empty());
    }
    let spellings = [method.as_str().to_owned(), method.as_str().to_lowercase()];
    let field = |text: String| Part::of(Segment::public("method", text.as_bytes()));
    Box::new(spellings.into_iter().flat_map(move |text| with_field(attempt, field(text))))
}

/// The secrets of the text, or else of the key, signed once more: behind the text, or in front of it.
pub(super) fn secret<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let is_public = |part: &Part| part.kind == SegmentKind::Public;
    let of_text = without(&attempt.text, is_public);
    let secrets = if of_text.is_empty() { without(attempt.key_parts(), is_public) } else { of_text };
    if secrets.is_empty() {
        return Box::new(std::iter::empty());
    }
    let separator = attempt.text.iter().find(|part| part.kind == SegmentKind::Separator);
    let joints = separator.map(std::slice::from_ref).into_iter().chain([&[][..]]);
    Box::new(joints.flat_map(move |joint| {
        let texts =
            [[&attempt.text[..], joint, &secrets].concat(), [&secrets[..], joint, &attempt.text].concat()];
        texts.map(|text| Attempt { text, ..attempt.clone() }.into())
    }))
}

/// One more field, at any place of the text or of the key.
fn with_field(attempt: &Attempt, field: Part) -> Variants<'_> {
    let in_text = insertions(&attempt.text, field.clone());
    let in_key = insertions(attempt.key_parts(), field).map(Key::Stated);
    let in_text = in_text.map(|text| Attempt { text, ..attempt.clone() });
    Box::new(in_text.chain(in_key.map(|key| Attempt { key, ..attempt.clone() })).map(Variant::from))
}

/// The parts with one more field before each field and after the last, separated as the others are.
fn insertions(parts: &[Part], field: Part) -> impl Iterator<Item = Vec<Part>> {
    let separator = parts.iter().find(|part| part.kind == SegmentKind::Separator);
    let places = parts.iter().enumerate().filter(|(_, part)| part.kind != SegmentKind::Separator);
    let added = field.clone();
    let before = places.map(move |(place, _)| {
        let mut longer = parts.to_vec();
        longer.splice(place..place, std::iter::once(added.clone()).chain(separator.cloned()));
        longer
    });
    let behind = (!parts.is_empty())
        .then(|| parts.iter().cloned().chain(separator.cloned()).chain(std::iter::once(field)).collect());
    before.chain(behind)
}
