//! One JSON document, printed by the rules of other programs.

use std::cell::OnceCell;
use std::io;
use std::sync::Arc;

use serde::Serialize as _;
use serde_json::Serializer;
use zeroize::Zeroizing;

use super::json_printer::Printer;

/// Longer documents are not printed.
const LONGEST: usize = 64 << 10;

/// Nor is what comes out longer than this: indentation grows with depth, and a stranger may choose that.
const LONGEST_PRINTED: usize = 4 * LONGEST;

/// How a program prints JSON: switches that do not depend on each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) layout: Layout,
    /// `\u` escapes for all that is not ASCII.
    pub(super) ascii: bool,
    /// `/` written `\/`.
    pub(super) escaped_slashes: bool,
    sorted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Compact,
    /// A space after `:` and `,`.
    Spaced,
    Indented(&'static str),
}

const LAYOUTS: [Layout; 5] = [
    Layout::Compact,
    Layout::Spaced,
    Layout::Indented("  "),
    Layout::Indented("    "),
    Layout::Indented("\t"),
];

const COMPACT: Style = Style { layout: Layout::Compact, ascii: false, escaped_slashes: false, sorted: false };
/// Python's `json.dumps`, unless told otherwise.
const PYTHON: Style = Style { layout: Layout::Spaced, ascii: true, ..COMPACT };
/// PHP's `json_encode`, unless told otherwise.
const PHP: Style = Style { ascii: true, escaped_slashes: true, ..COMPACT };

/// The likeliest first.
pub(super) static LIKELY: [Style; 8] = [
    COMPACT,
    PYTHON,
    Style { layout: Layout::Indented("  "), ..COMPACT },
    PHP,
    Style { sorted: true, ..COMPACT },
    Style { sorted: true, ..PYTHON },
    Style { ascii: false, ..PYTHON },
    Style { layout: Layout::Indented("    "), ..COMPACT },
];

/// Every combination of the switches, the likely ones among them.
pub(super) fn all_styles() -> impl Iterator<Item = Style> {
    let switches = (0..8).map(|bits| [1, 2, 4].map(|bit| bits & bit != 0));
    switches.flat_map(|[ascii, sorted, escaped_slashes]| {
        LAYOUTS.into_iter().map(move |layout| Style { layout, ascii, escaped_slashes, sorted })
    })
}

impl Style {
    pub(super) fn describe(self) -> String {
        let layout = match self.layout {
            Layout::Compact => "compact",
            Layout::Spaced => "a space after ':' and ',', as Python's json.dumps",
            Layout::Indented("\t") => "indented by tabs",
            Layout::Indented("  ") => "indented by two spaces",
            Layout::Indented(_) => "indented by four spaces",
        };
        let switches = [
            (self.sorted, "keys sorted"),
            (self.ascii, "ASCII only"),
            (self.escaped_slashes, "'/' escaped, as PHP's json_encode"),
        ];
        let on = switches.into_iter().filter(|(on, _)| *on).map(|(_, name)| name);
        std::iter::once(layout).chain(on).collect::<Vec<_>>().join(", ")
    }
}

/// A document to be printed.
pub(super) struct Document {
    text: Arc<Zeroizing<Vec<u8>>>,
    /// With the keys of each object sorted; made when the first style asks for it.
    sorted: OnceCell<Option<Vec<u8>>>,
}

impl Document {
    /// An object or an array, if that is what the text begins like.
    pub(super) fn new(text: &Arc<Zeroizing<Vec<u8>>>) -> Option<Self> {
        let is_document = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
        let document = || Self { text: Arc::clone(text), sorted: OnceCell::new() };
        (is_document && text.len() <= LONGEST).then(document)
    }

    /// The style without the switches that change nothing here: two that print alike become equal.
    pub(super) fn simplify(&self, style: Style) -> Style {
        let has_non_ascii = !self.text.is_ascii() || self.text.contains(&b'\\');
        let has_slashes = self.text.contains(&b'/');
        Style {
            ascii: style.ascii && has_non_ascii,
            escaped_slashes: style.escaped_slashes && has_slashes,
            ..style
        }
    }

    /// `None` if it is no JSON document.
    pub(super) fn print(&self, style: Style) -> Option<Vec<u8>> {
        let text = if style.sorted { self.sorted()? } else { &self.text };
        let mut printed = Limited(Vec::with_capacity(text.len()));
        let mut reader = serde_json::Deserializer::from_slice(text);
        // Token by token, so that keys keep their order, and repeated ones stay.
        let mut writer = Serializer::with_formatter(&mut printed, Printer::new(style));
        serde_transcode::transcode(&mut reader, &mut writer).ok()?;
        reader.end().ok()?;
        Some(printed.0)
    }

    fn sorted(&self) -> Option<&[u8]> {
        let sort = || {
            let mut value: serde_json::Value = serde_json::from_slice(&self.text).ok()?;
            value.sort_all_objects();
            let mut printed = Vec::with_capacity(self.text.len());
            value.serialize(&mut Serializer::new(&mut printed)).ok()?;
            Some(printed)
        };
        self.sorted.get_or_init(sort).as_deref()
    }
}

/// Refuses to become too long.
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_PRINTED {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
