//! The query as a list of parameters.

use percent_encoding::percent_decode_str;

use super::address::{addresses, of_names, of_pairs, of_values, put};
use super::bodies::STYLES;
use super::fields::permutations;
use crate::diagnose::json::{Json, Style};
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::Address;
use crate::diagnose::ways::flipped;

/// Of a longer list, only so many parameters are left out, moved or changed one by one.
const MOST_PARAMETERS: usize = 16;
/// Of a longer list, only the order is tried.
const MOST_LISTED: usize = 100;
/// Of no more parameters than this, every order is tried.
const MOST_PERMUTED: usize = 5;

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

/// Parameters in another order, left out, or joined in another way.
pub(super) fn lists(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let address = Address::parse(&text);
        let Some(query) = address.query.filter(|query| !query.is_empty()) else { continue };
        let pairs: Vec<&str> = query.split('&').collect();
        let put =
            |mistake, detail: &str, query: &str| put(search, mistake, detail, at, address.with_query(query));
        let list = |mistake, detail: &str, pairs: &[&str]| put(mistake, detail, &pairs.join("&"));
        orders(&pairs, &list)?;
        if pairs.len() > MOST_LISTED {
            continue;
        }
        // An end without a parameter is none that was left out.
        let filled: Vec<&str> = pairs.iter().copied().filter(|pair| !pair.is_empty()).collect();
        list(&mistake::QUERY_ENCODED, "without the `&` that nothing follows", &filled)?;
        put(&mistake::SEPARATOR_TRAILING, "", &format!("{query}&"))?;
        put(&mistake::SEPARATOR_TRAILING, "in front", &format!("&{query}"))?;
        left_out(&filled, &list)?;
        joined(&pairs, query, &put)?;
    }
    Flow::Continue(())
}

type Put<'p> = dyn Fn(&'static Mistake, &str, &str) -> Flow + 'p;
type PutList<'p> = dyn Fn(&'static Mistake, &str, &[&str]) -> Flow + 'p;

fn orders(pairs: &[&str], list: &PutList<'_>) -> Flow {
    type Sort = fn(&mut Vec<&str>);
    let sorts: [Sort; 8] = [
        |pairs| pairs.sort_unstable(),
        |pairs| pairs.reverse(),
        |pairs| pairs.sort_by_key(|pair| pair.to_lowercase()),
        |pairs| pairs.sort_by_key(|pair| name(pair).to_owned()),
        |pairs| pairs.sort_by_key(|pair| name(pair).to_lowercase()),
        |pairs| pairs.sort_unstable_by(|a, b| b.cmp(a)),
        |pairs| pairs.sort_by_key(|pair| std::cmp::Reverse(pair.to_lowercase())),
        |pairs| pairs.sort_by_key(|pair| pair.len()),
    ];
    let try_order = |other: &[&str]| list(&mistake::QUERY_REORDERED, "", other);
    for sort in sorts {
        let mut sorted = pairs.to_vec();
        sort(&mut sorted);
        try_order(&sorted)?;
    }
    if pairs.len() <= MOST_PERMUTED {
        return permutations(pairs).iter().try_for_each(|order| try_order(order));
    }
    let count = pairs.len().min(MOST_PARAMETERS);
    for first in 0..count {
        for second in 0..count {
            let mut moved = pairs.to_vec();
            let one = moved.remove(first);
            moved.insert(second, one);
            try_order(&moved)?;
            let mut swapped = pairs.to_vec();
            swapped.swap(first, second);
            try_order(&swapped)?;
        }
    }
    Flow::Continue(())
}

fn left_out(pairs: &[&str], list: &PutList<'_>) -> Flow {
    let missing = |detail: &str, pairs: &[&str]| list(&mistake::PARAMETER_MISSING, detail, pairs);
    if pairs.len() < 2 {
        return Flow::Continue(());
    }
    for place in 0..pairs.len().min(MOST_PARAMETERS) {
        let one = pairs.get(place).map(|pair| name(pair)).unwrap_or_default();
        let (front, rest) = pairs.split_at_checked(place).unwrap_or_default();
        missing(&format!("`{one}`"), &[front, rest.get(1..).unwrap_or_default()].concat())?;
    }
    for place in 0..pairs.len().min(MOST_PARAMETERS) {
        let one = pairs.get(place).map(|pair| name(pair)).unwrap_or_default();
        let (front, rest) = pairs.split_at_checked(place).unwrap_or_default();
        missing(&format!("all but `{one}`"), rest.get(..1).unwrap_or_default())?;
        missing(&format!("all from `{one}` on"), front)?;
        missing(&format!("all in front of `{one}`"), rest)?;
    }
    let filled = |pair: &&str| pair.split_once('=').is_none_or(|(_, value)| !value.is_empty());
    missing("those without a value", &pairs.iter().copied().filter(filled).collect::<Vec<_>>())?;
    let mut once: Vec<&str> = Vec::new();
    pairs.iter().for_each(|pair| {
        if !once.iter().any(|known| name(known) == name(pair)) {
            once.push(pair);
        }
    });
    missing("of a name that is there twice, all but the first", &once)?;
    Flow::Continue(())
}

/// Written in another way than with `=` and `&`.
fn joined(pairs: &[&str], query: &str, put: &Put<'_>) -> Flow {
    let encoded = |detail: &str, query: &str| put(&mistake::QUERY_ENCODED, detail, query);
    let converted = |detail: &str, query: &str| put(&mistake::QUERY_CONVERTED, detail, query);
    for separator in ["", ";", ",", "\n", "|", " ", ":", ", ", "\r\n", "&&", "/", "."] {
        put(&mistake::SEPARATOR_OTHER, &format!("{separator:?} for `&`"), &pairs.join(separator))?;
        put(&mistake::SEPARATOR_OTHER, &format!("{separator:?} for `=`"), &query.replace('=', separator))?;
        let values: Vec<&str> =
            pairs.iter().map(|pair| pair.split_once('=').map_or(*pair, |(_, value)| value)).collect();
        converted(&format!("the values alone, {separator:?} between them"), &values.join(separator))?;
        let names: Vec<&str> = pairs.iter().map(|pair| name(pair)).collect();
        converted(&format!("the names alone, {separator:?} between them"), &names.join(separator))?;
        let both: Vec<String> = pairs.iter().map(|pair| pair.replacen('=', separator, 1)).collect();
        converted(&format!("names and values, {separator:?} between all"), &both.join(separator))?;
    }
    let bare = pairs.iter().map(|pair| {
        if pair.contains('=') || pair.is_empty() { (*pair).to_owned() } else { format!("{pair}=") }
    });
    encoded("`=` behind a name without a value", &bare.collect::<Vec<_>>().join("&"))?;
    let bare = pairs.iter().map(|pair| pair.strip_suffix('=').unwrap_or(pair));
    encoded("without `=` behind a name without a value", &bare.collect::<Vec<_>>().join("&"))?;
    type Change = (&'static str, fn(&str) -> String);
    let changes: [Change; 10] = [
        ("names in lower case", |query| of_names(query, str::to_lowercase)),
        ("names beginning in the other case", |query| of_names(query, flipped)),
        ("names numbered", |query| numbered(query, "[", "]")),
        ("names numbered, encoded", |query| numbered(query, "%5B", "%5D")),
        ("without brackets behind the names", |query| query.replace("[]", "").replace("%5B%5D", "")),
        ("with brackets behind the names", |query| of_names(query, |name| format!("{name}[]"))),
        ("with encoded brackets behind the names", |query| of_names(query, |name| format!("{name}%5B%5D"))),
        ("each value of a list behind its name", |query| {
            of_pairs(query, |name, value| name.to_owned() + &value.replace(',', &format!("&{name}=")))
        }),
        ("each value of a list behind its name and brackets", |query| {
            of_pairs(query, |name, value| format!("{name}[]{}", value.replace(',', &format!("&{name}[]="))))
        }),
        ("values in quotes", |query| {
            of_values(query, |value| format!("=\"{}\"", value.trim_start_matches('=')))
        }),
    ];
    for (detail, change) in changes {
        converted(detail, &change(query))?;
    }
    one_value(pairs, &converted)
}

/// `a[]=1&a[]=2` with numbers in the brackets, counted for each name.
fn numbered(query: &str, open: &str, close: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let pairs = query.split('&').map(|pair| {
        let bare = name(pair).trim_end_matches("[]").trim_end_matches("%5B%5D").to_owned();
        let number = seen.iter().filter(|known| **known == bare).count();
        let rest = pair.get(name(pair).len()..).unwrap_or_default();
        let numbered = format!("{bare}{open}{number}{close}{rest}");
        seen.push(bare);
        numbered
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// One value in another form of a number, a truth value or a time.
fn one_value(pairs: &[&str], converted: &impl Fn(&str, &str) -> Flow) -> Flow {
    for (place, pair) in pairs.iter().enumerate().take(MOST_PARAMETERS) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        for other in super::forms::of_look(value).into_iter().chain(["undefined", "null"].map(str::to_owned))
        {
            let mut pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
            pairs.splice(place..=place, [format!("{name}={other}")]);
            converted(&format!("`{name}` as `{other}`"), &pairs.join("&"))?;
        }
    }
    Flow::Continue(())
}

/// The parameters as an object: JSON, or what a program prints.
pub(super) fn converted(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let Some(query) = Address::parse(&text).query.filter(|query| query.contains('=')) else { continue };
        for (document, typed) in objects(query).into_iter().zip(["", ", numbers and truth values as such"]) {
            for (name, style) in STYLES.iter().take(10) {
                let detail = format!("as JSON, {name}{typed}");
                put(search, &mistake::QUERY_CONVERTED, &detail, at, document.print(style))?;
            }
            for (name, printed) in super::bodies::printed_otherwise(&document) {
                put(search, &mistake::QUERY_CONVERTED, name, at, printed)?;
            }
        }
        for (at, part) in search.values().filter(|(_, part)| part.bytes.is_empty()) {
            let print = |style: &Style, document: &Json| document.print(style).into_bytes();
            for document in objects(query) {
                for (name, style) in STYLES.iter().take(4) {
                    let detail = format!("the query as JSON in place of {}, {name}", part.name());
                    search.part(&mistake::BODY_CONVERTED, &detail, at, print(style, &document))?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// A query as an object: all values as text, and those that look so as numbers and truth values.
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
