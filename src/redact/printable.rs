//! Text that cannot move a terminal's cursor, change its colours or hide characters.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character is invisible or changes the text around it: controls, including line ends and tabs; marks of
/// direction; characters without width (Unicode's default-ignorable ones); blanks other than the space; unassigned
/// characters.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Unassigned,
    };
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    match category {
        SpaceSeparator => character != ' ',
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Unassigned => true,
        _ => CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character),
    }
}

/// `text` with each character that [is hidden](is_hidden) written as in Rust, `\n` or `\u{200b}`.
#[must_use]
pub fn printable(text: &str) -> String {
    escaped(text, |_| false)
}

/// `text` in double quotes: as [`printable`], with double quotes and backslashes escaped as well.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, |character| matches!(character, '"' | '\\')))
}

fn escaped(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) || is_special(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_or_hides_text_is_left() {
        let shown =
            printable("a\u{1b}[2J\r\n\u{9b}31m\u{202e}\u{feff}\u{e0041}\u{fe0f}\u{3164}\u{a0}'\"\\ä€");
        assert_eq!(shown, r#"a\u{1b}[2J\r\n\u{9b}31m\u{202e}\u{feff}\u{e0041}\u{fe0f}\u{3164}\u{a0}'"\ä€"#);
        assert_eq!(quoted("it's \"a\\b\"\t"), r#""it's \"a\\b\"\t""#);
    }

    #[test]
    fn letters_of_any_script_stay() {
        let text = "Þór Äyrämö हिन्दी العربية 漢字 e\u{301} 😀";
        assert_eq!(printable(text), text);
    }
}
