//! The body, or any value that is JSON: printed anew, or in another form than JSON.

use std::fmt::Display;

use super::query::objects;
use crate::diagnose::json::{Escapes, Json, Style, of_java, of_javascript, of_python};
use crate::diagnose::mistake::{BODY_CONVERTED, BODY_RESERIALISED, Mistake};
use crate::diagnose::search::{Flow, Search, Value, phrase};
use crate::explain::Part;
use crate::signing::Source;

const RAW: Escapes = Escapes { ascii: false, upper: false, slash: false, signs: "" };
const ASCII: Escapes = Escapes { ascii: true, ..RAW };
const PHP: Escapes = Escapes { slash: true, ..ASCII };
const NET: Escapes = Escapes { upper: true, signs: "<>&'+\"`\u{7f}", ..ASCII };
const GO: Escapes = Escapes { signs: "<>&\u{2028}\u{2029}", ..RAW };
const HEX: &str = "<>&'\"";
const GSON: Escapes = Escapes { signs: "<>&='\u{2028}\u{2029}", ..RAW };

#[rustfmt::skip]
static ESCAPES: [(&str, Escapes); 10] = [
    ("", RAW),
    ("ASCII only", ASCII),
    ("ASCII only, '/' escaped, as PHP's json_encode", PHP),
    ("'/' escaped, as PHP's json_encode", Escapes { slash: true, ..RAW }),
    ("escaped as .NET's System.Text.Json", NET),
    ("'&', '<' and '>' escaped, as Go's encoding/json", GO),
    ("ASCII only, with upper-case digits", Escapes { upper: true, ..ASCII }),
    ("'&', '<', '>', '=' and ''' escaped, as Gson", GSON),
    ("ASCII only, '/', '&', ''' and double quotes escaped, as PHP's JSON_HEX_*", Escapes { signs: HEX, ..PHP }),
    ("'&', '<', '>', ''' and double quotes escaped, as PHP's JSON_HEX_*", Escapes { upper: true, signs: HEX, ..RAW }),
];

/// The first styles: compact, as Python prints it, and indented by two spaces, with the usual escapes.
pub(super) const MOST_USUAL: usize = 6;

pub(super) const COMPACT: Style = line(",", ":", "");

const fn line(comma: &'static str, colon: &'static str, pad: &'static str) -> Style {
    Style { comma, colon, indent: "", line: "", pad, end: "", escapes: RAW }
}

const fn indented(indent: &'static str, line: &'static str) -> Style {
    Style { comma: ",", colon: ": ", indent, line, pad: "", end: "", escapes: RAW }
}

/// The layouts, the likeliest first.
#[rustfmt::skip]
pub(in crate::diagnose) static STYLES: [(&str, Style); 18] = [
    ("compact", COMPACT),
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
    ("compact, with LF behind it, as Go's json.Encoder", Style { end: "\n", ..COMPACT }),
    ("indented by two spaces, with LF behind it, as jq", Style { end: "\n", ..indented("  ", "\n") }),
    ("as PowerShell's ConvertTo-Json", Style { colon: ":  ", ..indented("    ", "\r\n") }),
    ("indented by four spaces, with two behind ':'", Style { colon: ":  ", ..indented("    ", "\n") }),
];

/// Each layout with each way of escaping, the likely pairs first: a program has one of each.
pub(super) fn styles() -> impl Iterator<Item = (String, Style)> {
    let pairs =
        (0..STYLES.len() + ESCAPES.len()).flat_map(|sum| (0..=sum).map(move |layout| (layout, sum - layout)));
    pairs.filter_map(|(layout, escapes)| {
        let ((layout, style), (what, escapes)) = (STYLES.get(layout)?, ESCAPES.get(escapes)?);
        Some((phrase(&[layout, what]), Style { escapes: *escapes, ..*style }))
    })
}

/// A value of the text that is JSON.
pub(super) struct Document<'s> {
    pub(super) value: Value<'s>,
    pub(super) json: Json,
}

pub(super) fn documents<'s>(search: &'s Search<'_>) -> impl Iterator<Item = Document<'s>> {
    let is_one = |part: &Part| {
        part.source == Source::Body || part.bytes.starts_with(b"{") || part.bytes.starts_with(b"[")
    };
    let values = search.values().filter(move |value| is_one(value.part));
    values.filter_map(|value| Some(Document { value, json: Json::parse(&value.part.bytes)? }))
}

impl Document<'_> {
    /// Tries another document in place of this one.
    pub(super) fn print(&self, mistake: Mistake, detail: impl Display, json: &Json, style: &Style) -> Flow {
        self.value.search.spend(COST_OF_PRINTING * self.value.part.bytes.len())?;
        self.value.put(mistake, detail, json.print(style))
    }

    /// Tries a document in each of these styles, unless it is the same document. `detail` stands around the name of the style.
    pub(super) fn print_each(
        &self,
        mistake: Mistake,
        [before, behind]: [&str; 2],
        json: &Json,
        styles: &[(String, Style)],
    ) -> Flow {
        let mut styles = styles.iter().filter(|_| *json != self.json);
        styles.try_for_each(|(name, style)| self.print(mistake, phrase(&[before, name, behind]), json, style))
    }

    /// The style that the document is written in; compact where that style is not known.
    pub(super) fn own_style(&self) -> Style {
        let bytes = &self.value.part.bytes;
        let is_own = |(_, style): &(String, Style)| self.json.print(style).as_bytes() == bytes.as_slice();
        let known = if bytes.len() < 16 << 10 { styles().find(is_own) } else { None };
        known.map_or(COMPACT, |(_, style)| style)
    }
}

/// Printing takes longer than hashing.
const COST_OF_PRINTING: usize = 16;

/// What a serialiser does with each value.
pub(super) type Change = fn(Json) -> Json;

/// The same document with its numbers in another form, or its members in another order.
static RESPELT: [(&str, Change); 9] = [
    ("keys sorted", sorted),
    ("numbers as JavaScript, Go and PHP print them", |value| in_numbers(value, of_javascript)),
    ("every number with a fraction, as Gson prints a double", |value| in_numbers(value, of_java)),
    ("numbers as Python's floats", |value| in_numbers(value, of_python)),
    ("of names that are there twice, the last", last_of_each),
    ("integer-like names first, as JavaScript's objects", integers_first),
    ("keys sorted, numbers as JavaScript, Go and PHP print them", |value| {
        sorted(in_numbers(value, of_javascript))
    }),
    ("keys sorted, every number with a fraction, as Gson prints a double", |value| {
        sorted(in_numbers(value, of_java))
    }),
    ("keys sorted, numbers as Python's floats", |value| sorted(in_numbers(value, of_python))),
];

/// The likeliest layouts of a long body, before anything else. Each costs only what it takes to hash, so that all have
/// their turn.
pub(super) fn usual(search: &Search<'_>) -> Flow {
    const SHORT: usize = 16 << 10;
    let long = documents(search).filter(|document| document.value.part.bytes.len() > SHORT);
    for Document { value, json } in long {
        let bare = without_line_ends(&value.part.bytes);
        for (name, style) in styles().take(MOST_USUAL) {
            let printed = json.print(&style).into_bytes();
            // A difference in line ends alone is another mistake.
            if without_line_ends(&printed) != bare {
                value.replace(BODY_RESERIALISED, name, 0..1, &[value.part.with_bytes(printed)])?;
            }
        }
    }
    Flow::Continue(())
}

/// The same document in another style, with its members sorted, or with its numbers as another program prints them.
pub(super) fn spellings(search: &Search<'_>) -> Flow {
    for document in documents(search) {
        let (own, bytes) = (document.own_style(), &document.value.part.bytes);
        let bare = without_line_ends(bytes);
        for (name, style) in styles() {
            search.spend(COST_OF_PRINTING * bytes.len())?;
            let printed = document.json.print(&style);
            // A difference in line ends alone is another mistake.
            if without_line_ends(printed.as_bytes()) != bare {
                document.value.put(BODY_RESERIALISED, name, printed)?;
            }
        }
        let styles: Vec<_> = [(String::new(), own)].into_iter().chain(styles().take(45)).collect();
        for (what, change) in RESPELT {
            document.print_each(BODY_RESERIALISED, ["", what], &document.json.map(&change), &styles)?;
        }
    }
    Flow::Continue(())
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
        let all = members.clone();
        let is_last = |at: usize, name: &str| all.iter().skip(at + 1).all(|(later, _)| later != name);
        let last = all.iter().enumerate().filter(|(at, (name, _))| is_last(*at, name));
        *members = last.map(|(_, member)| member.clone()).collect();
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

/// The document as other programs print it, in forms that are not JSON.
pub(super) fn printed_otherwise(document: &Json) -> Vec<(&'static str, String)> {
    let Json::Object(members) = document else { return vec![("as Python's str", python(document))] };
    let plain = |value: &Json| match value {
        Json::Text(text) => text.clone(),
        other => other.print(&COMPACT),
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

/// A JSON body in another form, a form as JSON, or XML printed anew.
pub(super) fn converted(search: &Search<'_>) -> Flow {
    for document in documents(search) {
        for (name, printed) in printed_otherwise(&document.json) {
            document.value.put(BODY_CONVERTED, name, printed)?;
        }
    }
    for value in search.values().filter(|value| value.part.source == Source::Body) {
        let Ok(text) = std::str::from_utf8(&value.part.bytes) else { continue };
        if text.trim_start().starts_with('<') {
            XML.iter().try_for_each(|(name, change)| value.put(BODY_RESERIALISED, name, change(text)))?;
        } else if text.contains('=') && !text.contains(['{', '\n']) {
            for document in objects(text) {
                for (name, style) in STYLES.iter().take(4) {
                    value.put(BODY_CONVERTED, format_args!("as JSON, {name}"), document.print(style))?;
                }
            }
        }
        let chunked = format!("{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
        value.put(BODY_CONVERTED, "behind `data=`", format!("data={text}"))?;
        value.put(BODY_CONVERTED, "in chunks, as HTTP/1.1 sends it", chunked)?;
        for length in [1024, 2048, 4096, 8192, 16_384, 65_535, 65_536] {
            let detail = format_args!("its first {length} bytes");
            value.put(BODY_CONVERTED, detail, text.as_bytes().get(..length).unwrap_or(text.as_bytes()))?;
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
