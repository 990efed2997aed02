//! Mistakes with the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::attempt::{Attempt, Variant, Variants};
use super::json::Document;
use super::json_members;
use super::json_style::{self, Layout, Style};
use crate::explain::{Part, Transcript};
use crate::json::without_white_space;
use crate::signing::{Charset, Segment, Source};

pub(super) fn missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &[|_| Some((Vec::new(), ""))])
}

/// The body signed, at the end, where it is not part of the text.
pub(super) fn included<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if transcript.body.is_empty() || attempt.part_from(Source::Body).is_some() {
        return Box::new(std::iter::empty());
    }
    let mut text = attempt.text.clone();
    let body = Segment::public("body", &transcript.body).with_source(Source::Body);
    text.push(Part::of(body.with_charset(Charset::Bytes)));
    Box::new(std::iter::once(Attempt { text, ..attempt.clone() }.into()))
}

/// Of a body that is there: after an empty one, it is the text that ends so.
pub(super) fn line_end<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if attempt.part_from(Source::Body).is_some_and(|body| body.bytes.is_empty()) {
        return Box::new(std::iter::empty());
    }
    in_forms(
        attempt,
        &[
            |body| Some(([body, b"\n"].concat(), "a line end after it")),
            |body| Some((body.trim_ascii().to_vec(), "white space around it removed")),
            |body| Some((replace(body, "\r\n", "\n")?, "LF for CRLF")),
            |body| Some((replace(&replace(body, "\r\n", "\n")?, "\n", "\r\n")?, "CRLF for LF")),
            |body| Some(([body, b"\r\n"].concat(), "a line end after it")),
        ],
    )
}

/// Longer bodies are not converted: that takes as long as hashing them.
const LONGEST_CONVERTED: usize = 64 << 10;

/// What a program makes of a body on the way to the hash.
pub(super) fn converted<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if attempt.part_from(Source::Body).is_none_or(|body| body.bytes.len() > LONGEST_CONVERTED) {
        return Box::new(std::iter::empty());
    }
    in_forms(
        attempt,
        &[
            |_| Some((b"[object Object]".to_vec(), "`[object Object]`, which JavaScript makes of an object")),
            |_| Some((b"{}".to_vec(), "`{}`")),
            |_| Some((b"null".to_vec(), "`null`")),
            |_| Some((b"undefined".to_vec(), "`undefined`")),
            |_| Some((b"None".to_vec(), "`None`")),
            |_| Some((b"\"\"".to_vec(), "two quotes")),
            |body| Some((serde_json::to_vec(std::str::from_utf8(body).ok()?).ok()?, "a JSON string")),
            |body| Some((python_bytes(body), "as Python prints bytes")),
            |body| Some((hex::encode(Sha256::digest(body)).into_bytes(), "its SHA-256 in hex digits")),
            |body| Some((STANDARD.encode(Sha256::digest(body)).into_bytes(), "its SHA-256 in base64")),
            |body| Some((STANDARD.encode(body).into_bytes(), "base64")),
            |body| Some((hex::encode(Md5::digest(body)).into_bytes(), "its MD5 in hex digits")),
            |body| Some((STANDARD.encode(Md5::digest(body)).into_bytes(), "its MD5 in base64")),
            |body| Some((Sha256::digest(body).to_vec(), "the bytes of its SHA-256")),
        ],
    )
}

/// Double quotes need no escape between single ones.
fn python_bytes(body: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'"' => "\"".to_owned(),
        byte => byte.escape_ascii().to_string(),
    };
    format!("b'{}'", body.iter().map(escape).collect::<String>()).into_bytes()
}

/// The same JSON value, printed by other rules. What differs in line ends and white space around it alone is another
/// mistake.
pub(super) fn reserialised<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Some(body) = attempt.part_from(Source::Body) else { return Box::new(std::iter::empty()) };
    let document = Document::new(&body.bytes, &attempt.budget);
    let mut tried = Vec::new();
    let bare = without_white_space(&body.bytes);
    let is_compact = bare == **body.bytes;
    let mut too_wide = false;
    let mut print = move |style: Style| {
        let document = document.as_ref()?;
        let style = document.simplify(style);
        let is_wide = matches!(style.layout, Layout::Indented(_));
        if tried.contains(&style) || (is_wide && too_wide) {
            return None;
        }
        tried.push(style);
        let printed = document.print(style);
        // What is not printed to its end costs as much and counts as nothing: of a document that is nested too deep to be
        // indented, no more than one is.
        too_wide |= is_wide && printed.is_none();
        Some((printed?, style.describe(is_compact)))
    };
    let mut bare = Some((bare, "white space outside strings removed".to_owned()));
    // The numbers of a document that is only stripped stay as they are written.
    let styles =
        json_style::LIKELY.into_iter().map(Some).chain([None]).chain(json_style::all_styles().map(Some));
    Box::new(styles.filter_map(move |style| {
        let (printed, detail) = style.map_or_else(|| bare.take(), &mut print)?;
        if without_line_ends(&printed).eq(without_line_ends(&body.bytes)) {
            return None;
        }
        Some(Variant { attempt: with_body(attempt, printed)?, detail: Some(detail) })
    }))
}

/// Changing the members takes as long as hashing so many bytes for each of the document.
const COST_OF_A_CHANGE: usize = 16;

/// The JSON of a serialiser that leaves members out or spells their names in another way, in its usual layouts.
pub(super) fn members<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let bare = |body: &Part| {
        String::from_utf8(without_white_space(Document::new(&body.bytes, &attempt.budget)?.text())).ok()
    };
    let Some(bare) = attempt.part_from(Source::Body).and_then(bare) else {
        return Box::new(std::iter::empty());
    };
    Box::new(json_members::CHANGES.iter().flat_map(move |(detail, change)| {
        let is_affordable = attempt.budget.spend(bare.len() * COST_OF_A_CHANGE).is_some();
        let changed = if is_affordable { change(&bare) } else { bare.clone() };
        let document =
            (changed != bare).then(|| Document::of(changed.into_bytes(), &attempt.budget)).flatten();
        json_style::LIKELY.into_iter().take(3).filter_map(move |style| {
            let attempt = with_body(attempt, document.as_ref()?.print(style)?)?;
            Some(Variant { attempt, detail: Some((*detail).to_owned()) })
        })
    }))
}

/// Without white space around the body, and without any CR.
fn without_line_ends(body: &[u8]) -> impl Iterator<Item = &u8> {
    body.trim_ascii().iter().filter(|byte| **byte != b'\r')
}

pub(super) type Form = fn(&[u8]) -> Option<(Vec<u8>, &'static str)>;

pub(super) fn in_forms<'a>(attempt: &'a Attempt, forms: &'static [Form]) -> Variants<'a> {
    let Some(body) = attempt.part_from(Source::Body) else { return Box::new(std::iter::empty()) };
    Box::new(forms.iter().filter_map(|form| {
        let (bytes, detail) = form(&body.bytes)?;
        let attempt = with_body(attempt, bytes)?;
        Some(Variant { attempt, detail: (!detail.is_empty()).then(|| detail.to_owned()) })
    }))
}

fn with_body(attempt: &Attempt, body: Vec<u8>) -> Option<Attempt> {
    attempt.with_text(|part| (part.source == Source::Body).then(|| body.clone()))
}

fn replace(body: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    Some(std::str::from_utf8(body).ok()?.replace(from, to).into_bytes())
}
