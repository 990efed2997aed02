//! One JSON document, printed by the rules of other programs.

use std::cell::OnceCell;
use std::io;
use std::sync::Arc;

use serde::Serialize as _;
use serde_json::Serializer;
use zeroize::Zeroizing;

use super::budget::Budget;
use super::json_number::{self, Numbers};
use super::json_printer::Printer;
use super::json_style::{Html, Style};

/// Longer documents are not printed.
const LONGEST: usize = 64 << 10;

/// Nor is what comes out longer than this: indentation grows with depth, and a stranger may choose that.
const LONGEST_PRINTED: usize = 4 * LONGEST;

/// Printing a byte takes about as long as hashing so many; each write, as long as so many more.
const COST_OF_A_BYTE: usize = 4;
const COST_OF_A_WRITE: usize = 40;

/// Of a byte: reading it into a tree, sorting that and printing it.
const COST_OF_SORTING: usize = 64;

/// A document to be printed.
pub(super) struct Document {
    text: Arc<Zeroizing<Vec<u8>>>,
    budget: Budget,
    /// With the keys of each object sorted; made when the first style asks for it.
    sorted: OnceCell<Option<Vec<u8>>>,
    /// Those ways of printing numbers that do not print them as the parser does.
    numbers: OnceCell<Vec<Numbers>>,
}

impl Document {
    /// An object or an array, if that is what the text begins like. What is printed of it is taken from `budget`.
    pub(super) fn new(text: &Arc<Zeroizing<Vec<u8>>>, budget: &Budget) -> Option<Self> {
        let is_document = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
        let document = || Self {
            text: Arc::clone(text),
            budget: budget.clone(),
            sorted: OnceCell::new(),
            numbers: OnceCell::new(),
        };
        (is_document && text.len() <= LONGEST).then(document)
    }

    pub(super) fn of(text: Vec<u8>, budget: &Budget) -> Option<Self> {
        Self::new(&Arc::new(Zeroizing::new(text)), budget)
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The style without the switches that change nothing here: two that print alike become equal.
    pub(super) fn simplify(&self, style: Style) -> Style {
        let has_non_ascii = !self.text.is_ascii() || self.text.contains(&b'\\');
        let has_slashes = self.text.contains(&b'/');
        let has_html = has_non_ascii || self.text.iter().any(|byte| b"&<>='+`\x7f".contains(byte));
        Style {
            ascii: style.ascii && has_non_ascii,
            escaped_slashes: style.escaped_slashes && has_slashes,
            html: if has_html { style.html } else { Html::Bare },
            // Sorting reads the numbers, and keeps no digits.
            numbers: match style.numbers {
                Numbers::Verbatim if style.sorted => Numbers::Parsed,
                numbers if self.other_numbers().contains(&numbers) => numbers,
                _ => Numbers::Parsed,
            },
            ..style
        }
    }

    fn other_numbers(&self) -> &[Numbers] {
        let change = |numbers: &Numbers| numbers.change_any_of(&self.text);
        self.numbers.get_or_init(|| Numbers::OF_OTHERS.into_iter().filter(change).collect())
    }

    /// `None` if it is no JSON document, or the budget does not last.
    pub(super) fn print(&self, style: Style) -> Option<Vec<u8>> {
        let text = if style.sorted { self.sorted()? } else { &self.text };
        let mut printed = Limited { printed: Vec::with_capacity(text.len()), budget: &self.budget };
        let mut reader = serde_json::Deserializer::from_slice(text);
        // Token by token, so that keys keep their order, and repeated ones stay.
        let mut writer =
            Serializer::with_formatter(&mut printed, Printer::new(style, json_number::tokens(text)));
        serde_transcode::transcode(&mut reader, &mut writer).ok()?;
        reader.end().ok()?;
        Some(printed.printed)
    }

    fn sorted(&self) -> Option<&[u8]> {
        let sort = || {
            self.budget.spend(self.text.len() * COST_OF_SORTING)?;
            let mut value: serde_json::Value = serde_json::from_slice(&self.text).ok()?;
            value.sort_all_objects();
            let mut printed = Vec::with_capacity(self.text.len());
            value.serialize(&mut Serializer::new(&mut printed)).ok()?;
            Some(printed)
        };
        self.sorted.get_or_init(sort).as_deref()
    }
}

/// Refuses to become too long, or too dear.
struct Limited<'b> {
    printed: Vec<u8>,
    budget: &'b Budget,
}

impl io::Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let cost = COST_OF_A_WRITE + COST_OF_A_BYTE * bytes.len();
        if self.printed.len() + bytes.len() > LONGEST_PRINTED || self.budget.spend(cost).is_none() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.printed.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
