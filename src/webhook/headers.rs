//! Reads headers strictly.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

use super::DeliveryFault;
use crate::header;

/// The value of a header that must occur exactly once.
pub(crate) fn single<'h>(
    headers: &'h HeaderMap,
    wanted: &'static HeaderName,
) -> Result<&'h [u8], DeliveryFault> {
    let name = || Cow::Borrowed(wanted.as_str());
    match header::only(headers, wanted) {
        Ok(Some(value)) => Ok(value.as_bytes()),
        Ok(None) => Err(DeliveryFault::HeaderMissing { name: name() }),
        Err(_) => Err(DeliveryFault::HeaderDuplicate { name: name() }),
    }
}

/// A plain decimal integer: no `+`, no leading zeros, no exponent, no white space.
///
/// A number has only one text, so the signed text is the number that was compared with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer<'h> {
    pub(crate) value: i64,
    pub(crate) text: &'h str,
}

impl<'h> Integer<'h> {
    /// Reads the text of the parameter or header `name`.
    pub(crate) fn parse(name: &'static str, text: &'h str) -> Result<Self, DeliveryFault> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        // Parsing finds all other mistakes.
        let canonical = matches!(digits.as_bytes(), [b'1'..=b'9', ..]) || text == "0";
        let parsed = if canonical { text.parse().ok() } else { None };
        parsed.map(|value| Self { value, text }).ok_or(DeliveryFault::TimeMalformed { name: name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_has_one_text() {
        for value in [0, 1, -1, 10, 1_685_548_865_944, i64::MAX, i64::MIN] {
            let text = &*value.to_string();
            assert_eq!(Integer::parse("created", text), Ok(Integer { value, text }));
        }
        let wrong = [
            "",
            "-",
            "+1",
            "01",
            "-0",
            "-01",
            "00",
            "1e3",
            "1.0",
            " 1",
            "1 ",
            "0x1",
            "1_0",
            "٣",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999999",
        ];
        for text in wrong {
            let refused = Err(DeliveryFault::TimeMalformed { name: "created".into() });
            assert_eq!(Integer::parse("created", text), refused, "{text:?}");
        }
    }
}
