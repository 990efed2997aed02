//! The values for the templates.

use askama::Template;
use chrono::{DateTime, Utc};
use countersign::diagnose::Finding;
use countersign::explain::{ExplainedSegment, Explanation, Value};
use countersign::signing::{Charset, Source};

use super::hex::{self, Row};
use super::printable::line;
use super::signed::{Mark, Marks, Piece};
use crate::event::Event;
use crate::exchange::Exchange;
use crate::signatures::Shown;
use crate::vendor::Vendor;
use crate::verdict::Verdict;

/// How many exchanges the page shows.
const SHOWN: usize = 100;

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    /// The providers whose webhooks the page sends, with their events.
    senders: Vec<(Vendor, Vec<&'static Event>)>,
    /// The played providers and their origins.
    origins: Vec<(Vendor, String)>,
    limit: usize,
    /// The number of the latest exchange: how many there have been.
    last: u64,
    vendors: [Vendor; 4],
    /// The latest first.
    exchanges: Vec<ExchangeView>,
}

impl Page {
    pub(super) fn new(
        exchanges: &[Exchange],
        senders: impl Iterator<Item = Vendor>,
        origins: Vec<(Vendor, String)>,
    ) -> Self {
        Self {
            senders: senders.map(|vendor| (vendor, Event::of(vendor).collect())).collect(),
            origins,
            limit: SHOWN,
            last: exchanges.last().map_or(0, Exchange::number),
            vendors: Vendor::ALL,
            exchanges: exchanges.iter().rev().take(SHOWN).map(ExchangeView::new).collect(),
        }
    }
}

/// One exchange: an item of the page's list.
#[derive(Template)]
#[template(path = "exchange.html")]
pub(super) struct ExchangeView {
    number: u64,
    vendor: Vendor,
    time: String,
    method: String,
    target: String,
    status: u16,
    reason: Option<Reason>,
    request: Vec<Vec<Piece>>,
    body: Option<Piece>,
    signed: Option<SignedView>,
    signatures: Option<[SignatureView; 2]>,
}

/// Why a request was refused.
struct Reason {
    code: String,
    sentence: String,
    /// In runs; the first member of a pair says whether the run is code.
    fix: Vec<(bool, String)>,
    /// Code and sentence of other mistakes that give the same signature.
    others: Vec<(String, String)>,
}

struct SignedView {
    /// What was signed by mistake, if that is known.
    was_signed: Vec<Piece>,
    algorithm: &'static str,
    encoding: &'static str,
    length: usize,
    text: Vec<Piece>,
    key: Vec<Piece>,
    rows: Vec<SegmentView>,
    hex: Vec<Row>,
    hex_left_out: usize,
}

struct SegmentView {
    mark: Mark,
    name: String,
    /// A secret's fingerprint.
    secret: Option<String>,
    source: Source,
    charset: Charset,
    length: usize,
}

struct SignatureView {
    title: &'static str,
    shown: bool,
    text: String,
}

impl ExchangeView {
    pub(super) fn new(exchange: &Exchange) -> Self {
        let explanation = exchange.explanation();
        let marks = explanation.map(Marks::of);
        Self {
            number: exchange.number(),
            vendor: exchange.vendor(),
            time: DateTime::<Utc>::from(exchange.at()).format("%H:%M:%S%.3f").to_string(),
            method: exchange.method().to_string(),
            target: line(&exchange.redacted(exchange.target().into())),
            status: exchange.status().as_u16(),
            reason: reason(exchange),
            request: request(exchange, marks.as_ref()),
            body: body(exchange, marks.as_ref()),
            signed: explanation.zip(marks.as_ref()).map(|(e, marks)| {
                let finding = exchange.diagnosis().and_then(|diagnosis| diagnosis.findings().first());
                SignedView::new(e, marks, finding.map_or(&[], Finding::signed_text))
            }),
            signatures: exchange.signatures().map(|signatures| {
                [("expected", &signatures.expected), ("received", &signatures.received)]
                    .map(|(title, shown)| SignatureView::new(title, shown))
            }),
        }
    }

    fn verdict(&self) -> &'static str {
        if self.reason.is_some() { "refused" } else { "accepted" }
    }
}

fn reason(exchange: &Exchange) -> Option<Reason> {
    let Verdict::Refused(refusal) = exchange.verdict() else { return None };
    let Some(diagnosis) = exchange.diagnosis() else {
        let (code, sentence) = (refusal.code().to_owned(), capitalised(&format!("{refusal}.")));
        let fix = refusal.fix().map(prose).unwrap_or_default();
        return Some(Reason { code, sentence, fix, others: Vec::new() });
    };
    let others = diagnosis.findings().iter().skip(1);
    Some(Reason {
        code: diagnosis.code().to_owned(),
        sentence: line(diagnosis.sentence()),
        fix: prose(diagnosis.fix()),
        others: others.map(|finding| (finding.code().to_owned(), line(finding.sentence()))).collect(),
    })
}

/// Text with code between backticks.
fn prose(text: &str) -> Vec<(bool, String)> {
    let runs = text.split('`').enumerate().map(|(place, run)| (place % 2 == 1, line(run)));
    runs.filter(|(_, run)| !run.is_empty()).collect()
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The request line and the headers.
fn request(exchange: &Exchange, marks: Option<&Marks<'_>>) -> Vec<Vec<Piece>> {
    let target = &*exchange.redacted(exchange.target().into());
    let mut first = vec![Piece::plain(format!("{} ", exchange.method()))];
    first.extend(marks.map_or_else(|| vec![Piece::plain(line(target))], |marks| marks.target(target)));
    let headers = exchange.headers().map(|(name, value)| {
        let marked = marks.and_then(|marks| match name.as_str() {
            "host" => marks.from(Source::RequestUrl).map(|mark| Piece::marked(Some(mark), line(&value))),
            name => marks.header(name),
        });
        let name = exchange.redacted(name.as_str().into());
        vec![Piece::plain(format!("{name}: ")), marked.unwrap_or_else(|| Piece::plain(line(&value)))]
    });
    std::iter::once(first).chain(headers).collect()
}

fn body(exchange: &Exchange, marks: Option<&Marks<'_>>) -> Option<Piece> {
    let text = exchange.redacted(String::from_utf8_lossy(exchange.body()));
    let mark = marks.and_then(|marks| marks.from(Source::Body));
    (!text.is_empty()).then(|| Piece::marked(mark, line(&text)))
}

impl SignedView {
    fn new(explanation: &Explanation, marks: &Marks<'_>, was_signed: &[ExplainedSegment]) -> Self {
        let (hex, hex_left_out) = hex::dump(&marks.segments);
        let piece =
            |(mark, segment): &(Option<Mark>, &ExplainedSegment)| Piece::marked(*mark, shown(segment));
        let key = explanation
            .mac_key()
            .iter()
            .map(|segment| Piece::marked(marks.named(segment.name()), shown(segment)));
        Self {
            was_signed: was_signed
                .iter()
                .map(|segment| Piece::marked(marks.named(segment.name()), shown(segment)))
                .collect(),
            algorithm: explanation.mac().map_or("", |mac| mac.algorithm.as_str()),
            encoding: explanation.mac().map_or("", |mac| mac.encoding.as_str()),
            length: explanation.signed_length(),
            text: marks.segments.iter().map(piece).collect(),
            key: key.collect(),
            rows: marks.segments.iter().filter_map(SegmentView::new).collect(),
            hex,
            hex_left_out,
        }
    }
}

fn shown(segment: &ExplainedSegment) -> String {
    match segment.value() {
        Value::Shown { text, .. } => line(text),
        _ => format!("‹{}›", segment.name()),
    }
}

impl SegmentView {
    fn new((mark, segment): &(Option<Mark>, &ExplainedSegment)) -> Option<Self> {
        Some(Self {
            mark: (*mark)?,
            name: segment.name().to_owned(),
            secret: match segment.value() {
                Value::Masked { fingerprint, .. } => Some(fingerprint.to_string()),
                _ => None,
            },
            source: segment.source(),
            charset: segment.charset(),
            length: segment.value().length(),
        })
    }
}

impl SignatureView {
    fn new(title: &'static str, shown: &Shown) -> Self {
        match shown {
            Shown::Text(text) => Self { title, shown: true, text: text.clone() },
            Shown::Masked { length, fingerprint } => {
                let text = format!("masked, {length} characters, fingerprint {fingerprint}");
                Self { title, shown: false, text }
            }
        }
    }
}
