//! Whether a body is one document, told while it arrives.

/// A JSON text nested deeper than this is refused; common parsers stop at 128.
const DEEPEST: usize = 1024;

/// Whether a body is empty, one JSON object or array (RFC 8259), or XML, which is told by its first character and not
/// looked into. A text that was signed as the end of a longer URL, or with something after it, is none of these. Judged
/// by the bytes, since the content type is not signed.
pub(super) struct Document(Kind);

enum Kind {
    Empty,
    Json(Json),
    Xml,
    Neither,
}

impl Document {
    pub(super) fn new() -> Self {
        Self(Kind::Empty)
    }

    /// Takes in the next bytes, however they are cut.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        if matches!(self.0, Kind::Empty) {
            self.0 = match bytes.iter().find(|byte| !is_space(**byte)) {
                None => Kind::Empty,
                Some(b'<') => Kind::Xml,
                Some(b'{' | b'[') => Kind::Json(Json::new()),
                Some(_) => Kind::Neither,
            };
        }
        if let Kind::Json(json) = &mut self.0
            && json.update(bytes).is_none()
        {
            self.0 = Kind::Neither;
        }
    }

    /// Whether the bytes so far can still become one document.
    pub(super) fn is_possible(&self) -> bool {
        !matches!(self.0, Kind::Neither)
    }

    /// Whether the bytes so far are one document.
    pub(super) fn is_whole(&self) -> bool {
        match &self.0 {
            Kind::Empty | Kind::Xml => true,
            Kind::Json(json) => json.state == State::End,
            Kind::Neither => false,
        }
    }
}

/// Whether `body` is one document, as [`Document`] says.
pub(super) fn is_one_document(body: &[u8]) -> bool {
    let mut document = Document::new();
    document.update(body);
    document.is_whole()
}

/// Reads JSON from first to last byte without keeping any of it.
struct Json {
    state: State,
    open: Brackets,
}

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
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
enum Digits {
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
    fn new() -> Self {
        Self { state: State::Value, open: Brackets::default() }
    }

    /// `None` as soon as no JSON object or array starts like this.
    fn update(&mut self, mut bytes: &[u8]) -> Option<()> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Text { is_name } => self.text(bytes, is_name)?,
                State::Number(place) => self.number(bytes, place)?,
                _ => self.token(bytes)?,
            };
        }
        Some(())
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
            (State::Literal([only]), byte) if byte == only => State::CommaOrClose,
            (State::Literal([first, others @ ..]), byte) if byte == first => State::Literal(others),
            (State::Escape { .. } | State::HexDigits { .. } | State::Literal(_), _) => return None,
            (_, b' ' | b'\t' | b'\n' | b'\r') => return Some(after_spaces(rest)),
            (State::Value | State::ValueOrClose, b'{') => self.open.push(Bracket::Curly)?,
            (State::Value | State::ValueOrClose, b'[') => self.open.push(Bracket::Square)?,
            (State::Value | State::ValueOrClose, byte) if self.open.depth > 0 && *byte != b']' => {
                scalar(*byte)?
            }
            (State::ValueOrClose | State::CommaOrClose, b']') => self.open.pop(Bracket::Square)?,
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

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn after_spaces(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().take_while(|byte| is_space(**byte)).count();
    bytes.get(spaces..).unwrap_or_default()
}

fn after_digits(bytes: &[u8]) -> &[u8] {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.get(digits..).unwrap_or_default()
}

/// What follows the bytes that stand for themselves in a JSON string.
fn after_plain_text(bytes: &[u8]) -> &[u8] {
    let ends_text = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    let mut rest = bytes;
    // Sixteen at once, without a branch between them, which the compiler turns into vector instructions.
    while let Some((block, behind)) = rest.split_first_chunk::<16>() {
        if block.iter().fold(false, |found, byte| found | ends_text(byte)) {
            break;
        }
        rest = behind;
    }
    let plain = rest.iter().position(ends_text).unwrap_or(rest.len());
    rest.get(plain..).unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Curly,
    Square,
}

/// The brackets that are open, one bit each, so that a hostile text cannot make them take memory.
#[derive(Default)]
struct Brackets {
    curly: [u64; DEEPEST / 64],
    depth: usize,
}

impl Brackets {
    fn push(&mut self, bracket: Bracket) -> Option<State> {
        let word = self.curly.get_mut(self.depth / 64)?;
        let bit = 1 << (self.depth % 64);
        self.depth += 1;
        match bracket {
            Bracket::Curly => {
                *word |= bit;
                Some(State::NameOrClose)
            }
            Bracket::Square => {
                *word &= !bit;
                Some(State::ValueOrClose)
            }
        }
    }

    fn pop(&mut self, bracket: Bracket) -> Option<State> {
        if self.innermost()? != bracket {
            return None;
        }
        self.depth -= 1;
        Some(if self.depth == 0 { State::End } else { State::CommaOrClose })
    }

    fn after_comma(&self) -> State {
        if self.innermost() == Some(Bracket::Curly) { State::Name } else { State::Value }
    }

    fn innermost(&self) -> Option<Bracket> {
        let level = self.depth.checked_sub(1)?;
        let word = self.curly.get(level / 64)?;
        Some(if word >> (level % 64) & 1 == 1 { Bracket::Curly } else { Bracket::Square })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_one_document<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> bool {
        let mut document = Document::new();
        pieces.into_iter().for_each(|piece| document.update(piece));
        assert!(document.is_possible() || !document.is_whole());
        document.is_whole()
    }

    /// The reference: serde_json's own grammar, and only objects and arrays.
    fn by_serde(text: &[u8]) -> bool {
        matches!(text.trim_ascii_start().first(), None | Some(b'{' | b'['))
            && (text.trim_ascii().is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok())
    }

    #[test]
    fn one_object_or_array_or_xml_or_nothing() {
        let good: [&[u8]; 9] = [
            b"",
            b" \r\n\t",
            b"{}",
            b" [ ] \n",
            br#"{"a":[1,-0.5e+3,true,false,null,"\"\\\/\b\u00e9"],"b":{}}"#,
            b"[0,10,1E5,1.25,[[]],{}]",
            b"<a/>",
            b"\n<?xml version=\"1.0\"?><a>",
            "{\"\u{e6}\":\"\u{1f600}\u{7f}\"}".as_bytes(),
        ];
        for text in good {
            assert!(is_one_document([text]), "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let bad: [&[u8]; 30] = [
            b"1",
            b"\"a\"",
            b"true",
            b"x{}",
            b"&a=1{}",
            b"{}{}",
            b"[]x",
            b"[1]{}",
            b"{",
            b"[",
            b"[1",
            b"[1,]",
            b"{\"a\"}",
            b"{\"a\":}",
            b"{\"a\":1,}",
            b"{a:1}",
            b"{,}",
            b"[}",
            b"{]",
            b"[01]",
            b"[-]",
            b"[1.]",
            b"[.5]",
            b"[1e]",
            b"[+1]",
            b"[\"\n\"]",
            b"[\"\\x\"]",
            b"[\"\\u12g4\"]",
            b"[nul]",
            b"[truex]",
        ];
        for text in bad {
            assert!(!is_one_document([text]), "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        assert!(is_one_document([nested(DEEPEST).as_bytes()]));
        assert!(!is_one_document([nested(DEEPEST + 1).as_bytes()]));
    }

    /// Texts of JSON's own pieces, so that a good part of them is valid.
    fn near_json() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\u00e9", "\\n", "0", "-1", "2.5",
            "1e9", "E+", ".", "true", "null", "false", " ", "\n", "\u{b}", "ð", "<",
        ]);
        let valid = any::<Vec<(String, f64, bool)>>().prop_map(|rows| serde_json::to_string(&rows).unwrap());
        let near = prop_oneof![
            prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
            prop::collection::vec(prop::sample::select(vec!["[", "]", "1", ","]), 0..8)
                .prop_map(|pieces| pieces.concat()),
            valid,
        ];
        near.prop_filter("XML is told by its first character", |text| !text.trim_start().starts_with('<'))
            .prop_map(String::into_bytes)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

        #[test]
        fn agrees_with_serde_json_however_the_text_is_cut(text in near_json(), cut in any::<prop::sample::Index>()) {
            let expected = by_serde(&text);
            prop_assert_eq!(is_one_document([&text[..]]), expected);
            let (front, back) = text.split_at(cut.index(text.len() + 1));
            prop_assert_eq!(is_one_document([front, back]), expected);
            prop_assert_eq!(is_one_document(text.chunks(1)), expected);
        }
    }
}
