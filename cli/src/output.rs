//! Writing to standard output.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use countersign::redact::{is_hidden, printable};
use serde::Serialize;

use crate::code::Code;
use crate::failure::Failure;

/// Prints `text` and a line end.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    raw(format!("{text}\n").as_bytes())
}

/// Prints `value` as JSON on one line.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&json_line(value))
}

/// Prints bytes as they are.
pub(crate) fn raw(bytes: &[u8]) -> Result<(), Failure> {
    read_on(bytes).map(|_| ())
}

/// Prints bytes as they are, and returns whether somebody still reads. A closed pipe, as by `head`, is no failure: the exit
/// code is the verb's.
pub(crate) fn read_on(bytes: &[u8]) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::transport(format!("cannot write to standard output: {error}"))),
    }
}

/// Prints a line to standard error. If that is closed, there is nowhere left to say so.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a failure to standard error: a line or two, or with `json` one object on one line.
pub(crate) fn failure(failure: &Failure, json: bool) {
    let Some(told) = failure.told() else { return };
    if json {
        note(&json_line(&serde_json::json!({ "error": told })));
        return;
    }
    note(&format!("countersign: {} [{}]", printable(&told.message), told.code));
    if let Some(next_step) = &told.next_step {
        note(&format!("  {next_step}"));
    }
}

/// Prints a note, which is no failure, to standard error: a line, or with `json` one object on one line.
pub(crate) fn noted(code: Code, message: &str, json: bool) {
    note(&if json {
        json_line(&serde_json::json!({ "note": { "code": code.name(), "message": message } }))
    } else {
        format!("countersign: {} [{}]", printable(message), code.name())
    });
}

/// JSON on one line, in which nothing moves or hides a terminal's text: JSON itself leaves U+007F to U+009F as they are.
/// Outside of strings JSON is ASCII, so escaping these characters does not change the value.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    // None of the tool's own types fails to serialise: their keys are strings and no `Serialize` of theirs errs.
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
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
    fn escaped_json_is_the_same_value() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0001}\"\\ä\n";
        let line = json_line(&text);
        assert!(!line.chars().any(is_hidden), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
