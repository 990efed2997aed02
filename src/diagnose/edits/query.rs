//! The query as a list of parameters.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::fmt::Display;

use percent_encoding::percent_decode_str;

use super::address::{SignedUrl, of_names, of_pairs, of_values, urls};
use super::bodies::{STYLES, printed_otherwise};
use super::fields::permutations;
use super::forms::of_look;
use crate::diagnose::json::Json;
use crate::diagnose::mistake::{
    BODY_CONVERTED, FIELD_INCLUDED, Mistake, PARAMETER_MISSING, QUERY_CONVERTED, QUERY_ENCODED,
    QUERY_REORDERED, SEPARATOR_OTHER, SEPARATOR_TRAILING,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways::flipped;

/// Of a longer list, only this many parameters are left out, moved or changed one by one.
const MOST_PARAMETERS: usize = 16;
/// Of a longer list, only the order is changed.
const MOST_LISTED: usize = 100;
/// Every order is tried of up to this many parameters.
const MOST_PERMUTED: usize = 5;

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

/// Parameters in another order, left out, or joined in another way.
pub(super) fn lists(search: &Search<'_>) -> Flow {
    for url in urls(search) {
        let Some(query) = url.address().query.filter(|query| !query.is_empty()) else { continue };
        let pairs: Vec<&str> = query.split('&').collect();
        orders(&url, &pairs)?;
        if pairs.len() > MOST_LISTED {
            continue;
        }
        // An `&` that nothing follows is no missing parameter.
        let filled: Vec<&str> = pairs.iter().copied().filter(|pair| !pair.is_empty()).collect();
        put(&url, QUERY_ENCODED, "without the `&` that nothing follows", &filled)?;
        put(&url, SEPARATOR_TRAILING, "", &[query, ""])?;
        for more in ["page=1", "pageNumber=1"] {
            put(&url, FIELD_INCLUDED, format_args!("`{more}`"), &[query, more])?;
        }
        put(&url, SEPARATOR_TRAILING, "in front", &["", query])?;
        left_out(&url, &filled)?;
        joined(&url, &pairs, query)?;
    }
    Flow::Continue(())
}

/// Tries these pairs in place of the query.
fn put(url: &SignedUrl<'_>, mistake: Mistake, detail: impl Display, pairs: &[impl Borrow<str>]) -> Flow {
    url.put(mistake, detail, url.address().with_query(&pairs.join("&")))
}

fn orders(url: &SignedUrl<'_>, pairs: &[&str]) -> Flow {
    type Sort = fn(&mut [&str]);
    let sorts: [Sort; 8] = [
        |pairs| pairs.sort_unstable(),
        |pairs| pairs.reverse(),
        |pairs| pairs.sort_by_key(|pair| pair.to_lowercase()),
        |pairs| pairs.sort_by_key(|pair| name(pair).to_owned()),
        |pairs| pairs.sort_by_key(|pair| name(pair).to_lowercase()),
        |pairs| pairs.sort_unstable_by(|a, b| b.cmp(a)),
        |pairs| pairs.sort_by_key(|pair| Reverse(pair.to_lowercase())),
        |pairs| pairs.sort_by_key(|pair| pair.len()),
    ];
    let try_order = |change: &dyn Fn(&mut [&str])| {
        let mut other = pairs.to_vec();
        change(&mut other);
        put(url, QUERY_REORDERED, "", &other)
    };
    sorts.iter().try_for_each(|sort| try_order(sort))?;
    if pairs.len() <= MOST_PERMUTED {
        return permutations(pairs).iter().try_for_each(|order| put(url, QUERY_REORDERED, "", order));
    }
    let count = pairs.len().min(MOST_PARAMETERS);
    for (first, second) in (0..count).flat_map(|first| (0..first).map(move |second| (second, first))) {
        try_order(&|pairs| pairs.swap(first, second))?;
        // One parameter moves to the place of the other; those between move up.
        try_order(&|pairs| pairs.get_mut(first..=second).unwrap_or_default().rotate_left(1))?;
        try_order(&|pairs| pairs.get_mut(first..=second).unwrap_or_default().rotate_right(1))?;
    }
    Flow::Continue(())
}

fn left_out(url: &SignedUrl<'_>, pairs: &[&str]) -> Flow {
    let missing = |detail: &str, pairs: &[&str]| put(url, PARAMETER_MISSING, detail, pairs);
    if pairs.len() < 2 {
        return Flow::Continue(());
    }
    for (place, pair) in pairs.iter().enumerate().take(MOST_PARAMETERS) {
        let (front, rest) = pairs.split_at_checked(place).unwrap_or_default();
        missing(&format!("`{}`", name(pair)), &[front, rest.get(1..).unwrap_or_default()].concat())?;
    }
    for (place, pair) in pairs.iter().enumerate().take(MOST_PARAMETERS) {
        let (front, rest) = pairs.split_at_checked(place).unwrap_or_default();
        missing(&format!("all but `{}`", name(pair)), &[pair])?;
        missing(&format!("all from `{}` on", name(pair)), front)?;
        missing(&format!("all in front of `{}`", name(pair)), rest)?;
    }
    let kept = |detail: &str, is_kept: &dyn Fn(usize, &str) -> bool| {
        let kept = pairs.iter().enumerate().filter(|(at, pair)| is_kept(*at, pair));
        missing(detail, &kept.map(|(_, pair)| *pair).collect::<Vec<_>>())
    };
    kept("those without a value", &|_, pair| {
        pair.split_once('=').is_none_or(|(_, value)| !value.is_empty())
    })?;
    kept("of a name that is there twice, all but the first", &|at, pair| {
        pairs.iter().take(at).all(|earlier| name(earlier) != name(pair))
    })
}

type Rewrite = fn(&str) -> String;

/// Changes of names and values.
#[rustfmt::skip]
static CONVERTED: [(&str, Rewrite); 10] = [
    ("names in lower case", |query| of_names(query, str::to_lowercase)),
    ("names beginning in the other case", |query| of_names(query, flipped)),
    ("names numbered", |query| numbered(query, "[", "]")),
    ("names numbered, encoded", |query| numbered(query, "%5B", "%5D")),
    ("without brackets behind the names", |query| query.replace("[]", "").replace("%5B%5D", "")),
    ("with brackets behind the names", |query| of_names(query, |name| format!("{name}[]"))),
    ("with encoded brackets behind the names", |query| of_names(query, |name| format!("{name}%5B%5D"))),
    ("each value of a list behind its name", |query| { of_pairs(query, |name, value| name.to_owned() + &value.replace(',', &format!("&{name}="))) }),
    ("each value of a list behind its name and brackets", |query| { of_pairs(query, |name, value| format!("{name}[]{}", value.replace(',', &format!("&{name}[]=")))) }),
    ("values in quotes", |query| of_values(query, |value| format!("=\"{}\"", value.trim_start_matches('=')))),
];

/// The parameters written without `=` and `&`.
fn joined(url: &SignedUrl<'_>, pairs: &[&str], query: &str) -> Flow {
    let put =
        |mistake, detail: &str, query: String| url.put(mistake, detail, url.address().with_query(&query));
    let (values, names): (Vec<&str>, Vec<&str>) =
        pairs.iter().map(|pair| (pair.split_once('=').map_or(*pair, |(_, value)| value), name(pair))).unzip();
    for separator in ["", ";", ",", "\n", "|", " ", ":", ", ", "\r\n", "&&", "/", "."] {
        let both: Vec<String> = pairs.iter().map(|pair| pair.replacen('=', separator, 1)).collect();
        for (mistake, detail, query) in [
            (SEPARATOR_OTHER, format!("{separator:?} for `&`"), pairs.join(separator)),
            (SEPARATOR_OTHER, format!("{separator:?} for `=`"), query.replace('=', separator)),
            (
                QUERY_CONVERTED,
                format!("the values alone, {separator:?} between them"),
                values.join(separator),
            ),
            (QUERY_CONVERTED, format!("the names alone, {separator:?} between them"), names.join(separator)),
            (QUERY_CONVERTED, format!("names and values, {separator:?} between all"), both.join(separator)),
        ] {
            put(mistake, &detail, query)?;
        }
    }
    let with_sign = |name: &str, value: &str| {
        format!("{name}{}", if value.is_empty() && !name.is_empty() { "=" } else { value })
    };
    let without_sign = |name: &str, value: &str| name.to_owned() + value.strip_suffix('=').unwrap_or(value);
    put(QUERY_ENCODED, "`=` behind a name without a value", of_pairs(query, with_sign))?;
    put(QUERY_ENCODED, "without `=` behind a name without a value", of_pairs(query, without_sign))?;
    for (detail, change) in CONVERTED {
        put(QUERY_CONVERTED, detail, change(query))?;
    }
    one_value(url, pairs)
}

/// `a[]=1&a[]=2` with indexes in the brackets, counted for each name.
fn numbered(query: &str, open: &str, close: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    of_pairs(query, |name, value| {
        let bare = name.trim_end_matches("[]").trim_end_matches("%5B%5D").to_owned();
        let number = seen.iter().filter(|known| **known == bare).count();
        let numbered = format!("{bare}{open}{number}{close}{value}");
        seen.push(bare);
        numbered
    })
}

/// One value in another form: a number, a truth value or a time.
fn one_value(url: &SignedUrl<'_>, pairs: &[&str]) -> Flow {
    for (place, pair) in pairs.iter().enumerate().take(MOST_PARAMETERS) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        for other in of_look(value).into_iter().chain(["undefined", "null"].map(str::to_owned)) {
            let changed = format!("{name}={other}");
            let mut pairs = pairs.to_vec();
            pairs.splice(place..=place, [changed.as_str()]);
            put(url, QUERY_CONVERTED, format_args!("`{name}` as `{other}`"), &pairs)?;
        }
    }
    Flow::Continue(())
}

/// The parameters as an object: in JSON, or as a program prints it.
pub(super) fn converted(search: &Search<'_>) -> Flow {
    for url in urls(search) {
        let Some(query) = url.address().query.filter(|query| query.contains('=')) else { continue };
        for (document, typed) in objects(query).into_iter().zip(["", ", numbers and truth values as such"]) {
            for (name, style) in STYLES.iter().take(10) {
                let detail = format_args!("as JSON, {name}{typed}");
                url.put(QUERY_CONVERTED, detail, document.print(style))?;
            }
            for (name, printed) in printed_otherwise(&document) {
                url.put(QUERY_CONVERTED, name, printed)?;
            }
            for empty in search.values().filter(|value| value.part.bytes.is_empty()) {
                for (name, style) in STYLES.iter().take(4) {
                    let detail = format_args!("the query as JSON in place of {}, {name}", empty.part.name());
                    empty.put(BODY_CONVERTED, detail, document.print(style))?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// A query as two objects: one has only texts, the other has numbers and truth values where the texts look like them.
pub(super) fn objects(query: &str) -> [Json; 2] {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let members = |typed: bool| {
        let member = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            let is_bare = typed && Json::is_bare(&value);
            (decode(name), if is_bare { Json::Bare(value) } else { Json::Text(value) })
        };
        Json::Object(query.split('&').map(member).collect())
    };
    [members(false), members(true)]
}
