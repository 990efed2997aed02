//! The list of fields: a field left out, moved or doubled; other separators; other labels.

use std::cmp::Reverse;

use crate::diagnose::attempt::Attempt;
use crate::diagnose::mistake::{
    BODY_MISSING, FIELD_DOUBLED, FIELD_INCLUDED, FIELD_MISSING, FIELDS_REORDERED, LABEL_OTHER, Mistake,
    QUERY_MISSING, SEPARATOR_MISSING, SEPARATOR_OTHER, SEPARATOR_TRAILING,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways;
use crate::explain::Part;
use crate::redact::printable;
use crate::signing::{Segment, SegmentKind, Source};

/// Longer lists get only the edits that are made once for each field.
const MOST_FIELDS: usize = 16;
/// Every order is tried of up to this many fields.
const MOST_PERMUTED: usize = 4;

/// What stands between two fields, the likeliest first.
#[rustfmt::skip]
pub(super) const SEPARATORS: [&str; 23] = [
    "", "\n", "&", ".", ":", "|", " ", ",", "\r\n", "-", "#", "\\n", ";", "/", "+", "_", "&amp;", ", ", "\t", "&&", "…", "\n\n", "; ",
];

/// Groups of parts, joined by one separator: a field with its label, or a line.
pub(super) struct List {
    pub(super) groups: Vec<Vec<Part>>,
    pub(super) separator: Option<Part>,
}

impl List {
    /// Splits the parts at the separator between fields. Without a separator, each part is a field.
    pub(super) fn of(parts: &[Part]) -> Self {
        let separators = || parts.iter().skip(1).filter(|part| is_separator(part));
        // Line ends come first: a line may hold other separators.
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

    /// With one more group, at each place; empty where the list is empty.
    fn with_inserted(&self, group: &[Part]) -> Vec<Vec<Part>> {
        let places = if self.groups.is_empty() { 0 } else { self.groups.len().min(MOST_FIELDS) + 1 };
        let insert = |at| {
            let mut groups = self.groups.clone();
            groups.insert(at, group.to_vec());
            self.join(&groups)
        };
        (0..places).map(insert).collect()
    }
}

fn is_separator(part: &Part) -> bool {
    part.kind == SegmentKind::Separator
}

/// The name of a group: its label, or the name of its value.
pub(super) fn name(group: &[Part]) -> String {
    match group.first() {
        Some(label) if is_separator(label) => String::from_utf8_lossy(&label.bytes).into_owned(),
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

/// One field left out, or two, or all secrets where there is a key; a field without one of its parts.
pub(super) fn missing(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    let count = list.groups.len();
    let mut without: Vec<Vec<usize>> = (0..count).map(|place| vec![place]).collect();
    if !search.base.key_parts().is_empty() {
        let is_secret = |group: &Vec<Part>| group.iter().any(|part| part.kind == SegmentKind::Secret);
        without.push((0..count).filter(|at| list.groups.get(*at).is_some_and(is_secret)).collect());
    }
    if count <= MOST_FIELDS {
        let pairs = |first| (first + 1..count).map(move |second| vec![first, second]);
        without.extend((0..count).flat_map(pairs));
    }
    for left_out in without {
        let (mut out, mut kept) = (Vec::new(), Vec::new());
        for (at, group) in list.groups.iter().enumerate() {
            if left_out.contains(&at) { &mut out } else { &mut kept }.push(group.clone());
        }
        let mistake = match out.as_slice() {
            [one] => one.iter().find(|part| !is_separator(part)).map_or(FIELD_MISSING, missing_of),
            _ => FIELD_MISSING,
        };
        search.text(mistake, names(&out), list.join(&kept))?;
    }
    for value in search.values() {
        let name = value.part.name();
        value.put(missing_of(value.part), format_args!("the value of {name}"), "")?;
        // With the separator behind the value, then with the label in front of it.
        value.replace(FIELD_MISSING, name, 0..2, &[])?;
        value.replace(FIELD_MISSING, name, -1..1, &[])?;
    }
    other_fields(search)
}

fn missing_of(part: &Part) -> Mistake {
    match part.source {
        Source::Body => BODY_MISSING,
        Source::RequestQuery => QUERY_MISSING,
        _ => FIELD_MISSING,
    }
}

/// The fields of the provider's other algorithm, hashed by this one.
fn other_fields(search: &Search<'_>) -> Flow {
    let Some(other) = search.transcript.other_algorithm.as_deref() else { return Flow::Continue(()) };
    let longer = other.text.len() > search.base.text.len();
    let mistake = if longer { FIELD_INCLUDED } else { FIELD_MISSING };
    let differs = |part: &&Part| search.base.text.iter().all(|ours| ours.name != part.name);
    let name = other.text.iter().find(differs).map(|part| part.name().to_owned()).unwrap_or_default();
    search.text(search.own(mistake, &name), name, other.text.clone())
}

/// Another separator or none, in the text, in the key or in both; one more at an end; one of the separators replaced.
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
    for end in ends.iter().take(MOST_FIELDS).map(|end| [separator(end)]) {
        for (detail, text) in [
            ("", [&base.text, &end[..]].concat()),
            ("in front of it", [&end[..], &base.text].concat()),
            ("at both ends", [&end[..], &base.text, &end].concat()),
        ] {
            search.text(SEPARATOR_TRAILING, detail, text)?;
        }
    }
    for other in SEPARATORS.iter().filter(|other| text.groups.len() > 1 && **other != end) {
        let shown = if other.is_empty() { String::new() } else { format!("{other:?}") };
        let in_key = key.separator.is_some().then(|| with(&key, other));
        search.sides(separated_by(other), &shown, Some(with(&text, other)), in_key)?;
    }
    let mut before = String::new();
    for value in search.parts() {
        if !is_separator(value.part) {
            value.part.name().clone_into(&mut before);
            continue;
        }
        let text = value.part.text();
        for other in SEPARATORS.iter().filter(|_| text.len() < 3).take(13) {
            let detail = format_args!("{other:?} for {text:?} behind {}", printable(&before));
            value.put(separated_by(other), detail, *other)?;
        }
        before = text;
    }
    Flow::Continue(())
}

fn separated_by(other: &str) -> Mistake {
    if other.is_empty() { SEPARATOR_MISSING } else { SEPARATOR_OTHER }
}

/// Fields in another order, in the text or in the key.
pub(super) fn order(search: &Search<'_>) -> Flow {
    let base = &search.base;
    swapped_secrets(search)?;
    reordered(&List::of(&base.text), &|detail, text| search.text(FIELDS_REORDERED, detail, text))?;
    if base.key_parts().len() > 1 {
        reordered(&List::of(base.key_parts()), &|detail, key| {
            let detail = format_args!("{detail}, in the key only");
            search.attempt(FIELDS_REORDERED, detail, &base.with_key(key))
        })?;
    }
    // In the order in which the headers arrived.
    let known: Vec<&str> = search.transcript.all_headers().map(|(name, _)| name).collect();
    let mut list = List::of(&base.text);
    list.groups.sort_by_key(|group| known.iter().position(|known| *known == name(group)));
    search.text(FIELDS_REORDERED, "as the headers arrived", list.join(&list.groups))
}

fn reordered(list: &List, put: &dyn Fn(&str, Vec<Part>) -> Flow) -> Flow {
    let groups = &list.groups;
    if groups.len() <= MOST_PERMUTED {
        return permutations(groups).iter().try_for_each(|other| put(&names(other), list.join(other)));
    }
    let changed = |detail: &str, change: &dyn Fn(&mut Vec<Vec<Part>>)| {
        let mut other = groups.clone();
        change(&mut other);
        put(detail, list.join(&other))
    };
    changed("sorted by name", &|groups| groups.sort_by_key(|group| name(group)))?;
    changed("sorted by name, from the last", &|groups| groups.sort_by_key(|group| Reverse(name(group))))?;
    changed("from the last to the first", &|groups| groups.reverse())?;
    for first in 2..groups.len().min(MOST_FIELDS) {
        let behind = groups.get(first..).unwrap_or_default();
        changed(&format!("{} in front of all", names(behind)), &|groups| groups.rotate_left(first))?;
    }
    for (first, one) in groups.iter().enumerate().take(MOST_FIELDS) {
        for (second, two) in groups.iter().enumerate().take(MOST_FIELDS) {
            let [one, two] = [one, two].map(|group| name(group));
            if first < second {
                changed(&format!("{two}, {one}"), &|groups| groups.swap(first, second))?;
            }
            if first.abs_diff(second) > 1 {
                changed(&format!("{one} in the place of {two}"), &|groups| {
                    let moved = groups.remove(first);
                    groups.insert(second, moved);
                })?;
            }
        }
    }
    Flow::Continue(())
}

/// Two secrets swapped, in text and key alike.
fn swapped_secrets(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let secrets: Vec<&Part> =
        base.key_parts().iter().filter(|part| part.kind == SegmentKind::Secret).collect();
    let [first, second] = secrets.as_slice() else { return Flow::Continue(()) };
    let swap = |part: &Part| match () {
        () if part.name == first.name => Some((*second).clone()),
        () if part.name == second.name => Some((*first).clone()),
        () => None,
    };
    search.each(FIELDS_REORDERED, &format!("{}, {}", second.name(), first.name()), &swap)
}

/// All orders of a short list.
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

/// One field twice, the whole text twice, or half of a value.
pub(super) fn doubled(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    for (at, group) in list.groups.iter().enumerate() {
        let mut groups = list.groups.clone();
        groups.insert(at, group.clone());
        search.text(FIELD_DOUBLED, format_args!("{} twice", name(group)), list.join(&groups))?;
    }
    for value in search.values() {
        let name = value.part.name();
        value.put(FIELD_DOUBLED, format_args!("{name} twice"), value.part.bytes.repeat(2))?;
        let (half, rest) = value.part.bytes.split_at_checked(value.part.bytes.len() / 2).unwrap_or_default();
        if half == rest {
            value.put(FIELD_DOUBLED, format_args!("half of {name}, which is twice the same"), half)?;
        }
    }
    search.text(FIELD_DOUBLED, "all of it twice", [&search.base.text[..], &search.base.text].concat())
}

/// Only some fields: one, the first ones, the last ones.
pub(super) fn kept(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    for at in 0..list.groups.len() {
        let (first, last) = list.groups.split_at_checked(at).unwrap_or_default();
        for kept in [first, last, last.get(..1).unwrap_or_default()] {
            search.text(FIELD_MISSING, format_args!("all but {}", names(kept)), list.join(kept))?;
        }
    }
    search.values().try_for_each(|value| {
        let part = value.part.name();
        search.text(FIELD_MISSING, format_args!("all but the value of {part}"), vec![value.part.clone()])
    })
}

/// What a group of a label, a delimiter and a value becomes.
type Relabel = fn(&[Part]) -> Vec<Part>;

#[rustfmt::skip]
static LABELS: [(&str, Relabel); 17] = [
    ("with a capital at the beginning of each word", |group| relabelled(group, |label| ways::rewrite(&["title"], label).unwrap_or_default())),
    ("in upper case", |group| relabelled(group, str::to_uppercase)),
    ("without brackets", |group| relabelled(group, |label| label.replace(['(', ')'], ""))),
    ("with `@` for brackets", |group| relabelled(group, |label| label.replace('(', "@").replace(')', ""))),
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
    ("with a tab behind the colon", |group| delimited(group, ":\t")),
    ("alone, without the values", |group| group.get(..1).unwrap_or_default().to_vec()),
    ("as the `HTTP_` names of CGI", |group| relabelled(group, cgi_name)),
];

fn cgi_name(label: &str) -> String {
    let name = label.to_uppercase().replace('-', "_");
    if label.starts_with('(') { label.to_owned() } else { format!("HTTP_{name}") }
}

fn is_labelled(group: &[Part]) -> bool {
    group.len() > 2 && group.iter().take(2).all(is_separator)
}

/// The labels of values in another form, or left out, in all lines or in one.
pub(super) fn labels(search: &Search<'_>) -> Flow {
    let list = List::of(&search.base.text);
    let labels = list.groups.iter().filter(|group| is_labelled(group)).map(|group| name(group));
    let labels: Vec<String> = labels.collect();
    for (detail, change) in LABELS.iter().filter(|_| !labels.is_empty()) {
        let put = |what: &str, wanted: &dyn Fn(&str) -> bool| {
            let is_it = |group: &[Part]| is_labelled(group) && wanted(&name(group));
            let one = |group: &Vec<Part>| if is_it(group) { change(group) } else { group.clone() };
            // With another delimiter behind its labels, the text is joined by another separator.
            let is_delimiter = what == "all labels" && detail.contains("colon");
            let mistake = if is_delimiter { SEPARATOR_OTHER } else { LABEL_OTHER };
            let groups: Vec<_> = list.groups.iter().map(one).collect();
            search.text(mistake, format_args!("{what} {detail}"), list.join(&groups))
        };
        put("all labels", &|_| true)?;
        put("labels in brackets", &|name| name.starts_with('('))?;
        put("labels of headers", &|name| !name.starts_with('('))?;
        labels.iter().try_for_each(|label| put(&format!("`{label}`"), &|name| name == label))?;
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

/// One more field before each field and after the last, in the text or the key. Where the text has lines, it is one more line.
pub(super) fn insertions(search: &Search<'_>, field: &Part) -> Vec<Attempt> {
    let base = &search.base;
    let [text, key] = [&base.text[..], base.key_parts()].map(List::of);
    let labelled = text.groups.iter().find(|group| is_labelled(group));
    let delimiter = labelled.and_then(|group| group.get(1));
    let label = field.name().split(' ').next().unwrap_or_default();
    let lines = delimiter.into_iter().flat_map(|delimiter| {
        [label.to_owned(), format!("({label})")]
            .map(|label| vec![separator(&label), delimiter.clone(), field.clone()])
    });
    let fields = std::iter::once(vec![field.clone()]).chain(lines);
    let in_text = fields.flat_map(|field| text.with_inserted(&field)).map(|text| base.with_text(text));
    let in_key = key.with_inserted(std::slice::from_ref(field)).into_iter().map(|key| base.with_key(key));
    in_text.chain(in_key).collect()
}
