//! Values in another form: each value by itself, and the text as a whole.

use super::bodies::{MOST_USUAL, styles};
use super::time;
use crate::diagnose::attempt::{changed, join, joined};
use crate::diagnose::json::{Json, of_java};
use crate::diagnose::mistake::{
    BYTE_ORDER_MARK, CHARSET, FIELD_OTHER, Mistake, Names, OTHER_BODY, TEXT_OTHER, UTF_16, WORD,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::is_address;
use crate::diagnose::ways::{self, ENCODINGS, HASHES, USUAL, Way};
use crate::explain::Part;
use crate::signing::{Charset, SegmentKind, Source};

/// Longer values are not written in other forms, which takes as long as hashing them.
const LONGEST: usize = 4 << 20;

/// What programs write in place of a missing value, or of an object.
#[rustfmt::skip]
pub(super) const WORDS: [&str; 27] = [
    "undefined", "null", "{}", "None", "nil", "[]", "[object Object]", "", "\"\"", "NaN", "false", "true", "0", "1", "Array", "System.Byte[]", "NULL",
    "<nil>", "[object Promise]", "(null)", "Object", "System.IO.MemoryStream", "System.Net.Http.StringContent", "{\"_readableState\":{}}",
    "System.Object", "-", "''",
];

/// The mistake of an edit of this class, made of this part, which is no secret.
pub(super) fn named(names: &'static Names, part: &Part) -> Mistake {
    match part.source {
        Source::Body => names.body,
        _ if is_address(part) => names.address,
        _ => names.field,
    }
}

fn is_of_charset(way: &Way) -> bool {
    [CHARSET, UTF_16].contains(&way.names.text)
}

/// Whether a way changes nothing in ASCII text.
fn needs_accents(way: &Way) -> bool {
    way.names.text == CHARSET
}

/// A part written in this way, in the charset of the part.
pub(super) fn written(way: &Way, part: &Part) -> Option<Vec<u8>> {
    if part.bytes.is_ascii() && needs_accents(way) {
        return None;
    }
    if part.charset != Charset::Latin9 || part.bytes.is_ascii() {
        return ways::write(way.filters, &part.bytes);
    }
    let written = ways::write(way.filters, part.text().as_bytes())?;
    if is_of_charset(way) { Some(written) } else { ways::write(&["latin9"], &written) }
}

fn of_parts(search: &Search<'_>, ways: &'static [Way], is_wanted: impl Fn(&Part) -> bool) -> Flow {
    for value in search.public().filter(|value| is_wanted(value.part)) {
        let part = value.part;
        for way in ways.iter().filter(|_| !part.bytes.is_empty() && part.bytes.len() <= LONGEST) {
            search.spend(part.bytes.len())?;
            if let Some(bytes) = written(way, part) {
                value.put(named(way.names, part), format_args!("{}: {}", part.name(), way.says), bytes)?;
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

/// Something behind the text that a shell leaves there.
pub(super) fn of_end(search: &Search<'_>) -> Flow {
    let is_end = |way: &&Way| matches!(way.filters, [one] if one.starts_with("after:"));
    whole(search, USUAL.iter().filter(is_end))
}

pub(super) fn of_text(search: &Search<'_>) -> Flow {
    whole(search, USUAL)?;
    // Each value in quotes, or in another case.
    for way in USUAL.iter().chain(ENCODINGS) {
        let write = |part: &Part| written(way, part).map(|bytes| part.with_bytes(bytes));
        let other = |part: &Part| if part.kind == SegmentKind::Public { write(part) } else { None };
        let text = changed(&search.base.text, &other).unwrap_or_default();
        // An edit of one value alone has its own name.
        if text.iter().zip(&search.base.text).filter(|(other, part)| other.bytes != part.bytes).count() > 1 {
            search.text(way.names.text, format_args!("each value {}", way.says), text)?;
        }
    }
    Flow::Continue(())
}

/// The text, the key, or both, in one run.
fn whole(search: &Search<'_>, ways: impl IntoIterator<Item = &'static Way>) -> Flow {
    let base = &search.base;
    let run = |way: &Way, parts: &[Part]| {
        let bytes = join(parts);
        let text: String = parts.iter().filter(|_| is_of_charset(way)).map(Part::text).collect();
        let text = if is_of_charset(way) { text.as_bytes() } else { &bytes };
        let is_repeated = needs_accents(way) && bytes.is_ascii();
        let written = ways::write(way.filters, text).filter(|written| !is_repeated && *written != **bytes);
        written.map(|bytes| joined("text", parts, bytes))
    };
    let length = join(&base.text).len();
    for way in ways.into_iter().filter(|_| length <= LONGEST) {
        search.spend(length)?;
        // Other edits write the secrets in other ways.
        let is_of_key = is_of_charset(way) || way.names.text == BYTE_ORDER_MARK;
        let key = if is_of_key { run(way, base.key_parts()).filter(|key| !key.is_empty()) } else { None };
        search.sides(way.names.text, way.says, run(way, &base.text), key)?;
    }
    Flow::Continue(())
}

/// A word in a value's place.
pub(super) fn words(search: &Search<'_>) -> Flow {
    for value in search.public() {
        for word in WORDS {
            let detail = format_args!("`{word}` in place of {}", value.part.name());
            value.put(named(&WORD, value.part), detail, word)?;
        }
    }
    WORDS.iter().try_for_each(|word| {
        let text = joined("text", &search.base.text, word.as_bytes().to_vec());
        search.text(TEXT_OTHER, format_args!("`{word}` alone"), text)
    })
}

/// Other values that suit the look of a value: a number, a code, an identifier, a media type.
pub(super) fn by_look(search: &Search<'_>) -> Flow {
    let is_other = |part: &Part| {
        part.source != Source::Body && !is_address(part) && !is_length_of_other_body(search, part)
    };
    for value in search.public().filter(|value| is_other(value.part)) {
        let name = value.part.name();
        for other in of_look(&value.part.text()) {
            let detail = format!("`{other}` for {name}");
            value.put(search.own(FIELD_OTHER, name), detail, other)?;
        }
    }
    Flow::Continue(())
}

/// Whether a field is the length of the body that arrived, while no digest beside it is the digest of this body.
fn is_length_of_other_body(search: &Search<'_>, part: &Part) -> bool {
    let body = &search.transcript.body;
    if part.source != Source::RequestHeader || **part.bytes != *body.len().to_string().as_bytes() {
        return false;
    }
    let digests = ["hex", "base64"].map(|form| ways::write(&["sha256", form], body).unwrap_or_default());
    search.values().all(|value| digests.iter().all(|digest| !value.part.bytes.ends_with(digest)))
}

/// The length of the body as other programs print it: something on the way may have printed the body anew.
pub(super) fn printed_lengths(search: &Search<'_>) -> Flow {
    for value in search.public().filter(|value| is_length_of_other_body(search, value.part)) {
        let arrived = &search.transcript.body;
        let Some(json) = Json::parse(arrived) else { continue };
        for (name, style) in styles().take(MOST_USUAL) {
            search.spend(arrived.len())?;
            let length = json.print(&style).len();
            let detail = format!("it had {length} bytes, as it has {name}, and {} arrived", arrived.len());
            value.put(OTHER_BODY, detail, length.to_string())?;
        }
    }
    Flow::Continue(())
}

/// Any length of a body: something on the way may have written the body anew.
pub(super) fn lengths(search: &Search<'_>) -> Flow {
    const LONGEST: usize = 8 << 10;
    for value in search.public().filter(|value| is_length_of_other_body(search, value.part)) {
        let arrived: usize = value.part.text().parse().unwrap_or_default();
        for length in 0..LONGEST + 2 * arrived {
            let detail = format_args!("it had {length} bytes, and {arrived} arrived");
            value.put(OTHER_BODY, detail, length.to_string())?;
        }
    }
    Flow::Continue(())
}

/// The same value as other programs write it, or another value of the same kind.
pub(super) fn of_look(text: &str) -> Vec<String> {
    let of_text: [fn(&str) -> Vec<String>; 6] = [numbers, truths, codes, identifiers, media_types, methods];
    let mut all: Vec<String> = of_text.iter().flat_map(|of| of(text)).collect();
    all.extend(time::forms(text));
    all.retain(|other| other != text);
    all
}

fn numbers(text: &str) -> Vec<String> {
    let whole = text.parse::<i128>().ok().filter(|_| text.len() < 30);
    // The last number is .NET's ticks, of a count of seconds.
    let ticks = |n: i128| (n + 62_135_596_800) * 10_000_000;
    let others =
        |n: i128| [n + 1, n - 1, n + 2, n - 2, n * 1000, n / 1000, n / 1_000_000, n * 10_000, ticks(n)];
    let mut all: Vec<String> = whole.into_iter().flat_map(others).map(|number| number.to_string()).collect();
    let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else { return all };
    let (front, fraction) = text.split_once('.').unwrap_or((text, ""));
    let grouped = |sign: &str, point: &str| {
        let digits: Vec<&[u8]> = front.as_bytes().rchunks(3).rev().collect();
        let front = String::from_utf8(digits.join(sign.as_bytes())).unwrap_or_default();
        if fraction.is_empty() { front } else { format!("{front}{point}{fraction}") }
    };
    all.extend([
        format!("{front}.0"),
        format!("{front}.00"),
        format!("{value:.2}"),
        format!("{value:.1}"),
        format!("{value}"),
        format!("{value:.2}").replace('.', ","),
        text.replace('.', ","),
        front.to_owned(),
        grouped(",", "."),
        grouped(".", ","),
        grouped(" ", ","),
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

/// Codes of languages and countries.
fn codes(text: &str) -> Vec<String> {
    #[rustfmt::skip]
    const CODES: [&str; 21] = [
        "FI", "SE", "EN", "SV", "IS", "NO", "DK", "DA", "NB", "DE", "GB", "US", "ET", "EE", "NL", "FR", "fi-FI", "en-US", "fin", "swe", "eng",
    ];
    if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let locale = format!("{}-{}", text.to_lowercase(), text.to_uppercase());
    CODES.iter().flat_map(|code| [(*code).to_owned(), code.to_lowercase()]).chain([locale]).collect()
}

/// Numbers of companies and UUIDs.
fn identifiers(text: &str) -> Vec<String> {
    let is_one = text.contains('-') && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_one {
        return Vec::new();
    }
    let bare = text.replace('-', "");
    let cases = [text.to_uppercase(), text.to_lowercase(), bare.to_uppercase(), format!("{{{text}}}")];
    let of_country =
        |country| [format!("{country}{bare}"), format!("{country}{text}"), format!("{country}-{text}")];
    let countries = ["FI", "SE", "IS", "NO", "DK", "EE", "EU", "NZ", "AU", "GB"];
    let with_country: Vec<String> = countries.into_iter().flat_map(of_country).collect();
    cases.into_iter().chain(with_country).chain([bare]).collect()
}

fn media_types(text: &str) -> Vec<String> {
    #[rustfmt::skip]
    const KINDS: [&str; 5] = ["application/json", "text/plain", "application/xml", "text/xml", "application/x-www-form-urlencoded"];
    #[rustfmt::skip]
    const CHARSETS: [&str; 6] = [
        "", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8", "; charset=\"utf-8\"",
    ];
    let (bare, _) = text.split_once(';').unwrap_or((text, ""));
    let is_one = bare.split_once('/').is_some_and(|(kind, rest)| {
        ["application", "text", "multipart", "image"].contains(&kind) && !rest.contains('/')
    });
    let kinds = [bare].into_iter().chain(KINDS).filter(|_| is_one);
    kinds.flat_map(|kind| CHARSETS.map(|charset| format!("{kind}{charset}"))).collect()
}

/// The other methods of HTTP, in the case of the given method.
fn methods(text: &str) -> Vec<String> {
    const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];
    let is_one = METHODS.contains(&&*text.to_lowercase());
    let others = METHODS.into_iter().filter(|_| is_one);
    others
        .map(|other| if text == text.to_lowercase() { other.to_owned() } else { other.to_uppercase() })
        .collect()
}

/// The user agents of programs that send requests, in many versions.
pub(super) fn agents(search: &Search<'_>) -> Flow {
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
    for value in search.public().filter(|value| is_agent(&value.part.text())) {
        for (name, major, minor) in AGENTS {
            for (major, minor) in (0..=major).flat_map(|major| (0..=minor).map(move |minor| (major, minor))) {
                let two = format!("{name}/{major}.{minor}");
                let three = (0..6).map(|patch| format!("{two}.{patch}"));
                for agent in three.chain([two.clone(), format!("{name}/{major}")]) {
                    let detail = format!("`{agent}` for {}", value.part.name());
                    value.put(FIELD_OTHER, detail, agent)?;
                }
            }
        }
    }
    Flow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::of_look;

    #[test]
    fn a_value_is_tried_as_other_programs_write_it() {
        #[rustfmt::skip]
        let cases: [(&str, &[&str]); 9] = [
            // Seconds: what is counted beside them, other units, .NET's ticks.
            ("1700000000", &[
                "1700000001", "1699999999", "1700000002", "1699999998", "1700000000000", "1700000", "1700", "17000000000000",
                "638355968000000000", "1,700,000,000", "1.700.000.000", "1 700 000 000",
            ]),
            ("1234.5", &[
                "1234.0", "1234.00", "1234.50", "1234,50", "1234,5", "1234", "1,234.5", "1.234,5", "1 234,5", "1.2345E3", "1.2345e+3", "1.2345E+3",
                "1.23450E+3", "\"1234.5\"",
            ]),
            ("007", &["7", "8", "6", "7.00", "7.0", "007.00"]),
            ("False", &["false", "FALSE", "0", "no", ""]),
            ("FI", &["SE", "en", "fi-FI", "swe", "fi"]),
            ("1234567-8", &["12345678", "FI12345678", "FI1234567-8", "FI-1234567-8", "{1234567-8}"]),
            ("text/plain; charset=UTF-8", &["text/plain", "text/plain;charset=utf-8", "application/json", "text/xml; charset=\"utf-8\""]),
            ("get", &["post", "delete"]),
            ("2024-01-15", &["15.1.2024", "01/15/2024", "2024-01-15T00:00:00Z"]),
        ];
        for (text, expected) in cases {
            let others = of_look(text);
            for other in expected {
                assert!(others.iter().any(|known| known == other), "{text} as {other}: {others:?}");
            }
            assert!(!others.contains(&text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_number_of_30_digits_is_no_count() {
        let (shorter, longer) = ("1".repeat(29), "1".repeat(30));
        for (number, is_count) in [(&shorter, true), (&longer, false)] {
            let next = format!("{}2", &number[1..]);
            assert_eq!(of_look(number).contains(&next), is_count, "{number}");
        }
    }

    #[test]
    fn what_has_no_look_has_no_other_form() {
        for text in ["", "name", "F1", "FIN", "a/b", "text/a/b", "getting", "yes", "a-z"] {
            assert_eq!(of_look(text), Vec::<String>::new(), "{text}");
        }
    }
}
