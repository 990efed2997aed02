//! Mistakes in which fields are signed and how they are joined.

use std::ops::Range;

use super::attempt::{Attempt, Key, Variant, Variants};
use crate::explain::{Part, Transcript};
use crate::signing::{Segment, SegmentKind};

/// Fields in another order: two swapped, one moved, or all reversed; the separators stay where they are.
pub(super) fn reordered<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let text = orders(fields(&attempt.text).len())
        .map(|order| Attempt { text: in_order(&attempt.text, &order), ..attempt.clone() });
    let key = orders(fields(attempt.key_parts()).len())
        .map(|order| Attempt { key: Key::Stated(in_order(attempt.key_parts(), &order)), ..attempt.clone() });
    Box::new(text.chain(key).map(Variant::from))
}

/// Fields joined without anything between them, in the text, in the key, or in both.
pub(super) fn unseparated<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let bare = |parts: &[Part]| -> Vec<Part> {
        parts.iter().filter(|part| part.kind != SegmentKind::Separator).cloned().collect()
    };
    let text = bare(&attempt.text);
    let key = Key::Stated(bare(attempt.key_parts()));
    let in_text = text.len() < attempt.text.len();
    let in_key = fields(attempt.key_parts()).len() < attempt.key_parts().len();
    let variants = [
        (in_text && in_key).then(|| Attempt { text: text.clone(), key: key.clone(), hash: attempt.hash }),
        in_text.then(|| Attempt { text: text.clone(), ..attempt.clone() }),
        in_key.then(|| Attempt { key: key.clone(), ..attempt.clone() }),
    ];
    Box::new(variants.into_iter().flatten().map(Variant::from))
}

/// One field left out, with the separator before it.
pub(super) fn missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let left_out = |part: &'a Part| Variant {
        attempt: Attempt { text: without(&attempt.text, |other| other.name == part.name), ..attempt.clone() },
        detail: Some(part.name().to_owned()),
    };
    let is_field = |part: &&Part| part.kind != SegmentKind::Separator && !part.bytes.is_empty();
    Box::new(attempt.text.iter().filter(is_field).map(left_out))
}

/// A header that is sent but not signed, signed as one more field at any place.
pub(crate) fn with_header<'a>(transcript: &'a Transcript, attempt: &'a Attempt, name: &str) -> Variants<'a> {
    let Some(value) = transcript.header(name) else { return Box::new(std::iter::empty()) };
    let field = Part::of(Segment::public(name, value.as_bytes()));
    let separator = attempt.text.iter().find(|part| part.kind == SegmentKind::Separator);
    let places = (0..attempt.text.len())
        .filter(|place| attempt.text.get(*place).is_some_and(|part| part.kind != SegmentKind::Separator));
    let before = places.map(move |place| {
        let mut text = attempt.text.clone();
        text.splice(place..place, std::iter::once(field.clone()).chain(separator.cloned()));
        Attempt { text, ..attempt.clone() }.into()
    });
    Box::new(before)
}

/// The parts without those that `leave_out` names and the separators before them.
pub(super) fn without(parts: &[Part], leave_out: impl Fn(&Part) -> bool) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        if part.kind == SegmentKind::Separator || !leave_out(part) {
            // A separator stands between two fields, so none begins the text and no two follow each other.
            if part.kind == SegmentKind::Separator
                && kept.last().is_none_or(|last| last.kind == SegmentKind::Separator)
            {
                continue;
            }
            kept.push(part.clone());
        }
    }
    kept.pop_if(|last| last.kind == SegmentKind::Separator);
    kept
}

fn fields(parts: &[Part]) -> Vec<&Part> {
    parts.iter().filter(|part| part.kind != SegmentKind::Separator).collect()
}

/// The parts with the fields among them in another order.
fn in_order(parts: &[Part], order: &[usize]) -> Vec<Part> {
    let fields = fields(parts);
    let mut next = order.iter().filter_map(|field| fields.get(*field));
    let reorder = |part: &Part| match part.kind {
        SegmentKind::Separator => part.clone(),
        _ => next.next().map_or_else(|| part.clone(), |field| (*field).clone()),
    };
    parts.iter().map(reorder).collect()
}

/// Orders of `count` things that people hit on: neighbours swapped first, then any two, then one moved, then reversed.
pub(super) fn orders(count: usize) -> impl Iterator<Item = Vec<usize>> {
    let all = move || (0..count).collect::<Vec<_>>();
    let swaps = (1..count).flat_map(move |distance| {
        (0..count - distance).map(move |place| {
            let mut order = all();
            order.swap(place, place + distance);
            order
        })
    });
    let moves = pairs(0..count).filter(|(from, to)| from.abs_diff(*to) > 1).map(move |(from, to)| {
        let mut order = all();
        let moved = order.remove(from);
        order.insert(to, moved);
        order
    });
    let reversed = (count > 3).then(|| (0..count).rev().collect());
    swaps.chain(moves).chain(reversed)
}

fn pairs(range: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
    range.clone().flat_map(move |first| range.clone().map(move |second| (first, second)))
}
