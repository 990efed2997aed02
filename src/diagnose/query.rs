//! Mistakes with the query, and with the percent-encoding of the whole URL.

use std::borrow::Cow;

use ::url::form_urlencoded;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::address::{is_address, is_query, rewrite, rewritten, with_query};
use super::attempt::{Attempt, Variant, Variants};
use super::letters::{lower_escapes, upper_escapes};
use super::orders::{orders, permutations};
use super::reading;
use crate::explain::{Part, Transcript};
use crate::signing::Source;

/// RFC 3986's unreserved characters stay; JavaScript's `encodeURIComponent` and Python's `quote` differ by a few.
pub(super) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const QUOTE: &AsciiSet = &COMPONENT.remove(b'/');
/// JavaScript's `encodeURI`; `&` and `=` stay in any set, since names and values are encoded one by one.
const URI: &AsciiSet = &URI_COMPONENT
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#');
const URI_COMPONENT: &AsciiSet = &COMPONENT.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// Of no more parameters than this, every order is tried.
const MOST_PERMUTED: usize = 5;

type Encoding = (&'static str, fn(&str) -> Option<String>);

static ENCODINGS: [Encoding; 13] = [
    ("all but letters, digits and `-._~` encoded", |url| {
        with_query(url, |query| Some(encode_values(query, COMPONENT)))
    }),
    ("as JavaScript's encodeURIComponent", |url| {
        with_query(url, |query| Some(encode_values(query, URI_COMPONENT)))
    }),
    ("as Python's quote", |url| with_query(url, |query| Some(encode_values(query, QUOTE)))),
    ("as a form", |url| with_query(url, |query| Some(form_encoded(query)))),
    ("`%20` for `+`, all but letters, digits and `-._~` encoded", |url| {
        with_query(url, |query| Some(encode_values(&query.replace('+', "%20"), COMPONENT)))
    }),
    ("`%20` for `+`", |url| with_query(url, |query| Some(query.replace('+', "%20")))),
    ("`+` for `%20`", |url| with_query(url, |query| Some(query.replace("%20", "+")))),
    ("encoded twice", |url| Some(url.replace('%', "%25"))),
    ("as JavaScript's encodeURI", |url| with_query(url, |query| Some(encode_values(query, URI)))),
    ("as .NET's HttpUtility.UrlEncode", |url| {
        with_query(url, |query| Some(lower_escapes(&form_encoded(query))))
    }),
    ("the whole query, `&` and `=` too", |url| with_query(url, |query| Some(encode(query, COMPONENT)))),
    ("the whole URL, `:` and `/` too", |url| Some(encode(url, COMPONENT))),
    ("`&amp;` for `&`", |url| with_query(url, |query| Some(query.replace('&', "&amp;")))),
];

static DECODINGS: [Encoding; 5] = [
    ("", decode),
    ("of the query only", |url| with_query(url, decode)),
    ("of the query only, and a blank for `+`", |url| {
        with_query(url, |query| decode(&query.replace('+', " ")))
    }),
    ("as by JavaScript's decodeURI", |url| decode_but(url, ";/?:@&=+$,#")),
    ("as by .NET's Uri.ToString", |url| decode_but(url, ";/?:@&=+$,#%")),
];

pub(super) fn plus<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[
            |url| with_query(url, |query| Some(query.replace('+', " "))),
            |url| with_query(url, |query| Some(query.replace(' ', "+"))),
        ],
    )
}

pub(super) fn decoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    Box::new(DECODINGS.iter().filter_map(|(name, decode)| {
        let attempt = rewrite(attempt, |_, address| decode(address))?;
        Some(Variant { attempt, detail: (!name.is_empty()).then(|| (*name).to_owned()) })
    }))
}

/// What programs write for nothing, and for an object.
const WORDS: [&str; 7] = ["undefined", "null", "{}", "None", "nil", "[]", "[object Object]"];

/// A word in place of a query.
pub(super) fn converted<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    Box::new(WORDS.iter().filter_map(|word| {
        let attempt =
            rewrite(attempt, |part, _| (part.source == Source::RequestQuery).then(|| (*word).to_owned()))?;
        Some(Variant { attempt, detail: Some(format!("`{word}`")) })
    }))
}

/// As it is sent, where it is signed decoded.
pub(super) fn not_decoded<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let as_sent = rewrite(attempt, |part, _| {
        let url = transcript.url.as_ref()?;
        match part.source {
            Source::RequestUrl => Some(url[..::url::Position::AfterQuery].to_owned()),
            Source::RequestQuery => url.query().map(str::to_owned),
            _ => None,
        }
    });
    Box::new(as_sent.into_iter().map(Variant::from))
}

/// Encoded by other rules, or twice. What differs in the case of hex digits alone is a mistake with the case.
pub(super) fn encoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let by_other_rules = ENCODINGS.iter().filter_map(|(name, encode)| {
        let attempt = rewrite(attempt, |_, address| encode(address))?;
        Some(Variant { attempt, detail: Some((*name).to_owned()) })
    });
    let addresses = addresses(attempt).map(|address| upper_escapes(&address)).collect::<Vec<_>>();
    let is_encoded_otherwise = move |variant: &Variant| {
        let others = self::addresses(&variant.attempt).map(|address| upper_escapes(&address));
        !others.eq(addresses.iter().cloned())
    };
    Box::new(by_other_rules.filter(is_encoded_otherwise))
}

/// Parameters sorted, or in another order.
pub(super) fn reordered<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let sorted = rewritten(
        attempt,
        &[
            |url| with_parameters(url, |parameters| parameters.sort_unstable()),
            |url| with_parameters(url, |parameters| parameters.reverse()),
            |url| with_parameters(url, |parameters| parameters.sort_by_key(|one| one.to_lowercase())),
            |url| with_parameters(url, |parameters| parameters.sort_by_key(|one| name(one).to_owned())),
            |url| with_parameters(url, |parameters| parameters.sort_by_key(|one| name(one).to_lowercase())),
            |url| with_parameters(url, |parameters| parameters.sort_unstable_by(|a, b| b.cmp(a))),
            |url| {
                with_parameters(url, |parameters| {
                    parameters.sort_by_key(|one| std::cmp::Reverse(one.to_lowercase()));
                })
            },
        ],
    );
    let count = longest_query(attempt);
    let all = if count > MOST_PERMUTED { 0 } else { count };
    let permuted = orders(count).chain(permutations(all)).filter_map(move |order| {
        let permute = |query: &str| {
            let parameters: Vec<_> = query.split('&').collect();
            let permuted: Vec<_> = order.iter().filter_map(|place| parameters.get(*place)).copied().collect();
            (permuted.len() == parameters.len()).then(|| permuted.join("&"))
        };
        rewrite(attempt, |_, url| with_query(url, permute)).map(Variant::from)
    });
    Box::new(sorted.chain(permuted))
}

pub(super) fn missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[|url| match url.split_once('?') {
            Some((before, _)) => Some(before.to_owned()),
            None if is_query(url) => Some(String::new()),
            None => None,
        }],
    )
}

/// One parameter left out, all from one on, or those without a value: added, or dropped, after signing.
pub(super) fn parameter_missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let count = longest_query(attempt);
    let kept = move |what: String, keep: &dyn Fn(usize, &str) -> bool| {
        let keep = |query: &str| {
            let parameters =
                query.split('&').enumerate().filter(|(place, one)| one.is_empty() || keep(*place, one));
            Some(parameters.map(|(_, one)| one).collect::<Vec<_>>().join("&"))
        };
        let attempt = rewrite(attempt, |_, url| with_query(url, keep))?;
        Some(Variant { attempt, detail: Some(what) })
    };
    let one = (0..count)
        .filter_map(move |left_out| kept(format!("number {}", left_out + 1), &|place, _| place != left_out));
    let from_one_on = (1..count.saturating_sub(1)).filter_map(move |first| {
        kept(format!("all from number {} on", first + 1), &|place, _| place < first)
    });
    let is_filled = |_, one: &str| one.split_once('=').is_none_or(|(_, value)| !value.is_empty());
    let empty = std::iter::once_with(move || kept("those without a value".to_owned(), &is_filled)).flatten();
    let all: Variants<'a> = Box::new(one.chain(from_one_on).chain(empty));
    // Of one parameter, none would be left.
    if count < 2 { Box::new(std::iter::empty()) } else { all }
}

fn with_parameters(url: &str, order: fn(&mut Vec<&str>)) -> Option<String> {
    with_query(url, |query| {
        let mut parameters = query.split('&').collect();
        order(&mut parameters);
        Some(parameters.join("&"))
    })
}

fn name(parameter: &str) -> &str {
    parameter.split('=').next().unwrap_or_default()
}

/// How many parameters the query has, up to a number whose usual orders can all be tried.
fn longest_query(attempt: &Attempt) -> usize {
    const MOST_PARAMETERS: usize = 12;
    let count = |address: String| address.split('&').count();
    addresses(attempt).map(count).max().unwrap_or_default().min(MOST_PARAMETERS)
}

fn addresses(attempt: &Attempt) -> impl Iterator<Item = String> {
    attempt.text.iter().filter(|part| is_address(part)).map(Part::text)
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

/// All escapes undone but those of the signs that are kept.
fn decode_but(text: &str, kept: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = rest.get(1..3).filter(|_| *first == b'%').and_then(reading::hex_digits);
        match escaped.as_deref() {
            Some([byte]) if !kept.as_bytes().contains(byte) => {
                decoded.push(*byte);
                rest = rest.get(3..)?;
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).ok()
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
