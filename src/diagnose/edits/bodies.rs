//! The body, or any value that is JSON: printed anew, or as no JSON at all.

use crate::diagnose::json::{Escapes, Json, Style, of_java, of_javascript};
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
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

pub(super) const fn line(comma: &'static str, colon: &'static str, pad: &'static str) -> Style {
    Style { comma, colon, indent: "", line: "", pad, end: "", escapes: RAW }
}

const fn indented(indent: &'static str, line: &'static str) -> Style {
    Style { comma: ",", colon: ": ", indent, line, pad: "", end: "", escapes: RAW }
}

/// The layouts, the likeliest first.
#[rustfmt::skip]
pub(in crate::diagnose) static STYLES: [(&str, Style); 18] = [
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
    ("compact, with LF behind it, as Go's json.Encoder", Style { end: "\n", ..line(",", ":", "") }),
    ("indented by two spaces, with LF behind it, as jq", Style { end: "\n", ..indented("  ", "\n") }),
    ("as PowerShell's ConvertTo-Json", Style { colon: ":  ", ..indented("    ", "\r\n") }),
    ("indented by four spaces, with two behind ':'", Style { colon: ":  ", ..indented("    ", "\n") }),
];

/// Each layout with each way of escaping, the likely ones first: a program has one of each.
pub(super) fn styles() -> impl Iterator<Item = (String, Style)> {
    let pairs =
        (0..STYLES.len() + ESCAPES.len()).flat_map(|sum| (0..=sum).map(move |layout| (layout, sum - layout)));
    pairs.filter_map(|(layout, escapes)| {
        let ((layout, style), (what, escapes)) = (STYLES.get(layout)?, ESCAPES.get(escapes)?);
        let comma = if what.is_empty() { "" } else { ", " };
        Some((format!("{layout}{comma}{what}"), Style { escapes: *escapes, ..*style }))
    })
}

/// The values of the text that are JSON.
pub(super) fn documents(search: &Search<'_>) -> Vec<(usize, Part, Json)> {
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

pub(super) fn print(
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

/// What a serialiser does with each value.
pub(super) type Change = fn(Json) -> Json;

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
pub(super) fn own_style(bytes: &[u8], document: &Json) -> Style {
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

pub(super) fn in_members(value: Json, change: impl Fn(&mut Vec<(String, Json)>)) -> Json {
    match value {
        Json::Object(mut members) => {
            change(&mut members);
            Json::Object(members)
        }
        other => other,
    }
}

pub(super) fn in_numbers(value: Json, write: impl Fn(&str) -> Option<String>) -> Json {
    match value {
        Json::Bare(token) if token.parse::<f64>().is_ok() => Json::Bare(write(&token).unwrap_or(token)),
        other => other,
    }
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
