//! Text that cannot move a terminal's cursor, change its colours or hide what it says.

use std::fmt::Write as _;

/// `text` with every control character, and every character that changes the direction of text or has no width,
/// written as `\u{…}`. Line ends and tabs are control characters, too.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    text.chars().for_each(|character| push(&mut printable, character));
    printable
}

fn push(text: &mut String, character: char) {
    if moves_text(character) {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{}", character.escape_unicode());
    } else {
        text.push(character);
    }
}

/// Whether a character does something to the text around it instead of being shown.
pub(crate) fn moves_text(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{feff}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Makes a body printable while it arrives: lines and tabs stay, bytes that are no UTF-8 are written as `\xNN`.
#[derive(Default)]
pub(crate) struct PrintableBody {
    /// The beginning of a character whose end has not arrived.
    cut: Vec<u8>,
}

impl PrintableBody {
    /// The printable form of the next bytes, up to a character that is cut at their end.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&all) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => all.len(),
        };
        // An invalid byte before the cut hides it from `from_utf8`; that end is then written byte by byte.
        self.cut = all.split_off(whole);
        print_lines(&all)
    }

    /// What was held back at the end.
    pub(crate) fn finish(self) -> String {
        print_lines(&self.cut)
    }
}

fn print_lines(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if matches!(character, '\n' | '\t') {
                text.push(character);
            } else {
                push(&mut text, character);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_text_is_left() {
        let hostile = "a\u{1b}[2J\u{7}\r\n\u{9b}31m\u{202e}\u{200b}\u{feff}ä€";
        let shown = printable(hostile);
        assert!(!shown.chars().any(moves_text), "{shown}");
        assert!(shown.starts_with("a\\u{1b}[2J\\u{7}\\u{d}\\u{a}") && shown.ends_with("ä€"), "{shown}");
    }

    #[test]
    fn a_body_reads_the_same_however_it_is_cut() {
        let body = "lines\nand\ttabs ä€😀 \u{1b}]0;title\u{7} \u{9b}".as_bytes();
        let whole = PrintableBody::default().push(body);
        assert_eq!(whole, "lines\nand\ttabs ä€😀 \\u{1b}]0;title\\u{7} \\u{9b}");
        for size in 1..body.len() {
            let mut printer = PrintableBody::default();
            let mut parts: String = body.chunks(size).map(|part| printer.push(part)).collect();
            parts.push_str(&printer.finish());
            assert_eq!(parts, whole, "in pieces of {size}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_bytes() {
        let mut printer = PrintableBody::default();
        assert_eq!(printer.push(b"a\xff\xe4b\xe2\x82"), "a\\xff\\xe4b\\xe2\\x82");
        assert_eq!(printer.push(b"ok\xe2\x82"), "ok");
        assert_eq!(printer.finish(), "\\xe2\\x82");
    }
}
