//! How JSON is written in each style.

use std::fmt::Display;
use std::io::{self, Write};

use serde_json::ser::{CharEscape, Formatter};

use super::json_style::{Html, Layout, Style};

/// Writes in one style.
pub(super) struct Printer<T> {
    style: Style,
    /// The numbers as they stand in the document, of which the next is printed next.
    numbers: T,
    depth: usize,
    /// Whether the innermost array or object has a value.
    filled: bool,
}

impl<'t, T: Iterator<Item = &'t str>> Printer<T> {
    pub(super) fn new(style: Style, numbers: T) -> Self {
        Self { style, numbers, depth: 0, filled: false }
    }

    /// Writes the next number, or `parsed`, which is how the parser's own printer writes it.
    fn number<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        value: f64,
        parsed: impl Display,
    ) -> io::Result<()> {
        let token = self.numbers.next().unwrap_or_default();
        match self.style.numbers.write(token, value) {
            Some(written) => writer.write_all(written.as_bytes()),
            None => write!(writer, "{parsed}"),
        }
    }

    fn escape<W: ?Sized + Write>(&self, writer: &mut W, unit: u16) -> io::Result<()> {
        match self.style.html {
            Html::DotNet => write!(writer, "\\u{unit:04X}"),
            _ => write!(writer, "\\u{unit:04x}"),
        }
    }

    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.filled {
            self.start_line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn separate<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(if self.style.layout == Layout::Spaced { b", " } else { b"," })?;
        }
        self.start_line(writer)
    }

    fn start_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        let Layout::Indented(indent) = self.style.layout else { return Ok(()) };
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(indent.as_bytes()))
    }
}

impl<'t, T: Iterator<Item = &'t str>> Formatter for Printer<T> {
    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        self.number(writer, value as f64, value)
    }

    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        self.number(writer, value as f64, value)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        self.number(writer, value, serde_json::Value::from(value))
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.separate(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.separate(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.style.layout == Layout::Compact { b":" } else { b": " })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let style = self.style;
        let is_escaped = |c: char| {
            (!c.is_ascii() && style.ascii) || (c == '/' && style.escaped_slashes) || style.html.escapes(c)
        };
        let mut rest = text;
        while let Some(escaped) = rest.chars().find(|c| is_escaped(*c)) {
            let (kept, after) = rest.split_once(escaped).unwrap_or((rest, ""));
            writer.write_all(kept.as_bytes())?;
            if escaped == '/' {
                writer.write_all(b"\\/")?;
            } else {
                escaped.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| self.escape(writer, *unit))?;
            }
            rest = after;
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let short: &[u8] = match escape {
            CharEscape::Quote if self.style.html == Html::DotNet => {
                return self.escape(writer, u16::from(b'"'));
            }
            CharEscape::AsciiControl(byte) => return self.escape(writer, byte.into()),
            CharEscape::Quote => b"\\\"",
            CharEscape::ReverseSolidus => b"\\\\",
            CharEscape::Solidus => b"\\/",
            CharEscape::Backspace => b"\\b",
            CharEscape::FormFeed => b"\\f",
            CharEscape::LineFeed => b"\\n",
            CharEscape::CarriageReturn => b"\\r",
            CharEscape::Tab => b"\\t",
        };
        writer.write_all(short)
    }
}
