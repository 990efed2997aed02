//! Something else that is at hand: in a value's place, as one more field, or as the whole text.

use super::fields::{insertions, separator};
use super::forms::named;
use crate::diagnose::attempt::Attempt;
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::is_address;
use crate::diagnose::ways;
use crate::explain::Part;
use crate::signing::{Segment, SegmentKind, Source};

/// What is put together is made of no more sources than these.
const MOST_IN_PAIRS: usize = 16;
const MOST_IN_THREES: usize = 12;

const JOINTS: [&str; 15] = ["", ".", "\n", "|", ":", "&", " ", ",", "-", "+", "\r\n", ";", "/", "_", "#"];

/// Another value in the place of one.
pub(super) fn in_place(search: &Search<'_>) -> Flow {
    for (at, part) in search.values().filter(|(_, part)| part.kind == SegmentKind::Public) {
        for other in search.hand.iter().filter(|other| other.bytes != part.bytes) {
            let detail = format!("{} in the place of {}", other.name(), part.name());
            // What a proxy notes down in a header is what it was asked for.
            let is_noted =
                other.source == Source::RequestHeader && is_address(part) && other.bytes.starts_with(b"/");
            let mistake = search.own(named(&mistake::OTHER, part), part.name());
            let mistake = if is_noted { &mistake::PROXY_URL } else { mistake };
            let mut text = search.base.text.clone();
            text.splice(at..=at, [other.clone()]);
            search.text(mistake, &detail, text)?;
        }
    }
    Flow::Continue(())
}

/// One value as the whole text.
pub(super) fn alone(search: &Search<'_>) -> Flow {
    search.hand.iter().try_for_each(|other| {
        search.text(&mistake::TEXT_OTHER, &format!("{} alone", other.name()), vec![other.clone()])
    })
}

/// What an edit with this as one more field is called.
fn included(search: &Search<'_>, field: &Part) -> &'static Mistake {
    match field.source {
        Source::RequestMethod => &mistake::METHOD_INCLUDED,
        Source::Body if field.name() == "body" => &mistake::BODY_INCLUDED,
        _ => search.own(&mistake::FIELD_INCLUDED, field.name()),
    }
}

fn insert(search: &Search<'_>, field: &Part) -> Flow {
    let detail = if included(search, field) == &mistake::FIELD_INCLUDED { field.name() } else { "" };
    insertions(search, field)
        .iter()
        .try_for_each(|attempt| search.attempt(included(search, field), &detail, attempt))
}

/// What is not signed and has a name for being so: the method, the body, a provider's own headers.
pub(super) fn known_includes(search: &Search<'_>) -> Flow {
    let is_known =
        |field: &&Part| included(search, field) != &mistake::FIELD_INCLUDED && !is_signed(search, field);
    search.hand.iter().filter(is_known).try_for_each(|field| insert(search, field))
}

fn is_signed(search: &Search<'_>, field: &Part) -> bool {
    search.base.text.iter().any(|part| part.source == field.source && part.bytes == field.bytes)
}

/// Any source at any place; in front of all or behind all with any separator.
pub(super) fn inserted(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let constants =
        ["v0", "v1", "v2", "1", "0"].map(|text| Part::of(Segment::public("version", text.as_bytes())));
    for field in search
        .hand
        .iter()
        .chain(&constants)
        .filter(|field| field.bytes.len() <= 1 << 10 || field.source == Source::Body)
    {
        insert(search, field)?;
        for joint in JOINTS {
            let joint = if joint.is_empty() { Vec::new() } else { vec![separator(joint)] };
            let field = std::slice::from_ref(field);
            for (detail, text) in [
                ("in front of all", [field, &joint, &base.text].concat()),
                ("behind all", [&base.text[..], &joint, field].concat()),
            ] {
                let name = field.first().map_or("", Part::name);
                search.text(
                    field.first().map_or(&mistake::FIELD_INCLUDED, |field| included(search, field)),
                    &format!("{name} {detail}"),
                    text,
                )?;
            }
            let key = base.key_parts();
            for (detail, key) in [
                ("in front of the key", [field, &joint, key].concat()),
                ("behind the key", [key, &joint, field].concat()),
            ] {
                if !base.key_parts().is_empty() {
                    let detail = format!("{} {detail}", field.first().map_or("", Part::name));
                    search.attempt(&mistake::SECRET_PADDED, &detail, &base.with_key(key))?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// A source in another form in the place of a value, or right beside it.
pub(super) fn beside(search: &Search<'_>) -> Flow {
    #[rustfmt::skip]
    static FORMS: [(&str, &[&str]); 6] = [
        ("in lower case", &["lower"]),
        ("in upper case", &["upper"]),
        ("in base64", &["base64"]),
        ("as a SHA-256 in hex", &["sha256", "hex"]),
        ("as an MD5 in hex", &["md5", "hex"]),
        ("percent-decoded", &["unpercent"]),
    ];
    for (at, part) in search.values().filter(|(_, part)| part.kind == SegmentKind::Public) {
        for other in search.hand.iter().filter(|other| other.bytes.len() <= 1 << 12) {
            let replace = |mistake: &'static Mistake, detail: &str, parts: Vec<Part>| {
                let mut text = search.base.text.clone();
                text.splice(at..=at, parts);
                search.text(mistake, &format!("{} {detail} {}", other.name(), part.name()), text)
            };
            for joint in ["", " ", "=", ":"] {
                let joint = if joint.is_empty() { Vec::new() } else { vec![separator(joint)] };
                let beside = [&joint[..], std::slice::from_ref(part)].concat();
                replace(
                    included(search, other),
                    "right in front of",
                    [std::slice::from_ref(other), &beside[..]].concat(),
                )?;
                replace(
                    included(search, other),
                    "right behind",
                    [std::slice::from_ref(part), &joint[..], std::slice::from_ref(other)].concat(),
                )?;
            }
            for (how, filters) in FORMS {
                let Some(bytes) = ways::write(filters, &other.bytes) else { continue };
                let mistake = search.own(named(&mistake::OTHER, part), part.name());
                replace(mistake, &format!("{how} in the place of"), vec![other.with_bytes(bytes)])?;
            }
        }
    }
    Flow::Continue(())
}

/// A text put together out of two or three sources: the scheme of somebody else.
pub(super) fn composed(search: &Search<'_>) -> Flow {
    let mut sources = main_sources(search);
    sources.insert(sources.len().min(MOST_IN_THREES - 1), Part::of(Segment::public("`v0`", b"v0")));
    let sources: Vec<&Part> = sources.iter().collect();
    let joined = |parts: &[&Part], joint: &str| {
        let mut text = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            if place > 0 && !joint.is_empty() {
                text.push(separator(joint));
            }
            text.push((*part).clone());
        }
        let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
        let detail = format!("{}, {joint:?} between them", names.join(", "));
        search.attempt(&mistake::TEXT_OTHER, &detail, &Attempt { text, ..search.base.clone() })
    };
    for joint in JOINTS {
        for first in sources.iter().take(MOST_IN_PAIRS) {
            for second in sources.iter().take(MOST_IN_PAIRS) {
                joined(&[first, second], joint)?;
            }
        }
    }
    for joint in JOINTS.iter().take(7) {
        for first in sources.iter().take(MOST_IN_THREES) {
            for second in sources.iter().take(MOST_IN_THREES) {
                for third in sources.iter().take(MOST_IN_THREES) {
                    joined(&[first, second, third], joint)?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// What schemes are made of: the fields, the message's parts, the secret; the longest of headers are none.
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
