//! The ways in which programs print JSON.

use super::json_number::Numbers;

/// How a program prints JSON: switches that do not depend on each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) layout: Layout,
    /// `\u` escapes for all that is not ASCII.
    pub(super) ascii: bool,
    /// `/` written `\/`.
    pub(super) escaped_slashes: bool,
    pub(super) html: Html,
    pub(super) sorted: bool,
    pub(super) numbers: Numbers,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Compact,
    /// A space after `:` and `,`.
    Spaced,
    Indented(&'static str),
}

/// What is escaped so that the text can stand in a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Html {
    Bare,
    /// As Go's `encoding/json` and Rails have it.
    Few,
    /// As Gson has it.
    Gson,
    /// As .NET's `System.Text.Json` has it: all that is not ASCII too.
    DotNet,
}

const ESCAPED: [Html; 3] = [Html::Few, Html::Gson, Html::DotNet];

const LAYOUTS: [Layout; 5] = [
    Layout::Compact,
    Layout::Spaced,
    Layout::Indented("  "),
    Layout::Indented("    "),
    Layout::Indented("\t"),
];

const COMPACT: Style = Style {
    layout: Layout::Compact,
    ascii: false,
    escaped_slashes: false,
    html: Html::Bare,
    sorted: false,
    numbers: Numbers::Parsed,
};
/// Python's `json.dumps`, unless told otherwise.
const PYTHON: Style = Style { layout: Layout::Spaced, ascii: true, ..COMPACT };
/// PHP's `json_encode`, unless told otherwise.
const PHP: Style = Style { ascii: true, escaped_slashes: true, ..COMPACT };
const SORTED: Style = Style { sorted: true, ..COMPACT };

/// The likeliest first.
pub(super) static LIKELY: [Style; 11] = [
    COMPACT,
    PYTHON,
    Style { layout: Layout::Indented("  "), ..COMPACT },
    PHP,
    SORTED,
    Style { sorted: true, ..PYTHON },
    Style { ascii: false, ..PYTHON },
    Style { layout: Layout::Indented("    "), ..COMPACT },
    Style { numbers: Numbers::JavaScript, ..COMPACT },
    Style { html: Html::Few, ..COMPACT },
    Style { html: Html::DotNet, ..COMPACT },
];

/// Every combination of the switches, the likely ones among them; of those with numbers or escapes of their own, what
/// one program may print.
pub(super) fn all_styles() -> impl Iterator<Item = Style> {
    let switches = (0..8).map(|bits| [1, 2, 4].map(|bit| bits & bit != 0));
    let plain =
        switches.map(|[ascii, sorted, escaped_slashes]| Style { ascii, escaped_slashes, sorted, ..COMPACT });
    let with_numbers = [COMPACT, PHP, SORTED, Style { ascii: true, ..COMPACT }]
        .into_iter()
        .flat_map(|style| Numbers::OF_OTHERS.into_iter().map(move |numbers| Style { numbers, ..style }));
    let numbers = || Numbers::OF_OTHERS.into_iter().chain([Numbers::Parsed]);
    let escaped = ESCAPED.into_iter().flat_map(move |html| {
        let of_style = move |style| numbers().map(move |numbers| Style { html, numbers, ..style });
        [COMPACT, SORTED].into_iter().flat_map(of_style)
    });
    let in_layouts = |style| LAYOUTS.into_iter().map(move |layout| Style { layout, ..style });
    plain.chain(with_numbers).chain(escaped).flat_map(in_layouts)
}

impl Style {
    /// `is_compact` says whether what was sent has no white space that could have been removed.
    pub(super) fn describe(self, is_compact: bool) -> String {
        let layout = match self.layout {
            Layout::Compact if is_compact => None,
            Layout::Compact => Some("compact"),
            Layout::Spaced => Some("a space after ':' and ',', as Python's json.dumps"),
            Layout::Indented("\t") => Some("indented by tabs"),
            Layout::Indented("  ") => Some("indented by two spaces"),
            Layout::Indented(_) => Some("indented by four spaces"),
        };
        let switches = [
            (self.sorted, "keys sorted"),
            (self.ascii, "ASCII only"),
            (self.escaped_slashes, "'/' escaped, as PHP's json_encode"),
        ];
        let on = switches.into_iter().filter(|(on, _)| *on).map(|(_, name)| name);
        let of_strings = on.chain(self.html.describe());
        let words: Vec<_> = layout.into_iter().chain(of_strings).chain(self.numbers.describe()).collect();
        if words.is_empty() { "numbers or escapes written anew".to_owned() } else { words.join(", ") }
    }
}

impl Html {
    fn describe(self) -> Option<&'static str> {
        match self {
            Self::Bare => None,
            Self::Few => Some("'&', '<' and '>' escaped, as Go's encoding/json"),
            Self::Gson => Some("'&', '<', '>', '=' and ''' escaped, as Gson"),
            Self::DotNet => Some("escaped as .NET's System.Text.Json"),
        }
    }

    /// Whether a character that JSON may hold as it is is escaped all the same.
    pub(super) fn escapes(self, c: char) -> bool {
        let few = || matches!(c, '&' | '<' | '>' | '\u{2028}' | '\u{2029}');
        match self {
            Self::Bare => false,
            Self::Few => few(),
            Self::Gson => few() || matches!(c, '=' | '\''),
            Self::DotNet => !c.is_ascii() || matches!(c, '&' | '<' | '>' | '\'' | '"' | '+' | '`' | '\u{7f}'),
        }
    }
}
