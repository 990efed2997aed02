//! The values of a JSON document changed, as programs change them: their names, their numbers, one left out.

use super::bodies::{Change, documents, in_members, in_numbers, line, own_style, print, styles};
use super::fields::permutations;
use super::forms::of_look;
use super::time;
use crate::diagnose::json::{Json, Style};
use crate::diagnose::mistake;
use crate::diagnose::search::{Flow, Search};
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

/// `snake_case` and `kebab-case` joined, each word but the first with a capital.
fn camel(name: &str) -> String {
    let mut parts = name.split(['_', '-']);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |joined, part| joined + &capital(part))
}

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
static CHANGES: [(&str, Change); 49] = [
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
    ("numbers as text", |value| match value { Json::Bare(token) if token.parse::<f64>().is_ok() => Json::Text(token), other => other, }),
    ("texts that are numbers as numbers", |value| match value {
        Json::Text(text) if text.parse::<f64>().is_ok() && Json::is_bare(&text) => Json::Bare(text),
        other => other,
    }),
    ("all values as text", |value| match value { Json::Bare(token) => Json::Text(token), other => other, }),
    ("truth values as text", |value| match value { Json::Bare(token) if ["true", "false"].contains(&&*token) => Json::Text(token), other => other, }),
    ("truth values as `True` and `False`", |value| match value {
        Json::Bare(token) if ["true", "false"].contains(&&*token) => Json::Text(capital(&token)),
        other => other,
    }),
    ("truth values as Python's `True` and `False`", |value| match value {
        Json::Bare(token) if ["true", "false"].contains(&&*token) => Json::Bare(capital(&token)),
        other => other,
    }),
    ("texts that are JSON as such", |value| match value {
        Json::Text(text) if text.starts_with(['{', '[']) => Json::parse(text.as_bytes()).unwrap_or(Json::Text(text)),
        other => other,
    }),
    ("objects and lists in it as text", |value| {
        in_members(value, |members| {
            members.iter_mut().filter(|(_, value)| matches!(value, Json::Object(_) | Json::List(_))).for_each(|(_, value)| {
                *value = Json::Text(value.print(&line(",", ":", "")));
            });
        })
    }),
    ("truth values as 1 and 0", |value| match value {
        Json::Bare(token) if token == "true" => bare("1"),
        Json::Bare(token) if token == "false" => bare("0"),
        other => other,
    }),
    ("texts that are truth values as such", |value| match value {
        Json::Text(text) if ["true", "false"].contains(&&*text.to_lowercase()) => bare(&text.to_lowercase()),
        other => other,
    }),
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

/// Of no more members, every order is tried.
const MOST_PERMUTED: usize = 5;

/// The members changed, in the document's own style.
pub(super) fn changed(search: &Search<'_>) -> Flow {
    for (at, part, document) in documents(search) {
        let own = [(String::new(), own_style(&part.bytes, &document))];
        change_each(search, at, &document, &own)?;
        let put_as = |mistake, detail: &str, other: &Json| {
            own.iter().try_for_each(|(_, style)| print(search, mistake, detail, at, other, style))
        };
        let put = |detail: &str, other: &Json| put_as(&mistake::BODY_MEMBERS, detail, other);
        put("in a list", &Json::List(vec![document.clone()]))?;
        if let Json::Object(members) = &document {
            let few = if members.len() <= MOST_PERMUTED { members.as_slice() } else { &[] };
            for order in permutations(few).into_iter().map(Json::Object) {
                put_as(&mistake::BODY_RESERIALISED, "members in another order", &order)?;
                let compact = line(",", ":", "");
                print(
                    search,
                    &mistake::BODY_RESERIALISED,
                    "members in another order, compact",
                    at,
                    &order,
                    &compact,
                )?;
            }
            for (place, (name, value)) in members.iter().enumerate().take(60) {
                let mut rest = members.clone();
                rest.remove(place);
                put(&format!("without `{name}`"), &Json::Object(rest))?;
                put(&format!("the value of `{name}` alone"), value)?;
                if let Json::Text(text) = value {
                    search.part(
                        &mistake::BODY_MEMBERS,
                        &format!("the text of `{name}` alone"),
                        at,
                        text.clone().into_bytes(),
                    )?;
                }
            }
        }
        if let Json::List(values) = &document {
            put("the first of the list alone", values.first().unwrap_or(&document))?;
        }
        for name in ["data", "payload", "body", "event", "request", "message"] {
            put(
                &format!("as the value of `{name}`"),
                &Json::Object(vec![(name.to_owned(), document.clone())]),
            )?;
        }
        if let Json::Text(text) = &document {
            search.part(
                &mistake::BODY_CONVERTED,
                &"the text that the JSON string holds",
                at,
                text.clone().into_bytes(),
            )?;
        }
    }
    Flow::Continue(())
}

/// The same in any style.
pub(super) fn in_styles(search: &Search<'_>) -> Flow {
    let styles: Vec<_> = styles().take(28).collect();
    documents(search).iter().try_for_each(|(at, _, document)| change_each(search, *at, document, &styles))
}

fn change_each(search: &Search<'_>, at: usize, document: &Json, styles: &[(String, Style)]) -> Flow {
    for (what, change) in CHANGES {
        for (also, change) in
            [("", change), (", without those that are null", |value| without(value, &["null"]))].map(
                |(also, second)| {
                    (also, move |value| if also.is_empty() { change(value) } else { second(change(value)) })
                },
            )
        {
            let other = document.map(&change);
            if other == *document {
                continue;
            }
            for (name, style) in styles {
                let comma = if name.is_empty() { "" } else { ", " };
                print(
                    search,
                    &mistake::BODY_MEMBERS,
                    &format!("{what}{also}{comma}{name}"),
                    at,
                    &other,
                    style,
                )?;
            }
        }
    }
    Flow::Continue(())
}

/// One value of the document in another form.
pub(super) fn one_value(search: &Search<'_>) -> Flow {
    for (at, part, document) in documents(search) {
        let style = own_style(&part.bytes, &document);
        for number in 0..60 {
            let others = std::cell::RefCell::new(Vec::new());
            with_leaf(&document, number, &|leaf| {
                let (Json::Bare(text) | Json::Text(text)) = leaf else { return leaf.clone() };
                others.borrow_mut().extend(of_look(text));
                leaf.clone()
            });
            for other in others.take() {
                // In quotes: a number as text, or a text as the number that it looks like.
                let unquoted = other.strip_prefix('"').and_then(|other| other.strip_suffix('"'));
                let bare_too = |leaf: &Json| match (leaf, unquoted) {
                    (Json::Text(_), Some(number)) => Json::Bare(number.to_owned()),
                    (Json::Text(_), None) => Json::Text(other.clone()),
                    _ => Json::parse(other.as_bytes()).unwrap_or_else(|| Json::Text(other.clone())),
                };
                let changed = with_leaf(&document, number, &bare_too);
                print(
                    search,
                    &mistake::BODY_MEMBERS,
                    &format!("a value as `{other}`"),
                    at,
                    &changed,
                    &style,
                )?;
            }
        }
    }
    Flow::Continue(())
}

/// The document with one of its values, counted from the first, changed.
fn with_leaf(document: &Json, number: usize, change: &dyn Fn(&Json) -> Json) -> Json {
    let seen = std::cell::Cell::new(0);
    document.map(&|value| {
        let is_leaf = matches!(value, Json::Bare(_) | Json::Text(_));
        if is_leaf {
            seen.set(seen.get() + 1);
        }
        if is_leaf && seen.get() == number + 1 { change(&value) } else { value }
    })
}
