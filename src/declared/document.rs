//! Reads a TOML file; each refusal names the line, the word, and what was expected.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::Result;
use super::fault::{Kind, refusal};
use crate::error::Error;

/// A file longer than this is not read.
const LONGEST: usize = 256 * 1024;

/// A value of the file, with its place.
pub(super) type Node<'d> = Spanned<DeValue<'d>>;

/// A text of the file, with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'d> {
    pub(super) text: &'d str,
    pub(super) at: usize,
}

/// The text of a file, which gives the line of a place.
#[derive(Clone, Copy)]
pub(super) struct Document<'d> {
    text: &'d str,
}

/// A table that is being read. [`Table::finish`] refuses keys that nobody asked for.
pub(super) struct Table<'d> {
    pub(super) document: Document<'d>,
    /// The name of the table in the file.
    pub(super) place: Word<'d>,
    left: Vec<(Word<'d>, &'d Node<'d>)>,
    asked: Vec<&'static str>,
}

/// Parses a file.
pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>> {
    let document = Document { text };
    if text.len() > LONGEST {
        return Err(document.refuse(Kind::TooLarge, Word { text: "file", at: 0 }, "256 KiB at most"));
    }
    DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let (before, behind) = text.split_at_checked(at).unwrap_or_default();
        // The rest of the line; the whole line, if something is missing at its end.
        let rest = behind.lines().next().filter(|rest| !rest.trim().is_empty());
        let line = rest.or_else(|| before.lines().next_back()).unwrap_or_default();
        document.refuse(Kind::Malformed, Word { text: line, at }, error.message().to_owned())
    })
}

impl<'d> Document<'d> {
    pub(super) fn new(text: &'d str) -> Self {
        Self { text }
    }

    /// The line of a position, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    pub(super) fn refuse(&self, kind: Kind, word: Word<'_>, expected: impl Into<Cow<'static, str>>) -> Error {
        refusal(kind, self.line(word.at), word.text, expected)
    }

    /// Refuses a word beyond the most that are allowed.
    pub(super) fn at_most(&self, most: usize, number: usize, word: Word<'_>) -> Result {
        let expected = || format!("there are {most} at most");
        if number > most { Err(self.refuse(Kind::TooLarge, word, expected())) } else { Ok(()) }
    }

    pub(super) fn table(self, name: Word<'d>, table: &'d DeTable<'d>) -> Table<'d> {
        let mut left: Vec<_> = table.iter().map(|(key, node)| (word(key), node)).collect();
        // The parser sorts the keys; steps are made in the order of the file.
        left.sort_by_key(|(key, _)| key.at);
        Table { document: self, place: name, left, asked: Vec::new() }
    }

    /// The value as a table; `name` is its name in the file.
    pub(super) fn as_table(self, name: Word<'d>, node: &'d Node<'d>) -> Result<Table<'d>> {
        let table = node.get_ref().as_table();
        table.map(|table| self.table(name, table)).ok_or_else(|| self.wrong_type(name, node, "a table"))
    }

    /// The value as a table. A text alone stands for a table with that text under `key`.
    pub(super) fn short(self, name: Word<'d>, node: &'d Node<'d>, key: &'d str) -> Result<Table<'d>> {
        match node.get_ref() {
            DeValue::Table(table) => Ok(self.table(name, table)),
            DeValue::String(_) => {
                let left = vec![(Word { text: key, ..name }, node)];
                Ok(Table { document: self, place: name, left, asked: Vec::new() })
            }
            _ => Err(self.wrong_type(name, node, "a text in quotes")),
        }
    }

    pub(super) fn as_text(&self, name: Word<'_>, node: &'d Node<'d>) -> Result<Word<'d>> {
        let text = node.get_ref().as_str();
        text.map(|text| Word { text, at: node.span().start })
            .ok_or_else(|| self.wrong_type(name, node, "a text in quotes"))
    }

    /// A text, or a list of texts.
    pub(super) fn as_texts(&self, name: Word<'_>, node: &'d Node<'d>) -> Result<Vec<Word<'d>>> {
        match node.get_ref() {
            DeValue::Array(nodes) => nodes.iter().map(|node| self.as_text(name, node)).collect(),
            _ => Ok(vec![self.as_text(name, node)?]),
        }
    }

    pub(super) fn wrong_type(&self, name: Word<'_>, node: &Node<'_>, expected: &str) -> Error {
        let found = node.get_ref().type_str();
        let word = Word { text: name.text, at: node.span().start };
        self.refuse(Kind::Malformed, word, format!("{expected} is expected, not a TOML {found}"))
    }
}

fn word<'d>(key: &'d Spanned<DeString<'d>>) -> Word<'d> {
    Word { text: key.get_ref(), at: key.span().start }
}

impl<'d> Table<'d> {
    /// Takes a value out, with its key.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(Word<'d>, &'d Node<'d>)> {
        self.asked.push(key);
        let index = self.left.iter().position(|(word, _)| word.text == key)?;
        Some(self.left.remove(index))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<Word<'d>>> {
        self.take(key).map(|(word, node)| self.document.as_text(word, node)).transpose()
    }

    pub(super) fn needed_text(&mut self, key: &'static str) -> Result<Word<'d>> {
        let text = self.text(key)?;
        self.required(key, text)
    }

    pub(super) fn text_or(&mut self, key: &'static str, default: &str) -> Result<Box<str>> {
        Ok(self.text(key)?.map_or(default, |word| word.text).into())
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Option<Vec<Word<'d>>>> {
        self.take(key).map(|(word, node)| self.document.as_texts(word, node)).transpose()
    }

    pub(super) fn is_true(&mut self, key: &'static str) -> Result<bool> {
        let Some((word, node)) = self.take(key) else { return Ok(false) };
        node.get_ref().as_bool().ok_or_else(|| self.document.wrong_type(word, node, "true or false"))
    }

    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Table<'d>>> {
        self.take(key).map(|(word, node)| self.document.as_table(word, node)).transpose()
    }

    /// Refuses the table if the value of this key is missing.
    pub(super) fn required<T>(&self, key: &str, value: Option<T>) -> Result<T> {
        let missing = || format!("`{key}` is missing here");
        value.ok_or_else(|| self.document.refuse(Kind::Malformed, self.place, missing()))
    }

    /// All entries that were not taken.
    pub(super) fn entries(self) -> Vec<(Word<'d>, &'d Node<'d>)> {
        self.left
    }

    /// Refuses keys that nobody asked for.
    pub(super) fn finish(&self) -> Result {
        match self.left.first() {
            None => Ok(()),
            Some((word, _)) => {
                let expected = format!("expected one of {}", self.asked.join(", "));
                Err(self.document.refuse(Kind::Malformed, *word, expected))
            }
        }
    }
}
