//! Percent-encoding: undone, done by other rules, in another charset.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use url::{Position, form_urlencoded};

use super::address::{addresses, of_values, put};
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::{Address, is_address, piece};
use crate::diagnose::ways;
use crate::explain::Part;

/// RFC 3986's unreserved characters stay.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const URI_COMPONENT: &AsciiSet = &COMPONENT.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');
/// `&` and `=` stay in any set, since names and values are encoded one by one.
const URI: &AsciiSet = &AXIOS.remove(b';').remove(b'/').remove(b'?').remove(b'@').remove(b'+').remove(b'#');
const AXIOS: &AsciiSet = &URI_COMPONENT.remove(b':').remove(b'$').remove(b',');
const WHATWG: &AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');

/// What the names and values of a query are encoded by; whether a blank is `+`.
#[rustfmt::skip]
static ALPHABETS: [(&str, &AsciiSet, bool); 12] = [
    ("all but letters, digits and `-._~` encoded", COMPONENT, false),
    ("as JavaScript's encodeURIComponent", URI_COMPONENT, false),
    ("as Python's quote", &COMPONENT.remove(b'/'), false),
    ("as old PHP and Java, `~` too", &COMPONENT.add(b'~'), false),
    ("as a form", &COMPONENT.add(b'~').remove(b'*'), true),
    ("as a form, with `~` as it is", COMPONENT, true),
    ("as JavaScript's encodeURI", URI, false),
    ("as axios", AXIOS, true),
    ("as Java's URLEncoder", &COMPONENT.add(b'~').remove(b'*'), false),
    ("as browsers", WHATWG, false),
    ("as .NET's HttpUtility.UrlEncode", &COMPONENT.add(b'~').remove(b'!').remove(b'(').remove(b')').remove(b'*'), true),
    ("as JavaScript's encodeURIComponent, a blank as `+`", URI_COMPONENT, true),
];

/// Of more signs in a path, neither.
const MOST_PIECES: usize = 16;
/// Of more escapes or signs, the others are not tried one by one.
const MOST_ESCAPES: usize = 64;

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

fn with_query(text: &str, change: impl Fn(&str) -> Option<String>) -> Option<String> {
    let address = Address::parse(text);
    Some(address.with_query(&change(address.query?)?))
}

pub(super) fn plus(search: &Search<'_>) -> Flow {
    let changes: [fn(&str) -> String; 2] = [|query| query.replace('+', " "), |query| query.replace(' ', "+")];
    for (at, text) in signed(search) {
        for change in changes {
            let other = with_query(&text, |query| Some(change(query)));
            put(search, &mistake::QUERY_PLUS, "", at, other.unwrap_or_default())?;
        }
    }
    Flow::Continue(())
}

/// The addresses as they are signed.
fn signed(search: &Search<'_>) -> impl Iterator<Item = (usize, String)> {
    search.values().filter(|(_, part)| is_address(part)).map(|(at, part)| (at, part.text()))
}

/// As it is sent, where it is signed decoded.
pub(super) fn not_decoded(search: &Search<'_>) -> Flow {
    let sent = search.transcript.url.as_ref().map(|url| &url[..Position::AfterQuery]);
    for (at, part) in search.values().filter(|(_, part)| is_address(part)) {
        if let Some(sent) = sent.and_then(|url| piece(url, part.source)) {
            put(search, &mistake::QUERY_NOT_DECODED, "", at, sent)?;
        }
    }
    Flow::Continue(())
}

/// With escapes undone.
pub(super) fn decoded(search: &Search<'_>) -> Flow {
    type Change = fn(&str) -> Option<String>;
    let changes: [(&str, Change); 9] = [
        ("", decode),
        ("of the query only", |text| with_query(text, decode)),
        ("of the query only, and a blank for `+`", |text| {
            with_query(text, |query| decode(&query.replace('+', " ")))
        }),
        ("as by JavaScript's decodeURI", |text| decode_but(text, |byte| b";/?:@&=+$,#".contains(&byte))),
        ("as by .NET's Uri.ToString", |text| decode_but(text, |byte| b";/?:@&=+$,#%".contains(&byte))),
        ("of the path only", |text| {
            let address = Address::parse(text);
            Some(address.with_path(&decode(address.path)?))
        }),
        ("twice", |text| decode(&decode(text)?)),
        ("twice, and a blank for `+`", |text| decode(&decode(&text.replace('+', " "))?)),
        ("and read as ISO-8859-1", |text| {
            String::from_utf8(ways::latin1_as_utf8(&percent_decode_str(text).collect::<Vec<_>>())?).ok()
        }),
    ];
    for (at, text) in addresses(search) {
        let put = |detail: &str, other: Option<String>| {
            let other = other.unwrap_or_else(|| text.clone());
            put(search, &mistake::QUERY_DECODED, detail, at, other)
        };
        for (detail, change) in changes {
            put(detail, change(&text))?;
        }
    }
    Flow::Continue(())
}

/// All escapes undone but those of the bytes that are kept.
fn decode_but(text: &str, is_kept: impl Fn(u8) -> bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits =
            rest.get(1..3).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|byte| !is_kept(*byte)) {
            Some(byte) => {
                decoded.push(byte);
                rest = rest.get(3..)?;
            }
            None => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

/// The escapes of one sign undone, or all but those.
pub(super) fn one_escape(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let put = |detail: &str, other: Option<String>| {
            put(search, &mistake::QUERY_DECODED, detail, at, other.unwrap_or_default())
        };
        let mut tried = Vec::new();
        for (place, _) in text.match_indices('%').take(MOST_ESCAPES) {
            let byte = text.get(place + 1..place + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let Some(byte) = byte.filter(|byte| !tried.contains(byte)) else { continue };
            tried.push(byte);
            let detail = format!("of `%{byte:02X}` only");
            put(&detail, decode_but(&text, |other| other != byte))?;
            put(&format!("of all but `%{byte:02X}`"), decode_but(&text, |other| other == byte))?;
        }
    }
    Flow::Continue(())
}

/// Encoded by other rules, twice, or for a page.
pub(super) fn encoded(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let put = |detail: &str, other: String| put(search, named(search, at, &other), detail, at, other);
        let query = Address::parse(&text).query.unwrap_or_default();
        let with =
            |query: &str| with_query(&text, |_| Some(query.to_owned())).unwrap_or_else(|| text.clone());
        put("`%20` for `+`", with(&query.replace('+', "%20")))?;
        put("`+` for `%20`", with(&query.replace("%20", "+")))?;
        put("`%2B` for `+`", with(&query.replace('+', "%2B")))?;
        put("`%20` for a blank", with(&query.replace(' ', "%20")))?;
        put("as a form", with(&form_encoded(query)))?;
        for (name, set, is_plus) in ALPHABETS {
            for blank in [false, true] {
                let query = if blank { query.replace('+', "%20") } else { query.to_owned() };
                let encoded = encode_values(&query, set);
                let encoded = if is_plus { encoded.replace("%20", "+") } else { encoded };
                let lower = ways::lower_escapes(&encoded).and_then(|lower| String::from_utf8(lower).ok());
                put(name, with(&encoded))?;
                put(&format!("{name}, with lower-case digits"), with(&lower.unwrap_or_default()))?;
            }
        }
        put("encoded twice", text.replace('%', "%25"))?;
        put("`&amp;` for `&`", with(&query.replace('&', "&amp;")))?;
        put("the whole query, `&` and `=` too", with(&encode(query, COMPONENT)))?;
        put("the whole URL, `:` and `/` too", encode(&text, COMPONENT))?;
        put("each value encoded once more", with(&of_values(query, |value| value.replace('%', "%25"))))?;
        put("decoded, as the named entities of HTML", with(&entities(query, named_entity)))?;
        put(
            "decoded, as the numbered entities of HTML",
            with(&entities(query, |c| format!("&#{};", c as u32))),
        )?;
        put("decoded, as escapes of JSON", with(&entities(query, |c| format!("\\u{:04x}", c as u32))))?;
        one_character(&text, &put)?;
    }
    Flow::Continue(())
}

/// What differs in the case of hex digits alone is a mistake with the case.
fn named(search: &Search<'_>, at: usize, other: &str) -> &'static Mistake {
    let upper = |text: &str| ways::in_escapes(text, u8::to_ascii_uppercase);
    let part = search.base.text.get(at).map(Part::text).unwrap_or_default();
    if upper(&part) == upper(other) { &mistake::URL_CASE } else { &mistake::QUERY_ENCODED }
}

/// One sign, wherever it stands, encoded.
fn one_character(text: &str, put: &impl Fn(&str, String) -> Flow) -> Flow {
    let address = Address::parse(text);
    let mut tried = Vec::new();
    for sign in text.chars().filter(|c| !c.is_ascii_alphanumeric() && *c != '%') {
        if tried.contains(&sign) {
            continue;
        }
        tried.push(sign);
        let escaped = encode(&sign.to_string(), NON_ALPHANUMERIC);
        for escaped in [escaped.clone(), escaped.to_lowercase()] {
            let detail = format!("`{sign}` as `{escaped}`");
            put(&detail, text.replace(sign, &escaped))?;
            put(&detail, address.with_path(&address.path.replace(sign, &escaped)))?;
            for (place, _) in address.path.match_indices(sign).take(MOST_PIECES) {
                let (front, back) = address.path.split_at_checked(place).unwrap_or_default();
                put(&detail, address.with_path(&(front.to_owned() + &back.replacen(sign, &escaped, 1))))?;
            }
            if let Some(query) = address.query {
                put(&detail, address.with_query(&query.replace(sign, &escaped)))?;
                put(&detail, address.with_query(&of_pairs_encoded(query, sign, &escaped)))?;
            }
        }
    }
    Flow::Continue(())
}

/// The sign encoded in values only, `=` among them.
fn of_pairs_encoded(query: &str, sign: char, escaped: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", value.replace(sign, escaped)),
        None => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The percent-encoded letters in another charset or another of Unicode's forms.
pub(super) fn charsets(search: &Search<'_>) -> Flow {
    #[rustfmt::skip]
    static FORMS: [(&Mistake, &str, &str); 7] = [
        (&mistake::UNICODE_FORM, "nfc", "composed, as NFC has it"),
        (&mistake::UNICODE_FORM, "nfd", "decomposed, as NFD has it"),
        (&mistake::CHARSET, "latin1", "percent-encoded ISO-8859-1"),
        (&mistake::CHARSET, "latin9", "percent-encoded ISO-8859-15"),
        (&mistake::CHARSET, "cp1252", "percent-encoded Windows-1252"),
        (&mistake::CHARSET, "mojibake", "percent-encoded UTF-8 twice"),
        (&mistake::CHARSET, "ascii", "`?` for what ASCII lacks"),
    ];
    for (at, text) in
        addresses(search).into_iter().filter(|(_, text)| decode(text).is_some_and(|text| !text.is_ascii()))
    {
        for (mistake, filter, detail) in FORMS {
            let reencoded = reencode(&text, |letters| ways::write(&[filter], letters.as_bytes()));
            put(search, mistake, detail, at, reencoded.unwrap_or_default())?;
            let decoded = decode(&text).and_then(|text| ways::write(&[filter], text.as_bytes()));
            let decoded = decoded.and_then(|text| String::from_utf8(text).ok());
            put(search, mistake, detail, at, decoded.unwrap_or_default())?;
        }
    }
    Flow::Continue(())
}

/// The letters of an address that are not ASCII encoded anew, all else untouched.
fn reencode(address: &str, write: impl Fn(&str) -> Option<Vec<u8>>) -> Option<String> {
    let mut rest = address;
    let mut reencoded = String::with_capacity(address.len());
    while let Some(start) = rest.find('%') {
        let (before, encoded) = rest.split_at_checked(start)?;
        let is_triple =
            |triple: &[u8]| matches!(triple, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
        let triples = encoded.as_bytes().chunks_exact(3).take_while(|triple| is_triple(triple)).count();
        // What is composed out of a letter and an accent begins with a letter that is not encoded.
        let letter = before.len() - usize::from(before.ends_with(|c: char| c.is_ascii_alphabetic()));
        let (before, letter) = before.split_at_checked(letter)?;
        let (run, after) = encoded.split_at_checked((3 * triples).max(1))?;
        let text = format!("{letter}{}", decode(run)?);
        reencoded.push_str(before);
        if text.is_ascii() {
            reencoded.push_str(letter);
            reencoded.push_str(run);
        } else {
            reencoded.push_str(&percent_encode(&write(&text)?, NON_ALPHANUMERIC).to_string());
        }
        rest = after;
    }
    reencoded.push_str(rest);
    Some(reencoded)
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

/// Each name and value decoded, then encoded by the rules of `set`; `=` and `&` stay.
fn encode_values(query: &str, set: &'static AsciiSet) -> String {
    let encode_one = |text: &str| encode(&percent_decode_str(text).decode_utf8_lossy(), set);
    let encode_pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => format!("{}={}", encode_one(name), encode_one(value)),
        None => encode_one(pair),
    };
    query.split('&').map(encode_pair).collect::<Vec<_>>().join("&")
}

fn form_encoded(query: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(query.as_bytes()))
        .finish()
}

/// The query decoded, with what is not ASCII written by `write`.
fn entities(query: &str, write: fn(char) -> String) -> String {
    let written = |c: char| if c.is_ascii() { c.to_string() } else { write(c) };
    decode(query).unwrap_or_default().chars().map(written).collect()
}

/// Of the letters that the languages of Europe's north and west have.
fn named_entity(c: char) -> String {
    #[rustfmt::skip]
    const NAMES: [(char, &str); 26] = [
        ('ä', "auml"), ('ö', "ouml"), ('ü', "uuml"), ('å', "aring"), ('Ä', "Auml"), ('Ö', "Ouml"), ('Ü', "Uuml"), ('Å', "Aring"), ('é', "eacute"),
        ('á', "aacute"), ('í', "iacute"), ('ó', "oacute"), ('ú', "uacute"), ('ý', "yacute"), ('þ', "thorn"), ('ð', "eth"), ('æ', "aelig"),
        ('Æ', "AElig"), ('ø', "oslash"), ('Þ', "THORN"), ('É', "Eacute"), ('è', "egrave"), ('ê', "ecirc"), ('ñ', "ntilde"), ('ç', "ccedil"),
        ('ß', "szlig"),
    ];
    let name = NAMES.iter().find(|(letter, _)| *letter == c);
    name.map_or_else(|| c.to_string(), |(_, name)| format!("&{name};"))
}
