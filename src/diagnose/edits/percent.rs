//! Percent-encoding: undone, by other rules, or in another charset.

use std::iter;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use url::form_urlencoded::{Serializer, parse};

use super::address::{Rewrite, SignedUrl, of_pairs, of_values, urls};
use crate::diagnose::mistake::{
    CHARSET, Mistake, QUERY_DECODED, QUERY_ENCODED, QUERY_NOT_DECODED, QUERY_PLUS, UNICODE_FORM, URL_CASE,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways;

/// All but RFC 3986's unreserved characters.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const URI_COMPONENT: &AsciiSet = &COMPONENT.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');
/// `&` and `=` are in every set, since names and values are encoded one by one.
const URI: &AsciiSet = &AXIOS.remove(b';').remove(b'/').remove(b'?').remove(b'@').remove(b'+').remove(b'#');
const AXIOS: &AsciiSet = &URI_COMPONENT.remove(b':').remove(b'$').remove(b',');
const WHATWG: &AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');

/// The sets that names and values of a query are encoded by, and whether a blank becomes `+`.
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

/// Only the first occurrences of a sign in a path are encoded one by one.
const MOST_PIECES: usize = 16;
/// Only the first escapes or signs are tried one by one.
const MOST_ESCAPES: usize = 64;

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// Ways to undo escapes, the likeliest first.
#[rustfmt::skip]
static DECODED: [(Mistake, &str, Rewrite); 11] = [
    (QUERY_PLUS, "", |url| Some(url.with_query(&url.query?.replace('+', " ")))),
    (QUERY_PLUS, "", |url| Some(url.with_query(&url.query?.replace(' ', "+")))),
    (QUERY_DECODED, "", |url| decode(&url.print())),
    (QUERY_DECODED, "of the query only", |url| Some(url.with_query(&decode(url.query?)?))),
    (QUERY_DECODED, "of the query only, and a blank for `+`", |url| Some(url.with_query(&decode(&url.query?.replace('+', " "))?))),
    (QUERY_DECODED, "as by JavaScript's decodeURI", |url| decode_but(&url.print(), |byte| b";/?:@&=+$,#".contains(&byte))),
    (QUERY_DECODED, "as by .NET's Uri.ToString", |url| decode_but(&url.print(), |byte| b";/?:@&=+$,#%".contains(&byte))),
    (QUERY_DECODED, "of the path only", |url| Some(url.with_path(&decode(url.path)?))),
    (QUERY_DECODED, "twice", |url| decode(&decode(&url.print())?)),
    (QUERY_DECODED, "twice, and a blank for `+`", |url| decode(&decode(&url.print().replace('+', " "))?)),
    (QUERY_DECODED, "and read as ISO-8859-1", |url| ways::rewrite(&["unpercent", "mojibake"], &url.print())),
];

pub(super) fn decoded(search: &Search<'_>) -> Flow {
    urls(search).iter().try_for_each(|url| {
        url.put_as_sent(QUERY_NOT_DECODED)?;
        url.rewrite(&DECODED)
    })
}

/// Undoes all escapes but those of the bytes that are kept.
fn decode_but(text: &str, is_kept: impl Fn(u8) -> bool) -> Option<String> {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|byte| !is_kept(*byte)) {
            Some(byte) => decoded.extend([&[byte], piece.as_bytes().get(2..)?].concat()),
            None => decoded.extend([b"%", piece.as_bytes()].concat()),
        }
    }
    String::from_utf8(decoded).ok()
}

/// The escapes of one sign undone, or all others.
pub(super) fn one_escape(search: &Search<'_>) -> Flow {
    for url in urls(search) {
        let put = |detail, other: Option<String>| url.put(QUERY_DECODED, detail, other.unwrap_or_default());
        let digits = url.text.split('%').skip(1).take(MOST_ESCAPES).filter_map(|piece| piece.get(..2));
        let mut bytes: Vec<u8> = digits.filter_map(|digits| u8::from_str_radix(digits, 16).ok()).collect();
        bytes.sort_unstable();
        bytes.dedup();
        for byte in bytes {
            put(format!("of `%{byte:02X}` only"), decode_but(&url.text, |other| other != byte))?;
            put(format!("of all but `%{byte:02X}`"), decode_but(&url.text, |other| other == byte))?;
        }
    }
    Flow::Continue(())
}

/// Other escapes, or HTML's entities.
#[rustfmt::skip]
static ENCODED: [(Mistake, &str, Rewrite); 13] = [
    (QUERY_ENCODED, "`%20` for `+`", |url| Some(url.with_query(&url.query?.replace('+', "%20")))),
    (QUERY_ENCODED, "`+` for `%20`", |url| Some(url.with_query(&url.query?.replace("%20", "+")))),
    (QUERY_ENCODED, "`%2B` for `+`", |url| Some(url.with_query(&url.query?.replace('+', "%2B")))),
    (QUERY_ENCODED, "`%20` for a blank", |url| Some(url.with_query(&url.query?.replace(' ', "%20")))),
    (QUERY_ENCODED, "as a form", |url| Some(url.with_query(&Serializer::new(String::new()).extend_pairs(parse(url.query?.as_bytes())).finish()))),
    (QUERY_ENCODED, "encoded twice", |url| Some(url.print().replace('%', "%25"))),
    (QUERY_ENCODED, "`&amp;` for `&`", |url| Some(url.with_query(&url.query?.replace('&', "&amp;")))),
    (QUERY_ENCODED, "the whole query, `&` and `=` too", |url| Some(url.with_query(&encode(url.query?, COMPONENT)))),
    (QUERY_ENCODED, "the whole URL, `:` and `/` too", |url| Some(encode(&url.print(), COMPONENT))),
    (QUERY_ENCODED, "each value encoded once more", |url| Some(url.with_query(&of_values(url.query?, |value| value.replace('%', "%25"))))),
    (QUERY_ENCODED, "decoded, as the named entities of HTML", |url| Some(url.with_query(&entities(url.query?, named_entity)?))),
    (QUERY_ENCODED, "decoded, as the numbered entities of HTML", |url| Some(url.with_query(&entities(url.query?, |c| format!("&#{};", c as u32))?))),
    (QUERY_ENCODED, "decoded, as escapes of JSON", |url| Some(url.with_query(&entities(url.query?, |c| format!("\\u{:04x}", c as u32))?))),
];

/// Encoded by other rules, twice, or with HTML's entities.
pub(super) fn encoded(search: &Search<'_>) -> Flow {
    for url in urls(search) {
        url.rewrite(&ENCODED)?;
        if let Some(query) = url.address().query {
            in_alphabets(&url, query)?;
        }
        one_character(&url)?;
    }
    Flow::Continue(())
}

/// Each name and value encoded by another program's rules; a `+` stands for itself or for a blank.
fn in_alphabets(url: &SignedUrl<'_>, query: &str) -> Flow {
    let plus_as_blank = query.contains('+').then(|| query.replace('+', "%20"));
    for (name, set, is_plus) in ALPHABETS {
        let encode_one = |text: &str| encode(&percent_decode_str(text).decode_utf8_lossy(), set);
        for query in iter::once(query).chain(plus_as_blank.as_deref()) {
            let encoded = of_pairs(query, |name, value| match value.strip_prefix('=') {
                Some(value) => format!("{}={}", encode_one(name), encode_one(value)),
                None => encode_one(name),
            });
            let encoded = if is_plus { encoded.replace("%20", "+") } else { encoded };
            let lower = ways::rewrite(&["lower-escapes"], &encoded).filter(|lower| *lower != encoded);
            let lower = lower.map(|lower| (", with lower-case digits", lower));
            for (detail, encoded) in iter::once(("", encoded)).chain(lower) {
                let other = url.address().with_query(&encoded);
                // A difference in the case of hex digits alone is another mistake.
                let [one, two] = [&url.text, &other].map(|text| ways::rewrite(&["upper-escapes"], text));
                let mistake = if one == two { URL_CASE } else { QUERY_ENCODED };
                url.put(mistake, format_args!("{name}{detail}"), other)?;
            }
        }
    }
    Flow::Continue(())
}

/// One sign encoded, wherever it stands.
fn one_character(url: &SignedUrl<'_>) -> Flow {
    let address = url.address();
    let mut signs: Vec<char> = url.text.chars().filter(|c| !c.is_ascii_alphanumeric() && *c != '%').collect();
    signs.sort_unstable();
    signs.dedup();
    for sign in signs {
        let upper = encode(&sign.to_string(), NON_ALPHANUMERIC);
        for escaped in [upper.clone(), upper.to_lowercase()] {
            let put = |other: String| url.put(QUERY_ENCODED, format_args!("`{sign}` as `{escaped}`"), other);
            put(url.text.replace(sign, &escaped))?;
            put(address.with_path(&address.path.replace(sign, &escaped)))?;
            for (place, _) in address.path.match_indices(sign).take(MOST_PIECES) {
                let (front, back) = address.path.split_at_checked(place).unwrap_or_default();
                put(address.with_path(&(front.to_owned() + &back.replacen(sign, &escaped, 1))))?;
            }
            if let Some(query) = address.query {
                put(address.with_query(&query.replace(sign, &escaped)))?;
                let in_values = of_pairs(query, |name, value| match value.strip_prefix('=') {
                    Some(value) => format!("{name}={}", value.replace(sign, &escaped)),
                    None => name.to_owned(),
                });
                put(address.with_query(&in_values))?;
            }
        }
    }
    Flow::Continue(())
}

/// The percent-encoded letters in another charset or another of Unicode's forms.
pub(super) fn charsets(search: &Search<'_>) -> Flow {
    static FORMS: [(Mistake, &str, &str); 7] = [
        (UNICODE_FORM, "nfc", "composed, as NFC has it"),
        (UNICODE_FORM, "nfd", "decomposed, as NFD has it"),
        (CHARSET, "latin1", "percent-encoded ISO-8859-1"),
        (CHARSET, "latin9", "percent-encoded ISO-8859-15"),
        (CHARSET, "cp1252", "percent-encoded Windows-1252"),
        (CHARSET, "mojibake", "percent-encoded UTF-8 twice"),
        (CHARSET, "ascii", "`?` for what ASCII lacks"),
    ];
    for url in urls(search) {
        let Some(decoded) = decode(&url.text).filter(|text| !text.is_ascii()) else { continue };
        for (mistake, filter, detail) in FORMS {
            let reencoded = reencode(&url.text, |letters| ways::write(&[filter], letters.as_bytes()));
            for other in [reencoded, ways::rewrite(&[filter], &decoded)].into_iter().flatten() {
                url.put(mistake, detail, other)?;
            }
        }
    }
    Flow::Continue(())
}

/// Encodes anew the letters of an address that are not ASCII, and leaves all else untouched.
fn reencode(address: &str, write: impl Fn(&str) -> Option<Vec<u8>>) -> Option<String> {
    let decoded = decode_but(address, |byte| byte.is_ascii())?;
    let (mut rest, mut reencoded) = (decoded.as_str(), String::new());
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        let (before, letters) = rest.split_at_checked(start)?;
        // A decomposed character begins with a letter that is not encoded.
        let plain =
            before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len().max(start.saturating_sub(1));
        let end = start + letters.find(|c: char| c.is_ascii()).unwrap_or(letters.len());
        reencoded.push_str(rest.get(..plain)?);
        reencoded.extend(percent_encode(&write(rest.get(plain..end)?)?, NON_ALPHANUMERIC));
        rest = rest.get(end..)?;
    }
    Some(reencoded + rest)
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

/// The query decoded, with each character that is not ASCII written by `write`.
fn entities(query: &str, write: fn(char) -> String) -> Option<String> {
    let written = |c: char| if c.is_ascii() { c.to_string() } else { write(c) };
    let decoded = decode(query).filter(|decoded| !decoded.is_ascii())?;
    Some(decoded.chars().map(written).collect())
}

/// The named entity of a letter of a northern or western European language.
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
