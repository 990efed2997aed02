//! Templates: literal text and names in braces. Names are resolved when the file is read.

use http::HeaderName;

use super::Result;
use super::document::{Document, Word};
use super::fault::Kind;
use super::formula::{Expr, Names, PARTS, Place, Source};
use crate::error::Error;
use crate::signing::filter::{self, Filter};

const MOST_PIECES: usize = 64;
const MOST_FILTERS: usize = 8;

/// What a name may stand for at one place of the file.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'c, 'd> {
    pub(super) document: Document<'d>,
    pub(super) names: &'c Names,
    /// The steps of the formula, in order, and how many of them are made at this place.
    pub(super) steps: &'c [&'d str],
    pub(super) made: usize,
    /// Whether the place is about a reply, which can name parts of its request.
    pub(super) is_reply: bool,
    /// Whether the place is about one pair or header of a list.
    pub(super) is_each: bool,
}

/// Whether a name has a meaning already, so that the user cannot take it.
pub(super) fn is_reserved(name: &str) -> bool {
    PARTS.iter().any(|(part, ..)| *part == name)
        || ["header", "form", "json", "name", "value", "request", "status"].contains(&name)
}

impl Resolver<'_, '_> {
    /// Parses a template; `{{` and `}}` stand for braces.
    pub(super) fn template(&self, word: Word<'_>) -> Result<Expr> {
        let expected = "a brace lacks its pair; write {{ or }} for a brace in the text";
        let (mut items, mut literal, mut rest) = (Vec::new(), String::new(), word.text);
        while let Some((before, behind)) = rest.find(['{', '}']).and_then(|at| rest.split_at_checked(at)) {
            literal.push_str(before);
            if let Some(behind) = behind.strip_prefix("{{").or_else(|| behind.strip_prefix("}}")) {
                literal.extend(rest.get(before.len()..).and_then(|brace| brace.chars().next()));
                rest = behind;
                continue;
            }
            let name = behind.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let (name, behind) = name.ok_or_else(|| self.document.refuse(Kind::Malformed, word, expected))?;
            if !literal.is_empty() {
                items.push(Expr::Literal(std::mem::take(&mut literal).into()));
            }
            items.push(self.value(Word { text: name, ..word })?);
            rest = behind;
        }
        literal.push_str(rest);
        if !literal.is_empty() || items.is_empty() {
            items.push(Expr::Literal(literal.into()));
        }
        self.document.at_most(MOST_PIECES, items.len(), word)?;
        Ok(if items.len() == 1 { items.remove(0) } else { Expr::Text(items, Box::default()) })
    }

    /// A name and its filters.
    fn value(&self, word: Word<'_>) -> Result<Expr> {
        let mut parts = word.text.split('|');
        let name = Word { text: parts.next().unwrap_or_default(), ..word };
        let filters = parts.map(|part| {
            let known = filter::PLAIN.iter().map(|(name, _)| *name).chain(filter::WITH_ARGUMENT);
            let expected = || format!("expected a filter: {}", known.collect::<Vec<_>>().join(", "));
            let unknown = || self.document.refuse(Kind::UnknownName, Word { text: part, ..word }, expected());
            Filter::parse(part).ok_or_else(unknown)
        });
        let filters: Vec<_> = filters.collect::<Result<_>>()?;
        self.document.at_most(MOST_FILTERS, filters.len(), word)?;
        let value = Expr::Name(name.text.into(), self.source(name)?);
        Ok(if filters.is_empty() { value } else { Expr::Filtered(Box::new(value), filters) })
    }

    fn source(&self, word: Word<'_>) -> Result<Source> {
        if let Some(text) = word.text.strip_prefix("request.").filter(|_| self.is_reply) {
            let of_request = Self { steps: &[], made: 0, is_reply: false, is_each: false, ..*self };
            return Ok(Source::Request(Box::new(of_request.source(Word { text, ..word })?)));
        }
        if let Some((_, part, ..)) = PARTS.iter().find(|(name, ..)| *name == word.text) {
            return Ok(Source::Part(*part));
        }
        let (stamps, credentials) = (&self.names.stamps, &self.names.credentials);
        let stamp = stamps.iter().position(|stamp| &*stamp.name == word.text).map(Source::Stamp);
        let credential =
            || credentials.iter().position(|(name, _)| &**name == word.text).map(Source::Credential);
        let own = match word.text {
            "name" if self.is_each => Some(Source::Each(false)),
            "value" if self.is_each => Some(Source::Each(true)),
            "status" if self.is_reply => Some(Source::Status),
            _ => stamp.or_else(credential),
        };
        match (own, word.text.split_once('.')) {
            (Some(own), _) => Ok(own),
            (None, Some(("header", name))) => {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| self.unknown(word))?;
                Ok(Source::At(Place::Header(name)))
            }
            (None, Some(("query", name))) => Ok(Source::At(Place::Query(name.into()))),
            (None, Some(("form", name))) => Ok(Source::At(Place::Form(name.into()))),
            (None, Some(("json", path))) => {
                Ok(Source::At(Place::Json(path.split('.').map(Into::into).collect())))
            }
            (None, Some((text, "names"))) => self.step(Word { text, ..word }).map(Source::Names),
            (None, _) => self.step(word).map(Source::Step),
        }
    }

    fn step(&self, word: Word<'_>) -> Result<usize> {
        let index =
            self.steps.iter().position(|step| *step == word.text).ok_or_else(|| self.unknown(word))?;
        if index < self.made {
            return Ok(index);
        }
        Err(self.document.refuse(Kind::StepOrder, word, "the step is made later"))
    }

    fn unknown(&self, word: Word<'_>) -> Error {
        let mut known: Vec<&str> = PARTS.iter().map(|(name, ..)| *name).collect();
        known.extend(["header.NAME", "query.NAME", "form.NAME", "json.PATH"]);
        known.extend(if self.is_each { &["name", "value"][..] } else { &[] });
        known.extend(if self.is_reply { &["status", "request.NAME"][..] } else { &[] });
        known.extend(self.names.stamps.iter().map(|stamp| &*stamp.name));
        known.extend(self.names.credentials.iter().map(|(name, _)| &**name));
        known.extend(self.steps.get(..self.made).unwrap_or_default());
        self.document.refuse(Kind::UnknownName, word, format!("expected one of {}", known.join(", ")))
    }
}
