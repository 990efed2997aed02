//! Bodies on their way to a terminal.

use std::fmt::Write as _;

use countersign::redact::printable;

/// Makes a body printable while it arrives: lines and tabs stay, and bytes that are not UTF-8 are written as `\xNN`.
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
        // If an invalid byte stands before the cut, `from_utf8` does not see the cut, and the end is written byte by byte.
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
            match character {
                '\n' | '\t' => text.push(character),
                _ => text.push_str(&printable(character.encode_utf8(&mut [0; 4]))),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a `String` does not fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
