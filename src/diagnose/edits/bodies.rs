//! The body, or any value that is JSON: printed anew, with its members changed, or as no JSON at all.

use super::forms::of_look;
use super::time;
use crate::diagnose::json::{Escapes, Json, Style, of_java, of_javascript};
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways::flipped;
use crate::explain::Part;
use crate::signing::Source;

const RAW: Escapes = Escapes { ascii: false, upper: false, slash: false, signs: "" };
const ASCII: Escapes = Escapes { ascii: true, ..RAW };
const PHP: Escapes = Escapes { slash: true, ..ASCII };
const NET: Escapes = Escapes { upper: true, signs: "<>&'+\"`\u{7f}", ..ASCII };
const GO: Escapes = Escapes { signs: "<>&\u{2028}\u{2029}", ..RAW };
const GSON: Escapes = Escapes { signs: "<>&='\u{2028}\u{2029}", ..RAW };

#[rustfmt::skip]
static ESCAPES: [(&str, Escapes); 8] = [
    ("", RAW),
    ("ASCII only", ASCII),
    ("ASCII only, '/' escaped, as PHP's json_encode", PHP),
    ("'/' escaped, as PHP's json_encode", Escapes { slash: true, ..RAW }),
    ("escaped as .NET's System.Text.Json", NET),
    ("'&', '<' and '>' escaped, as Go's encoding/json", GO),
    ("ASCII only, with upper-case digits", Escapes { upper: true, ..ASCII }),
    ("'&', '<', '>', '=' and ''' escaped, as Gson", GSON),
];

const fn line(comma: &'static str, colon: &'static str, pad: &'static str) -> Style {
    Style { comma, colon, indent: "", line: "", pad, escapes: RAW }
}

const fn indented(indent: &'static str, line: &'static str) -> Style {
    Style { comma: ",", colon: ": ", indent, line, pad: "", escapes: RAW }
}

/// The layouts, the likeliest first.
#[rustfmt::skip]
pub(in crate::diagnose) static STYLES: [(&str, Style); 14] = [
    ("compact", line(",", ":", "")),
    ("a space after ':' and ',', as Python's json.dumps", line(", ", ": ", "")),
    ("indented by two spaces", indented("  ", "\n")),
    ("indented by four spaces", indented("    ", "\n")),
    ("indented by two spaces, with CRLF", indented("  ", "\r\n")),
    ("indented by tabs", indented("\t", "\n")),
    ("a space after ':' only", line(",", ": ", "")),
    ("a space after ',' only", line(", ", ":", "")),
    ("a space around ':'", line(",", " : ", "")),
    ("indented by one space", indented(" ", "\n")),
    ("indented by three spaces", indented("   ", "\n")),
    ("indented by four spaces, with CRLF", indented("    ", "\r\n")),
    ("a space inside the brackets", line(", ", ": ", " ")),
    ("indented by tabs, with CRLF", indented("\t", "\r\n")),
];

/// Each layout with each way of escaping, the likely ones first: a program has one of each.
fn styles() -> impl Iterator<Item = (String, Style)> {
    let pairs =
        (0..STYLES.len() + ESCAPES.len()).flat_map(|sum| (0..=sum).map(move |layout| (layout, sum - layout)));
    pairs.filter_map(|(layout, escapes)| {
        let ((layout, style), (what, escapes)) = (STYLES.get(layout)?, ESCAPES.get(escapes)?);
        let comma = if what.is_empty() { "" } else { ", " };
        Some((format!("{layout}{comma}{what}"), Style { escapes: *escapes, ..*style }))
    })
}

/// The values of the text that are JSON.
fn documents(search: &Search<'_>) -> Vec<(usize, Part, Json)> {
    let document = |(at, part): (usize, &Part)| {
        let is_one =
            part.source == Source::Body || part.bytes.starts_with(b"{") || part.bytes.starts_with(b"[");
        let document = if is_one { Json::parse(&part.bytes)? } else { return None };
        Some((at, part.clone(), document))
    };
    search.values().filter_map(document).collect()
}

/// Printing takes longer than hashing.
const COST_OF_PRINTING: usize = 16;

fn print(
    search: &Search<'_>,
    mistake: &'static Mistake,
    detail: &str,
    at: usize,
    document: &Json,
    style: &Style,
) -> Flow {
    let length = search.base.text.get(at).map_or(0, |part| part.bytes.len());
    search.spend(COST_OF_PRINTING * length)?;
    search.part(mistake, &detail, at, document.print(style).into_bytes())
}

/// The same document in another style, with its members sorted, or its numbers as another program prints them.
pub(super) fn spellings(search: &Search<'_>) -> Flow {
    for (at, part, document) in documents(search) {
        let own = own_style(&part.bytes, &document);
        let mistake = &mistake::BODY_RESERIALISED;
        let bare = without_line_ends(&part.bytes);
        for (name, style) in styles() {
            search.spend(COST_OF_PRINTING * part.bytes.len())?;
            let printed = document.print(&style).into_bytes();
            // What differs in line ends alone is another mistake.
            if without_line_ends(&printed) != bare {
                search.part(mistake, &name, at, printed)?;
            }
        }
        let changes: [(&str, Change); 6] = [
            ("keys sorted", sorted),
            ("numbers as JavaScript, Go and PHP print them", |value| in_numbers(value, of_javascript)),
            ("every number with a fraction, as Gson prints a double", |value| in_numbers(value, of_java)),
            ("numbers as Python's floats", |value| {
                in_numbers(value, |token| {
                    Some(format!("{:?}", token.parse::<f64>().ok()?))
                        .filter(|_| token.contains(['.', 'e', 'E']))
                })
            }),
            ("of names that are there twice, the last", last_of_each),
            ("integer-like names first, as JavaScript's objects", integers_first),
        ];
        let both = changes
            .iter()
            .skip(1)
            .take(3)
            .map(|(what, change)| (format!("keys sorted, {what}"), Some(*change)));
        let each = changes.iter().map(|(what, change)| ((*what).to_owned(), None, *change));
        let both = both.map(|(what, change)| (what, change, sorted as Change));
        for (what, first, change) in each.chain(both) {
            let changed = first.map_or_else(|| document.clone(), |first| document.map(&first)).map(&change);
            if changed == document {
                continue;
            }
            print(search, mistake, &what, at, &changed, &own)?;
            for (name, style) in styles().take(45) {
                print(search, mistake, &format!("{name}, {what}"), at, &changed, &style)?;
            }
        }
    }
    Flow::Continue(())
}

/// The style that the document is in itself; compact where it is in none.
fn own_style(bytes: &[u8], document: &Json) -> Style {
    let is_own = |(_, style): &(String, Style)| document.print(style).as_bytes() == bytes;
    let known = if bytes.len() < 16 << 10 { styles().find(is_own) } else { None };
    known.map_or(line(",", ":", ""), |(_, style)| style)
}

/// Without white space around the body, and without any CR.
fn without_line_ends(body: &[u8]) -> Vec<u8> {
    body.trim_ascii().iter().copied().filter(|byte| *byte != b'\r').collect()
}

fn sorted(value: Json) -> Json {
    in_members(value, |members| members.sort_by(|a, b| a.0.cmp(&b.0)))
}

fn last_of_each(value: Json) -> Json {
    in_members(value, |members| {
        let names: Vec<String> = members.iter().map(|(name, _)| name.clone()).collect();
        let mut places = names.iter().enumerate();
        members.retain(|_| {
            places.next().is_none_or(|(at, name)| names.iter().skip(at + 1).all(|later| later != name))
        });
    })
}

fn integers_first(value: Json) -> Json {
    in_members(value, |members| {
        members.sort_by_key(|(name, _)| name.parse::<u32>().map_or(u64::MAX, u64::from));
    })
}

fn in_members(value: Json, change: impl Fn(&mut Vec<(String, Json)>)) -> Json {
    match value {
        Json::Object(mut members) => {
            change(&mut members);
            Json::Object(members)
        }
        other => other,
    }
}

fn in_numbers(value: Json, write: impl Fn(&str) -> Option<String>) -> Json {
    match value {
        Json::Bare(token) if token.parse::<f64>().is_ok() => Json::Bare(write(&token).unwrap_or(token)),
        other => other,
    }
}

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

type Change = fn(Json) -> Json;

/// What a serialiser does with members, the likeliest first.
#[rustfmt::skip]
static CHANGES: [(&str, Change); 45] = [
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
    ("times without a fraction", |value| in_texts(value, |text| time::written(text, "%Y-%m-%dT%H:%M:%SZ"))),
    ("times without a zone", |value| in_texts(value, |text| time::written(text, "%Y-%m-%dT%H:%M:%S"))),
    ("times with a blank for `T`", |value| in_texts(value, |text| time::written(text, "%Y-%m-%d %H:%M:%S"))),
    ("times as dates", |value| in_texts(value, |text| time::written(text, "%Y-%m-%d"))),
    ("texts trimmed", |value| in_texts(value, |text| Some(text.trim().to_owned()))),
    ("members in reverse order", |value| in_members(value, |members| members.reverse())),
];

/// The members changed, in the document's own style.
pub(super) fn members(search: &Search<'_>) -> Flow {
    for (at, part, document) in documents(search) {
        let own = [(String::new(), own_style(&part.bytes, &document))];
        changed(search, at, &document, &own)?;
        let put = |detail: &str, other: &Json| {
            own.iter()
                .try_for_each(|(_, style)| print(search, &mistake::BODY_MEMBERS, detail, at, other, style))
        };
        put("in a list", &Json::List(vec![document.clone()]))?;
        if let Json::Object(members) = &document {
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
pub(super) fn members_in_styles(search: &Search<'_>) -> Flow {
    let styles: Vec<_> = styles().take(28).collect();
    documents(search).iter().try_for_each(|(at, _, document)| changed(search, *at, document, &styles))
}

fn changed(search: &Search<'_>, at: usize, document: &Json, styles: &[(String, Style)]) -> Flow {
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
pub(super) fn leaves(search: &Search<'_>) -> Flow {
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
                let bare_too = |leaf: &Json| match leaf {
                    Json::Bare(_) if Json::is_bare(&other) => Json::Bare(other.clone()),
                    _ => Json::Text(other.clone()),
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

/// As other programs print what is no JSON.
pub(super) fn printed_otherwise(document: &Json) -> Vec<(&'static str, String)> {
    let Json::Object(members) = document else { return vec![("as Python's str", python(document))] };
    let plain = |value: &Json| match value {
        Json::Text(text) => text.clone(),
        other => other.print(&line(",", ":", "")),
    };
    let pairs = |sign: &str, separator: &str| {
        let pair = |(name, value): &(String, Json)| format!("{name}{sign}{}", plain(value));
        members.iter().map(pair).collect::<Vec<_>>().join(separator)
    };
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(members.iter().map(|(name, value)| (name, plain(value))))
        .finish();
    let values =
        |separator: &str| members.iter().map(|(_, value)| plain(value)).collect::<Vec<_>>().join(separator);
    let quoted = |value: &Json| value.print(&line(", ", ": ", ""));
    let ruby: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\"=>{}", quoted(value))).collect();
    vec![
        ("as Python's str prints a dict", python(document)),
        ("encoded as a form", form),
        ("as a form, not encoded", pairs("=", "&")),
        ("as Ruby prints a hash", format!("{{{}}}", ruby.join(", "))),
        ("as Ruby 3.4 prints a hash", format!("{{{}}}", ruby.join(", ").replace("\"=>", "\" => "))),
        ("as Java prints a map", format!("{{{}}}", pairs("=", ", "))),
        ("as Go prints a map", format!("map[{}]", pairs(":", " "))),
        ("its values, joined", values("")),
        ("its values, joined by `,`", values(",")),
        ("its values, joined by `&`", values("&")),
        ("its values, joined by `|`", values("|")),
        ("its names and values, joined", pairs("", "")),
        ("its names and values, with `:` and `,`", pairs(":", ",")),
        ("its names and values, with `=` and LF", pairs("=", "\n")),
        ("PHP's word for a list", "Array".to_owned()),
    ]
}

fn python(value: &Json) -> String {
    match value {
        Json::Bare(token) => match token.as_str() {
            "true" => "True".to_owned(),
            "false" => "False".to_owned(),
            "null" => "None".to_owned(),
            number => number.to_owned(),
        },
        Json::Text(text) => {
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let escaped =
                text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
            let escaped = if quote == '\'' { escaped.replace('\'', "\\'") } else { escaped };
            format!("{quote}{escaped}{quote}")
        }
        Json::List(values) => format!("[{}]", values.iter().map(python).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let member = |(name, value): &(String, Json)| {
                format!("{}: {}", python(&Json::Text(name.clone())), python(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The body as no JSON, or as JSON where it is a form; XML printed anew.
pub(super) fn converted(search: &Search<'_>) -> Flow {
    for (at, _, document) in documents(search) {
        for (name, printed) in printed_otherwise(&document) {
            search.part(&mistake::BODY_CONVERTED, &name, at, printed.into_bytes())?;
        }
    }
    for (at, part) in search.values().filter(|(_, part)| part.source == Source::Body) {
        let Ok(text) = std::str::from_utf8(&part.bytes) else { continue };
        let put = |mistake, detail: &str, text: String| search.part(mistake, &detail, at, text.into_bytes());
        if text.trim_start().starts_with('<') {
            for (name, change) in XML {
                put(&mistake::BODY_RESERIALISED, name, change(text))?;
            }
        } else if text.contains('=') && !text.contains(['{', '\n']) {
            for document in super::query::objects(text) {
                for (name, style) in STYLES.iter().take(4) {
                    put(&mistake::BODY_CONVERTED, &format!("as JSON, {name}"), document.print(style))?;
                }
            }
        }
        put(&mistake::BODY_CONVERTED, "behind `data=`", format!("data={text}"))?;
        put(
            &mistake::BODY_CONVERTED,
            "in chunks, as HTTP/1.1 sends it",
            format!("{:x}\r\n{text}\r\n0\r\n\r\n", text.len()),
        )?;
        for length in [1024, 2048, 4096, 8192, 16_384, 65_535, 65_536] {
            if let Some(cut) = part.bytes.get(..length) {
                search.part(
                    &mistake::BODY_CONVERTED,
                    &format!("its first {length} bytes"),
                    at,
                    cut.to_vec(),
                )?;
            }
        }
    }
    Flow::Continue(())
}

type Rewrite = fn(&str) -> String;

#[rustfmt::skip]
static XML: [(&str, Rewrite); 8] = [
    ("white space between tags removed", |text| {
        text.split_inclusive('>')
            .map(|piece| if piece.trim_start().starts_with('<') { piece.trim_start() } else { piece })
            .collect()
    }),
    ("without a blank in front of `/>`", |text| text.replace(" />", "/>")),
    ("with a blank in front of `/>`", |text| text.replace(" />", "/>").replace("/>", " />")),
    ("without the declaration", |text| { text.split_once("?>").map_or("", |(_, rest)| rest).trim_start().to_owned() }),
    ("with a declaration", |text| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}")),
    ("with a declaration and a line end", |text| { format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}") }),
    ("with the declaration of .NET", |text| format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n{text}")),
    ("without line ends", |text| text.replace(['\r', '\n'], "")),
];
