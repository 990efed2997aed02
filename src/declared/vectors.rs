//! Checks the messages that prove a file, and finds what its signature covers.

use std::fmt;

use http::{Method, Request, StatusCode};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::document::{Document, Node, Table, Word};
use super::evaluate::{Context, Inputs};
use super::fault::Kind;
use super::formula::{Formula, Names};
use super::scheme::{Scheme, Sent, Stamps};
use super::{Declaration, Result};
use crate::signing::RequestRef;
use crate::signing::filter::Filter;
use crate::signing::members::with_member;

const MOST_VECTORS: usize = 256;

/// The formulas of requests and of replies.
type Formulas<'f> = (&'f Formula, Option<&'f Formula>);

/// A message as it is sent, with its credentials and stamps.
#[derive(Clone)]
pub struct Vector {
    source: Box<str>,
    line: usize,
    credentials: Vec<SecretString>,
    sent: Message,
    reply: Option<(StatusCode, Message)>,
}

/// A request, or a reply with the method and URL of the request that it answers.
#[derive(Clone)]
struct Message {
    stamps: Stamps,
    http: Request<Vec<u8>>,
}

/// The result of checking one vector.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Where the vector is from, according to the file.
    pub source: String,
    /// The line where it begins.
    pub line: usize,
    /// Whether signing made the same message, byte for byte.
    pub made: bool,
    /// Whether the message verified.
    pub verified: bool,
    /// Whether the message was refused when one bit of its signature was flipped.
    pub tampered_refused: bool,
    /// If one of the three is `false`: what was signed and what differs, in sentences. Secrets are masked.
    pub why: Vec<String>,
}

/// The result of checking a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The vectors, in the order of the file.
    pub vectors: Vec<Outcome>,
    /// What the signature covers: `method`, `host`, `path`, `query`, `body` and `time`. A part is covered if a good
    /// message is refused once that part is changed. `None` where no vector has the part.
    pub covers: Covers,
}

type Covers = [(&'static str, Option<bool>); 6];

/// Reads `[[vector]]`.
pub(super) fn vectors<'d>(
    document: Document<'d>,
    word: Word<'d>,
    node: &'d Node<'d>,
    names: &Names,
    formulas: Formulas<'_>,
) -> Result<Vec<Vector>> {
    let nodes = node.get_ref().as_array().ok_or_else(|| document.wrong_type(word, node, "[[vector]]"))?;
    document.at_most(MOST_VECTORS, nodes.len(), word)?;
    let tables = nodes.iter().map(|node| document.as_table(Word { at: node.span().start, ..word }, node));
    tables.map(|table| vector(table?, names, formulas)).collect()
}

fn vector(mut table: Table<'_>, names: &Names, (formula, replies): Formulas<'_>) -> Result<Vector> {
    let (document, place) = (table.document, table.place);
    let source = table.needed_text("source")?.text.into();
    let address = [table.needed_text("method")?, table.needed_text("url")?];
    let wanted: Vec<_> = names.credentials.iter().map(|(name, _)| (&**name, true)).collect();
    let credentials = given(&mut table, "credentials", &wanted)?;
    let reply = table.table("reply")?.map(|mut table| {
        let no_replies = || document.refuse(Kind::Vector, table.place, "the file has no [reply]");
        let replies = replies.ok_or_else(no_replies)?;
        let status = table.take("status");
        let (word, code) = status.map_or((place, "200"), |(word, node)| {
            (word, node.get_ref().as_integer().map_or("", |number| number.as_str()))
        });
        let malformed = |_| document.refuse(Kind::Vector, word, "a status is a number like 200");
        Ok((code.parse().map_err(malformed)?, message(table, names, replies, address)?))
    });
    Ok(Vector {
        source,
        line: document.line(place.at),
        credentials: credentials.into_iter().map(|text| SecretString::from(text.into_string())).collect(),
        reply: reply.transpose()?,
        sent: message(table, names, formula, address)?,
    })
}

/// The rest of a table: stamps, headers and body.
fn message(
    mut table: Table<'_>,
    names: &Names,
    formula: &Formula,
    [method, url]: [Word<'_>; 2],
) -> Result<Message> {
    let document = table.document;
    let stamps = names.stamps.iter().enumerate();
    let stamps = stamps.map(|(index, one)| (&*one.name, formula.names_stamp(index)));
    let stamps = given(&mut table, "stamp", &stamps.collect::<Vec<_>>())?;
    let headers = texts(table.table("headers")?)?;
    let body = match (table.text("body")?, table.text("body-base64")?) {
        (body, None) => body.map_or("", |word| word.text).into(),
        (None, Some(word)) => {
            let no_base64 =
                || document.refuse(Kind::Vector, Word { text: "body-base64", ..word }, "it is no base64");
            Filter::Unbase64.apply(word.text.as_bytes()).ok_or_else(no_base64)?.into_owned()
        }
        (_, Some(word)) => {
            return Err(document.refuse(Kind::Vector, word, "there is either `body` or `body-base64`"));
        }
    };
    table.finish()?;
    let builder = Request::builder().method(method.text).uri(url.text);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(name.text, *value));
    let message = builder.body(body).ok().filter(|message| RequestRef::from_http(message).is_ok());
    let expected = "a method, an absolute URL as a client sends it, and headers are expected";
    let http = message.ok_or_else(|| document.refuse(Kind::Vector, url, expected))?;
    Ok(Message { stamps: Stamps(stamps), http })
}

/// The texts of a table that must have all wanted names and no others. An unwanted name gets an empty text.
fn given(table: &mut Table<'_>, key: &'static str, names: &[(&str, bool)]) -> Result<Vec<Box<str>>> {
    let (document, place) = (table.document, table.place);
    let given = texts(table.table(key)?)?;
    let wanted = names.iter().filter(|(_, is_wanted)| *is_wanted).map(|(name, _)| *name);
    if let Some((name, _)) = given.iter().find(|(name, _)| !wanted.clone().any(|wanted| wanted == name.text))
    {
        let expected = format!("expected one of {}", wanted.collect::<Vec<_>>().join(", "));
        return Err(document.refuse(Kind::Vector, *name, expected));
    }
    let text_of = |(name, is_wanted): &(&str, bool)| {
        let found = given.iter().find(|(given, _)| given.text == *name).map(|(_, text)| (*text).into());
        let found = found.or_else(|| (!is_wanted).then(Box::default));
        found.ok_or_else(|| document.refuse(Kind::Vector, place, format!("`{name}` is missing in `{key}`")))
    };
    names.iter().map(text_of).collect()
}

fn texts(table: Option<Table<'_>>) -> Result<Vec<(Word<'_>, &str)>> {
    let Some(table) = table else { return Ok(Vec::new()) };
    let document = table.document;
    table.entries().into_iter().map(|(word, node)| Ok((word, document.as_text(word, node)?.text))).collect()
}

impl Vector {
    /// Where it is from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The request or webhook, as it is sent.
    #[must_use]
    pub fn message(&self) -> &Request<Vec<u8>> {
        &self.sent.http
    }
}

impl Declaration {
    /// Makes and verifies each vector, and measures what the signature covers.
    #[must_use]
    pub fn check(&self) -> Report {
        let mut covers = ["method", "host", "path", "query", "body", "time"].map(|part| (part, None));
        let vectors = self.vectors().iter().map(|vector| {
            let (source, line) = (vector.source.to_string(), vector.line);
            let mut outcome =
                Outcome { source, line, made: true, verified: true, tampered_refused: true, why: Vec::new() };
            if let Err(error) = self.check_vector(vector, &mut outcome, &mut covers) {
                (outcome.made, outcome.verified, outcome.tampered_refused) = (false, false, false);
                outcome.why.push(error.to_string());
            }
            outcome
        });
        Report { vectors: vectors.collect(), covers }
    }

    fn check_vector(&self, vector: &Vector, outcome: &mut Outcome, covers: &mut Covers) -> Result {
        let scheme = Scheme::new(self.clone(), vector.credentials.clone())?;
        let Message { stamps, http } = &vector.sent;
        let accept = |message: &RequestRef<'_>| scheme.verify(message).map(drop);
        let case = Case { inputs: scheme.inputs(stamps), http, accept: &accept };
        case.judge(outcome)?;
        if case.accepts(http) {
            case.cover(covers)?;
        }
        let Some((status, Message { stamps: later, http: reply })) = &vector.reply else { return Ok(()) };
        let request = RequestRef::from_http(http)?;
        let sent = Sent { request: &request, stamps, status: *status };
        let request = scheme.sending(&request, stamps)?;
        let inputs = scheme.inputs_of_reply(&sent, &request, later)?;
        let accept = |message: &RequestRef<'_>| scheme.verify_reply(&sent, message).map(drop);
        Case { inputs, http: reply, accept: &accept }.judge(outcome)
    }
}

/// A message with its inputs, and the function that judges it.
struct Case<'c> {
    inputs: Inputs<'c>,
    http: &'c Request<Vec<u8>>,
    accept: &'c dyn Fn(&RequestRef<'_>) -> Result,
}

impl Case<'_> {
    /// Notes whether the message is made, verified, and refused with one bit flipped; and if not, why.
    fn judge(&self, outcome: &mut Outcome) -> Result {
        let unsigned = self.unsigned()?;
        let outgoing = RequestRef::from_http(&unsigned)?;
        let mut context = Context::new(self.inputs, &outgoing)?;
        let mut digest = context.sign()?.digest().to_vec();
        let mut made = unsigned.clone();
        context.place()?.apply(&mut made)?;
        let differences = differences(&made, self.http);
        digest.first_mut().into_iter().for_each(|byte| *byte ^= 1);
        let tampered = self.with_digest(&unsigned, self.inputs.stamps, &digest)?;
        let verified = RequestRef::from_http(self.http).and_then(|message| (self.accept)(&message));
        let is_refused = !self.accepts(&tampered);
        if !differences.is_empty() || verified.is_err() || !is_refused {
            outcome.why.push(format!("signed: {:?}", context.signed_text()?));
        }
        outcome.made &= differences.is_empty();
        outcome.verified &= verified.is_ok();
        outcome.tampered_refused &= is_refused;
        outcome.why.extend(differences);
        outcome.why.extend(verified.err().map(|error| format!("{error} [{}]", error.code())));
        Ok(())
    }

    /// Notes which parts of an accepted message the signature covers.
    fn cover(&self, covers: &mut Covers) -> Result {
        let unsigned = self.unsigned()?;
        let outgoing = RequestRef::from_http(&unsigned)?;
        let digest = Context::new(self.inputs, &outgoing)?.sign()?.digest().to_vec();
        let later: Vec<_> = self.inputs.stamps.iter().map(|stamp| later(stamp)).collect();
        let later = (!later.is_empty()).then(|| self.with_digest(&unsigned, &later, &digest)).transpose()?;
        for ((_, covered), changed) in covers.iter_mut().zip(changes(self.http).into_iter().chain([later])) {
            if let Some(changed) = changed {
                *covered = Some(covered.unwrap_or(true) && !self.accepts(&changed));
            }
        }
        Ok(())
    }

    fn accepts(&self, message: &Request<Vec<u8>>) -> bool {
        RequestRef::from_http(message).and_then(|message| (self.accept)(&message)).is_ok()
    }

    /// The message with a dummy in place of each placed value.
    fn unsigned(&self) -> Result<Request<Vec<u8>>> {
        let (outgoing, mut message) = (RequestRef::from_http(self.http)?, self.http.clone());
        let context = Context::new(self.inputs, &outgoing)?;
        let placed = context.place_each(|_| Ok(Zeroizing::new(b"0".to_vec())))?;
        placed.apply(&mut message).map(|()| message)
    }

    /// The message with this digest and these stamps, which need not belong together.
    fn with_digest(
        &self,
        unsigned: &Request<Vec<u8>>,
        stamps: &[Box<str>],
        digest: &[u8],
    ) -> Result<Request<Vec<u8>>> {
        let (outgoing, mut message) = (RequestRef::from_http(unsigned)?, unsigned.clone());
        let mut context = Context::new(Inputs { stamps, ..self.inputs }, &outgoing)?;
        context.finish(digest)?;
        context.place()?.apply(&mut message).map(|()| message)
    }
}

/// The parts of the made message that differ from the vector.
fn differences(made: &Request<Vec<u8>>, vector: &Request<Vec<u8>>) -> Vec<String> {
    let text = String::from_utf8_lossy;
    let uris = [made, vector].map(|message| message.uri().to_string());
    let bodies = [made, vector].map(|message| text(message.body()).into_owned());
    let headers = made.headers().keys().map(|name| {
        let values = [made, vector].map(|message| {
            let values = message.headers().get_all(name).iter().map(|value| text(value.as_bytes()));
            values.collect::<Vec<_>>().join(", ")
        });
        (format!("header {name}"), values)
    });
    let all = [("URL".to_owned(), uris), ("body".to_owned(), bodies)].into_iter().chain(headers);
    all.filter(|(_, [made, given])| made != given)
        .map(|(part, [made, given])| format!("{part}: made {made:?}, the vector has {given:?}"))
        .collect()
}

/// A stamp of the same form, with another last character.
fn later(stamp: &str) -> Box<str> {
    let at = stamp.rfind(|last: char| last.is_ascii_alphanumeric()).unwrap_or_default();
    let (front, back) = stamp.split_at_checked(at).unwrap_or((stamp, ""));
    let last = if back.starts_with('1') { "2" } else { "1" };
    [front, last, back.get(1..).unwrap_or_default()].concat().into()
}

/// The message with another method, host, path, query or body; the last is `None` where there is no body.
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

/// Rewrites a URL; `rewrite` takes the part in front of the query, and the query with its `?`.
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
