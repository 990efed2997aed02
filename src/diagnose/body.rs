//! Mistakes with the body.

use std::io;

use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::attempt::{Attempt, Variant, Variants};
use crate::explain::{Part, Transcript};
use crate::signing::{Charset, Origin, Segment};

/// Longer bodies are not re-serialised.
const LONGEST_JSON: usize = 64 << 10;

pub(super) fn missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &[|_| Some((Vec::new(), ""))])
}

/// The body signed, at the end, where it is not part of the text.
pub(super) fn included<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if transcript.body.is_empty() || attempt.part_from(Origin::Body).is_some() {
        return Box::new(std::iter::empty());
    }
    let mut text = attempt.text.clone();
    let body = Segment::public("body", &transcript.body).with_origin(Origin::Body);
    text.push(Part::of(body.with_charset(Charset::Bytes)));
    Box::new(std::iter::once(Attempt { text, ..attempt.clone() }.into()))
}

pub(super) fn line_end<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
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

/// The same JSON value, printed by other rules.
pub(super) fn reserialised<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(
        attempt,
        &[
            |body| Some((print(body, CompactFormatter)?, "compact")),
            |body| {
                Some((print(body, Python::default())?, "a space after ':' and ',', as Python's json.dumps"))
            },
            |body| Some((print(body, PrettyFormatter::new())?, "indented by two spaces")),
            |body| Some((print(&sorted(body)?, CompactFormatter)?, "compact, keys sorted")),
            |body| Some((print(&sorted(body)?, Python::default())?, "as Python's json.dumps, keys sorted")),
            |body| Some((print(body, PrettyFormatter::with_indent(b"    "))?, "indented by four spaces")),
            |body| {
                Some((print(body, Python { keep_unicode: true })?, "as Python's json.dumps, not ASCII only"))
            },
            |body| Some((print(body, Ascii)?, "compact, ASCII only")),
            |body| Some((print(body, PrettyFormatter::with_indent(b"\t"))?, "indented by tabs")),
            |body| Some((print(&sorted(body)?, PrettyFormatter::new())?, "indented, keys sorted")),
            |body| Some((without_white_space(body), "white space outside strings removed")),
        ],
    )
}

type Form = fn(&[u8]) -> Option<(Vec<u8>, &'static str)>;

fn in_forms<'a>(attempt: &'a Attempt, forms: &'static [Form]) -> Variants<'a> {
    let Some(body) = attempt.part_from(Origin::Body) else { return Box::new(std::iter::empty()) };
    Box::new(forms.iter().filter_map(|form| {
        let (bytes, detail) = form(&body.bytes)?;
        let attempt = attempt.with_text(|part| (part.origin == Origin::Body).then(|| bytes.clone()))?;
        Some(Variant { attempt, detail: (!detail.is_empty()).then(|| detail.to_owned()) })
    }))
}

fn replace(body: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    Some(std::str::from_utf8(body).ok()?.replace(from, to).into_bytes())
}

/// Copies one JSON document token by token, so that keys keep their order, and repeated ones stay.
fn print(body: &[u8], formatter: impl Formatter) -> Option<Vec<u8>> {
    if body.len() > LONGEST_JSON
        || !body.trim_ascii_start().starts_with(b"{") && !body.trim_ascii_start().starts_with(b"[")
    {
        return None;
    }
    let mut printed = Vec::with_capacity(body.len());
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_transcode::transcode(&mut reader, &mut Serializer::with_formatter(&mut printed, formatter)).ok()?;
    reader.end().ok()?;
    Some(printed)
}

fn sorted(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() > LONGEST_JSON {
        return None;
    }
    let mut value: serde_json::Value = serde_json::from_slice(body).ok()?;
    value.sort_all_objects();
    let mut printed = Vec::with_capacity(body.len());
    value.serialize(&mut Serializer::new(&mut printed)).ok()?;
    Some(printed)
}

/// Without reading the JSON: no number or string is written anew.
fn without_white_space(body: &[u8]) -> Vec<u8> {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |byte: &u8| {
        let inside = in_string;
        match byte {
            b'"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = inside && *byte == b'\\' && !escaped;
        inside || !byte.is_ascii_whitespace()
    };
    body.iter().copied().filter(keep).collect()
}

/// As Python's `json.dumps` prints: `", "`, `": "`, and, unless told otherwise, ASCII only.
#[derive(Default)]
struct Python {
    keep_unicode: bool,
}

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        if self.keep_unicode { writer.write_all(text.as_bytes()) } else { write_ascii(writer, text) }
    }
}

/// Compact, with `\u` escapes for all that is not ASCII, as PHP's `json_encode` prints.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        write_ascii(writer, text)
    }
}

fn write_ascii<W: ?Sized + io::Write>(writer: &mut W, text: &str) -> io::Result<()> {
    for c in text.chars() {
        if c.is_ascii() {
            writer.write_all(&[c as u8])?;
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
    }
    Ok(())
}
