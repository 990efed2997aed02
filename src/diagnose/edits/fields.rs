//! The list of fields: left out, moved, doubled, joined by something else, with other labels.

use crate::diagnose::attempt::Attempt;
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::explain::Part;
use crate::redact::printable;
use crate::signing::{Segment, SegmentKind, Source};

/// Of longer lists, only what takes one edit for each field is tried.
const MOST_FIELDS: usize = 16;
/// Of no more fields than this, every order is tried.
const MOST_PERMUTED: usize = 4;

/// What stands between two fields, the likeliest first.
#[rustfmt::skip]
pub(super) const SEPARATORS: [&str; 22] = [
    "", "\n", "&", ".", ":", "|", " ", ",", "\r\n", "-", "\\n", ";", "/", "+", "_", "&amp;", ", ", "\t", "#", "&&", "…", "\n\n",
];

/// Groups of parts, joined by one separator: a field with its label, or a line.
pub(super) struct List {
    pub(super) groups: Vec<Vec<Part>>,
    pub(super) separator: Option<Part>,
}

impl List {
    /// Parts, taken apart at the separator that stands between fields; one field each where there is none.
    pub(super) fn of(parts: &[Part]) -> Self {
        let separators = || parts.iter().skip(1).filter(|part| is_separator(part));
        // A line has more separators of its own than there are lines.
        let lines = separators().find(|part| part.bytes.ends_with(b"\n"));
        let separator = lines.or_else(|| separators().next()).cloned();
        let is_end =
            |part: &Part| separator.as_ref().is_some_and(|end| is_separator(part) && part.bytes == end.bytes);
        let groups = match &separator {
            Some(_) => parts.split(is_end).map(<[Part]>::to_vec).collect(),
            None => parts.iter().map(|part| vec![part.clone()]).collect(),
        };
        Self { groups, separator }
    }

    pub(super) fn join(&self, groups: &[Vec<Part>]) -> Vec<Part> {
        match &self.separator {
            Some(separator) => groups.join(separator),
            None => groups.concat(),
        }
    }
}

fn is_separator(part: &Part) -> bool {
    part.kind == SegmentKind::Separator
}

/// What a group is called: its label, or the name of its value.
pub(super) fn name(group: &[Part]) -> String {
    match group.first() {
        Some(label) if is_separator(label) && group.len() > 1 => {
            String::from_utf8_lossy(&label.bytes).into_owned()
        }
        _ => group
            .iter()
            .find(|part| !is_separator(part))
            .map(|part| part.name().to_owned())
            .unwrap_or_default(),
    }
}

fn names(groups: &[Vec<Part>]) -> String {
    groups.iter().map(|group| name(group)).collect::<Vec<_>>().join(", ")
}

pub(super) fn separator(text: &str) -> Part {
    Part::of(Segment::separator(text))
}

/// Text and key, each as a list, and how to try another one of it.
type Put<'s> = Box<dyn Fn(&'static Mistake, &str, Vec<Part>) -> Flow + 's>;

fn sides<'s>(search: &'s Search<'_>) -> Vec<(List, Put<'s>)> {
    let base = &search.base;
    let (is_alone, key) = (base.key_parts().is_empty(), base.key_parts());
    let in_text: Put<'s> = Box::new(|mistake, detail, text| search.text(mistake, &detail, text));
    let in_key: Put<'s> = Box::new(|mistake, detail, key| {
        search.attempt(mistake, &format!("{detail}, in the key only"), &base.with_key(key))
    });
    let mut sides = vec![(List::of(&base.text), in_text)];
    if !is_alone && key.len() > 1 {
        sides.push((List::of(key), in_key));
    }
    sides
}

/// One field left out, or two, or all secrets that the key holds as well; a field without a part of it.
pub(super) fn missing(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    let count = list.groups.len();
    let mut without: Vec<Vec<usize>> = (0..count).map(|place| vec![place]).collect();
    let is_secret = |group: &[Part]| group.iter().any(|part| part.kind == SegmentKind::Secret);
    let secrets: Vec<usize> =
        (0..count).filter(|at| list.groups.get(*at).is_some_and(|group| is_secret(group))).collect();
    if !search.base.key_parts().is_empty() {
        without.push(secrets);
    }
    if count <= MOST_FIELDS {
        without
            .extend((0..count).flat_map(|first| (first + 1..count).map(move |second| vec![first, second])));
    }
    for left_out in without {
        let (out, kept): (Vec<_>, Vec<_>) =
            list.groups.iter().enumerate().partition(|(at, _)| left_out.contains(at));
        let [out, kept] =
            [out, kept].map(|groups| groups.into_iter().map(|(_, group)| group.clone()).collect::<Vec<_>>());
        let source = out
            .first()
            .and_then(|group| group.iter().find(|part| !is_separator(part)))
            .map(|part| part.source);
        let mistake = missing_of(source.filter(|_| out.len() == 1));
        search.text(mistake, &names(&out), list.join(&kept))?;
    }
    for (at, part) in search.values() {
        search.part(
            missing_of(Some(part.source)),
            &format!("the value of {}", part.name()),
            at,
            Vec::new(),
        )?;
        // With what stands between it and the next of the same line, or the label in front of it.
        let mut text = search.base.text.clone();
        text.drain(at..(at + 2).min(text.len()));
        search.text(&mistake::FIELD_MISSING, &part.name(), text)?;
        let mut text = search.base.text.clone();
        text.drain(at.saturating_sub(1)..=at);
        search.text(&mistake::FIELD_MISSING, &part.name(), text)?;
    }
    other_fields(search)
}

fn missing_of(source: Option<Source>) -> &'static Mistake {
    match source {
        Some(Source::Body) => &mistake::BODY_MISSING,
        Some(Source::RequestQuery) => &mistake::QUERY_MISSING,
        _ => &mistake::FIELD_MISSING,
    }
}

/// The fields of the provider's other algorithm under this one.
fn other_fields(search: &Search<'_>) -> Flow {
    let Some(other) = search.transcript.other_algorithm.as_deref() else { return Flow::Continue(()) };
    let longer = other.text.len() > search.base.text.len();
    let mistake = if longer { &mistake::FIELD_INCLUDED } else { &mistake::FIELD_MISSING };
    let differs = |part: &&Part| search.base.text.iter().all(|ours| ours.name != part.name);
    let name = other.text.iter().find(differs).map(|part| part.name().to_owned()).unwrap_or_default();
    search.text(search.own(mistake, &name), &name, other.text.clone())
}

/// Another separator, or none, in text and key alike or in one of them; one more at an end; another for one of them.
pub(super) fn separators(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let [text, key] = [&base.text[..], base.key_parts()].map(List::of);
    let with = |list: &List, other: &str| match &list.separator {
        Some(_) => List { separator: Some(separator(other)), groups: Vec::new() }.join(&list.groups),
        None => list.groups.join(&separator(other)),
    };
    let end = text.separator.as_ref().map(Part::text).unwrap_or_default();
    let mut ends: Vec<String> = base.text.iter().filter(|part| is_separator(part)).map(Part::text).collect();
    ends.sort_by_key(|other| *other != end);
    ends.dedup();
    for end in ends.iter().take(MOST_FIELDS) {
        for (detail, text) in [
            ("", [&base.text[..], &[separator(end)]].concat()),
            ("in front of it", [&[separator(end)], &base.text[..]].concat()),
            ("at both ends", [&[separator(end)], &base.text[..], &[separator(end)]].concat()),
        ] {
            search.text(&mistake::SEPARATOR_TRAILING, &detail, text)?;
        }
    }
    for other in SEPARATORS.iter().filter(|other| text.groups.len() > 1 && **other != end) {
        let mistake = if other.is_empty() { &mistake::SEPARATOR_MISSING } else { &mistake::SEPARATOR_OTHER };
        let shown = if other.is_empty() { String::new() } else { format!("{other:?}") };
        let (in_text, in_key) = (with(&text, other), with(&key, other));
        if key.separator.is_none() {
            search.text(mistake, &shown, in_text)?;
            continue;
        }
        search.attempt(mistake, &shown, &base.with_text(in_text.clone()).with_key(in_key.clone()))?;
        let place =
            |place: &str| if shown.is_empty() { place.to_owned() } else { format!("{shown}, {place}") };
        search.text(mistake, &place("in the text only"), in_text)?;
        search.attempt(mistake, &place("in the key only"), &base.with_key(in_key))?;
    }
    let short = |(_, part): &(usize, &Part)| is_separator(part) && part.bytes.len() < 3;
    for (at, part) in base.text.iter().enumerate().filter(short) {
        let before = at.checked_sub(1).and_then(|before| base.text.get(before));
        let text_or_name =
            |part: &Part| if is_separator(part) { part.text() } else { part.name().to_owned() };
        let before = before.map(text_or_name).unwrap_or_default();
        for other in SEPARATORS.iter().take(12) {
            let mistake =
                if other.is_empty() { &mistake::SEPARATOR_MISSING } else { &mistake::SEPARATOR_OTHER };
            let detail = format!("{other:?} for {:?} behind {}", part.text(), printable(&before));
            search.part(mistake, &detail, at, other.as_bytes().to_vec())?;
        }
    }
    Flow::Continue(())
}

/// Fields in another order.
pub(super) fn order(search: &Search<'_>) -> Flow {
    swapped_secrets(search)?;
    for (list, put) in sides(search) {
        let groups = &list.groups;
        let try_order =
            |detail: &str, other: &[Vec<Part>]| put(&mistake::FIELDS_REORDERED, detail, list.join(other));
        if groups.len() <= MOST_PERMUTED {
            for other in permutations(groups) {
                try_order(&names(&other), &other)?;
            }
            continue;
        }
        let mut other = groups.clone();
        other.sort_by_key(|group| name(group));
        try_order("sorted by name", &other)?;
        other.reverse();
        try_order("sorted by name, from the last", &other)?;
        other = groups.iter().rev().cloned().collect();
        try_order("from the last to the first", &other)?;
        as_received(search, &list)?;
        for first in 2..groups.len().min(MOST_FIELDS) {
            let (front, back) = groups.split_at_checked(first).unwrap_or_default();
            try_order(&format!("{} in front of all", names(back)), &[back, front].concat())?;
        }
        for first in 0..groups.len().min(MOST_FIELDS) {
            for second in 0..groups.len().min(MOST_FIELDS) {
                let [one, two] =
                    [first, second].map(|at| groups.get(at).map(|group| name(group)).unwrap_or_default());
                let mut other = groups.clone();
                let moved = other.remove(first);
                other.insert(second, moved);
                if first.abs_diff(second) != 1 {
                    try_order(&format!("{one} in the place of {two}"), &other)?;
                }
                let mut other = groups.clone();
                other.swap(first, second);
                if first < second {
                    try_order(&format!("{two}, {one}"), &other)?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// Two secrets in each other's place, in text and key alike.
fn swapped_secrets(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let secrets: Vec<&Part> =
        base.key_parts().iter().filter(|part| part.kind == SegmentKind::Secret).collect();
    let [first, second] = secrets.as_slice() else { return Flow::Continue(()) };
    let swap = |part: &Part| match () {
        () if part.name == first.name => (*second).clone(),
        () if part.name == second.name => (*first).clone(),
        () => part.clone(),
    };
    let [text, key] =
        [&base.text[..], base.key_parts()].map(|parts| parts.iter().map(swap).collect::<Vec<_>>());
    let detail = format!("{}, {}", second.name(), first.name());
    search.attempt(&mistake::FIELDS_REORDERED, &detail, &base.with_text(text).with_key(key))
}

/// In the order in which the headers arrived.
fn as_received(search: &Search<'_>, list: &List) -> Flow {
    let names: Vec<String> = search.transcript.all_headers().map(|(name, _)| name.to_owned()).collect();
    let place =
        |group: &Vec<Part>| names.iter().position(|known| *known == name(group)).map_or(0, |at| at + 1);
    let mut other = list.groups.clone();
    other.sort_by_key(place);
    search.text(&mistake::FIELDS_REORDERED, &"as the headers arrived", list.join(&other))
}

/// All orders of a few.
pub(super) fn permutations<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = all.split_first() else { return vec![Vec::new()] };
    let insert = |order: Vec<T>| {
        (0..=order.len()).map(move |at| {
            [
                order.get(..at).unwrap_or_default(),
                std::slice::from_ref(first),
                order.get(at..).unwrap_or_default(),
            ]
            .concat()
        })
    };
    permutations(rest).into_iter().flat_map(insert).collect()
}

/// One field twice, or all of it, or half of a value.
pub(super) fn doubled(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    for (at, group) in list.groups.iter().enumerate() {
        let mut groups = list.groups.clone();
        groups.insert(at, group.clone());
        search.text(&mistake::FIELD_DOUBLED, &format!("{} twice", name(group)), list.join(&groups))?;
    }
    for (at, part) in search.values() {
        search.part(&mistake::FIELD_DOUBLED, &format!("{} twice", part.name()), at, part.bytes.repeat(2))?;
        let (half, rest) = part.bytes.split_at_checked(part.bytes.len() / 2).unwrap_or_default();
        if half == rest {
            search.part(
                &mistake::FIELD_DOUBLED,
                &format!("half of {}, which is twice the same", part.name()),
                at,
                half.to_vec(),
            )?;
        }
    }
    search.text(
        &mistake::FIELD_DOUBLED,
        &"all of it twice",
        [&search.base.text[..], &search.base.text].concat(),
    )
}

/// Only some fields: one, the first ones, the last ones.
pub(super) fn kept(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    for at in 0..list.groups.len() {
        let (first, last) = list.groups.split_at_checked(at).unwrap_or_default();
        for kept in [first, last, last.get(..1).unwrap_or_default()] {
            search.text(&mistake::FIELD_MISSING, &format!("all but {}", names(kept)), list.join(kept))?;
        }
    }
    for (_, part) in search.values() {
        search.text(
            &mistake::FIELD_MISSING,
            &format!("all but the value of {}", part.name()),
            vec![part.clone()],
        )?;
    }
    Flow::Continue(())
}

/// What stands in front of values: in another form, or left out, in all lines or in one.
pub(super) fn labels(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    let labelled = |group: &[Part]| group.len() > 2 && group.iter().take(2).all(is_separator);
    if !list.groups.iter().any(|group| labelled(group)) {
        return Flow::Continue(());
    }
    type Change = fn(&[Part]) -> Vec<Part>;
    let changes: [(&str, Change); 14] = [
        ("with a capital at the beginning of each word", |group| {
            relabelled(group, |label| {
                crate::diagnose::ways::write(&["title"], label.as_bytes())
                    .and_then(|title| String::from_utf8(title).ok())
                    .unwrap_or_default()
            })
        }),
        ("in upper case", |group| relabelled(group, str::to_uppercase)),
        ("without brackets", |group| relabelled(group, |label| label.replace(['(', ')'], ""))),
        ("with `@` for brackets", |group| {
            relabelled(group, |label| {
                if label.starts_with('(') {
                    format!("@{}", label.replace(['(', ')'], ""))
                } else {
                    label.to_owned()
                }
            })
        }),
        ("in quotes", |group| relabelled(group, |label| format!("\"{label}\""))),
        ("left out, the values alone", |group| group.get(2..).unwrap_or_default().to_vec()),
        ("left out with the blank kept", |group| group.get(1..).unwrap_or_default().to_vec()),
        ("without a blank behind the colon", |group| delimited(group, ":")),
        ("with `=` for the colon", |group| delimited(group, "=")),
        ("with a blank for the colon", |group| delimited(group, " ")),
        ("with ` : ` for the colon", |group| delimited(group, " : ")),
        ("with `= ` for the colon", |group| delimited(group, "= ")),
        ("with nothing behind them", |group| delimited(group, "")),
        ("with a blank in front of the value more", |group| delimited(group, ":  ")),
    ];
    for (detail, change) in changes {
        let put = |what: &str, wanted: &dyn Fn(&str) -> bool| {
            let one = |group: &Vec<Part>| {
                if labelled(group) && wanted(&name(group)) { change(group) } else { group.clone() }
            };
            // Without the blank, the text is joined by another separator.
            let is_delimiter = what == "all labels" && detail.contains("colon");
            let mistake = if is_delimiter { &mistake::SEPARATOR_OTHER } else { &mistake::LABEL_OTHER };
            let groups: Vec<_> = list.groups.iter().map(one).collect();
            search.text(mistake, &format!("{what} {detail}"), list.join(&groups))
        };
        put("all labels", &|_| true)?;
        put("labels in brackets", &|name| name.starts_with('('))?;
        put("labels of headers", &|name| !name.starts_with('('))?;
        for label in list.groups.iter().map(|group| name(group)) {
            put(&format!("`{label}`"), &|name| name == label)?;
        }
    }
    Flow::Continue(())
}

fn relabelled(group: &[Part], change: impl Fn(&str) -> String) -> Vec<Part> {
    let (label, rest) = group.split_at_checked(1).unwrap_or_default();
    let label = label.iter().map(|label| separator(&change(&label.text())));
    label.chain(rest.iter().cloned()).collect()
}

fn delimited(group: &[Part], delimiter: &str) -> Vec<Part> {
    [group.get(..1).unwrap_or_default(), &[separator(delimiter)], group.get(2..).unwrap_or_default()].concat()
}

/// One more field before each, and after the last; in text or key.
pub(super) fn insertions(search: &Search<'_>, field: &Part) -> Vec<Attempt> {
    let base = &search.base;
    let inserted = |parts: &[Part]| {
        let list = List::of(parts);
        let places = if parts.is_empty() { 0 } else { list.groups.len().min(MOST_FIELDS) + 1 };
        (0..places)
            .map(|at| {
                let mut groups = list.groups.clone();
                groups.insert(at.min(list.groups.len()), vec![field.clone()]);
                list.join(&groups)
            })
            .collect::<Vec<_>>()
    };
    let in_text =
        inserted(&base.text).into_iter().chain(as_line(&base.text, field)).map(|text| base.with_text(text));
    in_text.chain(inserted(base.key_parts()).into_iter().map(|key| base.with_key(key))).collect()
}

/// The field as one more line, behind a label as the others have it.
fn as_line(text: &[Part], field: &Part) -> Vec<Vec<Part>> {
    let list = List::of(text);
    let labelled = list.groups.iter().find(|group| group.len() > 2 && group.iter().take(2).all(is_separator));
    let Some(delimiter) = labelled.and_then(|group| group.get(1)) else { return Vec::new() };
    let name = field.name().split(' ').next().unwrap_or_default();
    let lines = [name.to_owned(), format!("({name})")]
        .map(|label| vec![separator(&label), delimiter.clone(), field.clone()]);
    let inserted =
        |line: Vec<Part>| (0..=list.groups.len().min(MOST_FIELDS)).map(move |at| (at, line.clone()));
    let insert = |(at, line): (usize, Vec<Part>)| {
        let mut groups = list.groups.clone();
        groups.insert(at, line);
        list.join(&groups)
    };
    lines.into_iter().flat_map(inserted).map(insert).collect()
}
