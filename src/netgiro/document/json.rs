//! The grammar of JSON (RFC 8259), read without keeping any of the text.

use super::brackets::{Bracket, Brackets};
use super::runs::{after_digits, after_plain_text, after_spaces};

/// Reads a JSON object or array from first to last byte without keeping any of it. Whoever makes one has seen that the first
/// character behind white space is a bracket: without that, `1,[]` would pass.
pub(super) struct Json {
    state: State,
    open: Brackets,
}

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Value,
    ValueOrClose,
    Name,
    NameOrClose,
    Colon,
    CommaOrClose,
    Text {
        is_name: bool,
    },
    Escape {
        is_name: bool,
    },
    HexDigits {
        is_name: bool,
        left: u8,
    },
    Literal(&'static [u8]),
    Number(Digits),
    /// Nothing but white space.
    End,
}

/// Where in a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    AfterMinus,
    AfterZero,
    Whole,
    AfterPoint,
    Fraction,
    AfterE,
    AfterSign,
    Exponent,
}

impl Json {
    pub(super) fn new() -> Self {
        Self { state: State::Value, open: Brackets::default() }
    }

    /// `None` as soon as no JSON object or array starts like this.
    pub(super) fn update(&mut self, mut bytes: &[u8]) -> Option<()> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Text { is_name } => self.text(bytes, is_name)?,
                State::Number(place) => self.number(bytes, place)?,
                State::Literal(others) if bytes.starts_with(others) => {
                    self.state = State::CommaOrClose;
                    bytes.get(others.len()..)?
                }
                _ => self.token(bytes)?,
            };
        }
        Some(())
    }

    /// Whether the text so far is one object or array.
    pub(super) fn is_whole(&self) -> bool {
        self.state == State::End
    }

    fn text<'b>(&mut self, bytes: &'b [u8], is_name: bool) -> Option<&'b [u8]> {
        let rest = after_plain_text(bytes);
        let Some((byte, rest)) = rest.split_first() else { return Some(rest) };
        self.state = match byte {
            b'"' if is_name => State::Colon,
            b'"' => State::CommaOrClose,
            b'\\' => State::Escape { is_name },
            _ => return None,
        };
        Some(rest)
    }

    /// One byte of what is neither text nor number; white space goes in runs.
    fn token<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (byte, rest) = bytes.split_first()?;
        self.state = match (self.state, byte) {
            (State::Escape { is_name }, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                State::Text { is_name }
            }
            (State::Escape { is_name }, b'u') => State::HexDigits { is_name, left: 4 },
            (State::HexDigits { is_name, left: 1 }, digit) if digit.is_ascii_hexdigit() => {
                State::Text { is_name }
            }
            (State::HexDigits { is_name, left }, digit) if digit.is_ascii_hexdigit() => {
                State::HexDigits { is_name, left: left - 1 }
            }
            // The end of a literal that was cut in two is taken by `update`.
            (State::Literal([first, others @ ..]), byte) if byte == first => State::Literal(others),
            (State::Escape { .. } | State::HexDigits { .. } | State::Literal(_), _) => return None,
            (_, b' ' | b'\t' | b'\n' | b'\r') => return Some(after_spaces(rest)),
            (State::Value | State::ValueOrClose, b'{') => self.open.push(Bracket::Curly)?,
            (State::Value | State::ValueOrClose, b'[') => self.open.push(Bracket::Square)?,
            (State::ValueOrClose | State::CommaOrClose, b']') => self.open.pop(Bracket::Square)?,
            (State::Value | State::ValueOrClose, byte) => scalar(*byte)?,
            (State::NameOrClose | State::CommaOrClose, b'}') => self.open.pop(Bracket::Curly)?,
            (State::NameOrClose | State::Name, b'"') => State::Text { is_name: true },
            (State::Colon, b':') => State::Value,
            (State::CommaOrClose, b',') => self.open.after_comma(),
            _ => return None,
        };
        Some(rest)
    }

    fn number<'b>(&mut self, bytes: &'b [u8], place: Digits) -> Option<&'b [u8]> {
        let (byte, rest) = bytes.split_first()?;
        let next = match (place, byte) {
            (Digits::AfterMinus, b'0') => Digits::AfterZero,
            (Digits::AfterMinus | Digits::Whole, b'0'..=b'9') => Digits::Whole,
            (Digits::AfterZero | Digits::Whole, b'.') => Digits::AfterPoint,
            (Digits::AfterZero | Digits::Whole | Digits::Fraction, b'e' | b'E') => Digits::AfterE,
            (Digits::AfterPoint | Digits::Fraction, b'0'..=b'9') => Digits::Fraction,
            (Digits::AfterE, b'+' | b'-') => Digits::AfterSign,
            (Digits::AfterE | Digits::AfterSign | Digits::Exponent, b'0'..=b'9') => Digits::Exponent,
            (Digits::AfterZero | Digits::Whole | Digits::Fraction | Digits::Exponent, _) => {
                self.state = State::CommaOrClose;
                return Some(bytes);
            }
            _ => return None,
        };
        self.state = State::Number(next);
        let repeats = matches!(next, Digits::Whole | Digits::Fraction | Digits::Exponent);
        Some(if repeats { after_digits(rest) } else { rest })
    }
}

/// What a scalar that starts with `byte` goes on with.
fn scalar(byte: u8) -> Option<State> {
    Some(match byte {
        b'"' => State::Text { is_name: false },
        b't' => State::Literal(b"rue"),
        b'f' => State::Literal(b"alse"),
        b'n' => State::Literal(b"ull"),
        b'-' => State::Number(Digits::AfterMinus),
        b'0' => State::Number(Digits::AfterZero),
        b'1'..=b'9' => State::Number(Digits::Whole),
        _ => return None,
    })
}
