//! Checks, while a body arrives, that it ends as it began.

use crate::json::is_white_space;

/// The first and the last character of a body that are not JSON's white space (RFC 8259, section 2).
///
/// A body is empty, or begins with `{`, `[` or `<` and ends with `}`, `]` or `>` to match. The rest is not read: only a
/// holder of the secret can change it. Without the secret there are three ways to a body that verifies: a longer text,
/// which is not UTF-8; the same text with another border between URL and body; and the text of a checkout form or of a
/// redirect back, which ends with a letter or digit. The two characters reveal the latter two. The content type does
/// not matter, since it is not signed.
#[derive(Default)]
pub(super) struct Ends {
    first: Option<u8>,
    last: Option<u8>,
}

impl Ends {
    /// The ends of a whole body.
    pub(super) fn of(body: &[u8]) -> Self {
        let mut ends = Self::default();
        ends.update(body);
        ends
    }

    /// Takes in the next bytes. A chunk may end anywhere.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let is_text = |byte: &&u8| !is_white_space(**byte);
        self.first = self.first.or_else(|| bytes.iter().find(is_text).copied());
        self.last = bytes.iter().rfind(is_text).copied().or(self.last);
    }

    /// Whether a body that begins like this can still verify.
    pub(super) fn is_possible(&self) -> bool {
        matches!(self.first, None | Some(b'{' | b'[' | b'<'))
    }

    /// Whether the bytes so far are empty, or end as they began.
    pub(super) fn is_pair(&self) -> bool {
        let pairs = [(b'{', b'}'), (b'[', b']'), (b'<', b'>')];
        match (self.first, self.last) {
            (Some(first), Some(last)) => pairs.contains(&(first, last)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the pieces are a pair, and whether they can still become one.
    fn judge<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (bool, bool) {
        let mut ends = Ends::default();
        pieces.into_iter().for_each(|piece| ends.update(piece));
        (ends.is_pair(), ends.is_possible())
    }

    fn check(texts: &[&str], expected: (bool, bool)) {
        for text in texts.iter().map(|text| text.as_bytes()) {
            for cut in 0..=text.len() {
                let (front, back) = text.split_at(cut);
                assert_eq!(judge([front, back]), expected, "{} at {cut}", String::from_utf8_lossy(text));
            }
            assert_eq!(judge(text.chunks(1)), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_body_is_empty_or_ends_as_it_began() {
        let good = [
            "",
            " \r\n\t",
            "{}",
            " [ ] \n",
            "{\"a\":[1]}",
            "<a/>",
            "\n<?xml version=\"1.0\"?><a></a>\r\n",
            "{}{}",
        ];
        check(&good, (true, true));
    }

    #[test]
    fn a_body_that_ends_otherwise_is_refused() {
        let form = "<ApiResponse></ApiResponse>1000881E674F-7891-4C20-AFD8-56FE2624C4B5";
        check(
            &["{", "[", "<", "{]", "[}", "<}", "{>", "[1", "{} x", "[]7", "<a></a>{}", "{}\u{b}", form],
            (false, true),
        );
    }

    #[test]
    fn a_body_that_begins_otherwise_is_refused_at_once() {
        let order = "7{\"a\":1}";
        check(
            &[order, "1", "\"a\"", "true", "}", "]", ">", "x{}", "\u{feff}{}", "\u{b}{}", "\0{}"],
            (false, false),
        );
    }
}
