//! The messages that prove a file, and what its signature covers.

use std::fmt;

use http::{Method, Request};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::Declaration;
use super::Result;
use super::document::{Document, Node, Table, Word};
use super::evaluate::Context;
use super::fault::Kind;
use super::formula::Names;
use super::scheme::{Scheme, Stamps};
use crate::signing::Outgoing;
use crate::signing::members::with_member;

const MOST_VECTORS: usize = 256;

/// A message as it is sent, with what it is made of.
#[derive(Clone)]
pub struct Vector {
    source: Box<str>,
    line: usize,
    credentials: Vec<SecretString>,
    stamps: Stamps,
    message: Request<Vec<u8>>,
}

/// What became of one vector.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Where the vector is from, as the file says.
    pub source: String,
    /// The line where it begins.
    pub line: usize,
    /// Whether the same message was made, byte for byte.
    pub made: bool,
    /// Whether it was verified.
    pub verified: bool,
    /// Whether it was refused with one bit of its signature flipped.
    pub tampered_refused: bool,
}

/// What checking a file came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The vectors, in the order of the file.
    pub vectors: Vec<Outcome>,
    /// What the signature covers, by what became of good messages with one part changed: `method`, `host`, `path`,
    /// `query`, `body` and `time`. `None` where no vector has that part.
    pub covers: [(&'static str, Option<bool>); 6],
}

/// Reads `[[vector]]`.
pub(super) fn vectors<'d>(
    document: Document<'d>,
    word: Word<'d>,
    node: &'d Node<'d>,
    names: &Names,
) -> Result<Vec<Vector>> {
    let nodes = node.get_ref().as_array().ok_or_else(|| document.wrong_type(word, node, "[[vector]]"))?;
    document.at_most(MOST_VECTORS, nodes.len(), word)?;
    let tables = nodes.iter().map(|node| document.as_table(Word { at: node.span().start, ..word }, node));
    tables.map(|table| vector(table?, names)).collect()
}

fn vector(mut table: Table<'_>, names: &Names) -> Result<Vector> {
    let (document, place) = (table.document(), table.place());
    let source = table.needed_text("source")?.text.into();
    let (method, url) = (table.needed_text("method")?.text, table.needed_text("url")?.text);
    let credentials = texts(table.table("credentials")?)?;
    let stamps = texts(table.table("stamp")?)?;
    let headers = texts(table.table("headers")?)?;
    let body = table.text_or("body", "")?.into_string().into_bytes();
    table.finish()?;
    let given = |given: Vec<(Word<'_>, &str)>, wanted: Vec<&str>| -> Result<Vec<Box<str>>> {
        if let Some((name, _)) = given.iter().find(|(name, _)| !wanted.contains(&name.text)) {
            return Err(document.refuse(
                Kind::Vector,
                *name,
                format!("expected one of {}", wanted.join(", ")),
            ));
        }
        let text_of = |wanted| {
            let found = given.iter().find(|(name, _)| name.text == wanted).map(|(_, text)| (*text).into());
            found.ok_or_else(|| document.refuse(Kind::Vector, place, format!("`{wanted}` is missing here")))
        };
        wanted.into_iter().map(text_of).collect()
    };
    let credentials = given(credentials, names.credentials.iter().map(|(name, _)| &**name).collect())?;
    let stamps = given(stamps, names.stamps.iter().map(|one| &*one.name).collect())?;
    let builder = Request::builder().method(method).uri(url);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(name.text, *value));
    let message = builder.body(body).ok().filter(|message| Outgoing::from_http(message).is_ok());
    let expected = "a method, an absolute URL as a client sends it, and headers are expected";
    Ok(Vector {
        source,
        line: document.line(place.at),
        credentials: credentials.into_iter().map(|text| SecretString::from(text.into_string())).collect(),
        stamps: Stamps::new(stamps),
        message: message
            .ok_or_else(|| document.refuse(Kind::Vector, Word { text: url, ..place }, expected))?,
    })
}

fn texts(table: Option<Table<'_>>) -> Result<Vec<(Word<'_>, &str)>> {
    let Some(table) = table else { return Ok(Vec::new()) };
    let document = table.document();
    table.entries().into_iter().map(|(word, node)| Ok((word, document.as_text(word, node)?.text))).collect()
}

impl Vector {
    /// Where it is from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The message, as it is sent.
    #[must_use]
    pub fn message(&self) -> &Request<Vec<u8>> {
        &self.message
    }
}

impl Declaration {
    /// Makes and verifies each vector, and measures what the signature covers.
    #[must_use]
    pub fn check(&self) -> Report {
        let mut covers = ["method", "host", "path", "query", "body", "time"].map(|part| (part, None));
        let vectors = self.vectors().iter().map(|vector| {
            let [made, verified, tampered_refused] =
                self.check_vector(vector, &mut covers).unwrap_or_default();
            Outcome { source: vector.source.to_string(), line: vector.line, made, verified, tampered_refused }
        });
        Report { vectors: vectors.collect(), covers }
    }

    fn check_vector(&self, vector: &Vector, covers: &mut [(&str, Option<bool>)]) -> Result<[bool; 3]> {
        let scheme = Scheme::new(self.clone(), vector.credentials.clone())?;
        let (stamps, message, mut unsigned) = (&vector.stamps, &vector.message, vector.message.clone());
        // With something else in all that is placed.
        let outgoing = Outgoing::from_http(message)?;
        let context = Context::new(scheme.inputs(stamps), &outgoing)?;
        context.place_each(|_| Ok(Zeroizing::new(b"0".to_vec())))?.apply(&mut unsigned)?;
        let mut made = unsigned.clone();
        scheme.sign_http(&mut made, stamps)?;
        let is_made = made.uri() == message.uri()
            && made.headers() == message.headers()
            && made.body() == message.body();
        let mut digest = scheme.place(&Outgoing::from_http(&unsigned)?, stamps)?.1.digest().to_vec();
        let is_verified = accepts(&scheme, message);
        let changes = changes(message).into_iter();
        for ((_, covered), changed) in covers.iter_mut().zip(changes).filter(|_| is_verified) {
            note(covered, changed.map(|changed| accepts(&scheme, &changed)));
        }
        let later = Stamps::new(stamps.texts().map(later).collect());
        let later =
            if later == *stamps { None } else { Some(with_digest(&scheme, &unsigned, &later, &digest)?) };
        if let (Some((_, covered)), true) = (covers.last_mut(), is_verified) {
            note(covered, later.map(|later| accepts(&scheme, &later)));
        }
        digest.first_mut().into_iter().for_each(|byte| *byte ^= 1);
        let tampered = with_digest(&scheme, &unsigned, stamps, &digest)?;
        Ok([is_made, is_verified, !accepts(&scheme, &tampered)])
    }
}

/// A part is covered where no change of it was accepted.
fn note(covered: &mut Option<bool>, is_accepted: Option<bool>) {
    if let Some(is_accepted) = is_accepted {
        *covered = Some(covered.unwrap_or(true) && !is_accepted);
    }
}

fn accepts(scheme: &Scheme, message: &Request<Vec<u8>>) -> bool {
    Outgoing::from_http(message).and_then(|message| scheme.verify(&message).map(drop)).is_ok()
}

/// A message with another digest than its own, or other stamps than those that the digest is of.
fn with_digest(
    scheme: &Scheme,
    unsigned: &Request<Vec<u8>>,
    stamps: &Stamps,
    digest: &[u8],
) -> Result<Request<Vec<u8>>> {
    let (outgoing, mut message) = (Outgoing::from_http(unsigned)?, unsigned.clone());
    let mut context = Context::new(scheme.inputs(stamps), &outgoing)?;
    context.finish(digest)?;
    context.place()?.apply(&mut message).map(|()| message)
}

/// A stamp of the same form, with another last character.
fn later(stamp: &str) -> Box<str> {
    let at = stamp.rfind(|last: char| last.is_ascii_alphanumeric()).unwrap_or_default();
    let (front, back) = stamp.split_at_checked(at).unwrap_or((stamp, ""));
    let last = if back.starts_with('1') { "2" } else { "1" };
    [front, last, back.get(1..).unwrap_or_default()].concat().into()
}

/// A message with another method, host, path, query and body; `None` where it has no body.
fn changes(message: &Request<Vec<u8>>) -> [Option<Request<Vec<u8>>>; 5] {
    let [mut method, mut host, mut path, mut query, mut body] = [(); 5].map(|()| message.clone());
    *method.method_mut() = if message.method() == Method::PUT { Method::POST } else { Method::PUT };
    with_uri(&mut host, |address, query| format!("{}{query}", address.replacen("://", "://x", 1)));
    with_uri(&mut path, |address, query| format!("{address}x{query}"));
    with_uri(&mut query, |address, query| match query {
        "" => format!("{address}?x=1"),
        _ => format!("{address}{query}&x=1"),
    });
    let other = with_member(message.body(), &["x".into()], Some("1"));
    *body.body_mut() = other.unwrap_or_else(|| [message.body(), &b"&x=1"[..]].concat());
    [Some(method), Some(host), Some(path), Some(query), Some(body).filter(|_| !message.body().is_empty())]
}

/// Rewrites a URL out of what is in front of its query, and the query with its `?`.
fn with_uri(message: &mut Request<Vec<u8>>, rewrite: impl FnOnce(&str, &str) -> String) {
    let uri = message.uri().to_string();
    let (address, query) = uri.split_at_checked(uri.find('?').unwrap_or(uri.len())).unwrap_or_default();
    if let Ok(uri) = rewrite(address, query).parse() {
        *message.uri_mut() = uri;
    }
}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vector")
            .field("source", &self.source)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}
