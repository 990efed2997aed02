//! What credentials and fields may hold.

use std::borrow::Cow;
use std::fmt;

use http::HeaderValue;

use crate::error::{Code, Error, Fault};
use crate::fault::faults;

/// A credential or field that cannot be used. Names the field, never its value.
#[derive(Debug)]
pub(crate) struct FieldFault {
    pub(crate) field: Cow<'static, str>,
    pub(crate) problem: Problem,
}

faults! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Problem {
        Empty = Configuration, "field-empty", "is empty",
            "Give a value: the one that the provider issued, or one of your own where you choose it.";
        Padded = Configuration, "field-padded", "has white space at its beginning or end",
            "Trim it; otherwise a pasted line end or blank becomes part of the signed text.";
        Control = Configuration, "field-control-character", "holds a control character",
            "Copy the value again, without line ends or tabs inside.";
        NotAscii = Configuration, "field-not-ascii", "holds a character outside printable ASCII",
            "Use printable ASCII: it goes into a header. What the provider issued stays as issued.";
        Ampersand = Configuration, "field-ampersand", "holds '&', which separates the fields of the signed text",
            "Use a value without '&'; if the provider issued this one, ask for another.";
        Unmappable = Configuration, "field-unmappable-character", "holds a character that ISO-8859-15 cannot express",
            "Spell the value with characters of ISO-8859-15 (Latin-9).";
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.problem)
    }
}

impl Fault for FieldFault {
    fn code(&self) -> Code {
        self.problem.code()
    }
}

pub(crate) fn refuse(field: impl Into<Cow<'static, str>>, problem: Problem) -> Error {
    Error::new(FieldFault { field: field.into(), problem })
}

/// Refuses a value that no provider issues: empty, padded, or with control characters.
pub(crate) fn check(field: impl Into<Cow<'static, str>>, value: &str) -> Result<(), Error> {
    if value.trim().is_empty() {
        Err(refuse(field, Problem::Empty))
    } else if value.trim().len() != value.len() {
        Err(refuse(field, Problem::Padded))
    } else if value.chars().any(char::is_control) {
        Err(refuse(field, Problem::Control))
    } else {
        Ok(())
    }
}

/// Checks a field, and makes a header value in printable ASCII of it.
pub(crate) fn ascii_header(field: &'static str, value: &str) -> Result<HeaderValue, Error> {
    check(field, value)?;
    let not_ascii = || refuse(field, Problem::NotAscii);
    if !value.is_ascii() {
        return Err(not_ascii());
    }
    HeaderValue::from_str(value).map_err(|_| not_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::{Charset, Encoding, MacAlgorithm, SegmentKind, Source};

    /// Some fields are issued by a provider, others are chosen: a sender, a nonce, a transaction id.
    #[test]
    fn what_to_do_is_right_for_issued_and_for_chosen_values() {
        assert!(refuse("nonce", Problem::Empty).next_step().contains("or one of your own"));
        assert!(refuse("nonce", Problem::NotAscii).next_step().starts_with("Use printable ASCII"));
        assert!(refuse("sender", Problem::Ampersand).next_step().contains("if the provider issued"));
    }

    #[test]
    fn each_bad_value_is_refused_by_field_and_never_printed() {
        let cases = [
            ("", Problem::Empty),
            (" \t", Problem::Empty),
            (" canary", Problem::Padded),
            ("canary\n", Problem::Padded),
            ("canary\u{a0}", Problem::Padded),
            ("can\0ary", Problem::Control),
            ("can\r\nary", Problem::Control),
            ("can\u{85}ary", Problem::Control),
        ];
        for (value, problem) in cases {
            let error = check("secret_key", value).unwrap_err();
            assert_eq!(error.fault::<FieldFault>().unwrap().problem, problem, "{value:?}");
            let text = format!("{error} {error:#} {error:?}");
            assert!(text.contains("secret_key") && !text.contains("ary"), "{text}");
        }
        check("secret_key", "inner space is fine").unwrap();
        assert_eq!(ascii_header("app_key", "ä").unwrap_err().code(), "field-not-ascii");
    }

    #[test]
    fn words_are_padded_as_asked() {
        assert_eq!(format!("{:>12}|{}", Source::RequestUrl, Source::Body), " request URL|body");
        assert_eq!(format!("{:<6}|{}", Charset::Utf8, Charset::Latin9), "UTF-8 |ISO-8859-15");
        assert_eq!(format!("{:>7}|{}", SegmentKind::Secret, SegmentKind::Separator), " secret|separator");
        assert_eq!(
            format!("{:8}|{}", MacAlgorithm::Sha256, MacAlgorithm::HmacSha256),
            "SHA-256 |HMAC-SHA256"
        );
        assert_eq!(format!("{:^8}|{}", Encoding::Base64, Encoding::HexLower), " base64 |lower-case hex");
        assert_eq!(
            format!("{:>3}|{}", crate::netvisor::Language::Se, crate::netvisor::Language::Fi),
            " SE|FI"
        );
    }
}
