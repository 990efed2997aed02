//! JSON that keeps each number and the order of members as they were written, and prints them as other programs do.

use serde_json::value::RawValue;

use crate::json::members;

/// A JSON value, with numbers and words as they are written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Bare(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A longer or deeper document is not read.
const LONGEST: usize = 4 << 20;
const DEEPEST: usize = 64;

impl Json {
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST)?;
        Self::read(serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?, DEEPEST)
    }

    fn read(value: &RawValue, depth: usize) -> Option<Self> {
        let (text, depth) = (value.get(), depth.checked_sub(1)?);
        Some(match text.as_bytes() {
            [b'"', ..] => Self::Text(serde_json::from_str(text).ok()?),
            [b'[', ..] => {
                let values: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Self::List(values.into_iter().map(|value| Self::read(value, depth)).collect::<Option<_>>()?)
            }
            [b'{', ..] => {
                let member = |(name, value)| Some((name, Self::read(value, depth)?));
                Self::Object(members(text.as_bytes())?.into_iter().map(member).collect::<Option<_>>()?)
            }
            _ => Self::Bare(text.to_owned()),
        })
    }

    /// Whether this is a number, a truth value or `null`.
    pub(super) fn is_bare(text: &str) -> bool {
        serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| !value.is_string())
            && !text.starts_with(['[', '{'])
            && text.trim() == text
    }

    /// Changes this value and all values in it, the innermost first.
    pub(super) fn map(&self, change: &dyn Fn(Json) -> Json) -> Json {
        change(match self {
            Self::List(values) => Self::List(values.iter().map(|value| value.map(change)).collect()),
            Self::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), value.map(change))).collect())
            }
            leaf => leaf.clone(),
        })
    }

    pub(super) fn print(&self, style: &Style) -> String {
        let mut printed = String::new();
        self.write(style, 0, &mut printed);
        printed + style.end
    }

    fn write(&self, style: &Style, depth: usize, out: &mut String) {
        match self {
            Self::Bare(token) => out.push_str(token),
            Self::Text(text) => style.write_text(text, out),
            Self::List(values) => {
                let write = |value: &Json, out: &mut String| value.write(style, depth + 1, out);
                style.write_list(["[", "]"], values, depth, out, write);
            }
            Self::Object(members) => {
                style.write_list(["{", "}"], members, depth, out, |(name, value), out| {
                    style.write_text(name, out);
                    out.push_str(style.colon);
                    value.write(style, depth + 1, out);
                });
            }
        }
    }
}

/// How a program prints JSON.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) comma: &'static str,
    pub(super) colon: &'static str,
    /// What each line begins with, once for each level. Empty for a document on one line.
    pub(super) indent: &'static str,
    pub(super) line: &'static str,
    /// What stands inside the brackets of a list or object on one line, unless it is empty.
    pub(super) pad: &'static str,
    /// What stands behind the document.
    pub(super) end: &'static str,
    pub(super) escapes: Escapes,
}

/// The characters that are escaped although they need not be.
#[derive(Clone, Copy)]
pub(super) struct Escapes {
    pub(super) ascii: bool,
    pub(super) upper: bool,
    pub(super) slash: bool,
    pub(super) signs: &'static str,
}

impl Style {
    fn write_list<T>(
        &self,
        [open, close]: [&str; 2],
        values: &[T],
        depth: usize,
        out: &mut String,
        write: impl Fn(&T, &mut String),
    ) {
        let line = |depth: usize, out: &mut String| {
            out.push_str(self.line);
            (0..depth).for_each(|_| out.push_str(self.indent));
        };
        out.push_str(open);
        for (place, value) in values.iter().enumerate() {
            out.push_str(if place == 0 { self.pad } else { self.comma });
            line(depth + 1, out);
            write(value, out);
        }
        if !values.is_empty() {
            line(depth, out);
            out.push_str(self.pad);
        }
        out.push_str(close);
    }

    fn write_text(&self, text: &str, out: &mut String) {
        let escapes = self.escapes;
        out.push('"');
        for c in text.chars() {
            let is_escaped = (!c.is_ascii() && escapes.ascii) || escapes.signs.contains(c);
            match c {
                _ if is_escaped => self.escape(c, out),
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '/' if escapes.slash => out.push_str("\\/"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if c < ' ' => self.escape(c, out),
                c => out.push(c),
            }
        }
        out.push('"');
    }

    fn escape(&self, c: char, out: &mut String) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let escaped =
                if self.escapes.upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
            out.push_str(&escaped);
        }
    }
}

/// `Number.prototype.toString`, which Go's `encoding/json` and PHP follow.
pub(super) fn of_javascript(token: &str) -> Option<String> {
    let value: f64 = token.parse().ok()?;
    let size = value.abs();
    Some(if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        value.to_string()
    } else {
        let written = format!("{value:e}");
        if size >= 1.0 { written.replace('e', "e+") } else { written }
    })
}

/// `Double.toString`.
pub(super) fn of_java(token: &str) -> Option<String> {
    let value: f64 = token.parse().ok()?;
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return Some(format!("{value:?}"));
    }
    let written = format!("{value:E}");
    Some(if written.contains('.') { written } else { written.replace('E', ".0E") })
}

/// `repr` of a float; whole numbers stay.
pub(super) fn of_python(token: &str) -> Option<String> {
    token.contains(['.', 'e', 'E']).then(|| Some(format!("{:?}", token.parse::<f64>().ok()?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_their_languages_do() {
        for (value, javascript, java) in [
            ("1000.00", "1000", "1000.0"),
            ("-10.5", "-10.5", "-10.5"),
            ("0.0", "0", "0.0"),
            ("1e7", "10000000", "1.0E7"),
            ("12345678.5", "12345678.5", "1.23456785E7"),
            ("1e21", "1e+21", "1.0E21"),
            ("1.5e-7", "1.5e-7", "1.5E-7"),
            ("0.001", "0.001", "0.001"),
            ("9007199254740993", "9007199254740992", "9.007199254740992E15"),
        ] {
            assert_eq!(of_javascript(value).as_deref(), Some(javascript));
            assert_eq!(of_java(value).as_deref(), Some(java));
        }
    }

    #[test]
    fn what_is_read_is_printed_again() {
        const COMPACT: Style = Style {
            comma: ",",
            colon: ":",
            indent: "",
            line: "",
            pad: "",
            end: "",
            escapes: Escapes { ascii: false, upper: false, slash: false, signs: "" },
        };
        let text = r#"{"a1":"2\"3\\","b":[-4.50,5e3,true,null,[],{}],"c":6,"c":"é\u0001"}"#;
        assert_eq!(Json::parse(text.as_bytes()).unwrap().print(&COMPACT), text);
        for broken in ["", "{", "{\"a\"}", "[1,]", "{\"a\":1", "[1] 2", "nul", "\"a", "01"] {
            assert_eq!(Json::parse(broken.as_bytes()), None, "{broken}");
        }
        let deep = "[".repeat(10_000);
        assert_eq!(Json::parse(deep.as_bytes()), None);
    }
}
