//! Another value at hand: in place of a value, as one more field, or as the whole text.

use super::fields::{SEPARATORS, insertions, separator};
use super::forms::named;
use crate::diagnose::mistake::{
    BODY_INCLUDED, FIELD_INCLUDED, METHOD_INCLUDED, Mistake, OTHER, PROXY_URL, SECRET_PADDED, TEXT_OTHER,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::is_address;
use crate::diagnose::ways;
use crate::explain::Part;
use crate::signing::{Segment, SegmentKind, Source};

/// Texts are put together out of the first sources only.
const MOST_IN_PAIRS: usize = 16;
const MOST_IN_THREES: usize = 12;

/// A separator, as one part; no part where the text is empty.
pub(super) fn joint(text: &str) -> Vec<Part> {
    if text.is_empty() { Vec::new() } else { vec![separator(text)] }
}

/// Another value at hand in place of a value.
pub(super) fn in_place(search: &Search<'_>) -> Flow {
    for value in search.public() {
        let part = value.part;
        for other in search.hand.iter().filter(|other| other.bytes != part.bytes) {
            // A path in a header is what a proxy was asked for.
            let is_noted =
                other.source == Source::RequestHeader && is_address(part) && other.bytes.starts_with(b"/");
            let mistake = if is_noted { PROXY_URL } else { in_place_of(search, part) };
            let detail = format_args!("{} in the place of {}", other.name(), part.name());
            value.replace(mistake, detail, 0..1, std::slice::from_ref(other))?;
        }
    }
    Flow::Continue(())
}

fn in_place_of(search: &Search<'_>, part: &Part) -> Mistake {
    search.own(named(&OTHER, part), part.name())
}

/// One value at hand as the whole text.
pub(super) fn alone(search: &Search<'_>) -> Flow {
    search.hand.iter().try_for_each(|other| {
        search.text(TEXT_OTHER, format_args!("{} alone", other.name()), vec![other.clone()])
    })
}

/// The mistake of an edit that adds this field.
fn included(search: &Search<'_>, field: &Part) -> Mistake {
    match field.source {
        Source::RequestMethod => METHOD_INCLUDED,
        Source::Body if field.name() == "body" => BODY_INCLUDED,
        _ => search.own(FIELD_INCLUDED, field.name()),
    }
}

fn insert(search: &Search<'_>, field: &Part) -> Flow {
    let mistake = included(search, field);
    let detail = if mistake == FIELD_INCLUDED { field.name() } else { "" };
    insertions(search, field).iter().try_for_each(|attempt| search.attempt(mistake, detail, attempt))
}

/// Parts that are not signed, and whose inclusion is a mistake with a name: the method, the body, a provider's own headers.
pub(super) fn known_includes(search: &Search<'_>) -> Flow {
    let is_signed = |field: &Part| {
        search.base.text.iter().any(|part| part.source == field.source && part.bytes == field.bytes)
    };
    let is_known = |field: &&Part| included(search, field) != FIELD_INCLUDED && !is_signed(field);
    search.hand.iter().filter(is_known).try_for_each(|field| insert(search, field))
}

/// Any value at hand at any place; in front of the text or behind it with any separator.
pub(super) fn inserted(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let constants =
        ["v0", "v1", "v2", "1", "0"].map(|text| Part::of(Segment::public("version", text.as_bytes())));
    let is_short = |field: &&Part| field.bytes.len() <= 1 << 10 || field.source == Source::Body;
    for field in search.hand.iter().chain(&constants).filter(is_short) {
        insert(search, field)?;
        let (mistake, name, field) = (included(search, field), field.name(), std::slice::from_ref(field));
        for joint in SEPARATORS.into_iter().take(16).map(joint) {
            for (detail, text) in [
                ("in front of all", [field, &joint, &base.text].concat()),
                ("behind all", [&base.text, &joint[..], field].concat()),
            ] {
                search.text(mistake, format_args!("{name} {detail}"), text)?;
            }
            let key = base.key_parts();
            for (detail, key) in [
                ("in front of the key", [field, &joint, key].concat()),
                ("behind the key", [key, &joint, field].concat()),
            ] {
                if !base.key_parts().is_empty() {
                    search.attempt(SECRET_PADDED, format_args!("{name} {detail}"), &base.with_key(key))?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// A value at hand in another form in place of a value, or right beside it.
pub(super) fn beside(search: &Search<'_>) -> Flow {
    static FORMS: [(&str, &[&str]); 6] = [
        ("in lower case", &["lower"]),
        ("in upper case", &["upper"]),
        ("in base64", &["base64"]),
        ("as a SHA-256 in hex", &["sha256", "hex"]),
        ("as an MD5 in hex", &["md5", "hex"]),
        ("percent-decoded", &["unpercent"]),
    ];
    for value in search.public() {
        for other in search.hand.iter().filter(|other| other.bytes.len() <= 1 << 12) {
            let replace = |mistake, detail: &str, around, parts: &[Part]| {
                let detail = format_args!("{} {detail} {}", other.name(), value.part.name());
                value.replace(mistake, detail, around, parts)
            };
            for joint in ["", " ", "=", ":"].map(joint) {
                let (other, mistake) = (std::slice::from_ref(other), included(search, other));
                replace(mistake, "right in front of", 0..0, &[other, &joint].concat())?;
                replace(mistake, "right behind", 1..1, &[&joint, other].concat())?;
            }
            for (how, filters) in FORMS {
                let Some(bytes) = ways::write(filters, &other.bytes) else { continue };
                let mistake = in_place_of(search, value.part);
                replace(mistake, &format!("{how} in the place of"), 0..1, &[other.with_bytes(bytes)])?;
            }
        }
    }
    Flow::Continue(())
}

/// A text put together out of two or three sources, as another provider's scheme has it.
pub(super) fn composed(search: &Search<'_>) -> Flow {
    let mut sources = main_sources(search);
    sources.insert(sources.len().min(MOST_IN_THREES - 1), Part::of(Segment::public("`v0`", b"v0")));
    let put = |parts: &[&Part], end: &str| {
        let text = parts.iter().map(|part| vec![(*part).clone()]).collect::<Vec<_>>();
        let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
        let detail = format_args!("{}, {end:?} between them", names.join(", "));
        search.text(TEXT_OTHER, detail, text.join(&joint(end)[..]))
    };
    for end in SEPARATORS.into_iter().take(16) {
        for first in sources.iter().take(MOST_IN_PAIRS) {
            sources.iter().take(MOST_IN_PAIRS).try_for_each(|second| put(&[first, second], end))?;
        }
    }
    let few = || sources.iter().take(MOST_IN_THREES);
    for end in SEPARATORS.into_iter().take(7) {
        for (first, second) in few().flat_map(|first| few().map(move |second| (first, second))) {
            few().try_for_each(|third| put(&[first, second, third], end))?;
        }
    }
    Flow::Continue(())
}

/// What schemes are made of: the fields, the parts of the message, the secret.
fn main_sources(search: &Search<'_>) -> Vec<Part> {
    let mut main: Vec<Part> = Vec::new();
    let is_main =
        |part: &&Part| !matches!(part.source, Source::RequestHeader | Source::Setting | Source::Literal);
    let fields = search.base.text.iter().filter(|part| part.kind != SegmentKind::Separator);
    for part in fields.filter(is_main).chain(search.hand.iter().filter(is_main)) {
        if main.iter().all(|known| known.bytes != part.bytes) {
            main.push(part.clone());
        }
    }
    main
}
