//! The URL: its parts, its letters' case, another host.

use std::borrow::Cow;

use url::Position;

use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::url_parts::{Address, is_address, piece, runs};
use crate::diagnose::ways::{self, flipped};
use crate::explain::Part;
use crate::redact::printable;
use crate::signing::{Charset, SegmentKind, Source, filter::Filter};

/// What people and proxies put in front of a path.
#[rustfmt::skip]
const PREFIXES: [&str; 31] = [
    "api", "v1", "svc", "service", "services", "webhook", "webhooks", "hook", "hooks", "callback", "callbacks", "app", "public", "rest", "v2", "prod",
    "production", "stage", "staging", "dev", "test", "gateway", "internal", "backend", "shop", "in", "default", "$default", "proxy", "web",
    "index.php",
];

/// What hosts for tests are called.
const TEST_HOSTS: [&str; 10] =
    ["test", "demo", "sandbox", "staging", "dev", "stage", "uat", "qa", "beta", "integration"];

/// Putting an address together takes longer than hashing it.
const COST_OF_PRINTING: usize = 16;

/// Of no more parts or letters, each two are tried.
const MOST_PIECES: usize = 16;
const MOST_LETTERS: usize = 40;
/// Of a longer address, the words behind these stay.
const MOST_WORDS: usize = 80;

/// The addresses of the text, with their places: as signed, and as sent where that differs.
pub(super) fn addresses(search: &Search<'_>) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    for (at, part) in search.values().filter(|(_, part)| is_address(part)) {
        let signed = part.text();
        let sent = search.transcript.url.as_ref();
        let sent = sent.and_then(|url| piece(&url[..Position::AfterQuery], part.source));
        let sent = sent.filter(|sent| *sent != signed);
        all.push((at, signed));
        all.extend(sent.map(|sent| (at, sent)));
    }
    all
}

/// Tries another text in the place of an address.
pub(super) fn put(
    search: &Search<'_>,
    mistake: &'static Mistake,
    detail: &str,
    at: usize,
    address: String,
) -> Flow {
    search.spend(COST_OF_PRINTING * address.len())?;
    match search.base.text.get(at).and_then(|part| in_charset(part, address)) {
        Some(bytes) => search.part(mistake, &detail, at, bytes),
        None => Flow::Continue(()),
    }
}

fn in_charset(part: &Part, text: String) -> Option<Vec<u8>> {
    match part.charset {
        Charset::Latin9 => Filter::Latin9.apply(text.as_bytes()).map(Cow::into_owned),
        _ => Some(text.into_bytes()),
    }
}

/// Parts left out, added or written twice.
pub(super) fn parts(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let address = Address::parse(&text);
        let put = |mistake, detail: &str, text: String| put(search, mistake, detail, at, text);
        if address.is_query() {
            put(&mistake::QUERY_MISSING, "", String::new())?;
            put(&mistake::QUESTION_MARK_INCLUDED, "", format!("?{text}"))?;
            beside_query(search, at, &text)?;
            continue;
        }
        let (origin, target, query) = (address.origin(), address.target(), address.query.unwrap_or_default());
        put(&mistake::QUERY_MISSING, "", format!("{origin}{}", address.path))?;
        for (detail, missing) in [
            ("", target.clone()),
            ("nor the slash behind it", target.trim_start_matches('/').to_owned()),
            ("its scheme only", format!("{}{target}", address.host)),
            ("and without its query", address.path.to_owned()),
            (
                "nor the slash behind it, and without its query",
                address.path.trim_start_matches('/').to_owned(),
            ),
            ("its scheme only, and without its query", format!("{}{}", address.host, address.path)),
        ] {
            if !origin.is_empty() || detail.contains("slash") {
                put(&mistake::HOST_MISSING, detail, missing)?;
            }
        }
        put(&mistake::PATH_MISSING, "the query alone", query.to_owned())?;
        put(&mistake::PATH_MISSING, "the query alone, with its `?`", format!("?{query}"))?;
        put(&mistake::PATH_MISSING, "the origin alone", origin.clone())?;
        put(&mistake::PATH_MISSING, "the host alone", address.host.to_owned())?;
        put(&mistake::QUESTION_MARK_INCLUDED, "", format!("{text}?"))?;
        put(&mistake::SEPARATOR_MISSING, "without the `?` in front of the query", text.replace('?', ""))?;
        let other_scheme = if address.scheme == "https" { "http" } else { "https" };
        if !origin.is_empty() {
            put(&mistake::URL_SCHEME, other_scheme, Address { scheme: other_scheme, ..address }.print())?;
        }
        if let Some(fragment) = search.transcript.url.as_ref().and_then(|url| url.fragment()) {
            put(&mistake::FRAGMENT_INCLUDED, "", format!("{text}#{fragment}"))?;
        }
        path(search, at, address)?;
    }
    for (at, host, print) in hosts_of(search) {
        let (name, port) = host.rsplit_once(':').unwrap_or((&host, ""));
        for port in [":443", ":80", ":8080", ":8443"] {
            put(search, &mistake::DEFAULT_PORT, port, at, print(&format!("{name}{port}")))?;
        }
        if !port.is_empty() {
            put(search, &mistake::DEFAULT_PORT, "left out", at, print(name))?;
        }
    }
    Flow::Continue(())
}

/// The path and what stands around it, with the query and alone.
fn beside_query(search: &Search<'_>, at: usize, query: &str) -> Flow {
    let Some(url) = &search.transcript.url else { return Flow::Continue(()) };
    let (origin, host) = (&url[..Position::BeforePath], url.host_str().unwrap_or_default());
    let runs = runs(url.path());
    let with_host = runs.iter().filter(|run| run.starts_with('/'));
    let mut fronts: Vec<String> =
        with_host.flat_map(|run| [format!("{origin}{run}"), format!("{host}{run}")]).collect();
    fronts.extend([format!("{origin}/"), format!("{host}/"), origin.to_owned(), host.to_owned()]);
    fronts.extend(runs.iter().filter(|run| !run.ends_with('/')).map(|run| format!("{run}/1")));
    fronts.extend(runs);
    for front in fronts {
        for text in
            [format!("{front}?{query}"), front.clone(), format!("{front}{query}"), format!("{query}{front}")]
        {
            put(search, &mistake::PATH_INCLUDED, &format!("`{}`", printable(&front)), at, text)?;
        }
    }
    Flow::Continue(())
}

fn path(search: &Search<'_>, at: usize, address: Address<'_>) -> Flow {
    let put = |mistake, detail: &str, path: &str| put(search, mistake, detail, at, address.with_path(path));
    let path = address.path;
    put(&mistake::TRAILING_SLASH, "one more", &format!("{path}/"))?;
    put(&mistake::TRAILING_SLASH, "one less", path.strip_suffix('/').unwrap_or(path))?;
    self::put(search, &mistake::TRAILING_SLASH, "at the end of all", at, format!("{}/", address.print()))?;
    for (place, _) in path.match_indices('/').take(MOST_PIECES) {
        let (front, rest) = path.split_at_checked(place).unwrap_or_default();
        put(&mistake::SLASH_DOUBLED, "", &format!("{front}/{rest}"))?;
        put(&mistake::PATH_MISSING, &format!("without {} in front", printable(front)), rest)?;
        put(&mistake::PATH_MISSING, &format!("without {} at its end", printable(rest)), front)?;
        let behind = rest.get(1..).and_then(|rest| rest.find('/').map(|end| rest.split_at_checked(end)));
        if let Some((one, behind)) = behind.flatten() {
            put(
                &mistake::PATH_MISSING,
                &format!("without /{}", printable(one)),
                &format!("{front}{behind}"),
            )?;
            put(
                &mistake::PROXY_URL,
                &format!("/{} twice", printable(one)),
                &format!("{front}/{one}/{one}{behind}"),
            )?;
        }
    }
    put(&mistake::SLASH_DOUBLED, "", &path.replace("//", "/"))
}

type Print<'a> = Box<dyn Fn(&str) -> String + 'a>;

/// The hosts of the text, and what prints the part with another host.
fn hosts_of<'s>(search: &'s Search<'_>) -> Vec<(usize, String, Print<'s>)> {
    let mut hosts: Vec<(usize, String, Print<'s>)> = Vec::new();
    for (at, part) in search.values() {
        let text = part.text();
        if part.source == Source::RequestHost {
            hosts.push((at, text, Box::new(str::to_owned)));
        } else if is_address(part) && !Address::parse(&text).host.is_empty() {
            let host = Address::parse(&text).host.to_owned();
            hosts.push((at, host, Box::new(move |host| Address::parse(&text).with_host(host))));
        }
    }
    hosts
}

/// Another host, or something in front of the path, by the usual patterns: nothing in the message tells.
pub(super) fn guesses(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let address = Address::parse(&text);
        for prefix in PREFIXES.iter().filter(|_| !address.is_query()) {
            let detail = format!("/{prefix} in front of the path");
            put(
                search,
                &mistake::PROXY_URL,
                &detail,
                at,
                address.with_path(&format!("/{prefix}{}", address.path)),
            )?;
        }
    }
    for (at, host, print) in hosts_of(search) {
        let (first, rest) = host.split_once('.').unwrap_or((&host, ""));
        let mut others = vec![
            (host.strip_prefix("www.").unwrap_or(&host).to_owned(), &mistake::HOST_OTHER),
            (format!("www.{host}"), &mistake::HOST_OTHER),
            (format!("{host}."), &mistake::HOST_OTHER),
            (host.trim_end_matches('.').to_owned(), &mistake::HOST_OTHER),
        ];
        for word in TEST_HOSTS {
            let forms = [
                format!("{word}.{host}"),
                format!("{first}.{word}.{rest}"),
                format!("{first}{word}.{rest}"),
                format!("{first}-{word}.{rest}"),
                format!("{word}-{first}.{rest}"),
                format!("{word}{first}.{rest}"),
                format!("{word}.{rest}"),
                host.replacen(&format!("{word}."), "", 1),
                host.replacen(&format!("-{word}"), "", 1),
                host.replacen(&format!("{word}-"), "", 1),
                host.replacen(word, "", 1),
            ];
            others.extend(forms.map(|form| (form, &mistake::OTHER_ENVIRONMENT)));
        }
        for local in ["localhost", "127.0.0.1", "localhost:8080", "localhost:3000"] {
            others.push((local.to_owned(), &mistake::HOST_OTHER));
        }
        for (other, mistake) in others {
            put(search, mistake, &printable(&other), at, print(&other))?;
        }
    }
    Flow::Continue(())
}

/// Another URL that is at hand: as typed, at another of the provider's origins, on the other side of a proxy.
pub(super) fn others(search: &Search<'_>) -> Flow {
    let transcript = search.transcript;
    if let Some(typed) = &transcript.typed_url {
        with_url(search, &mistake::URL_AS_TYPED, "", typed.split('#').next().unwrap_or_default())?;
        with_url(search, &mistake::URL_AS_TYPED, "", typed)?;
    }
    if let Some(url) = &transcript.url {
        let (target, host) =
            (&url[Position::BeforePath..Position::AfterQuery], url.host_str().unwrap_or_default());
        for origin in &transcript.origins {
            with_url(search, &mistake::OTHER_ENVIRONMENT, origin, &format!("{origin}{target}"))?;
        }
        for (at, part) in search.values().filter(|(_, part)| is_address(part)) {
            for origin in &transcript.origins {
                let other = Address::parse(origin).host;
                let text = part.text().replacen(host, other, 1);
                put(search, &mistake::OTHER_ENVIRONMENT, origin, at, text)?;
            }
        }
    }
    for (mistake, urls) in
        [(&mistake::PROXY_URL, &transcript.other_urls), (&mistake::OTHER_HOST, &transcript.foreign_urls)]
    {
        for other in urls {
            // Without the query, which may hold personal data.
            with_url(search, mistake, &printable(other.split('?').next().unwrap_or_default()), other)?;
        }
    }
    Flow::Continue(())
}

/// Another URL in the address and in a host that is signed beside it.
fn with_url(search: &Search<'_>, mistake: &'static Mistake, detail: &str, url: &str) -> Flow {
    let other = |part: &Part| {
        let known = part.kind == SegmentKind::Public && !part.bytes.is_empty();
        let bytes = known.then(|| piece(url, part.source)).flatten().and_then(|text| in_charset(part, text));
        bytes.map_or_else(|| part.clone(), |bytes| part.with_bytes(bytes))
    };
    search.text(mistake, &detail, search.base.text.iter().map(other).collect())
}

/// Letters in another case: of the whole, of the path, of the query, of its escapes, of a word or two.
pub(super) fn case(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        let address = Address::parse(&text);
        let put = |text: String| put(search, &mistake::URL_CASE, "", at, text);
        let query = address.query.unwrap_or_default();
        for change in [str::to_lowercase, str::to_uppercase, |text: &str| of_words(text, flipped)] {
            put(change(&text))?;
            put(address.with_path(&change(address.path)))?;
            put(change(&address.origin()) + &address.target())?;
            put(address.with_host(&change(address.host)))?;
            put(Address { scheme: &change(address.scheme), ..address }.print())?;
            if address.query.is_some() {
                put(address.with_query(&change(query)))?;
                put(address.with_query(&of_names(query, change)))?;
                put(address.with_query(&of_values(query, change)))?;
            }
        }
        for change in [u8::to_ascii_lowercase, u8::to_ascii_uppercase] {
            let escapes = ways::in_escapes(&text, change).and_then(|escapes| String::from_utf8(escapes).ok());
            put(escapes.unwrap_or_default())?;
        }
        words(&text, &put)?;
    }
    for (at, host, print) in hosts_of(search) {
        let host = host.as_str();
        for host in labels_in_cases(host) {
            put(search, &mistake::URL_CASE, "of the host", at, print(&host))?;
        }
    }
    Flow::Continue(())
}

/// Each label of a host in lower case, in upper case, or with a capital.
fn labels_in_cases(host: &str) -> Vec<String> {
    const MOST: usize = 4;
    let Some((first, rest)) = host.split_once('.') else {
        return vec![host.to_lowercase(), host.to_uppercase(), flipped(&host.to_lowercase())];
    };
    let forms = [first.to_lowercase(), first.to_uppercase(), flipped(&first.to_lowercase())];
    let rests = if host.matches('.').count() > MOST { vec![rest.to_owned()] } else { labels_in_cases(rest) };
    rests.iter().flat_map(|rest| forms.iter().map(move |form| format!("{form}.{rest}"))).collect()
}

/// Each word in another case, and each two with another first letter.
fn words(text: &str, put: &impl Fn(String) -> Flow) -> Flow {
    let words = word_places(text);
    for (place, (start, word)) in words.iter().enumerate() {
        let with = |text: &str, (start, word): (usize, &str), other: &str| {
            let end = text.get(start + word.len()..).unwrap_or_default();
            format!("{}{other}{end}", text.get(..start).unwrap_or_default())
        };
        put(with(text, (*start, word), &word.to_lowercase()))?;
        put(with(text, (*start, word), &word.to_uppercase()))?;
        let flip = with(text, (*start, word), &flipped(word));
        for (start, word) in words.get(place + 1..).unwrap_or_default().iter().take(MOST_PIECES) {
            put(with(&flip, (*start, word), &flipped(word)))?;
        }
        put(flip)?;
    }
    Flow::Continue(())
}

/// The words of a text, with where they begin: runs of letters and digits, and the digits of escapes by themselves.
fn word_places(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let is_escape = start > 0 && text.as_bytes().get(start - 1) == Some(&b'%');
        let (escape, rest) = word.split_at_checked(if is_escape { 2 } else { 0 }).unwrap_or((word, ""));
        words.extend([(start, escape), (start + escape.len(), rest)]);
        start += word.len() + 1;
    }
    words.retain(|(_, word)| word.bytes().any(|byte| byte.is_ascii_alphabetic()));
    words.truncate(MOST_WORDS);
    words
}

fn of_words(text: &str, change: fn(&str) -> String) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    words.map(change).collect()
}

pub(super) fn of_names(query: &str, change: fn(&str) -> String) -> String {
    of_pairs(query, |name, value| change(name) + value)
}

pub(super) fn of_values(query: &str, change: fn(&str) -> String) -> String {
    of_pairs(query, |name, value| name.to_owned() + &change(value))
}

pub(super) fn of_pairs(query: &str, change: impl Fn(&str, &str) -> String) -> String {
    let pairs = query.split('&').map(|pair| {
        let (name, value) = pair.split_at_checked(pair.find('=').unwrap_or(pair.len())).unwrap_or((pair, ""));
        change(name, value)
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// One or two letters of a word in another case.
pub(super) fn letters(search: &Search<'_>) -> Flow {
    for (at, text) in addresses(search) {
        for (start, word) in word_places(&text) {
            let letters = word.char_indices().filter(|(_, c)| c.is_ascii_alphabetic());
            let places: Vec<usize> = letters.map(|(place, _)| start + place).take(MOST_LETTERS).collect();
            for (number, first) in places.iter().enumerate() {
                for second in places.get(number..).unwrap_or_default().iter().take(MOST_PIECES) {
                    let flip = |(place, byte): (usize, u8)| {
                        if place == *first || place == *second {
                            char::from(byte ^ 0x20)
                        } else {
                            char::from(byte)
                        }
                    };
                    if text.is_ascii() {
                        let other = text.bytes().enumerate().map(flip).collect();
                        put(search, &mistake::URL_CASE, "", at, other)?;
                    }
                }
            }
        }
    }
    Flow::Continue(())
}
