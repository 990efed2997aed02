//! How programs print the numbers of a JSON document that they read.

/// What a number becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// An integer stays one, and of a fraction the zeros at its end go, as in Python and Ruby.
    Parsed,
    /// All are floats, and whole ones are printed as integers.
    JavaScript,
    /// Written as they were read, as by programs that keep decimal numbers.
    Verbatim,
    /// All are floats, and have a fraction.
    Java,
}

impl Numbers {
    pub(super) const OF_OTHERS: [Self; 3] = [Self::JavaScript, Self::Verbatim, Self::Java];

    pub(super) fn describe(self) -> Option<&'static str> {
        match self {
            Self::Parsed => None,
            Self::JavaScript => Some("numbers as JavaScript, Go and PHP print them"),
            Self::Verbatim => Some("numbers digit by digit as they were sent"),
            Self::Java => Some("every number with a fraction, as Gson prints a double"),
        }
    }

    /// How a number is written that was `token` in the document; `None` where the parser's own way is meant.
    pub(super) fn write(self, token: &str, value: f64) -> Option<String> {
        match self {
            Self::Parsed => None,
            Self::JavaScript => Some(of_javascript(value)),
            Self::Verbatim => Some(token.to_owned()),
            Self::Java => Some(of_java(value)),
        }
    }

    /// Whether some number of a document is printed in another way than the parser's own.
    pub(super) fn change_any_of(self, document: &[u8]) -> bool {
        tokens(document).any(|token| {
            let Ok(parsed) = serde_json::from_str::<serde_json::Number>(token) else { return false };
            let written = parsed.as_f64().and_then(|value| self.write(token, value));
            written.is_some_and(|written| written != parsed.to_string())
        })
    }
}

/// The numbers of a document, in its order.
pub(super) fn tokens(document: &[u8]) -> impl Iterator<Item = &str> {
    let mut rest = document;
    std::iter::from_fn(move || {
        loop {
            let start = rest.iter().position(|byte| matches!(byte, b'"' | b'-' | b'0'..=b'9'))?;
            let from = rest.get(start..)?;
            if let Some(string) = from.strip_prefix(b"\"") {
                rest = string.get(end_of_string(string)..)?;
                continue;
            }
            let is_outside = |byte: &u8| !matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
            let end = from.iter().position(is_outside).unwrap_or(from.len());
            let (token, after) = from.split_at_checked(end)?;
            rest = after;
            return std::str::from_utf8(token).ok();
        }
    })
}

/// Where what follows a string begins, given what follows its first quote.
pub(super) fn end_of_string(string: &[u8]) -> usize {
    let mut escaped = false;
    let ends = |byte: &u8| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    };
    string.iter().position(ends).map_or(string.len(), |end| end + 1)
}

/// `Number.prototype.toString`, which Go's `encoding/json` follows.
fn of_javascript(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        value.to_string()
    } else {
        let written = format!("{value:e}");
        if size >= 1.0 { written.replace('e', "e+") } else { written }
    }
}

/// `Double.toString`.
fn of_java(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let written = format!("{value:E}");
    if written.contains('.') { written } else { written.replace('E', ".0E") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_their_languages_do() {
        for (value, javascript, java) in [
            (1000.0, "1000", "1000.0"),
            (-10.5, "-10.5", "-10.5"),
            (0.0, "0", "0.0"),
            (1e7, "10000000", "1.0E7"),
            (12_345_678.5, "12345678.5", "1.23456785E7"),
            (1e21, "1e+21", "1.0E21"),
            (1.5e-7, "1.5e-7", "1.5E-7"),
            (0.001, "0.001", "0.001"),
            (9_007_199_254_740_993.0, "9007199254740992", "9.007199254740992E15"),
        ] {
            assert_eq!((&*of_javascript(value), &*of_java(value)), (javascript, java));
        }
    }

    #[test]
    fn numbers_inside_strings_are_none() {
        let document = br#"{"a1":"2\"3\\","b":[-4.50,5e3,true,null],"c":6}"#;
        assert_eq!(tokens(document).collect::<Vec<_>>(), ["-4.50", "5e3", "6"]);
        assert_eq!(tokens(br#"{"a":"1"#).count(), 0);
    }
}
