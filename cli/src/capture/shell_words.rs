//! Splits a command into words as a POSIX shell with `$'…'` does, without expanding anything.
//!
//! No crate that splits words knows `$'…'`, and browsers write every body with a quote or a line end in this form.

use super::Unreadable;

/// The most words of a command: a command with more is refused.
const MOST_WORDS: usize = 4096;

/// One command of a text.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub(super) words: Vec<Vec<u8>>,
    /// Whether a shell would have expanded a variable or another command, which stands here as it was written.
    pub(super) is_expanded: bool,
}

/// The rest of a text.
struct Reader<'t> {
    rest: &'t [u8],
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn skip(&mut self, expected: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Skips a line end behind a backslash, which joins two lines.
    fn joins_lines(&mut self) -> bool {
        self.skip(b"\n") || self.skip(b"\r\n")
    }

    /// Up to `most` digits, as a number.
    fn number(&mut self, radix: u32, most: usize) -> Option<u32> {
        let mut number = None;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(radix)) else { break };
            self.next();
            number = Some(number.unwrap_or(0) * radix + digit);
        }
        number
    }

    /// A character that browsers write as two surrogates of UTF-16; a shell would make no character of them.
    fn joined(&mut self, code: u32) -> u32 {
        let before = self.rest;
        if (0xd800..0xdc00).contains(&code) && self.skip(b"\\u") {
            if let Some(low @ 0xdc00..0xe000) = self.number(16, 4) {
                return 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
            self.rest = before;
        }
        code
    }

    /// Inside `$'…'`, behind a backslash.
    fn escape(&mut self, word: &mut Vec<u8>) -> Option<()> {
        let character = |code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        // If the number has more bits than a byte, a shell takes the lowest.
        let byte = |code: u32| code.to_le_bytes()[0];
        let escaped = match self.next()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 0x07,
            b'b' => 0x08,
            b'e' | b'E' => 0x1b,
            b'f' => 0x0c,
            b'v' => 0x0b,
            b'c' => self.next()? & 0x1f,
            b'x' => byte(self.number(16, 2).unwrap_or_default()),
            letter @ (b'u' | b'U') => {
                let code = self.number(16, if letter == b'u' { 4 } else { 8 }).unwrap_or_default();
                let code = self.joined(code);
                word.extend_from_slice(character(code).encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            first @ b'0'..=b'7' => {
                let first = u32::from(first - b'0');
                let before = self.rest.len();
                let rest = self.number(8, 2).unwrap_or_default();
                let digits = u32::try_from(before - self.rest.len()).unwrap_or_default();
                byte(first * 8u32.pow(digits) + rest)
            }
            other @ (b'\\' | b'\'' | b'"' | b'?') => other,
            other => {
                word.extend_from_slice(&[b'\\', other]);
                return Some(());
            }
        };
        word.push(escaped);
        Some(())
    }
}

impl Command {
    /// Reads the first command, up to a line end or an operator such as `;`, and returns what follows it.
    pub(super) fn read(text: &[u8]) -> Result<(Self, &[u8]), Unreadable> {
        let (mut command, mut reader) = (Self::default(), Reader { rest: text });
        while command.word(&mut reader).ok_or_else(cut)?? {
            if command.words.len() > MOST_WORDS {
                return Err(Unreadable::new(format!("the command has more than {MOST_WORDS} words")));
            }
        }
        Ok((command, reader.rest))
    }

    /// Reads the next word, and returns whether there was one; `None` if a quote is open at the end.
    fn word(&mut self, reader: &mut Reader<'_>) -> Option<Result<bool, Unreadable>> {
        while [&b" "[..], b"\t", b"\\\n", b"\\\r\n"].iter().any(|blank| reader.skip(blank)) {}
        if reader.peek().is_none_or(|byte| is_end(byte) || byte == b'#') {
            return Some(Ok(false));
        }
        let mut word = Vec::new();
        while let Some(byte) = reader.peek() {
            if is_end(byte) || matches!(byte, b' ' | b'\t') {
                break;
            }
            reader.next();
            match byte {
                b'\'' => {
                    let end = reader.rest.iter().position(|byte| *byte == b'\'')?;
                    let (quoted, rest) = reader.rest.split_at_checked(end)?;
                    word.extend_from_slice(quoted);
                    reader.rest = rest.get(1..)?;
                }
                b'"' => self.double_quoted(reader, &mut word)?,
                b'$' if reader.skip(b"'") => loop {
                    match reader.next()? {
                        b'\'' => break,
                        b'\\' => reader.escape(&mut word)?,
                        other => word.push(other),
                    }
                },
                b'$' if reader.skip(b"\"") => self.double_quoted(reader, &mut word)?,
                b'\\' if reader.joins_lines() => {}
                b'\\' => word.push(reader.next()?),
                b'^' if matches!(reader.peek(), Some(b'"' | b'\n' | b'\r')) => return Some(Err(windows())),
                b'`' if matches!(reader.peek(), Some(b'\n' | b'\r')) => return Some(Err(powershell())),
                other => {
                    self.note_expansion(other, reader);
                    word.push(other);
                }
            }
        }
        self.words.push(word);
        Some(Ok(true))
    }

    fn double_quoted(&mut self, reader: &mut Reader<'_>, word: &mut Vec<u8>) -> Option<()> {
        loop {
            match reader.next()? {
                b'"' => return Some(()),
                b'\\' if reader.joins_lines() => {}
                b'\\' => match reader.next()? {
                    escaped @ (b'"' | b'\\' | b'$' | b'`') => word.push(escaped),
                    other => word.extend_from_slice(&[b'\\', other]),
                },
                other => {
                    self.note_expansion(other, reader);
                    word.push(other);
                }
            }
        }
    }

    fn note_expansion(&mut self, byte: u8, reader: &Reader<'_>) {
        let begins_name =
            |next: u8| next == b'{' || next == b'(' || next == b'_' || next.is_ascii_alphabetic();
        self.is_expanded |= byte == b'`' || byte == b'$' && reader.peek().is_some_and(begins_name);
    }
}

/// Whether an unquoted byte ends a command.
fn is_end(byte: u8) -> bool {
    b"\n\r;&|<>()".contains(&byte)
}

fn cut() -> Unreadable {
    Unreadable::new("a quote of the command is open at its end: it is cut off")
}

fn windows() -> Unreadable {
    Unreadable::new("the command is written for the command prompt of Windows, with ^").step(AS_BASH)
}

fn powershell() -> Unreadable {
    Unreadable::new("the command is written for PowerShell").step(AS_BASH)
}

pub(super) const AS_BASH: &str =
    "In the browser, choose \"Copy as cURL (bash)\", and hand that over with --curl @FILE.";

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let (command, _) = Command::read(text.as_bytes()).unwrap();
        command.words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    /// The words that bash 5.2 makes of the same text, by `printf '%s\n'`.
    #[test]
    fn words_are_those_of_a_shell() {
        for (text, expected) in [
            (r#"a 'b c'"d e"f\ g"#, vec!["a", "b cd ef g"]),
            (r#"'a\b' "a\b\"\\\$x\`" a\b"#, vec!["a\\b", "a\\b\"\\$x`", "ab"]),
            (r"$'a\'b\n\t\\\u00e9\U1F600\x41\101\e\q' ''", vec!["a'b\n\t\\é😀AA\u{1b}\\q", ""]),
            (r"$'\u0021\7\18'", vec!["!\u{7}\u{1}8"]),
            // As Firefox copies it: bash would send another request than the browser did.
            (r"$'\ud83d\ude00 \ud83dx'", vec!["😀 \u{fffd}x"]),
            ("a \\\n  b \\\r\n\tc\\\nd", vec!["a", "b", "cd"]),
            ("\"a\\\nb\" 'a\\\nb'", vec!["ab", "a\\\nb"]),
            ("a b#c #d", vec!["a", "b#c"]),
            ("a & b", vec!["a"]),
            ("x?a=1&b=2", vec!["x?a=1"]),
            ("a | jq .", vec!["a"]),
            ("a\nb", vec!["a"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_shell_would_add_is_noticed() {
        for (text, is_expanded) in [
            ("a $b", true),
            ("a \"${b}\"", true),
            ("a \"$(b)\"", true),
            ("a `b`", true),
            ("a '$b' \\$b $'$b' 5$ \"\\$b\"", false),
        ] {
            let (command, _) = Command::read(text.as_bytes()).unwrap();
            assert_eq!(command.is_expanded, is_expanded, "{text}");
        }
    }

    #[test]
    fn a_command_of_another_shell_or_a_part_of_one_is_refused() {
        for (text, told) in [
            ("curl 'a", "cut off"),
            ("curl \"a", "cut off"),
            ("curl $'a\\'", "cut off"),
            ("curl ^\"https://h/^\" ^\n -H a", "Windows"),
            ("curl \"https://h/\" ^\r\n -H a", "Windows"),
            ("curl 'https://h/' `\n -H a", "PowerShell"),
        ] {
            let refused = Command::read(text.as_bytes()).unwrap_err();
            assert!(refused.message.contains(told), "{text}: {refused:?}");
        }
    }
}
