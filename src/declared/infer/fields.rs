//! What stands in the fields of captured requests, told by its looks: times, nonces, ids, digests.

use uuid::Uuid;

use super::super::Result;
use super::super::evaluate::Value;
use super::super::formula::Place;
use super::super::message::values_at;
use crate::signing::RequestRef;
use crate::signing::filter::Filter;
use crate::signing::members::{decoded, json_members, json_text, json_values, raw_pairs};
use crate::signing::stamp::Format;
use crate::time::unix_nanos;

/// What a stranger can choose is bounded.
const MOST_FIELDS: usize = 96;
const LONGEST_TEXT: usize = 16 << 10;

/// The formats that a time is told by. Each is read exactly.
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

/// How a digest may be written, by the words of a declaration's `as`.
pub(super) const ENCODINGS: [&[&str]; 8] = [
    &["hex"],
    &["HEX"],
    &["hex", "base64"],
    &["HEX", "base64"],
    &["base64"],
    &["base64url"],
    &["base64-nopad"],
    &["base64url-nopad"],
];

/// A place of all captures, and what stands there in each.
pub(super) struct Field {
    pub(super) place: Place,
    /// Whether it is a member of JSON without quotes.
    pub(super) is_bare: bool,
    pub(super) texts: Vec<String>,
}

/// A value of the captures, and what it looks like.
pub(super) struct Seen {
    /// What it is called where it was found.
    pub(super) label: String,
    pub(super) texts: Vec<String>,
    pub(super) meaning: Meaning,
    /// The encoding, where it may be a digest.
    pub(super) digest: Option<&'static [&'static str]>,
}

pub(super) enum Meaning {
    /// A credential that was given, by its name.
    Given(String),
    /// A time or nonce, in a format of `[stamp]`.
    Time(&'static str),
    Nonce(String),
    /// The same in all captures, and no word.
    Id,
    /// What a template makes of the message.
    Made(String),
    /// A text in base64, or a JSON object, in an encoding.
    Encoded(Vec<Piece>),
    Object(Vec<(String, Vec<Piece>)>, &'static str),
    Unknown,
}

/// A part of a field.
pub(super) enum Piece {
    Text(String),
    /// By its index.
    Seen(usize),
    /// Of JSON, without quotes.
    Bare(usize),
}

/// A field, taken apart.
pub(super) struct Taken {
    pub(super) place: Place,
    pub(super) is_bare: bool,
    pub(super) pieces: Vec<Piece>,
}

/// What is known before fields are read.
pub(super) struct Known<'k> {
    pub(super) secret: &'k str,
    pub(super) given: &'k [(&'k str, &'k str)],
    /// What templates make of each capture.
    pub(super) made: Vec<(String, Vec<Value>)>,
}

/// The fields that each capture has once.
pub(super) fn fields(captures: &[RequestRef<'_>]) -> Result<Vec<Field>> {
    let Some(first) = captures.first() else { return Ok(Vec::new()) };
    let name = |raw: &str| String::from_utf8(decoded(raw).into_owned()).ok().map(Box::from);
    let mut places: Vec<Place> = first.headers().keys().cloned().map(Place::Header).collect();
    places.extend(raw_pairs(first.query_as_sent()).filter_map(|(raw, _)| name(raw)).map(Place::Query));
    let body = first.body()?;
    if let Some(members) = json_members(body) {
        for (name, value) in members {
            let path = vec![Box::from(name)];
            match json_members(value.get().as_bytes()) {
                Some(inner) => {
                    let within = |(name, _): (String, _)| Place::Json([&*path, &[name.into()]].concat());
                    places.extend(inner.into_iter().map(within));
                }
                None => places.push(Place::Json(path)),
            }
        }
    } else {
        let form = std::str::from_utf8(body).unwrap_or_default();
        places.extend(raw_pairs(form).filter_map(|(raw, _)| name(raw)).map(Place::Form));
    }
    places.truncate(MOST_FIELDS);
    Ok(places.into_iter().filter_map(|place| field(place, captures)).collect())
}

fn field(place: Place, captures: &[RequestRef<'_>]) -> Option<Field> {
    let text = |capture: &RequestRef<'_>| {
        let values = values_at(&place, capture.headers(), capture.query_as_sent(), || capture.body()).ok()?;
        let [value] = &*values else { return None };
        let text = std::str::from_utf8(value).ok()?;
        (!text.is_empty() && text.len() <= LONGEST_TEXT).then(|| text.to_owned())
    };
    let texts = captures.iter().map(text).collect::<Option<Vec<_>>>()?;
    let is_bare = match &place {
        Place::Json(path) => {
            let raw = captures.first().and_then(|first| json_values(first.body().ok()?, path).pop());
            raw.is_some_and(|raw| !raw.get().starts_with(['"', '{', '[']))
        }
        _ => false,
    };
    Some(Field { place, is_bare, texts })
}

/// Takes fields apart; values that are the same everywhere are one.
pub(super) fn take_apart(fields: &[Field], known: &Known<'_>) -> (Vec<Taken>, Vec<Seen>) {
    let mut seen = Vec::new();
    let mut taken = Vec::new();
    for field in fields {
        let texts: Vec<_> = field.texts.iter().map(String::as_str).collect();
        // A secret that is sent as it is says nothing about signatures, and must not be shown.
        if texts.iter().any(|text| text.contains(known.secret)) {
            continue;
        }
        let label = field.place.name().to_string();
        let is_header = field.place.is_header();
        // Only headers are made of several values.
        let levels: &[_] = if is_header { &LEVELS } else { &[] };
        let pieces = Reader { known, seen: &mut seen, is_header }.pieces(&texts, levels, &label);
        taken.push(Taken { place: field.place.clone(), is_bare: field.is_bare, pieces });
    }
    (taken, seen)
}

/// A field is split at these, the first that tell anything.
const LEVELS: [&str; 2] = [" ,;\"&=", ":.$|"];

struct Reader<'r, 'k> {
    known: &'r Known<'k>,
    seen: &'r mut Vec<Seen>,
    is_header: bool,
}

impl Reader<'_, '_> {
    fn pieces(&mut self, texts: &[&str], levels: &[&str], label: &str) -> Vec<Piece> {
        let meaning = self.meaning(texts);
        let digest =
            ENCODINGS.into_iter().find(|encoding| texts.iter().all(|text| is_digest(text, encoding)));
        if meaning.is_some() || digest.is_some() {
            let meaning = meaning.unwrap_or_else(|| otherwise(texts));
            return vec![self.seen(texts, meaning, digest, label)];
        }
        if let Some((delimiters, levels)) = levels.split_first()
            && let Some(parts) = split(texts, delimiters)
        {
            return if parts.len() > 1 {
                self.parts(&parts, levels)
            } else {
                self.pieces(texts, levels, label)
            };
        }
        if let Some(meaning) = self.encoded(texts) {
            return vec![self.seen(texts, meaning, None, label)];
        }
        match texts.first().filter(|_| all_same(texts)) {
            Some(text) if is_word(text) => vec![Piece::Text((*text).to_owned())],
            _ => vec![self.seen(texts, otherwise(texts), None, label)],
        }
    }

    /// Labels and the word in front are text, whatever they are.
    fn parts(&mut self, parts: &[(bool, Vec<&str>)], levels: &[&str]) -> Vec<Piece> {
        let (mut pieces, mut label) = (Vec::new(), "value");
        for (index, (is_delimiter, texts)) in parts.iter().enumerate() {
            let first = texts.first().copied().unwrap_or_default();
            let next = parts.get(index + 1).and_then(|(_, next)| next.first()).copied().unwrap_or_default();
            let is_label = next.starts_with('=') || index == 0 && next == " ";
            if *is_delimiter || is_label && all_same(texts) {
                pieces.push(Piece::Text(first.to_owned()));
                label = if *is_delimiter { label } else { first };
            } else {
                pieces.extend(self.pieces(texts, levels, label));
            }
        }
        pieces
    }

    fn seen(
        &mut self,
        texts: &[&str],
        meaning: Meaning,
        digest: Option<&'static [&'static str]>,
        label: &str,
    ) -> Piece {
        let known = self.seen.iter().position(|seen| seen.texts == texts);
        Piece::Seen(known.unwrap_or_else(|| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            self.seen.push(Seen { label: label.to_owned(), texts, meaning, digest });
            self.seen.len() - 1
        }))
    }

    fn meaning(&self, texts: &[&str]) -> Option<Meaning> {
        let is_all = |value: &str| texts.iter().all(|text| *text == value);
        if let Some((name, _)) = self.known.given.iter().find(|(_, value)| is_all(value)) {
            return Some(Meaning::Given((*name).to_owned()));
        }
        if let Some(format) = TIMES.into_iter().find(|format| texts.iter().all(|text| is_time(text, format)))
        {
            return Some(Meaning::Time(format));
        }
        let made = self.known.made.iter().find(|(_, made)| {
            self.is_header && made.iter().zip(texts).all(|(made, text)| **made == text.as_bytes())
        });
        made.map(|(template, _)| Meaning::Made(template.clone()))
    }

    /// What is in base64, where that is an object, or a text of several parts.
    fn encoded(&mut self, texts: &[&str]) -> Option<Meaning> {
        let decode = |text: &&str| {
            let bytes = Filter::Unbase64.apply(text.as_bytes()).filter(|_| text.len() >= 16)?.into_owned();
            String::from_utf8(bytes).ok().filter(|text| text.contains(':') && text.is_ascii())
        };
        let decoded = texts.iter().map(decode).collect::<Option<Vec<_>>>()?;
        let inner: Vec<_> = decoded.iter().map(String::as_str).collect();
        let objects = inner.iter().map(|text| json_members(text.as_bytes())).collect::<Option<Vec<_>>>();
        let Some(objects) = objects else {
            let (_, levels) = LEVELS.split_first()?;
            return Some(Meaning::Encoded(self.pieces(&inner, levels, "value")));
        };
        let first = objects.first()?;
        if objects.iter().any(|object| object.len() != first.len()) {
            return None;
        }
        let mut members = Vec::new();
        for (index, (name, value)) in first.iter().enumerate() {
            let raw = objects.iter().map(|object| object.get(index).filter(|(other, _)| other == name));
            let raw = raw.collect::<Option<Vec<_>>>()?;
            let is_bare = !value.get().starts_with('"');
            if value.get().starts_with(['{', '['])
                || raw.iter().any(|(_, raw)| raw.get().starts_with('"') == is_bare)
            {
                return None;
            }
            let values: Vec<_> =
                raw.iter().map(|(_, raw)| String::from_utf8_lossy(&json_text(raw)).into_owned()).collect();
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            let pieces = self.pieces(&values, &[], name);
            members.push((
                name.clone(),
                match &*pieces {
                    [Piece::Seen(seen)] if is_bare => vec![Piece::Bare(*seen)],
                    _ => pieces,
                },
            ));
        }
        let encodings = ["base64", "base64url-nopad", "base64url", "base64-nopad"];
        let is_so = |word: &&str| {
            let filter = Filter::parse(word);
            let written = |text: &str| {
                filter.as_ref().and_then(|filter| Some(filter.apply(text.as_bytes())?.into_owned()))
            };
            inner
                .iter()
                .zip(texts)
                .all(|(inner, text)| written(inner).is_some_and(|written| written == text.as_bytes()))
        };
        Some(Meaning::Object(members, encodings.into_iter().find(is_so)?))
    }
}

/// Texts, split alike at delimiters; whether each part is one, and its texts.
fn split<'t>(texts: &[&'t str], delimiters: &str) -> Option<Vec<(bool, Vec<&'t str>)>> {
    let all: Vec<_> = texts.iter().map(|text| split_one(text, delimiters)).collect();
    let parts = all.first()?.iter().enumerate().map(|(index, (is_delimiter, first))| {
        let texts = all.iter().map(|parts| Some(parts.get(index)?.1)).collect::<Option<Vec<_>>>()?;
        (!is_delimiter || texts.iter().all(|text| text == first)).then_some((*is_delimiter, texts))
    });
    let same_length = |parts: &Vec<_>| all.iter().all(|one| one.len() == parts.len());
    parts.collect::<Option<Vec<_>>>().filter(same_length)
}

fn split_one<'t>(text: &'t str, delimiters: &str) -> Vec<(bool, &'t str)> {
    let is_delimiter = |at: usize, letter: char| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        // At an end, `=` is base64's padding.
        let is_padding =
            letter == '=' && next.is_none_or(|next| next == '=' || next != '"' && delimiters.contains(next));
        delimiters.contains(letter) && !is_padding
    };
    let (mut parts, mut start, mut was) = (Vec::new(), 0, None);
    for (at, letter) in text.char_indices() {
        let is = is_delimiter(at, letter);
        if let Some(was) = was.filter(|was| *was != is) {
            parts.extend(text.get(start..at).map(|part| (was, part)));
            start = at;
        }
        was = Some(is);
    }
    parts.extend(was.zip(text.get(start..)));
    parts
}

/// All values of a field, those within others too.
pub(super) fn values(pieces: &[Piece], seen: &[Seen]) -> Vec<usize> {
    let mut found = Vec::new();
    for piece in pieces {
        let (Piece::Seen(value) | Piece::Bare(value)) = piece else { continue };
        found.push(*value);
        match seen.get(*value).map(|seen| &seen.meaning) {
            Some(Meaning::Encoded(inner)) => found.extend(values(inner, seen)),
            Some(Meaning::Object(members, _)) => {
                found.extend(members.iter().flat_map(|(_, pieces)| values(pieces, seen)));
            }
            _ => {}
        }
    }
    found
}

/// Where a value stands.
pub(super) fn place_of<'t>(taken: &'t [Taken], seen: &[Seen], value: usize) -> Option<&'t Place> {
    let taken = taken.iter().find(|taken| values(&taken.pieces, seen).contains(&value));
    taken.map(|taken| &taken.place)
}

/// The bytes of a digest that is written so, of a length that a hash has.
pub(super) fn digest(text: &str, encoding: &[&str]) -> Option<Vec<u8>> {
    let filters: Vec<_> = encoding.iter().filter_map(|word| Filter::parse(word)).collect();
    let read = |bytes: Vec<u8>, filter: &Filter| filter.undo(&bytes);
    let bytes = filters.iter().rev().try_fold(text.as_bytes().to_vec(), read)?;
    let write = |bytes: Vec<u8>, filter: &Filter| filter.apply(&bytes).map(std::borrow::Cow::into_owned);
    let again = filters.iter().try_fold(bytes.clone(), write)?;
    (again == text.as_bytes() && matches!(bytes.len(), 16 | 20 | 32 | 48 | 64)).then_some(bytes)
}

fn is_digest(text: &str, encoding: &[&str]) -> bool {
    text.len() <= 256 && digest(text, encoding).is_some()
}

pub(super) fn all_same(texts: &[&str]) -> bool {
    texts.windows(2).all(|pair| pair.first() == pair.last())
}

pub(super) fn format(word: &str) -> Option<Format> {
    Format::parse(word, "+00:00".parse().ok()?, std::time::Duration::ZERO)
}

/// Whether it is a time of this century, written as the format writes it.
fn is_time(text: &str, word: &str) -> bool {
    let format = format(word).filter(|_| text.len() <= 64);
    format.is_some_and(|format| {
        format.read(text).is_some_and(|time| {
            let seconds = unix_nanos(time) / 1_000_000_000;
            (1_000_000_000..4_102_444_800).contains(&seconds)
                && format.draw(time, &crate::random::OsRandomness).is_ok_and(|again| again == text)
        })
    })
}

/// What a value is that looks like nothing else.
fn otherwise(texts: &[&str]) -> Meaning {
    let same = if all_same(texts) { Meaning::Id } else { Meaning::Unknown };
    nonce(texts).map_or(same, Meaning::Nonce)
}

/// The format of what is drawn at random: it differs, or is a UUID.
fn nonce(texts: &[&str]) -> Option<String> {
    let is_uuid = |text: &&str| text.len() == 36 && Uuid::try_parse(text).is_ok();
    if (texts.len() == 1 || !all_same(texts)) && texts.iter().all(is_uuid) {
        return Some("uuid".to_owned());
    }
    let length = texts.first().map_or(0, |text| text.len());
    let is = |of: fn(&u8) -> bool| texts.iter().all(|text| text.bytes().all(|byte| of(&byte)));
    if all_same(texts) || !(8..=128).contains(&length) || !is(u8::is_ascii_alphanumeric) {
        return None;
    }
    let hex = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let alphabet = if is(u8::is_ascii_digit) {
        "digits"
    } else if is(hex) {
        "hex"
    } else {
        "alnum"
    };
    Some(format!("{alphabet}-{length}"))
}

/// A text that belongs to the scheme, as `v1`, `5000` and `HMAC-SHA1` do: no account or key looks so.
fn is_word(text: &str) -> bool {
    let names_hash = || {
        let text = text.to_ascii_lowercase();
        text.len() <= 24
            && ["sha", "hmac", "md5", "hs256", "hs384", "hs512"].iter().any(|word| text.contains(word))
    };
    text.len() <= 3 || text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit()) || names_hash()
}
