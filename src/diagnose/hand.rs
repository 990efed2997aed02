//! The values at hand, which may be signed in place of another: every part of the message, and every credential.

use url::Position;

use super::edits::STYLES;
use super::json::Json;
use super::url_parts::Address;
use super::ways;
use crate::explain::{Part, Transcript};
use crate::signing::{Charset, Segment, SegmentKind, Source};

/// A value whose name says what it is.
pub(super) type AtHand = Part;

/// No digests and members are made of a longer body.
const LONGEST_BODY: usize = 64 << 10;
const MOST_MEMBERS: usize = 60;

fn public(name: &str, bytes: impl AsRef<[u8]>, source: Source) -> Part {
    Part::of(Segment::public(name, bytes.as_ref()).with_source(source).with_charset(Charset::Bytes))
}

/// Everything, each value once.
pub(super) fn all(transcript: &Transcript) -> Vec<AtHand> {
    let times = transcript.text.iter().filter(|part| part.source == Source::Clock);
    let mut all: Vec<AtHand> = times
        .filter_map(|part| {
            let seconds = part.bytes.get(..10).filter(|_| part.bytes.len() == 13)?;
            Some(public(&format!("{} in seconds", part.name()), seconds, Source::Clock))
        })
        .collect();
    all.extend(of_request(transcript));
    for (name, value) in transcript.all_headers() {
        all.push(public(name, value, Source::RequestHeader));
        all.extend(parameters(name, value));
    }
    all.extend(of_body(&transcript.body));
    if let Some(body) = transcript.text.iter().find(|part| part.source == Source::Body) {
        all.extend(of_body(&body.bytes));
    }
    let other = transcript.other_algorithm.iter().flat_map(|other| &other.text);
    let fields = transcript.text.iter().chain(&transcript.key).chain(other);
    all.extend(fields.filter(|part| part.kind != SegmentKind::Separator).cloned());
    all.extend(transcript.credentials.iter().cloned());
    all.extend(transcript.other_keys.iter().map(|(id, _)| public("key id", id, Source::Setting)));
    let mut known: Vec<AtHand> = Vec::new();
    for value in all {
        if !value.bytes.is_empty() && known.iter().all(|known| known.bytes != value.bytes) {
            known.push(value);
        }
    }
    known
}

fn of_request(transcript: &Transcript) -> Vec<AtHand> {
    let mut all = Vec::new();
    if let Some(method) = &transcript.method {
        all.push(public("method", method.as_str(), Source::RequestMethod));
        all.push(public("method", method.as_str().to_lowercase(), Source::RequestMethod));
    }
    let Some(url) = &transcript.url else { return all };
    let sent = &url[..Position::AfterQuery];
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let address = Address::parse(sent);
    let path = address.path.trim_start_matches('/');
    let names: [(&str, &str, Source); 10] = [
        ("URL", sent, Source::RequestUrl),
        ("target", target, Source::RequestTarget),
        ("path", address.path, Source::RequestTarget),
        ("path without its slash", path, Source::RequestTarget),
        ("last part of the path", path.rsplit('/').next().unwrap_or_default(), Source::RequestTarget),
        ("query", address.query.unwrap_or_default(), Source::RequestQuery),
        ("query with its `?`", target.get(address.path.len()..).unwrap_or_default(), Source::RequestQuery),
        ("URL without its query", &url[..Position::AfterPath], Source::RequestUrl),
        ("origin", &url[..Position::BeforePath], Source::RequestUrl),
        ("host", address.host, Source::RequestHost),
    ];
    all.extend(names.map(|(name, value, source)| public(name, value, source)));
    all.extend(transcript.typed_url.iter().map(|typed| public("URL as typed", typed, Source::RequestUrl)));
    all
}

/// The parameters of a header such as `Signature keyId=a,created=1`.
fn parameters(name: &str, value: &[u8]) -> Vec<AtHand> {
    let text = String::from_utf8_lossy(value);
    // The last parameter may be a list, with blanks in it.
    let end = text
        .rsplit_once('=')
        .map(|(front, list)| (front.rsplit([',', ';', ' ']).next().unwrap_or_default(), list));
    let pairs = text.split([',', ';', ' ']).filter_map(|pair| pair.trim().split_once('='));
    let parameter = |(parameter, value): (&str, &str)| {
        public(&format!("{parameter} of {name}"), value.trim_matches('"'), Source::RequestHeader)
    };
    end.into_iter().chain(pairs).map(parameter).collect()
}

fn of_body(body: &[u8]) -> Vec<AtHand> {
    let mut all = vec![public("body", body, Source::Body)];
    if body.is_empty() || body.len() > LONGEST_BODY {
        return all;
    }
    #[rustfmt::skip]
    const FORMS: [(&str, &[&str]); 9] = [
        ("SHA-256 of the body, in hex", &["sha256", "hex"]),
        ("SHA-256 of the body, in base64", &["sha256", "base64"]),
        ("SHA-256 of the body, as `SHA-256=`", &["sha256", "hex", "before:SHA-256="]),
        ("bytes of the SHA-256 of the body", &["sha256"]),
        ("MD5 of the body, in hex", &["md5", "hex"]),
        ("MD5 of the body, in base64", &["md5", "base64"]),
        ("body in base64", &["base64"]),
        ("SHA-256 of the SHA-256 of the body in hex, as `SHA-256=`", &["sha256", "hex", "sha256", "hex", "before:SHA-256="]),
        ("MD5 of the body, as `MD5=`", &["md5", "hex", "before:MD5="]),
    ];
    let form =
        |(name, filters): (&str, &[&str])| Some(public(name, ways::write(filters, body)?, Source::Body));
    all.extend(FORMS.into_iter().filter_map(form));
    all.push(public("length of the body", body.len().to_string(), Source::Body));
    let document = Json::parse(body);
    for (name, style) in STYLES.iter().take(4) {
        let Some(printed) = document.as_ref().map(|document| document.print(style)) else { continue };
        let digest = ways::write(&["sha256", "hex", "before:SHA-256="], printed.as_bytes());
        all.push(public(&format!("body as JSON, {name}"), printed, Source::Body));
        let of_printed =
            |digest| public(&format!("digest of the body as JSON, {name}"), digest, Source::Body);
        all.extend(digest.map(of_printed));
    }
    if let Some(Json::Object(members)) = document {
        let scalar = |(name, value): &(String, Json)| {
            let (Json::Text(text) | Json::Bare(text)) = value else { return None };
            // A word in place of the body has its own name.
            if matches!(value, Json::Bare(token) if token.parse::<f64>().is_err()) {
                return None;
            }
            Some(public(&format!("member `{name}` of the body"), text, Source::Body))
        };
        all.extend(members.iter().take(MOST_MEMBERS).filter_map(scalar));
    }
    all
}

/// Signs that a body was damaged on the way.
pub(super) fn damage(body: &[u8]) -> Option<&'static str> {
    let trimmed = body.trim_ascii();
    let is_cut = |open: &[u8], close: &[u8]| trimmed.starts_with(open) && !trimmed.ends_with(close);
    Some(match trimmed {
        [] => "the body that arrived is empty: hand over the bytes as received, before anything reads them",
        [0x1f, 0x8b, ..] => "the body that arrived is compressed by gzip: unpack it first",
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            "the body that arrived is compressed by deflate: unpack it first"
        }
        b"[object Object]" => "the body that arrived is JavaScript's word for an object: take the raw bytes",
        _ if body.windows(3).any(|window| window == "\u{fffd}".as_bytes()) => {
            "the body that arrived holds U+FFFD, which stands for bytes that are lost: do not decode it as text"
        }
        _ if is_cut(b"{", b"}") || is_cut(b"[", b"]") || is_cut(b"<", b">") => {
            "the body that arrived is cut off: its end is missing"
        }
        _ if std::str::from_utf8(body).is_err() => "the body that arrived is not UTF-8",
        _ => return None,
    })
}
