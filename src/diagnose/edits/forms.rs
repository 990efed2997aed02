//! Values in another form: each by itself, and the text as a whole.

use std::borrow::Cow;

use super::time;
use crate::diagnose::attempt::{join, joined};
use crate::diagnose::json::of_java;
use crate::diagnose::mistake::{self, Mistake, Names};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::is_address;
use crate::diagnose::ways::{self, ENCODINGS, HASHES, USUAL, Way};
use crate::explain::Part;
use crate::signing::filter::Filter;
use crate::signing::{Charset, SegmentKind, Source};

/// Longer values are not written in forms that take as long as hashing them.
const LONGEST: usize = 4 << 20;

/// What programs write in place of a value that is not there, or of an object.
#[rustfmt::skip]
pub(super) const WORDS: [&str; 27] = [
    "undefined", "null", "{}", "None", "nil", "[]", "[object Object]", "", "\"\"", "NaN", "false", "true", "0", "1", "Array", "System.Byte[]", "NULL",
    "<nil>", "[object Promise]", "(null)", "Object", "System.IO.MemoryStream", "System.Net.Http.StringContent", "{\"_readableState\":{}}",
    "System.Object", "-", "''",
];

/// What a part is called where an edit of this class is made of it.
pub(super) fn named(names: &'static Names, part: &Part) -> &'static Mistake {
    match part.source {
        _ if part.kind == SegmentKind::Secret => names.secret,
        Source::Body => names.body,
        _ if is_address(part) => names.address,
        _ => names.field,
    }
}

fn is_of_charset(way: &Way) -> bool {
    std::ptr::eq(way.names, &mistake::CHARSETS) || std::ptr::eq(way.names, &mistake::WIDE)
}

/// A part written in this way, in the charset that it is signed in.
pub(super) fn written(way: &Way, part: &Part) -> Option<Vec<u8>> {
    if part.charset != Charset::Latin9 || part.bytes.is_ascii() {
        let has_accents = !part.bytes.is_ascii() || std::ptr::eq(way.names, &mistake::WIDE);
        return (!is_of_charset(way) || has_accents).then(|| ways::write(way.filters, &part.bytes))?;
    }
    let written = ways::write(way.filters, part.text().as_bytes())?;
    if is_of_charset(way) { Some(written) } else { Filter::Latin9.apply(&written).map(Cow::into_owned) }
}

fn of_parts(search: &Search<'_>, ways: &'static [Way], wanted: impl Fn(&Part) -> bool) -> Flow {
    for (at, part) in search.values().filter(|(_, part)| part.kind == SegmentKind::Public && wanted(part)) {
        if part.bytes.is_empty() || part.bytes.len() > LONGEST {
            continue;
        }
        for way in ways {
            search.spend(part.bytes.len())?;
            let detail = format!("{}: {}", part.name(), way.says);
            if let Some(bytes) = written(way, part) {
                search.part(named(way.names, part), &detail, at, bytes)?;
            }
        }
    }
    Flow::Continue(())
}

pub(super) fn of_body(search: &Search<'_>) -> Flow {
    of_parts(search, USUAL, |part| part.source == Source::Body)
}

pub(super) fn of_values(search: &Search<'_>) -> Flow {
    of_parts(search, USUAL, |part| part.source != Source::Body)
}

pub(super) fn encodings(search: &Search<'_>) -> Flow {
    of_parts(search, ENCODINGS, |_| true)?;
    whole(search, ENCODINGS)
}

pub(super) fn hashed(search: &Search<'_>) -> Flow {
    of_parts(search, HASHES, |_| true)?;
    whole(search, HASHES)
}

/// Something behind the text, as shells leave it.
pub(super) fn of_end(search: &Search<'_>) -> Flow {
    whole(
        search,
        USUAL.iter().filter(|way| way.filters.len() == 1 && way.filters.concat().starts_with("after:")),
    )
}

pub(super) fn of_text(search: &Search<'_>) -> Flow {
    whole(search, USUAL)?;
    // Each value in quotes, or in another case.
    for way in USUAL.iter().chain(ENCODINGS) {
        let mut changed = 0;
        let mut other = |part: &Part| {
            let written = if part.kind == SegmentKind::Public { written(way, part) } else { None };
            let written = written.filter(|bytes| **part.bytes != **bytes);
            changed += usize::from(written.is_some());
            written.map_or_else(|| part.clone(), |bytes| part.with_bytes(bytes))
        };
        let text = search.base.text.iter().map(&mut other).collect();
        // One value that is written in another way is named by itself.
        if changed > 1 {
            search.text(way.names.text, &format!("each value {}", way.says), text)?;
        }
    }
    Flow::Continue(())
}

/// The text, the key, or both, in one run.
fn whole(search: &Search<'_>, ways: impl IntoIterator<Item = &'static Way>) -> Flow {
    let base = &search.base;
    let run = |way: &Way, parts: &[Part]| {
        let is_ascii = parts.iter().all(|part| part.bytes.is_ascii());
        let text = if is_of_charset(way) {
            parts.iter().map(Part::text).collect::<String>().into_bytes()
        } else {
            join(parts).to_vec()
        };
        let needs_accents = is_of_charset(way) && !std::ptr::eq(way.names, &mistake::WIDE);
        let written = if needs_accents && is_ascii { None } else { ways::write(way.filters, &text) };
        written.map(|bytes| joined("text", parts, bytes))
    };
    let length = join(&base.text).len();
    for way in ways.into_iter().filter(|_| length <= LONGEST) {
        search.spend(length)?;
        // The secrets in it are written in other ways by themselves.
        let is_of_key = is_of_charset(way) || std::ptr::eq(way.names, &mistake::MARKED);
        let key = if is_of_key { run(way, base.key_parts()).filter(|key| !key.is_empty()) } else { None };
        let text = run(way, &base.text).filter(|text| join(text) != join(&base.text));
        if let (Some(text), Some(key)) = (&text, &key) {
            search.attempt(way.names.text, &way.says, &base.with_text(text.clone()).with_key(key.clone()))?;
        }
        let place = |of: &str| {
            if key.is_some() { format!("{}, in the {of} only", way.says) } else { way.says.to_owned() }
        };
        if let Some(text) = text {
            search.text(way.names.text, &place("text"), text)?;
        }
        if let Some(key) = &key {
            search.attempt(way.names.secret, &place("key"), &base.with_key(key.clone()))?;
        }
    }
    Flow::Continue(())
}

/// A word in a value's place.
pub(super) fn words(search: &Search<'_>) -> Flow {
    for (at, part) in search.values().filter(|(_, part)| part.kind == SegmentKind::Public) {
        let mistake = named(&mistake::WORD, part);
        for word in WORDS {
            let detail = format!("`{word}` in place of {}", part.name());
            search.part(mistake, &detail, at, word.as_bytes().to_vec())?;
        }
    }
    WORDS.iter().try_for_each(|word| {
        let text = joined("text", &search.base.text, word.as_bytes().to_vec());
        search.text(&mistake::TEXT_OTHER, &format!("`{word}` alone"), text)
    })
}

/// By what a value looks like: a number, a code, an identifier, a media type.
pub(super) fn by_look(search: &Search<'_>) -> Flow {
    for (at, part) in search.values().filter(|(_, part)| part.kind == SegmentKind::Public) {
        let text = part.text();
        if part.source == Source::Body || is_address(part) || is_length_of_other_body(search, part) {
            continue;
        }
        for other in of_look(&text) {
            let detail = format!("`{other}` for {}", part.name());
            search.part(search.own(&mistake::FIELD_OTHER, part.name()), &detail, at, other.into_bytes())?;
        }
    }
    Flow::Continue(())
}

/// Whether a field is the length of the body that arrived, and a digest beside it is not that of this body.
fn is_length_of_other_body(search: &Search<'_>, part: &Part) -> bool {
    let body = &search.transcript.body;
    if part.source != Source::RequestHeader || **part.bytes != *body.len().to_string().as_bytes() {
        return false;
    }
    let digests = ["hex", "base64"].map(|form| ways::write(&["sha256", form], body).unwrap_or_default());
    search.values().all(|(_, part)| digests.iter().all(|digest| !part.bytes.ends_with(digest)))
}

/// The length of a body that something on the way has written anew: any one.
pub(super) fn lengths(search: &Search<'_>) -> Flow {
    const LONGEST: usize = 8 << 10;
    for (at, part) in search.values().filter(|(_, part)| is_length_of_other_body(search, part)) {
        let arrived: usize = part.text().parse().unwrap_or_default();
        for length in 0..LONGEST + 2 * arrived {
            let detail = format!("it had {length} bytes, and {arrived} arrived");
            search.part(&mistake::OTHER_BODY, &detail, at, length.to_string().into_bytes())?;
        }
    }
    Flow::Continue(())
}

/// The same value as others write it, or another of the same kind.
pub(super) fn of_look(text: &str) -> Vec<String> {
    let of_text: [fn(&str) -> Vec<String>; 5] = [numbers, truths, codes, identifiers, media_types];
    let mut all: Vec<String> = of_text.iter().flat_map(|of| of(text)).collect();
    all.extend(time::forms(text));
    all.retain(|other| other != text);
    all
}

fn numbers(text: &str) -> Vec<String> {
    let whole = text.parse::<i128>().ok().filter(|_| text.len() < 30);
    let others = |n: i128| [n + 1, n - 1, n + 2, n - 2, n * 1000, n / 1000, n / 1_000_000, n * 10_000];
    let mut all: Vec<String> = whole.into_iter().flat_map(others).map(|number| number.to_string()).collect();
    let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else { return all };
    let (front, fraction) = text.split_once('.').unwrap_or((text, ""));
    let grouped = |sign: &str| {
        let digits: Vec<&[u8]> = front.as_bytes().rchunks(3).rev().collect();
        String::from_utf8(digits.join(sign.as_bytes())).unwrap_or_default()
    };
    let rest = |sign: &str| if fraction.is_empty() { String::new() } else { format!("{sign}{fraction}") };
    all.extend([
        format!("{front}.0"),
        format!("{front}.00"),
        format!("{value:.2}"),
        format!("{value:.1}"),
        format!("{value}"),
        format!("{value:.2}").replace('.', ","),
        text.replace('.', ","),
        front.to_owned(),
        format!("{}{}", grouped(","), rest(".")),
        format!("{}{}", grouped("."), rest(",")),
        format!("{}{}", grouped(" "), rest(",")),
        format!("{value:E}"),
        format!("{value:e}").replace('e', "e+"),
        format!("{value:E}").replace('E', "E+"),
        format!("{value:.5E}").replace('E', "E+"),
        of_java(text).unwrap_or_default(),
        text.trim_start_matches('0').to_owned(),
        format!("\"{text}\""),
    ]);
    all
}

fn truths(text: &str) -> Vec<String> {
    let others: &[&str] = match text.to_ascii_lowercase().as_str() {
        "true" => &["true", "True", "TRUE", "1", "yes"],
        "false" => &["false", "False", "FALSE", "0", "no", ""],
        _ => &[],
    };
    others.iter().map(|other| (*other).to_owned()).collect()
}

fn codes(text: &str) -> Vec<String> {
    if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Vec::new();
    }
    const CODES: [&str; 16] =
        ["FI", "SE", "EN", "SV", "IS", "NO", "DK", "DA", "NB", "DE", "GB", "US", "ET", "EE", "NL", "FR"];
    let long =
        [&*format!("{}-{}", text.to_lowercase(), text.to_uppercase()), "fi-FI", "en-US", "fin", "swe", "eng"];
    let long = long.map(str::to_owned);
    CODES.iter().flat_map(|code| [(*code).to_owned(), code.to_lowercase()]).chain(long).collect()
}

/// Numbers of companies and UUIDs.
fn identifiers(text: &str) -> Vec<String> {
    let is_one = text.contains('-') && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_one {
        return Vec::new();
    }
    let bare = text.replace('-', "");
    let mut all = vec![
        bare.clone(),
        text.to_uppercase(),
        text.to_lowercase(),
        bare.to_uppercase(),
        format!("{{{text}}}"),
    ];
    for country in ["FI", "SE", "IS", "NO", "DK", "EE", "EU", "NZ", "AU", "GB"] {
        all.extend([format!("{country}{bare}"), format!("{country}{text}"), format!("{country}-{text}")]);
    }
    all
}

fn media_types(text: &str) -> Vec<String> {
    let (bare, _) = text.split_once(';').unwrap_or((text, ""));
    let is_one = bare.split_once('/').is_some_and(|(kind, rest)| {
        ["application", "text", "multipart", "image"].contains(&kind) && !rest.contains('/')
    });
    if !is_one {
        return Vec::new();
    }
    let mut all = vec![bare.to_owned()];
    #[rustfmt::skip]
    let kinds = [bare, "application/json", "text/plain", "application/xml", "text/xml", "application/x-www-form-urlencoded"];
    for kind in kinds {
        all.push(kind.to_owned());
        for charset in
            ["; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8", "; charset=\"utf-8\""]
        {
            all.push(format!("{kind}{charset}"));
        }
    }
    all
}

/// Programs that send requests, in each of their versions.
pub(super) fn agents(search: &Search<'_>) -> Flow {
    #[rustfmt::skip]
    const AGENTS: [(&str, u8, u8); 8] = [
        ("axios", 1, 30),
        ("python-requests", 2, 33),
        ("node-fetch", 3, 3),
        ("GuzzleHttp", 7, 9),
        ("PostmanRuntime", 7, 50),
        ("okhttp", 4, 12),
        ("Go-http-client", 2, 1),
        ("got", 12, 6),
    ];
    let is_agent = |text: &str| {
        let version = text.split_once('/').map(|(_, version)| version);
        version.is_some_and(|version| version.len() < 9 && version.starts_with(|c: char| c.is_ascii_digit()))
    };
    for (at, part) in search.values().filter(|(_, part)| is_agent(&part.text())) {
        for (name, major, minor) in AGENTS {
            for (major, minor) in (0..=major).flat_map(|major| (0..=minor).map(move |minor| (major, minor))) {
                let versions = (0..6).map(|patch| format!("{name}/{major}.{minor}.{patch}"));
                for agent in versions.chain([format!("{name}/{major}.{minor}"), format!("{name}/{major}")]) {
                    let detail = format!("`{agent}` for {}", part.name());
                    search.part(&mistake::FIELD_OTHER, &detail, at, agent.into_bytes())?;
                }
            }
        }
    }
    Flow::Continue(())
}
