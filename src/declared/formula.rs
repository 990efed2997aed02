//! A scheme, compiled: expressions in which every name is resolved.

use http::{HeaderName, Method};

use crate::signing::filter::Filter;
use crate::signing::stamp::Format;
use crate::signing::{self, MacAlgorithm};

/// How messages of one kind are signed.
#[derive(Debug)]
pub(super) struct Formula {
    pub(super) steps: Vec<Step>,
    /// The index of the step `signature`.
    pub(super) signature: usize,
    pub(super) placements: Vec<Placement>,
}

/// A named value of `[let]`.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: Box<str>,
    pub(super) line: usize,
    pub(super) value: Expr,
    /// Whether the step is part of a key, and whether it must not be shown.
    pub(super) is_key: bool,
    pub(super) is_hidden: bool,
}

/// How a value is made, and how a verifier takes it apart.
#[derive(Debug)]
pub(super) enum Expr {
    Literal(Box<str>),
    Name(Box<str>, Source),
    Filtered(Box<Expr>, Vec<Filter>),
    /// Values one after the other, with a separator between them.
    Text(Vec<Expr>, Box<str>),
    /// The first alternative that fits; empty where none fits.
    Either(Vec<Alternative>),
    List(Box<List>),
    /// An object; if `true`, the members of the body follow its own.
    Json(Vec<(Box<str>, Expr)>, bool),
    /// The bytes of a digest; the key is missing in a plain hash.
    Digest(MacAlgorithm, Option<Box<Expr>>, Box<Expr>),
}

/// A value for some methods (for all if none is named), if its condition is not empty.
#[derive(Debug)]
pub(super) struct Alternative {
    pub(super) methods: Vec<Method>,
    pub(super) condition: Option<Expr>,
    pub(super) value: Expr,
}

/// What a name in braces stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Part(Part),
    /// A header, pair or member by its name.
    At(Place),
    Stamp(usize),
    Credential(usize),
    Step(usize),
    /// The names of a list, joined.
    Names(usize),
    /// The name of a pair or header of a list; if `true`, its value.
    Each(bool),
    /// In a reply: a part of the request, and the status.
    Request(Box<Source>),
    Status,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Method,
    Scheme,
    Host,
    Hostname,
    Port,
    Path,
    Query,
    Target,
    Url,
    Body,
}

/// The parts by name, with the source that explanations name.
pub(super) const PARTS: [(&str, Part, signing::Source); 10] = [
    ("method", Part::Method, signing::Source::RequestMethod),
    ("scheme", Part::Scheme, signing::Source::RequestUrl),
    ("host", Part::Host, signing::Source::RequestHost),
    ("hostname", Part::Hostname, signing::Source::RequestHost),
    ("port", Part::Port, signing::Source::RequestHost),
    ("path", Part::Path, signing::Source::RequestTarget),
    ("query", Part::Query, signing::Source::RequestQuery),
    ("target", Part::Target, signing::Source::RequestTarget),
    ("url", Part::Url, signing::Source::RequestUrl),
    ("body", Part::Body, signing::Source::Body),
];

/// A list of names and values: how it is selected, sorted and written.
#[derive(Debug)]
pub(super) struct List {
    pub(super) sources: Vec<ListSource>,
    /// Values to add: in place of a listed header of that name, otherwise behind all others.
    pub(super) add: Vec<(Box<str>, Expr)>,
    /// The case of the names, which are put into it before they are selected and sorted.
    pub(super) case: Option<Filter>,
    pub(super) keep: Vec<Box<str>>,
    pub(super) drop: Vec<Box<str>>,
    pub(super) drop_empty: bool,
    pub(super) group: Option<Box<str>>,
    pub(super) sort: Option<Sort>,
    pub(super) unique: bool,
    pub(super) encode: Encode,
    pub(super) each: Expr,
    pub(super) join: Box<str>,
    /// The separator between the names, where `{STEP.names}` lists them.
    pub(super) names_join: Box<str>,
    /// The step of the list, which sees only the headers that are placed before it.
    pub(super) step: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ListSource {
    Query,
    Form,
    /// The members of the body, or of an object within it.
    Json(Vec<Box<str>>),
    /// A header by its name in lower case, or the headers that fit a pattern.
    Header(Box<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Pair,
    Value,
}

/// How pairs are written: as they were sent, decoded, or decoded and encoded again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encode {
    AsSent,
    Decoded,
    Again(Filter),
}

/// A part of the message that the signer writes and the verifier reads.
#[derive(Debug)]
pub(super) struct Placement {
    pub(super) place: Place,
    /// Whether it is only a default: not set where the caller has set the header, and not read.
    pub(super) is_default: bool,
    pub(super) line: usize,
    pub(super) value: Expr,
    /// It can be made after this many steps.
    pub(super) after: usize,
    /// Whether it is left out of what is signed.
    pub(super) is_late: bool,
    /// Whether it may be shown: no secret is part of it, so nobody can use it to sign.
    pub(super) is_public: bool,
}

/// The place of a value in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Header(HeaderName),
    Query(Box<str>),
    Form(Box<str>),
    Json(Vec<Box<str>>),
}

/// The credentials and stamps of a file.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) credentials: Vec<(Box<str>, IsSecret)>,
    pub(super) stamps: Vec<NamedStamp>,
}

pub(super) type IsSecret = bool;

#[derive(Debug)]
pub(super) struct NamedStamp {
    pub(super) name: Box<str>,
    pub(super) line: usize,
    pub(super) format: Format,
}

/// The algorithm, key and text of a digest, and the filters that write it.
pub(super) type Digest<'f> = (MacAlgorithm, Option<&'f Expr>, &'f Expr, &'f [Filter]);

impl Formula {
    /// The step `signature`, and its digest.
    pub(super) fn signing(&self) -> Option<(&Step, Digest<'_>)> {
        let step = self.steps.get(self.signature)?;
        step.digest().map(|digest| (step, digest))
    }

    /// The placement that is a header of this name.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&Placement> {
        self.read().find(|one| matches!(&one.place, Place::Header(placed) if placed == name))
    }

    /// The placements that are read when verifying.
    pub(super) fn read(&self) -> impl Iterator<Item = &Placement> {
        self.placements.iter().filter(|one| !one.is_default)
    }
}

impl Step {
    /// The digest of the step, if the step is a digest.
    pub(super) fn digest(&self) -> Option<Digest<'_>> {
        let (value, encode) = match &self.value {
            Expr::Filtered(value, encode) => (&**value, &**encode),
            value => (value, &[][..]),
        };
        let Expr::Digest(algorithm, key, text) = value else { return None };
        Some((*algorithm, key.as_deref(), text, encode))
    }

    /// Whether its bytes are made once and kept. Otherwise its parts are stated wherever it is named.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.value, Expr::Filtered(..) | Expr::Digest(..))
    }
}

impl Expr {
    /// The expressions that this expression is made of.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Name(..) => Vec::new(),
            Self::Filtered(value, _) => vec![value],
            Self::Text(items, _) => items.iter().collect(),
            Self::Either(all) => {
                all.iter().flat_map(|one| one.condition.iter().chain([&one.value])).collect()
            }
            Self::List(list) => list.add.iter().map(|(_, value)| value).chain([&list.each]).collect(),
            Self::Json(members, _) => members.iter().map(|(_, value)| value).collect(),
            Self::Digest(_, key, text) => key.as_deref().into_iter().chain([&**text]).collect(),
        }
    }

    /// This expression, and all that it is made of.
    pub(super) fn all(&self) -> Vec<&Self> {
        [self].into_iter().chain(self.parts().into_iter().flat_map(Self::all)).collect()
    }

    /// The text, if the expression is literal.
    pub(super) fn literal(&self) -> Option<&str> {
        if let Self::Literal(text) = self { Some(text) } else { None }
    }

    /// The literal text that the expression begins with.
    pub(super) fn begins_with(&self) -> Option<&str> {
        if let Self::Text(items, _) = self { items.first()?.literal() } else { self.literal() }
    }

    /// The name that explanations give the value.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Name(name, _) => name,
            Self::Filtered(value, _) => value.label(),
            _ => "text",
        }
    }

    /// The step whose value this is.
    pub(super) fn step(&self) -> Option<usize> {
        if let Self::Name(_, Source::Step(index)) = self { Some(*index) } else { None }
    }

    /// Whether a verifier can take the value apart. Otherwise it makes the value again and compares.
    pub(super) fn is_readable(&self, steps: &[Step]) -> bool {
        match self {
            Self::Name(_, Source::Stamp(_) | Source::Credential(_)) | Self::Text(..) | Self::Json(..) => true,
            Self::Name(_, Source::Step(index)) => {
                steps.get(*index).is_some_and(|one| one.value.is_readable(steps))
            }
            Self::Filtered(value, filters) => {
                value.is_readable(steps) && filters.iter().all(Filter::can_be_undone)
            }
            _ => false,
        }
    }
}

impl Place {
    /// The name that a refusal gives.
    pub(super) fn name(&self) -> Box<str> {
        match self {
            Self::Header(name) => name.as_str().into(),
            Self::Query(name) | Self::Form(name) => name.clone(),
            Self::Json(path) => path.join(".").into(),
        }
    }

    pub(super) fn is_header(&self) -> bool {
        matches!(self, Self::Header(_))
    }
}

impl Names {
    pub(super) fn is_secret(&self, credential: usize) -> bool {
        self.credentials.get(credential).is_some_and(|(_, is_secret)| *is_secret)
    }

    /// Whether a stamp says when the message was made.
    pub(super) fn has_time(&self) -> bool {
        self.stamps.iter().any(|stamp| stamp.format.is_time())
    }
}

/// Whether a name fits a pattern. One `*` stands for anything.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    pattern.split_once('*').map_or(pattern == name, |(front, back)| {
        name.len() >= front.len() + back.len() && name.starts_with(front) && name.ends_with(back)
    })
}
