//! Changes that programs make to a JSON document: to its names, its numbers, or by leaving a member out.

use std::cell::Cell;

use super::bodies::{COMPACT, Change, Document, documents, in_members, in_numbers, styles};
use super::fields::permutations;
use super::forms::of_look;
use super::time;
use crate::diagnose::json::{Json, Style};
use crate::diagnose::mistake::{BODY_CONVERTED, BODY_MEMBERS, BODY_RESERIALISED};
use crate::diagnose::search::{Flow, Search, phrase};
use crate::diagnose::ways::flipped;

fn in_texts(value: Json, write: impl Fn(&str) -> Option<String>) -> Json {
    match value {
        Json::Text(text) => Json::Text(write(&text).unwrap_or(text)),
        other => other,
    }
}

fn in_names(value: Json, write: impl Fn(&str) -> String) -> Json {
    in_members(value, |members| members.iter_mut().for_each(|(name, _)| *name = write(name)))
}

/// Without the members whose value is one of these.
fn without(value: Json, left_out: &[&str]) -> Json {
    in_members(value, |members| {
        members.retain(|(_, value)| {
            let printed = match value {
                Json::Bare(token) => token.as_str(),
                Json::Text(text) if text.is_empty() => "\"\"",
                Json::List(values) if values.is_empty() => "[]",
                Json::Object(members) if members.is_empty() => "{}",
                _ => return true,
            };
            !left_out.contains(&printed)
        });
    })
}

fn is_number(token: &str) -> bool {
    token.parse::<f64>().is_ok() && Json::is_bare(token)
}

fn is_truth(token: &str) -> bool {
    ["true", "false"].contains(&token)
}

fn nested_as_text(value: Json) -> Json {
    in_members(value, |members| {
        for (_, value) in
            members.iter_mut().filter(|(_, value)| matches!(value, Json::Object(_) | Json::List(_)))
        {
            *value = Json::Text(value.print(&COMPACT));
        }
    })
}

fn bare(token: &str) -> Json {
    Json::Bare(token.to_owned())
}

fn words(name: &str, separator: char) -> String {
    let mut words = String::new();
    let mut before = separator;
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            words.push(separator);
        }
        before = c;
        words.extend(c.to_lowercase());
    }
    words
}

/// Joins the words of `snake_case` and `kebab-case`; each word but the first gets a capital.
fn camel(name: &str) -> String {
    let mut parts = name.split(['_', '-']);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |joined, part| joined + &capital(part))
}

/// With its first letter in upper case.
fn capital(text: &str) -> String {
    if text.starts_with(|c: char| c.is_ascii_lowercase()) { flipped(text) } else { text.to_owned() }
}

fn small(text: &str) -> String {
    if text.starts_with(|c: char| c.is_ascii_uppercase()) { flipped(text) } else { text.to_owned() }
}

fn with_fraction(token: &str, places: usize) -> Option<String> {
    Some(format!("{:.places$}", token.parse::<f64>().ok()?))
}

fn zeros_trimmed(token: &str) -> Option<String> {
    token.contains('.').then(|| token.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// What a serialiser does with members, the likeliest first.
#[rustfmt::skip]
static CHANGES: [(&str, Change); 51] = [
    ("without those that are null", |value| without(value, &["null"])),
    ("without those that are empty texts", |value| without(value, &["\"\""])),
    ("without those that are null or empty texts", |value| without(value, &["null", "\"\""])),
    ("without those that are 0", |value| without(value, &["0"])),
    ("without those that are false", |value| without(value, &["false"])),
    ("without those that are null, empty, 0 or false", |value| { without(value, &["null", "\"\"", "0", "false"]) }),
    ("without those that are null, empty, 0, false or empty lists", |value| { without(value, &["null", "\"\"", "0", "0.0", "false", "[]", "{}"]) }),
    ("without those that are empty lists", |value| without(value, &["[]"])),
    ("without those that are null or empty lists", |value| without(value, &["null", "[]"])),
    ("names beginning with a small letter", |value| in_names(value, small)),
    ("names beginning with a capital", |value| in_names(value, capital)),
    ("names in snake_case", |value| in_names(value, |name| words(name, '_'))),
    ("names in camelCase", |value| in_names(value, |name| camel(&small(name)))),
    ("names in PascalCase", |value| in_names(value, |name| camel(&capital(name)))),
    ("names in lower case", |value| in_names(value, str::to_lowercase)),
    ("names in upper case", |value| in_names(value, str::to_uppercase)),
    ("names in kebab-case", |value| in_names(value, |name| words(name, '-'))),
    ("numbers with `.0`", |value| { in_numbers(value, |token| (!token.contains('.')).then(|| format!("{token}.0"))) }),
    ("numbers with `.00`", |value| { in_numbers(value, |token| (!token.contains('.')).then(|| format!("{token}.00"))) }),
    ("numbers with two digits behind the point", |value| in_numbers(value, |token| with_fraction(token, 2))),
    ("fractions with two digits", |value| { in_numbers(value, |token| token.contains('.').then(|| with_fraction(token, 2))?) }),
    ("fractions with three digits", |value| { in_numbers(value, |token| token.contains('.').then(|| with_fraction(token, 3))?) }),
    ("fractions with four digits", |value| { in_numbers(value, |token| token.contains('.').then(|| with_fraction(token, 4))?) }),
    ("numbers without zeros at their end", |value| in_numbers(value, zeros_trimmed)),
    ("numbers rounded to whole ones", |value| in_numbers(value, |token| with_fraction(token, 0))),
    ("numbers as text", |value| match value { Json::Bare(token) if is_number(&token) => Json::Text(token), other => other }),
    ("texts that are numbers as numbers", |value| match value { Json::Text(text) if is_number(&text) => Json::Bare(text), other => other }),
    ("texts that are numbers as numbers, without zeros in front, as PHP's JSON_NUMERIC_CHECK", |value| match value {
        Json::Text(text) if is_number(text.trim_start_matches('0')) => bare(text.trim_start_matches('0')),
        other => other,
    }),
    ("numbers with a decimal comma", |value| in_numbers(value, |token| token.contains('.').then(|| token.replace('.', ",")))),
    ("all values as text", |value| match value { Json::Bare(token) => Json::Text(token), other => other, }),
    ("truth values as text", |value| match value { Json::Bare(token) if is_truth(&token) => Json::Text(token), other => other }),
    ("truth values as `True` and `False`", |value| match value { Json::Bare(token) if is_truth(&token) => Json::Text(capital(&token)), other => other }),
    ("truth values as Python's `True` and `False`", |value| match value { Json::Bare(token) if is_truth(&token) => Json::Bare(capital(&token)), other => other }),
    ("texts that are JSON as such", |value| match value {
        Json::Text(text) if text.starts_with(['{', '[']) => Json::parse(text.as_bytes()).unwrap_or(Json::Text(text)),
        other => other,
    }),
    ("objects and lists in it as text", nested_as_text),
    ("truth values as 1 and 0", |value| match value { Json::Bare(token) if is_truth(&token) => bare(if token == "true" { "1" } else { "0" }), other => other }),
    ("texts that are truth values as such", |value| match value { Json::Text(text) if is_truth(&text.to_lowercase()) => Json::Bare(text.to_lowercase()), other => other }),
    ("null as an empty text", |value| if value == bare("null") { Json::Text(String::new()) } else { value }),
    ("empty texts as null", |value| if value == Json::Text(String::new()) { bare("null") } else { value }),
    ("empty objects as lists, as PHP has it", |value| { if value == Json::Object(Vec::new()) { Json::List(Vec::new()) } else { value } }),
    ("empty lists as objects", |value| { if value == Json::List(Vec::new()) { Json::Object(Vec::new()) } else { value } }),
    ("times with `+00:00` for `Z`", |value| { in_texts(value, |text| time::is_text(text).then(|| text.replace('Z', "+00:00"))) }),
    ("times with `Z` for `+00:00`", |value| { in_texts(value, |text| time::is_text(text).then(|| text.replace("+00:00", "Z"))) }),
    ("times with milliseconds", |value| { in_texts(value, |text| time::written(text, "%Y-%m-%dT%H:%M:%S%.3fZ")) }),
    ("times with seven digits of a fraction", |value| { in_texts(value, |text| time::written(text, "%Y-%m-%dT%H:%M:%S.0000000Z")) }),
    ("times without a fraction", |value| in_texts(value, |text| time::written(text, "%Y-%m-%dT%H:%M:%SZ"))),
    ("times without a zone", |value| in_texts(value, |text| time::written(text, "%Y-%m-%dT%H:%M:%S"))),
    ("times with a blank for `T`", |value| in_texts(value, |text| time::written(text, "%Y-%m-%d %H:%M:%S"))),
    ("times as dates", |value| in_texts(value, |text| time::written(text, "%Y-%m-%d"))),
    ("texts trimmed", |value| in_texts(value, |text| Some(text.trim().to_owned()))),
    ("members in reverse order", |value| in_members(value, |members| members.reverse())),
];

/// Every order is tried of up to this many members.
const MOST_PERMUTED: usize = 5;
/// Only the first values are changed one by one.
const MOST_LEAVES: usize = 60;

/// The members changed, in the document's own style.
pub(super) fn changed(search: &Search<'_>) -> Flow {
    for document in documents(search) {
        let style = document.own_style();
        change_each(&document, &[(String::new(), style)])?;
        let put = |detail: &str, other: &Json| document.print(BODY_MEMBERS, detail, other, &style);
        put("in a list", &Json::List(vec![document.json.clone()]))?;
        match &document.json {
            Json::Object(members) => of_object(&document, members, &style)?,
            Json::List(values) => {
                put("the first of the list alone", values.first().unwrap_or(&document.json))?;
            }
            Json::Text(text) => {
                document.value.put(BODY_CONVERTED, "the text that the JSON string holds", text.as_str())?;
            }
            Json::Bare(_) => {}
        }
        for name in ["data", "payload", "body", "event", "request", "message"] {
            let inside = Json::Object(vec![(name.to_owned(), document.json.clone())]);
            put(&format!("as the value of `{name}`"), &inside)?;
        }
    }
    Flow::Continue(())
}

/// The members in another order, one left out, one alone.
fn of_object(document: &Document<'_>, members: &[(String, Json)], style: &Style) -> Flow {
    let few = if members.len() <= MOST_PERMUTED { members } else { &[] };
    for order in permutations(few).into_iter().map(Json::Object) {
        document.print(BODY_RESERIALISED, "members in another order", &order, style)?;
        document.print(BODY_RESERIALISED, "members in another order, compact", &order, &COMPACT)?;
    }
    for (place, (name, value)) in members.iter().enumerate().take(MOST_LEAVES) {
        let mut rest = members.to_vec();
        rest.remove(place);
        document.print(BODY_MEMBERS, format_args!("without `{name}`"), &Json::Object(rest), style)?;
        // A word in place of the body has its own name.
        if !matches!(value, Json::Bare(token) if !is_number(token)) {
            document.print(BODY_MEMBERS, format_args!("the value of `{name}` alone"), value, style)?;
        }
        if let Json::Text(text) = value {
            let detail = format_args!("the text of `{name}` alone");
            document.value.put(BODY_MEMBERS, detail, text.as_str())?;
        }
    }
    Flow::Continue(())
}

/// The members changed, in any style.
pub(super) fn in_styles(search: &Search<'_>) -> Flow {
    let styles: Vec<_> = styles().take(28).collect();
    documents(search).try_for_each(|document| change_each(&document, &styles))
}

fn change_each(document: &Document<'_>, styles: &[(String, Style)]) -> Flow {
    CHANGES.iter().try_for_each(|(what, change)| {
        let changed = document.json.map(change);
        let without_null = changed.map(&|value| without(value, &["null"]));
        document.print_each(BODY_MEMBERS, [what, ""], &changed, styles)?;
        let also = phrase(&[what, "without those that are null"]);
        document.print_each(BODY_MEMBERS, [&also, ""], &without_null, styles)
    })
}

/// One value of the document in another form.
pub(super) fn one_value(search: &Search<'_>) -> Flow {
    for document in documents(search) {
        let style = document.own_style();
        for (number, leaf) in leaves(&document.json).into_iter().enumerate().take(MOST_LEAVES) {
            let (Json::Bare(text) | Json::Text(text)) = leaf else { continue };
            for other in of_look(text) {
                // In quotes, a number becomes a text, and a text becomes the number that it looks like.
                let unquoted = other.strip_prefix('"').and_then(|other| other.strip_suffix('"'));
                let changed = match (leaf, unquoted) {
                    (Json::Text(_), Some(number)) => Json::Bare(number.to_owned()),
                    (Json::Text(_), None) => Json::Text(other.clone()),
                    _ => Json::parse(other.as_bytes()).unwrap_or_else(|| Json::Text(other.clone())),
                };
                let changed = with_leaf(&document.json, number, &changed);
                document.print(BODY_MEMBERS, format_args!("a value as `{other}`"), &changed, &style)?;
            }
        }
    }
    Flow::Continue(())
}

/// The texts, numbers and words in a document, in their order.
fn leaves(json: &Json) -> Vec<&Json> {
    match json {
        Json::List(values) => values.iter().flat_map(leaves).collect(),
        Json::Object(members) => members.iter().flat_map(|(_, value)| leaves(value)).collect(),
        leaf => vec![leaf],
    }
}

/// The document with another value in place of the leaf with this number.
fn with_leaf(json: &Json, number: usize, other: &Json) -> Json {
    let seen = Cell::new(0);
    json.map(&|value| {
        if matches!(value, Json::List(_) | Json::Object(_)) {
            return value;
        }
        if seen.replace(seen.get() + 1) == number { other.clone() } else { value }
    })
}
