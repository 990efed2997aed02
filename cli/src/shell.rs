//! Text as a shell takes it.

use std::fmt::Write as _;

use countersign::redact::is_hidden;

/// Bytes as one word of a POSIX shell, in single quotes. Characters that a terminal would act on, and bytes that are not
/// UTF-8, such as in Netvisor's headers, become octal digits for `printf`, since only newer shells know `$'…'`.
pub(crate) fn quote(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "''".to_owned();
    }
    let characters = bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().split_inclusive(|_| true).map(|text| (is_shown(text), text.as_bytes()));
        valid.chain(std::iter::once((false, chunk.invalid())))
    });
    let characters: Vec<_> = characters.filter(|(_, bytes)| !bytes.is_empty()).collect();
    let mut word = String::new();
    for run in characters.chunk_by(|(shown, _), (next_shown, _)| shown == next_shown) {
        let is_shown = run.first().is_some_and(|(shown, _)| *shown);
        let bytes: Vec<u8> = run.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        // Writing to a `String` does not fail.
        let _ = if is_shown {
            write!(word, "'{}'", String::from_utf8_lossy(&bytes).replace('\'', r"'\''"))
        } else {
            let digits: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
            write!(word, "\"$(printf '{digits}')\"")
        };
    }
    word
}

/// Whether a character is written as it is. A line end must be: a shell drops it from the end of what `printf` prints.
fn is_shown(character: &str) -> bool {
    character == "\n" || !character.contains(is_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_in_single_quotes_or_in_octal_digits() {
        for (bytes, word) in [
            (&b""[..], "''"),
            (b"https://h/?a=$(x)&b=`y`", "'https://h/?a=$(x)&b=`y`'"),
            (b"x-sender: it's", r"'x-sender: it'\''s'"),
            (b"a\xe4 \x1b[2J", r#"'a'"$(printf '\344')"' '"$(printf '\033')"'[2J'"#),
            ("ä\u{202e}\r\n\n".as_bytes(), "'ä'\"$(printf '\\342\\200\\256\\015')\"'\n\n'"),
            (b"\xff%\\", r#""$(printf '\377')"'%\'"#),
        ] {
            assert_eq!(quote(bytes), word);
        }
    }
}
