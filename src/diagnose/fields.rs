//! Mistakes in which fields are signed and how they are joined.

use super::address::{rewritten, with_query};
use super::attempt::{Attempt, Key, Variant, Variants};
use super::orders::orders;
use super::places::Place;
use crate::explain::{Part, Transcript};
use crate::signing::{Segment, SegmentKind, Source};

/// Of no more fields than this, any two are left out together.
const MOST_IN_TWOS: usize = 12;

/// Fields in another order: a secret in front moved to the end, two swapped, one moved, or all reversed; the separators
/// stay where they are. Those of the key also in both places at once, where the text holds them too.
pub(super) fn reordered<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let (text, key) = (&attempt.text, attempt.key_parts());
    let everywhere = orders(fields(key).len()).filter_map(move |order| {
        let attempt = with_key_in_order(attempt, &order)?;
        Some(Variant { attempt, detail: Place::Everywhere.detail(Some(&describe(key, &order))) })
    });
    let of_text = secret_last(text).into_iter().chain(orders(fields(text).len())).map(|order| Variant {
        attempt: Attempt { text: in_order(text, &order), ..attempt.clone() },
        detail: Some(describe(text, &order)),
    });
    let of_key = orders(fields(key).len()).map(move |order| Variant {
        attempt: Attempt { key: Key::Stated(in_order(key, &order)), ..attempt.clone() },
        detail: Place::Key.detail(Some(&describe(key, &order))),
    });
    Box::new(everywhere.chain(of_text).chain(of_key))
}

/// The first field behind all others, if it is a secret: a salt after the text in place of before it.
fn secret_last(text: &[Part]) -> Option<Vec<usize>> {
    let starts_with_secret = text.first().is_some_and(|first| first.kind == SegmentKind::Secret);
    starts_with_secret.then(|| (1..fields(text).len()).chain([0]).collect())
}

/// The names of the fields, from the first to the last that is not in its place.
fn describe(parts: &[Part], order: &[usize]) -> String {
    let fields = fields(parts);
    let moved = |(place, field): &(usize, &usize)| place != *field;
    let first = order.iter().enumerate().find(moved).map_or(0, |(place, _)| place);
    let last = order.iter().enumerate().rfind(moved).map_or(0, |(place, _)| place);
    let names = order.get(first..=last).unwrap_or_default().iter().filter_map(|field| fields.get(*field));
    names.map(|part| part.name()).collect::<Vec<_>>().join(", ")
}

/// The fields of the key in another order, in the key and wherever the text holds them.
fn with_key_in_order(attempt: &Attempt, order: &[usize]) -> Option<Attempt> {
    let key = fields(attempt.key_parts());
    let moved = |part: &Part| {
        let place = key.iter().position(|field| field.kind == part.kind && field.name == part.name)?;
        key.get(*order.get(place)?).map(|field| (*field).clone())
    };
    attempt.text.iter().find_map(moved)?;
    let text = attempt.text.iter().map(|part| moved(part).unwrap_or_else(|| part.clone())).collect();
    Some(Attempt { text, key: Key::Stated(in_order(attempt.key_parts(), order)), ..attempt.clone() })
}

/// Fields joined without anything between them.
pub(super) fn unseparated<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let bare = |parts: &[Part]| {
        let bare: Vec<Part> = fields(parts).into_iter().cloned().collect();
        (bare.len() < parts.len()).then_some(bare)
    };
    Box::new(Place::ALL.into_iter().filter_map(move |place| place.with_parts(attempt, None, bare)))
}

/// What people join fields with.
const SEPARATORS: [&str; 13] = ["&", "|", ",", ";", ":", "\n", " ", "\t", ".", "-", "_", "\r\n", "&amp;"];

/// Fields joined by another separator, or by one where the format has none. A format that has several, as between the
/// lines of headers and within them, has each written in another way.
pub(super) fn otherwise_separated<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    type Rewrite = (&'static str, fn(&str) -> String);
    let rewrites: [Rewrite; 2] = [
        ("without blanks behind colons", |separator| separator.replace(": ", ":")),
        ("\\r\\n for \\n", |separator| separator.replace('\n', "\r\n")),
    ];
    Box::new(Place::ALL.into_iter().flat_map(move |place| {
        let replaced = SEPARATORS.iter().filter_map(move |separator| {
            let shown = format!("{separator:?}");
            place.with_parts(attempt, Some(&shown), |parts| joined_by(parts, separator))
        });
        let rewritten = rewrites.into_iter().filter_map(move |(what, rewrite)| {
            place.with_parts(attempt, Some(what), |parts| with_several_separators(parts, rewrite))
        });
        replaced.chain(rewritten)
    }))
}

/// The fields with one separator between any two; nothing where they are so already, or where there are several.
fn joined_by(parts: &[Part], separator: &str) -> Option<Vec<Part>> {
    let fields = fields(parts);
    if fields.len() < 2 || has_several_separators(parts) {
        return None;
    }
    let separator = Part::of(Segment::separator(separator));
    let mut joined = Vec::with_capacity(2 * fields.len());
    for field in fields {
        joined.extend([field.clone(), separator.clone()]);
    }
    joined.pop();
    (!is_same(&joined, parts)).then_some(joined)
}

fn with_several_separators(parts: &[Part], rewrite: fn(&str) -> String) -> Option<Vec<Part>> {
    if !has_several_separators(parts) {
        return None;
    }
    let rewrite = |part: &Part| match part.kind {
        SegmentKind::Separator => part.with_bytes(rewrite(&part.text()).into_bytes()),
        _ => part.clone(),
    };
    let rewritten = parts.iter().map(rewrite).collect::<Vec<_>>();
    (!is_same(&rewritten, parts)).then_some(rewritten)
}

fn has_several_separators(parts: &[Part]) -> bool {
    let mut separators = parts.iter().filter(|part| part.kind == SegmentKind::Separator);
    let first = separators.next();
    separators.any(|other| first.is_some_and(|first| first.bytes != other.bytes))
}

fn is_same(one: &[Part], other: &[Part]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.bytes == other.bytes)
}

/// A separator after the last field, in the text, in the key, or in both; or one after a query, or none where it has one.
/// A format may have several, as between the lines of headers and within them.
pub(super) fn separated_at_the_end<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let mut separators: Vec<&Part> = Vec::new();
    for part in attempt.text.iter().chain(attempt.key_parts()).filter(|part| is_separator(part)) {
        if separators.iter().all(|known| known.bytes != part.bytes) {
            separators.push(part);
        }
    }
    let of_fields = separators.into_iter().flat_map(move |separator| {
        let ended = |parts: &[Part]| {
            let has_it = parts.iter().any(|part| is_separator(part) && part.bytes == separator.bytes);
            has_it.then(|| [parts, std::slice::from_ref(separator)].concat())
        };
        let text = ended(&attempt.text);
        let key = ended(attempt.key_parts()).map(Key::Stated);
        let both = text.clone().zip(key.clone()).map(|(text, key)| Attempt { text, key, ..attempt.clone() });
        let in_text = text.map(|text| Attempt { text, ..attempt.clone() });
        let in_key = key.map(|key| Attempt { key, ..attempt.clone() });
        [in_text, both, in_key].into_iter().flatten().map(Variant::from)
    });
    let of_query = rewritten(
        attempt,
        &[
            |url| with_query(url, |query| (!query.is_empty()).then(|| format!("{query}&"))),
            |url| with_query(url, |query| query.strip_suffix('&').map(str::to_owned)),
        ],
    );
    Box::new(of_fields.chain(of_query))
}

/// Something after the end of the text that is none of its separators.
pub(super) fn ended<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let ends_in_body =
        attempt.text.last().is_some_and(|last| last.source == Source::Body && !last.bytes.is_empty());
    let is_known = move |end: &str| {
        // What stands after a body is a mistake with the body.
        let is_of_body = ends_in_body && end.contains('\n');
        is_of_body
            || attempt.text.iter().any(|part| part.kind == SegmentKind::Separator && part.text() == end)
    };
    let ends = ["\n", "\r\n", "\0", " "].into_iter().filter(move |end| !is_known(end));
    Box::new(ends.map(|end| {
        let end = Part::of(Segment::public("end", end.as_bytes()));
        Attempt { text: [&attempt.text[..], &[end]].concat(), ..attempt.clone() }.into()
    }))
}

/// A field with another value that somebody may set for it.
#[cfg(feature = "netvisor")]
pub(crate) fn with_other_value<'a>(
    attempt: &'a Attempt,
    name: &'static str,
    values: &'static [&'static str],
) -> Variants<'a> {
    let with = move |value: &&str| {
        let rewritten = attempt.with_text(|part| (part.name() == name).then(|| value.as_bytes().to_vec()));
        rewritten.map(|attempt| Variant { attempt, detail: Some((*value).to_owned()) })
    };
    Box::new(values.iter().filter_map(with))
}

/// One field left out, with the separator before it, the last time first: the format that a vendor had before has none; all secrets, where the key holds them too; or any two of a few.
pub(super) fn missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let left_out = |part: &'a Part| Variant {
        attempt: Attempt { text: without(&attempt.text, |other| other.name == part.name), ..attempt.clone() },
        detail: Some(part.name().to_owned()),
    };
    let is_field = |part: &&Part| part.kind != SegmentKind::Separator && !part.bytes.is_empty();
    let last_clock = attempt.text.iter().rposition(|part| part.source == Source::Clock);
    let others = attempt.text.iter().enumerate().filter(move |(place, _)| Some(*place) != last_clock);
    let one = last_clock.and_then(|place| attempt.text.get(place)).into_iter();
    let one = one.chain(others.map(|(_, part)| part)).filter(is_field).map(left_out);
    let is_secret = |part: &Part| part.kind == SegmentKind::Secret;
    let all_secrets = || Variant {
        attempt: Attempt { text: without(&attempt.text, is_secret), ..attempt.clone() },
        detail: Some("all secrets, which the key holds".to_owned()),
    };
    let in_both = [&attempt.text, attempt.key_parts()].iter().all(|parts| parts.iter().any(is_secret));
    let few = attempt.text.iter().filter(is_field).map(Part::name).collect::<Vec<_>>();
    let few = if few.len() > MOST_IN_TWOS { Vec::new() } else { few };
    let before = |(count, second)| few.iter().take(count).map(move |first: &&'a str| [*first, second]);
    let twos: Vec<[&str; 2]> = few.iter().copied().enumerate().flat_map(before).collect();
    let twos = twos.into_iter().map(|left_out| Variant {
        attempt: Attempt {
            text: without(&attempt.text, |part| left_out.contains(&part.name())),
            ..attempt.clone()
        },
        detail: Some(left_out.join(" and ")),
    });
    Box::new(one.chain(in_both.then(all_secrets)).chain(twos))
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

fn is_separator(part: &Part) -> bool {
    part.kind == SegmentKind::Separator
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
