//! The values in the fields of captured requests, recognised by their looks: times, nonces, ids, digests.

use std::borrow::Cow;

use http::HeaderName;
use uuid::Uuid;

use super::super::Result;
use super::super::evaluate::Value;
use super::super::formula::Place;
use super::Evidence;
use crate::signing::RequestRef;
use crate::signing::filter::Filter;
use crate::signing::members::{decoded, json_members, json_text, raw_pairs};
use crate::signing::stamp::Format;
use crate::time::unix_nanos;

/// A stranger may have chosen the fields, so they are bounded.
const MOST_FIELDS: usize = 96;
const LONGEST_TEXT: usize = 16 << 10;

/// The formats that a time is recognised by. Each is read exactly.
const TIMES: [&str; 14] = [
    "unix",
    "unix-ms",
    "unix-us",
    "unix-ns",
    "dotnet-ticks",
    "iso",
    "iso-ms",
    "http-date",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%dT%H:%M:%S+0000",
    "%a, %d %b %Y %H:%M:%S +0000",
    "%Y%m%d%H%M%S",
];

/// Words of a declaration's `as`.
pub(super) type Encodings = &'static [&'static str];

/// How a digest may be written.
const OF_DIGESTS: [Encodings; 8] = [
    &["hex"],
    &["HEX"],
    &["hex", "base64"],
    &["HEX", "base64"],
    &["base64"],
    &["base64url"],
    &["base64-nopad"],
    &["base64url-nopad"],
];

/// How a text or an object may be written.
const OF_TEXTS: [Encodings; 4] = [&["base64"], &["base64url-nopad"], &["base64url"], &["base64-nopad"]];

/// A field is split at the first group of these delimiters that it has, and its parts at the next.
const LEVELS: [&str; 2] = [" ,;\"&=", ":.$|"];

/// A place that every capture has exactly once, taken apart.
pub(super) struct Field {
    pub(super) place: Place,
    pub(super) pieces: Vec<Piece>,
}

/// A part of a field.
pub(super) enum Piece {
    /// A delimiter between values, or a label.
    Text(String),
    /// The index of a value, and whether it has no quotes in JSON.
    Seen(usize, bool),
}

/// A value in the captures, and what it looks like.
pub(super) struct Seen {
    /// The name beside the value.
    pub(super) label: String,
    pub(super) texts: Vec<String>,
    pub(super) meaning: Meaning,
    /// The encoding, if the value may be a digest.
    pub(super) digest: Option<Encodings>,
}

pub(super) enum Meaning {
    /// A credential that was given, by its name.
    Given(String),
    /// A time or nonce, in a format of `[stamp]`.
    Time(&'static str),
    Nonce(String),
    /// A word of the scheme, the same in all captures.
    Word,
    /// The same in all captures, but no word of the scheme.
    Id,
    /// A value that a template makes of the message.
    Made(String),
    /// The members of a JSON object, or a text without a name, in an encoding.
    Encoded(Vec<(String, Vec<Piece>)>, Encodings),
    Unknown,
}

/// What templates make of each capture.
pub(super) type Made = Vec<(String, Vec<Value>)>;

/// Takes the fields of the captures apart. Values that are equal in every capture become one.
pub(super) fn read(evidence: &Evidence<'_>, made: &Made) -> Result<(Vec<Field>, Vec<Seen>)> {
    let captures = evidence.captures.iter().map(texts).collect::<Result<Vec<_>>>()?;
    let mut reader = Reader { evidence, made, seen: Vec::new(), is_header: false };
    let mut fields = Vec::new();
    for (place, is_bare, _) in captures.first().into_iter().flatten().take(MOST_FIELDS) {
        let text = |capture: &Vec<(Place, bool, String)>| {
            let mut all = capture.iter().filter(|(other, ..)| other == place);
            all.next().filter(|_| all.next().is_none()).map(|(.., text)| text.clone())
        };
        let Some(texts) = captures.iter().map(text).collect::<Option<Vec<_>>>() else { continue };
        // A secret that is sent openly says nothing about signatures, and must not be shown.
        if texts.iter().any(|text| evidence.holds_secret(text))
            || fields.iter().any(|known: &Field| known.place == *place)
        {
            continue;
        }
        reader.is_header = place.is_header();
        // Only headers hold several values.
        let levels: &[_] = if reader.is_header { &LEVELS } else { &[] };
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let pieces = bare(reader.pieces(&texts, levels, &place.name()), *is_bare);
        fields.push(Field { place: place.clone(), pieces });
    }
    Ok((fields, reader.seen))
}

/// The texts of a capture, each with its place, and whether it has no quotes in JSON.
fn texts(capture: &RequestRef<'_>) -> Result<Vec<(Place, bool, String)>> {
    let mut texts = Vec::new();
    let mut add = |place, is_bare, text: &[u8]| match std::str::from_utf8(text) {
        Ok(text) if !text.is_empty() && text.len() <= LONGEST_TEXT => {
            texts.push((place, is_bare, text.to_owned()));
        }
        _ => {}
    };
    let pairs = |text, place: fn(Box<str>) -> Place, add: &mut dyn FnMut(Place, bool, &[u8])| {
        for (name, value) in raw_pairs(text) {
            add(place(String::from_utf8_lossy(&decoded(name)).into()), false, &decoded(value));
        }
    };
    for (name, value) in capture.headers() {
        add(Place::Header(name.clone()), false, value.as_bytes().trim_ascii());
    }
    pairs(capture.query_as_sent(), Place::Query, &mut add);
    let body = capture.body()?;
    let Some(members) = json_members(body) else {
        pairs(std::str::from_utf8(body).unwrap_or_default(), Place::Form, &mut add);
        return Ok(texts);
    };
    for (name, value) in members {
        let inner = json_members(value.get().as_bytes());
        let paths = match inner {
            Some(inner) => {
                inner.into_iter().map(|(own, value)| (vec![(&*name).into(), own.into()], value)).collect()
            }
            None => vec![(vec![name.into()], value)],
        };
        for (path, value) in paths {
            add(Place::Json(path), !value.get().starts_with(['"', '{', '[']), &json_text(value));
        }
    }
    Ok(texts)
}

/// Marks a single value that has no quotes in JSON.
fn bare(pieces: Vec<Piece>, is_bare: bool) -> Vec<Piece> {
    match *pieces {
        [Piece::Seen(value, _)] => vec![Piece::Seen(value, is_bare)],
        _ => pieces,
    }
}

struct Reader<'r> {
    evidence: &'r Evidence<'r>,
    made: &'r Made,
    seen: Vec<Seen>,
    is_header: bool,
}

impl Reader<'_> {
    fn pieces(&mut self, texts: &[&str], levels: &[&str], label: &str) -> Vec<Piece> {
        let digest =
            OF_DIGESTS.into_iter().find(|encoding| texts.iter().all(|text| digest(text, encoding).is_some()));
        let meaning = self.known(texts).or_else(|| digest.map(|_| otherwise(texts)));
        if let Some(meaning) = meaning {
            return vec![self.seen(texts, meaning, digest, label)];
        }
        if let Some((delimiters, levels)) = levels.split_first()
            && let Some(parts) = split(texts, delimiters)
        {
            return match parts.len() {
                1 => self.pieces(texts, levels, label),
                _ => self.parts(&parts, levels),
            };
        }
        let meaning = self.encoded(texts).unwrap_or_else(|| match texts {
            [text, ..] if all_same(texts) && self.evidence.is_word(text) => Meaning::Word,
            _ => otherwise(texts),
        });
        vec![self.seen(texts, meaning, None, label)]
    }

    /// Makes pieces of parts; labels and the word in front are text.
    fn parts(&mut self, parts: &[(bool, Vec<&str>)], levels: &[&str]) -> Vec<Piece> {
        let (mut pieces, mut label) = (Vec::new(), "value");
        for (index, (is_delimiter, texts)) in parts.iter().enumerate() {
            let first = texts.first().copied().unwrap_or_default();
            let next = parts.get(index + 1).and_then(|(_, next)| next.first()).copied().unwrap_or_default();
            let is_in_front = next.starts_with('=') || index == 0 && next == " ";
            if *is_delimiter || is_in_front && all_same(texts) && self.evidence.is_label(first) {
                pieces.push(Piece::Text(first.to_owned()));
                label = if *is_delimiter { label } else { first };
            } else {
                pieces.extend(self.pieces(texts, levels, label));
            }
        }
        pieces
    }

    fn seen(&mut self, texts: &[&str], meaning: Meaning, digest: Option<Encodings>, label: &str) -> Piece {
        let known = self.seen.iter().position(|seen| seen.texts == texts);
        let index = known.filter(|_| !matches!(meaning, Meaning::Word)).unwrap_or_else(|| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            self.seen.push(Seen { label: label.to_owned(), texts, meaning, digest });
            self.seen.len() - 1
        });
        Piece::Seen(index, false)
    }

    /// The meaning of a value that is recognised as a whole.
    fn known(&self, texts: &[&str]) -> Option<Meaning> {
        let given = self.evidence.ids.iter().find(|(_, value)| texts.iter().all(|text| text == value));
        if let Some((name, _)) = given {
            return Some(Meaning::Given((*name).to_owned()));
        }
        if let Some(format) = TIMES.into_iter().find(|format| texts.iter().all(|text| is_time(text, format)))
        {
            return Some(Meaning::Time(format));
        }
        let is_it = |made: &[Value]| made.iter().zip(texts).all(|(made, text)| **made == text.as_bytes());
        let made = self.made.iter().find(|(_, made)| self.is_header && is_it(made));
        made.map(|(template, _)| Meaning::Made(template.clone()))
    }

    /// The content of an encoded value, if it is an object or a text of several parts.
    fn encoded(&mut self, texts: &[&str]) -> Option<Meaning> {
        let inner = |text: &&str, encoding| {
            let inner = String::from_utf8(bytes(text, encoding)?).ok()?;
            Some(inner).filter(|inner| text.len() >= 16 && inner.contains(':') && inner.is_ascii())
        };
        let (encoding, inner) = OF_TEXTS.into_iter().find_map(|encoding| {
            let inner = texts.iter().map(|text| inner(text, encoding)).collect::<Option<Vec<_>>>();
            Some((encoding, inner?))
        })?;
        let objects = inner.iter().map(|text| json_members(text.as_bytes())).collect::<Option<Vec<_>>>();
        let Some(objects) = objects else {
            let inner: Vec<_> = inner.iter().map(String::as_str).collect();
            let (_, levels) = LEVELS.split_first()?;
            return Some(Meaning::Encoded(
                vec![(String::new(), self.pieces(&inner, levels, "value"))],
                encoding,
            ));
        };
        let first =
            objects.first().filter(|first| objects.iter().all(|object| object.len() == first.len()))?;
        let mut members = Vec::new();
        for (index, (name, value)) in first.iter().enumerate() {
            let is_bare = !value.get().starts_with('"');
            let text = |(other, value): &(String, &serde_json::value::RawValue)| {
                let is_like = other == name && value.get().starts_with('"') != is_bare;
                let is_flat = is_like && !value.get().starts_with(['{', '[']);
                is_flat.then(|| String::from_utf8_lossy(&json_text(value)).into_owned())
            };
            let texts = objects.iter().map(|object| text(object.get(index)?)).collect::<Option<Vec<_>>>()?;
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            members.push((name.clone(), bare(self.pieces(&texts, &[], name), is_bare)));
        }
        Some(Meaning::Encoded(members, encoding))
    }
}

/// Splits all texts at the same delimiters. Each part has its texts, and whether it is a delimiter.
fn split<'t>(texts: &[&'t str], delimiters: &str) -> Option<Vec<(bool, Vec<&'t str>)>> {
    let all: Vec<_> = texts.iter().map(|text| split_one(text, delimiters)).collect();
    let (first, others) = all.split_first()?;
    let is_like = |other: &Vec<(bool, &str)>| {
        let mut pairs = other.iter().zip(first);
        other.len() == first.len() && pairs.all(|(one, first)| one.0 == first.0 && (one == first || !one.0))
    };
    let texts =
        |index: usize| all.iter().filter_map(|parts| parts.get(index)).map(|(_, text)| *text).collect();
    let parts = first.iter().enumerate().map(|(index, (is_delimiter, _))| (*is_delimiter, texts(index)));
    others.iter().all(is_like).then(|| parts.collect())
}

fn split_one<'t>(text: &'t str, delimiters: &str) -> Vec<(bool, &'t str)> {
    let is_delimiter = |at: usize, letter: char| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        // At an end, `=` is base64's padding.
        let is_padding =
            letter == '=' && next.is_none_or(|next| next == '=' || next != '"' && delimiters.contains(next));
        delimiters.contains(letter) && !is_padding
    };
    let letters: Vec<_> = text.char_indices().map(|(at, letter)| (is_delimiter(at, letter), at)).collect();
    let mut starts =
        letters.chunk_by(|(one, _), (other, _)| one == other).filter_map(<[_]>::first).peekable();
    let mut parts = Vec::new();
    while let Some((is_delimiter, start)) = starts.next() {
        let end = starts.peek().map_or(text.len(), |(_, end)| *end);
        parts.extend(text.get(*start..end).map(|part| (*is_delimiter, part)));
    }
    parts
}

/// All values of a field, also those within other values.
pub(super) fn values(pieces: &[Piece], seen: &[Seen]) -> Vec<usize> {
    let mut found = Vec::new();
    for piece in pieces {
        let Piece::Seen(value, _) = piece else { continue };
        found.push(*value);
        if let Some(Meaning::Encoded(members, _)) = seen.get(*value).map(|seen| &seen.meaning) {
            found.extend(members.iter().flat_map(|(_, pieces)| values(pieces, seen)));
        }
    }
    found
}

/// The bytes of a text in this encoding; `None` if encoding them again gives another text.
fn bytes(text: &str, encoding: &[&str]) -> Option<Vec<u8>> {
    let filters = encoding.iter().map(|word| Filter::parse(word)).collect::<Option<Vec<_>>>()?;
    let bytes =
        filters.iter().rev().try_fold(text.as_bytes().to_vec(), |bytes, filter| filter.undo(&bytes))?;
    let write = |bytes: Vec<u8>, filter: &Filter| filter.apply(&bytes).map(Cow::into_owned);
    let again = filters.iter().try_fold(bytes.clone(), write)?;
    (again == text.as_bytes()).then_some(bytes)
}

/// The digest in this encoding; `None` if it does not have the length of a hash.
pub(super) fn digest(text: &str, encoding: &[&str]) -> Option<Vec<u8>> {
    let bytes = Some(text).filter(|text| text.len() <= 256).and_then(|text| bytes(text, encoding))?;
    matches!(bytes.len(), 16 | 20 | 32 | 48 | 64).then_some(bytes)
}

pub(super) fn all_same<T: PartialEq>(texts: &[T]) -> bool {
    texts.windows(2).all(|pair| pair.first() == pair.last())
}

/// Whether a text is a time of this century, written exactly as the format writes it.
fn is_time(text: &str, word: &str) -> bool {
    let zone = "+00:00".parse().ok().filter(|_| text.len() <= 64);
    let format = zone.and_then(|zone| Format::parse(word, zone, std::time::Duration::ZERO));
    format.is_some_and(|format| {
        format.read(text).is_some_and(|time| {
            let seconds = unix_nanos(time) / 1_000_000_000;
            (1_000_000_000..4_102_444_800).contains(&seconds)
                && format.draw(time, &crate::random::OsRandomness).is_ok_and(|again| again == text)
        })
    })
}

/// The meaning of a value that looks like nothing else.
fn otherwise(texts: &[&str]) -> Meaning {
    let same = if all_same(texts) { Meaning::Id } else { Meaning::Unknown };
    nonce(texts).map_or(same, Meaning::Nonce)
}

/// The format of random values: they differ between captures, or are UUIDs.
fn nonce(texts: &[&str]) -> Option<String> {
    let is_uuid = |text: &&str| text.len() == 36 && Uuid::try_parse(text).is_ok();
    if (texts.len() == 1 || !all_same(texts)) && texts.iter().all(is_uuid) {
        return Some("uuid".to_owned());
    }
    let length = texts.first().map_or(0, |text| text.len());
    let is = |of: fn(&u8) -> bool| texts.iter().all(|text| text.bytes().all(|byte| of(&byte)));
    let hex = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let alphabet = match () {
        () if all_same(texts) || !(8..=128).contains(&length) => return None,
        () if is(u8::is_ascii_digit) => "digits",
        () if is(hex) => "hex",
        () if is(u8::is_ascii_alphanumeric) => "alnum",
        () => return None,
    };
    Some(format!("{alphabet}-{length}"))
}

/// Decides what of the captures may stand in a file. All of it passes here, except the names of fields.
impl Evidence<'_> {
    pub(super) fn holds_secret(&self, text: &str) -> bool {
        text.contains(secrecy::ExposeSecret::expose_secret(self.secret))
    }

    /// Whether a text holds the secret or a given id. A short id counts only if it is the whole text.
    fn holds_known(&self, text: &str) -> bool {
        self.holds_secret(text)
            || self.ids.iter().any(|(_, id)| text == *id || id.len() > 3 && text.contains(id))
    }

    /// Whether a text has only words, like `Credential`, `/api/v1` and `AWS4-HMAC-SHA256`. Ids and keys have more digits.
    pub(super) fn is_label(&self, text: &str) -> bool {
        let is_part = |part: &str| {
            let letters = part.trim_end_matches(|last: char| last.is_ascii_digit());
            let is_number = letters.is_empty() && ["1", "224", "256", "384", "512"].contains(&part);
            let digits = part.len() - letters.len();
            letters.bytes().all(|letter| letter.is_ascii_alphabetic())
                && letters.len() <= 16
                && (digits <= 1 || is_number || digits <= 3 && is_hash(letters))
        };
        text.len() <= 48 && text.split(['-', '_', '.', '/']).all(is_part) && !self.holds_known(text)
    }

    /// Whether a text that is the same in all captures belongs to the scheme, like `v1`, `5000`, `JWT` and `HMAC-SHA1`.
    fn is_word(&self, text: &str) -> bool {
        let is = |of: fn(&u8) -> bool| text.bytes().all(|byte| of(&byte));
        let is_window = text.len() <= 6 && text.ends_with("000") && is(u8::is_ascii_digit);
        let is_short = text.len() <= 3 && !is(u8::is_ascii_lowercase);
        let names_hash = || {
            let mut parts =
                text.split(['-', '_']).map(|part| part.trim_end_matches(|last: char| last.is_ascii_digit()));
            parts.any(|part| !part.is_empty() && is_hash(part))
        };
        is_window && !self.holds_known(text) || self.is_label(text) && (is_short || names_hash())
    }
}

/// Whether letters name a hash, as in `SHA256`, `HmacSHA1`, `HS512` and `hmac`.
fn is_hash(letters: &str) -> bool {
    let letters = letters.to_ascii_lowercase();
    ["sha", "md", "hs", ""].contains(&letters.strip_prefix("hmac").unwrap_or(&letters)) && !letters.is_empty()
}

/// The table of `[send]` that a place is in.
pub(super) fn table_of(place: &Place) -> &'static str {
    match place {
        Place::Header(_) => "header",
        Place::Query(_) => "query",
        Place::Form(_) => "form",
        Place::Json(_) => "json",
    }
}

/// HTTP's own headers: the caller or its client sets them.
pub(super) fn is_of_http(name: &HeaderName) -> bool {
    #[rustfmt::skip]
    const OWN: [&str; 11] = [
        "accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "cookie", "host", "origin", "referer", "user-agent",
    ];
    OWN.contains(&name.as_str())
}
