//! The URL: its parts, the case of its letters, another host.

use std::borrow::Cow;
use std::fmt::Display;

use url::Position;

use crate::diagnose::mistake::{
    DEFAULT_PORT, FIELD_CONVERTED, FRAGMENT_INCLUDED, HOST_MISSING, HOST_OTHER, Mistake, OTHER_ENVIRONMENT,
    OTHER_HOST, PATH_INCLUDED, PATH_MISSING, PROXY_URL, QUERY_MISSING, QUESTION_MARK_INCLUDED,
    SEPARATOR_MISSING, SLASH_DOUBLED, TRAILING_SLASH, URL_AS_TYPED, URL_CASE, URL_SCHEME,
};
use crate::diagnose::search::{Flow, Search, Value};
use crate::diagnose::url_parts::{Address, is_address, piece, runs};
use crate::diagnose::ways::{self, flipped, other_case};
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

/// The names of hosts for tests.
const TEST_HOSTS: [&str; 10] =
    ["test", "demo", "sandbox", "staging", "dev", "stage", "uat", "qa", "beta", "integration"];

/// Putting an address together takes longer than hashing it.
const COST_OF_PRINTING: usize = 16;

/// Each pair of parts or of letters is tried, up to this many.
const MOST_PIECES: usize = 16;
const MOST_LETTERS: usize = 40;
/// Only the first words of a longer address are changed.
const MOST_WORDS: usize = 80;

/// An address in the text: as it is signed, or as it is sent if that differs.
pub(super) struct SignedUrl<'s> {
    value: Value<'s>,
    pub(super) text: String,
}

pub(super) fn urls<'s>(search: &'s Search<'_>) -> Vec<SignedUrl<'s>> {
    let sent = search.transcript.url.as_ref().map(|url| &url[..Position::AfterQuery]);
    let both = |value: Value<'s>| {
        let signed = value.part.text();
        let sent = sent.and_then(|url| piece(url, value.part.source)).filter(|sent| *sent != signed);
        [Some(signed), sent].into_iter().flatten().map(move |text| SignedUrl { value, text })
    };
    search.values().filter(|value| is_address(value.part)).flat_map(both).collect()
}

impl SignedUrl<'_> {
    pub(super) fn address(&self) -> Address<'_> {
        Address::parse(&self.text)
    }

    /// Tries the address as it is sent, where it is signed in another form.
    pub(super) fn put_as_sent(&self, mistake: Mistake) -> Flow {
        self.put_bytes(mistake, "", self.text.clone())
    }

    /// Tries another address in place of this one. The same address is not tried, but is charged for: putting it
    /// together took as long.
    pub(super) fn put(&self, mistake: Mistake, detail: impl Display, address: impl Into<String>) -> Flow {
        let address = address.into();
        self.value.search.spend(COST_OF_PRINTING * address.len())?;
        if address == self.text { Flow::Continue(()) } else { self.put_bytes(mistake, detail, address) }
    }

    /// Tries an address in the charset of the part.
    fn put_bytes(&self, mistake: Mistake, detail: impl Display, address: String) -> Flow {
        match in_charset(self.value.part, address) {
            Some(bytes) => self.value.put(mistake, detail, bytes),
            None => Flow::Continue(()),
        }
    }

    /// Tries each of these ways to write the address.
    pub(super) fn rewrite(&self, ways: &[(Mistake, &str, Rewrite)]) -> Flow {
        let written = |(mistake, detail, write): &(Mistake, _, Rewrite)| {
            write(self.address()).map_or(Flow::Continue(()), |address| self.put(mistake, detail, address))
        };
        ways.iter().try_for_each(written)
    }
}

/// What an address becomes; `None` where it lacks the part that is changed.
pub(super) type Rewrite = fn(Address<'_>) -> Option<String>;

fn in_charset(part: &Part, text: String) -> Option<Vec<u8>> {
    match part.charset {
        Charset::Latin9 => Filter::Latin9.apply(text.as_bytes()).map(Cow::into_owned),
        _ => Some(text.into_bytes()),
    }
}

/// Parts left out, added or swapped.
#[rustfmt::skip]
static PARTS: [(Mistake, &str, Rewrite); 21] = [
    (QUERY_MISSING, "", |url| Some(url.origin() + url.path)),
    (HOST_MISSING, "", |url| Some(url.absolute()?.target())),
    (HOST_MISSING, "nor the slash behind it", |url| Some(url.absolute()?.target().trim_start_matches('/').to_owned())),
    (PATH_MISSING, "without the slash in front", |url| Some(url.relative()?.target().trim_start_matches('/').to_owned())),
    (HOST_MISSING, "its scheme only", |url| Some(url.absolute()?.host.to_owned() + &url.target())),
    (HOST_MISSING, "and without its query", |url| Some(url.absolute()?.path.to_owned())),
    (HOST_MISSING, "nor the slash behind it, and without its query", |url| Some(url.absolute()?.path.trim_start_matches('/').to_owned())),
    (PATH_MISSING, "without the slash in front, and without the query", |url| Some(url.relative()?.path.trim_start_matches('/').to_owned())),
    (HOST_MISSING, "its scheme only, and without its query", |url| Some(url.absolute()?.host.to_owned() + url.path)),
    (PATH_MISSING, "the query alone", |url| Some(url.located()?.query.unwrap_or_default().to_owned())),
    (PATH_MISSING, "the query alone, with its `?`", |url| Some(format!("?{}", url.located()?.query.unwrap_or_default()))),
    (PATH_MISSING, "the origin alone", |url| Some(url.located()?.origin())),
    (PATH_MISSING, "the host alone", |url| Some(url.located()?.host.to_owned())),
    (QUESTION_MARK_INCLUDED, "", |url| Some(if url.is_query() { format!("?{}", url.target()) } else { format!("{}?", url.print()) })),
    (SEPARATOR_MISSING, "without the `?` in front of the query", |url| Some(url.located()?.print().replace('?', ""))),
    (URL_SCHEME, "http", |url| Some(Address { scheme: "http", ..url.absolute()? }.print())),
    (URL_SCHEME, "https", |url| Some(Address { scheme: "https", ..url.absolute()? }.print())),
    (FIELD_CONVERTED, "with ` HTTP/1.1` behind it", |url| Some(url.located()?.print() + " HTTP/1.1")),
    (TRAILING_SLASH, "one more", |url| Some(url.located()?.with_path(&format!("{}/", url.path)))),
    (TRAILING_SLASH, "one less", |url| Some(url.located()?.with_path(url.path.strip_suffix('/')?))),
    (TRAILING_SLASH, "at the end of all", |url| Some(url.located()?.print() + "/")),
];

pub(super) fn parts(search: &Search<'_>) -> Flow {
    for url in urls(search) {
        url.rewrite(&PARTS)?;
        if url.address().is_query() {
            beside_query(search, &url)?;
            continue;
        }
        if let Some(fragment) = search.transcript.url.as_ref().and_then(|url| url.fragment()) {
            url.put(FRAGMENT_INCLUDED, "", format!("{}#{fragment}", url.text))?;
        }
        parts_of_path(&url)?;
    }
    for host in hosts(search) {
        let (name, port) = host.name.rsplit_once(':').unwrap_or((&host.name, ""));
        for port in [":443", ":80", ":8080", ":8443"] {
            host.put(DEFAULT_PORT, port, &format!("{name}{port}"))?;
        }
        if !port.is_empty() {
            host.put(DEFAULT_PORT, "left out", name)?;
        }
    }
    Flow::Continue(())
}

/// The path with its neighbours, together with the query and alone.
fn beside_query(search: &Search<'_>, query: &SignedUrl<'_>) -> Flow {
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
        let text = &query.text;
        for text in
            [format!("{front}?{text}"), front.clone(), format!("{front}{text}"), format!("{text}{front}")]
        {
            query.put(PATH_INCLUDED, format_args!("`{}`", printable(&front)), text)?;
        }
    }
    Flow::Continue(())
}

/// A slash doubled or folded, and the path without what stands before a slash, after it, or between it and the next.
fn parts_of_path(url: &SignedUrl<'_>) -> Flow {
    let address = url.address();
    let put = |mistake, detail: &str, path: &str| url.put(mistake, detail, address.with_path(path));
    for (place, _) in address.path.match_indices('/').take(MOST_PIECES) {
        let (front, rest) = address.path.split_at_checked(place).unwrap_or_default();
        put(SLASH_DOUBLED, "", &format!("{front}/{rest}"))?;
        put(PATH_MISSING, &format!("without {} in front", printable(front)), rest)?;
        put(PATH_MISSING, &format!("without {} at its end", printable(rest)), front)?;
        let next = rest.match_indices('/').nth(1);
        if let Some((one, behind)) = next.and_then(|(end, _)| rest.split_at_checked(end)) {
            put(PATH_MISSING, &format!("without {}", printable(one)), &format!("{front}{behind}"))?;
            put(PROXY_URL, &format!("{} twice", printable(one)), &format!("{front}{one}{one}{behind}"))?;
        }
    }
    put(SLASH_DOUBLED, "", &address.path.replace("//", "/"))
}

/// A host of the text, alone or in a URL.
struct Host<'s> {
    value: Value<'s>,
    name: String,
}

fn hosts<'s>(search: &'s Search<'_>) -> impl Iterator<Item = Host<'s>> {
    search.public().filter_map(|value| {
        let text = value.part.text();
        let is_alone = value.part.source == Source::RequestHost;
        let in_url = || Address::parse(&text).absolute().filter(|_| is_address(value.part));
        let name = if is_alone { text.clone() } else { in_url()?.host.to_owned() };
        Some(Host { value, name })
    })
}

impl Host<'_> {
    /// Tries another host in its place.
    fn put(&self, mistake: Mistake, detail: &str, host: &str) -> Flow {
        let text = self.value.part.text();
        let is_alone = self.value.part.source == Source::RequestHost;
        let other = if is_alone { host.to_owned() } else { Address::parse(&text).with_host(host) };
        SignedUrl { value: self.value, text }.put(mistake, detail, other)
    }
}

/// Another host, or something in front of the path, by the usual patterns: the message does not tell them.
pub(super) fn guesses(search: &Search<'_>) -> Flow {
    for url in urls(search).iter().filter(|url| !url.address().is_query()) {
        for prefix in PREFIXES {
            let detail = format_args!("/{prefix} in front of the path");
            let path = format!("/{prefix}{}", url.address().path);
            url.put(PROXY_URL, detail, url.address().with_path(&path))?;
        }
    }
    // A message that was received went to a host of the receiver.
    let is_sent = search.transcript.method.is_some();
    let of_tests = if is_sent { OTHER_ENVIRONMENT } else { HOST_OTHER };
    for host in hosts(search) {
        let name = &host.name;
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let bare = [name.strip_prefix("www.").unwrap_or(name), name.trim_end_matches('.')];
        let local = ["localhost", "127.0.0.1", "localhost:8080", "localhost:3000"];
        let others = [format!("www.{name}"), format!("{name}.")].into_iter();
        for other in others.chain(bare.into_iter().chain(local).map(str::to_owned)) {
            host.put(HOST_OTHER, &printable(&other), &other)?;
        }
        for word in TEST_HOSTS {
            for other in [
                format!("{word}.{name}"),
                format!("{first}.{word}.{rest}"),
                format!("{first}{word}.{rest}"),
                format!("{first}-{word}.{rest}"),
                format!("{word}-{first}.{rest}"),
                format!("{word}{first}.{rest}"),
                format!("{word}.{rest}"),
                name.replacen(&format!("{word}."), "", 1),
                name.replacen(&format!("-{word}"), "", 1),
                name.replacen(&format!("{word}-"), "", 1),
                name.replacen(word, "", 1),
            ] {
                host.put(of_tests, &printable(&other), &other)?;
            }
        }
    }
    Flow::Continue(())
}

/// Another URL at hand: as it was typed, at another origin of the provider, or on the other side of a proxy.
pub(super) fn others(search: &Search<'_>) -> Flow {
    let transcript = search.transcript;
    if let Some(typed) = &transcript.typed_url {
        with_url(search, URL_AS_TYPED, "", typed.split('#').next().unwrap_or_default())?;
        with_url(search, URL_AS_TYPED, "", typed)?;
    }
    if let Some(url) = &transcript.url {
        for origin in &transcript.origins {
            let target = &url[Position::BeforePath..Position::AfterQuery];
            with_url(search, OTHER_ENVIRONMENT, origin, &format!("{origin}{target}"))?;
            for host in hosts(search) {
                host.put(OTHER_ENVIRONMENT, origin, Address::parse(origin).host)?;
            }
        }
    }
    for (mistake, urls) in [(PROXY_URL, &transcript.other_urls), (OTHER_HOST, &transcript.foreign_urls)] {
        for other in urls {
            // The query may hold personal data.
            with_url(search, mistake, &printable(other.split('?').next().unwrap_or_default()), other)?;
        }
    }
    Flow::Continue(())
}

/// Puts another URL into the address, and its host into a host that is signed as well.
fn with_url(search: &Search<'_>, mistake: Mistake, detail: &str, url: &str) -> Flow {
    search.each(mistake, detail, &|part| {
        let known = part.kind == SegmentKind::Public && !part.bytes.is_empty();
        let text = piece(url, part.source).filter(|_| known)?;
        Some(part.with_bytes(in_charset(part, text)?))
    })
}

/// Letters in another case: in the whole URL, the path, the query, the escapes, or one or two words.
pub(super) fn case(search: &Search<'_>) -> Flow {
    for url in urls(search) {
        let put = |text: String| url.put(URL_CASE, "", text);
        let address = url.address();
        let query = address.query.unwrap_or_default();
        for change in [str::to_lowercase, str::to_uppercase, |text: &str| of_words(text, flipped)] {
            put(change(&url.text))?;
            put(address.with_path(&change(address.path)))?;
            put(change(&address.origin()) + &address.target())?;
            put(address.with_host(&change(address.host)))?;
            if address.query.is_some() {
                put(address.with_query(&change(query)))?;
                put(address.with_query(&of_names(query, change)))?;
                put(address.with_query(&of_values(query, change)))?;
            }
        }
        for filter in ["lower-escapes", "upper-escapes"] {
            put(ways::rewrite(&[filter], &url.text).unwrap_or_default())?;
        }
        words(&url.text, &put)?;
    }
    hosts(search).try_for_each(|host| {
        let mut others = labels_in_cases(&host.name).into_iter();
        others.try_for_each(|other| host.put(URL_CASE, "of the host", &other))
    })
}

/// Each label of a host in lower case, in upper case, or with a capital.
fn labels_in_cases(host: &str) -> Vec<String> {
    const MOST: usize = 4;
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    let forms = [first.to_lowercase(), first.to_uppercase(), flipped(&first.to_lowercase())];
    let rests = match host.matches('.').count() {
        0 => return forms.to_vec(),
        1..=MOST => labels_in_cases(rest),
        _ => vec![rest.to_owned()],
    };
    rests.iter().flat_map(|rest| forms.iter().map(move |form| format!("{form}.{rest}"))).collect()
}

/// Each word in another case, and each pair of words with the first letters in the other case.
fn words(text: &str, put: &impl Fn(String) -> Flow) -> Flow {
    let words = word_places(text);
    let with = |text: &str, (start, word): (usize, &str), change: fn(&str) -> String| {
        let (front, rest) = text.split_at_checked(start).unwrap_or_default();
        front.to_owned() + &change(word) + rest.get(word.len()..).unwrap_or_default()
    };
    for (place, word) in words.iter().enumerate() {
        put(with(text, *word, str::to_lowercase))?;
        put(with(text, *word, str::to_uppercase))?;
        let flip = with(text, *word, flipped);
        for other in words.iter().skip(place + 1).take(MOST_PIECES) {
            put(with(&flip, *other, flipped))?;
        }
        put(flip)?;
    }
    Flow::Continue(())
}

/// The words of a text with their positions: runs of letters and digits. The digits of an escape are a word of their own.
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

/// A query with each of its pairs changed; the value comes with its `=`.
pub(super) fn of_pairs(query: &str, change: impl FnMut(&str, &str) -> String) -> String {
    let mut change = change;
    let pairs = query.split('&').map(|pair| {
        let (name, value) = pair.split_at_checked(pair.find('=').unwrap_or(pair.len())).unwrap_or((pair, ""));
        change(name, value)
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// One or two letters of a word in another case.
pub(super) fn letters(search: &Search<'_>) -> Flow {
    for url in urls(search).iter().filter(|url| url.text.is_ascii()) {
        for (start, word) in word_places(&url.text) {
            let letters = word.char_indices().filter(|(_, c)| c.is_ascii_alphabetic());
            let places: Vec<usize> = letters.map(|(place, _)| start + place).take(MOST_LETTERS).collect();
            for (number, first) in places.iter().enumerate() {
                for second in places.get(number..).unwrap_or_default().iter().take(MOST_PIECES) {
                    let flip =
                        |(place, c)| if [*first, *second].contains(&place) { other_case(c) } else { c };
                    let other: String = url.text.chars().enumerate().map(flip).collect();
                    url.put(URL_CASE, "", other)?;
                }
            }
        }
    }
    Flow::Continue(())
}
