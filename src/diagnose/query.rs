//! Mistakes with the query, and with the percent-encoding of the whole URL.

use std::borrow::Cow;

use ::url::form_urlencoded;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::address::{rewrite, rewritten, with_query};
use super::attempt::{Attempt, Variant, Variants};
use super::orders::orders;
use crate::explain::Transcript;
use crate::signing::Origin;

/// RFC 3986's unreserved characters stay; JavaScript's `encodeURIComponent` and Python's `quote` differ by a few.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
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

pub(super) fn decoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[
            |url| decode(url),
            |url| with_query(url, decode),
            |url| with_query(url, |query| decode(&query.replace('+', " "))),
        ],
    )
}

/// Encoded where it is signed decoded, encoded by other rules, or encoded twice.
pub(super) fn encoded<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let as_sent = rewrite(attempt, |part, _| {
        let url = transcript.url.as_ref()?;
        match part.origin {
            Origin::RequestUrl => Some(url[..::url::Position::AfterQuery].to_owned()),
            Origin::RequestQuery => url.query().map(str::to_owned),
            _ => None,
        }
    });
    let by_other_rules = rewritten(
        attempt,
        &[
            |url| with_query(url, |query| Some(encode_values(query, COMPONENT))),
            |url| with_query(url, |query| Some(encode_values(query, URI_COMPONENT))),
            |url| with_query(url, |query| Some(encode_values(query, QUOTE))),
            |url| with_query(url, |query| Some(form_encoded(query))),
            |url| with_query(url, |query| Some(query.replace('+', "%20"))),
            |url| with_query(url, |query| Some(query.replace("%20", "+"))),
            |url| Some(url.replace('%', "%25")),
            |url| with_query(url, |query| Some(encode_values(query, URI))),
            |url| with_query(url, |query| Some(lower_case_escapes(&form_encoded(query)))),
            |url| with_query(url, |query| Some(encode(query, COMPONENT))),
            |url| Some(encode(url, COMPONENT)),
        ],
    );
    Box::new(as_sent.map(Variant::from).into_iter().chain(by_other_rules))
}

/// Parameters sorted, or in another order.
pub(super) fn reordered<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let sorted = rewritten(
        attempt,
        &[
            |url| {
                with_query(url, |query| {
                    let mut parameters: Vec<_> = query.split('&').collect();
                    parameters.sort_unstable();
                    Some(parameters.join("&"))
                })
            },
            |url| with_query(url, |query| Some(query.split('&').rev().collect::<Vec<_>>().join("&"))),
        ],
    );
    let count = longest_query(attempt);
    let permuted = orders(count).filter_map(move |order| {
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
            None if super::address::is_query(url) => Some(String::new()),
            None => None,
        }],
    )
}

/// How many parameters the query has, up to a number whose orders can all be tried.
fn longest_query(attempt: &Attempt) -> usize {
    const MOST_PARAMETERS: usize = 12;
    let count = |text: String| text.split('&').count();
    let parts = attempt.text.iter().filter(|part| super::address::is_address(part));
    parts.map(|part| count(part.text())).max().unwrap_or_default().min(MOST_PARAMETERS)
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
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

/// As .NET's `HttpUtility.UrlEncode` writes them.
fn lower_case_escapes(text: &str) -> String {
    let mut runs = text.split('%');
    let first = runs.next().unwrap_or_default().to_owned();
    runs.fold(first, |text, run| match run.split_at_checked(2) {
        Some((digits, rest)) => format!("{text}%{}{rest}", digits.to_ascii_lowercase()),
        None => format!("{text}%{run}"),
    })
}

fn form_encoded(query: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(query.as_bytes()))
        .finish()
}
