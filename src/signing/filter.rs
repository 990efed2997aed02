//! Other ways of writing a value, which declarations call filters.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::ISO_8859_15;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::hash::digest;
use super::{Encoding, MacAlgorithm};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that a form encodes (WHATWG URL, section 5): `*` stays, `~` does not, and a blank becomes `+`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b' ');

/// One way of writing a value in other bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The bytes of a digest, by a plain hash.
    Digest(MacAlgorithm),
    Encode(Encoding),
    /// Hex in either case.
    Unhex,
    /// Base64 in either alphabet, padded or not.
    Unbase64,
    Lower,
    Upper,
    /// `%XX` for each byte that is not unreserved.
    Percent,
    /// The byte for each `%XX`; `+` stays.
    Unpercent,
    /// As in a form: a blank is `+`.
    Form,
    Unform,
    /// UTF-8 in ISO-8859-15; characters that this charset lacks are refused.
    Latin9,
    /// One blank for each run of white space, and none at the ends.
    Fold,
    /// Without quotes in JSON: a number, `true`, `false` or `null`, and nothing else.
    Bare,
    /// Puts this in front, unless the value is empty.
    Before(Box<str>),
    /// Puts this behind, unless the value is empty.
    After(Box<str>),
    /// This in place of an empty value.
    Or(Box<str>),
    /// Takes this off the front, if it is there.
    Cut(Box<str>),
    /// What follows the last occurrence of this; the whole value without one.
    Last(Box<str>),
    /// The first bytes.
    First(usize),
}

/// The filters without an argument, by name.
pub(crate) const PLAIN: [(&str, Filter); 22] = [
    ("md5", Filter::Digest(MacAlgorithm::Md5)),
    ("sha1", Filter::Digest(MacAlgorithm::Sha1)),
    ("sha256", Filter::Digest(MacAlgorithm::Sha256)),
    ("sha384", Filter::Digest(MacAlgorithm::Sha384)),
    ("sha512", Filter::Digest(MacAlgorithm::Sha512)),
    ("hex", Filter::Encode(Encoding::HexLower)),
    ("HEX", Filter::Encode(Encoding::HexUpper)),
    ("base64", Filter::Encode(Encoding::Base64)),
    ("base64-nopad", Filter::Encode(Encoding::Base64NoPad)),
    ("base64url", Filter::Encode(Encoding::Base64Url)),
    ("base64url-nopad", Filter::Encode(Encoding::Base64UrlNoPad)),
    ("unhex", Filter::Unhex),
    ("unbase64", Filter::Unbase64),
    ("lower", Filter::Lower),
    ("upper", Filter::Upper),
    ("percent", Filter::Percent),
    ("unpercent", Filter::Unpercent),
    ("form", Filter::Form),
    ("unform", Filter::Unform),
    ("latin9", Filter::Latin9),
    ("fold", Filter::Fold),
    ("bare", Filter::Bare),
];

/// The names of the filters that take an argument.
pub(crate) const WITH_ARGUMENT: [&str; 6] = ["before:", "after:", "or:", "cut:", "last:", "first:"];

impl Filter {
    /// The filter of a word, e.g. `hex` or `first:8`.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        if let Some((_, filter)) = PLAIN.iter().find(|(name, _)| *name == word) {
            return Some(filter.clone());
        }
        let (name, argument) = word.split_once(':').unwrap_or((word, ""));
        if argument.is_empty() {
            return None;
        }
        Some(match name {
            "before" => Self::Before(argument.into()),
            "after" => Self::After(argument.into()),
            "or" => Self::Or(argument.into()),
            "cut" => Self::Cut(argument.into()),
            "last" => Self::Last(argument.into()),
            "first" => Self::First(argument.parse().ok()?),
            _ => return None,
        })
    }

    /// The value written in this way; `None` if it cannot be.
    pub(crate) fn apply<'v>(&self, value: &'v [u8]) -> Option<Cow<'v, [u8]>> {
        Some(Cow::Owned(match self {
            Self::Digest(algorithm) => digest(*algorithm, value),
            Self::Encode(encoding) => encoding.encode_any(value),
            Self::Unhex => hex::decode(value).ok()?,
            Self::Unbase64 => unbase64(value)?,
            Self::Lower => std::str::from_utf8(value).ok()?.to_lowercase().into_bytes(),
            Self::Upper => std::str::from_utf8(value).ok()?.to_uppercase().into_bytes(),
            Self::Percent => percent_encode(value, RESERVED).to_string().into_bytes(),
            Self::Unpercent => return Some(percent_decode(value).into()),
            Self::Form => percent_encode(value, FORM).to_string().replace(' ', "+").into_bytes(),
            Self::Unform => percent_decode(&plus_as_blank(value)).collect(),
            Self::Latin9 => latin9(value)?,
            Self::Fold => value
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(&b' '),
            Self::Before(front) if !value.is_empty() => [front.as_bytes(), value].concat(),
            Self::After(back) if !value.is_empty() => [value, back.as_bytes()].concat(),
            Self::Or(other) if value.is_empty() => other.as_bytes().to_vec(),
            other => return other.part(value).map(Cow::Borrowed),
        }))
    }

    /// The part of a value that stays, for filters that only cut.
    fn part<'v>(&self, value: &'v [u8]) -> Option<&'v [u8]> {
        match self {
            Self::Bare => is_bare(value).then_some(value),
            Self::Cut(front) => Some(value.strip_prefix(front.as_bytes()).unwrap_or(value)),
            Self::Last(mark) => Some(behind_last(value, mark.as_bytes())),
            Self::First(length) => Some(value.get(..*length).unwrap_or(value)),
            _ => Some(value),
        }
    }

    /// The value that this filter made `written` of; `None` if there is no such value, or the filter cannot be undone.
    pub(crate) fn undo(&self, written: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Encode(Encoding::HexLower | Encoding::HexUpper) => hex::decode(written).ok(),
            Self::Encode(_) => unbase64(written),
            Self::Percent => Some(percent_decode(written).collect()),
            Self::Form => Some(percent_decode(&plus_as_blank(written)).collect()),
            Self::Latin9 => {
                Some(ISO_8859_15.decode_without_bom_handling(written).0.into_owned().into_bytes())
            }
            Self::Bare => is_bare(written).then(|| written.to_vec()),
            Self::Before(_) | Self::After(_) if written.is_empty() => Some(Vec::new()),
            Self::Before(front) => written.strip_prefix(front.as_bytes()).map(<[u8]>::to_vec),
            Self::After(back) => written.strip_suffix(back.as_bytes()).map(<[u8]>::to_vec),
            _ => None,
        }
    }

    /// Whether [`Filter::undo`] finds the value again.
    pub(crate) fn can_be_undone(&self) -> bool {
        matches!(
            self,
            Self::Encode(_)
                | Self::Percent
                | Self::Form
                | Self::Latin9
                | Self::Bare
                | Self::Before(_)
                | Self::After(_)
        )
    }
}

fn plus_as_blank(value: &[u8]) -> Vec<u8> {
    value.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect()
}

fn unbase64(value: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if value.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    GeneralPurpose::new(alphabet, LENIENT).decode(value).ok()
}

fn latin9(value: &[u8]) -> Option<Vec<u8>> {
    // The encoder would write `&#8364;`, whose `&` may start a new field.
    let (bytes, _, lossy) = ISO_8859_15.encode(std::str::from_utf8(value).ok()?);
    (!lossy).then(|| bytes.into_owned())
}

/// Whether JSON has the value without quotes, so that nothing else can get into an object with it.
fn is_bare(value: &[u8]) -> bool {
    if matches!(value, b"true" | b"false" | b"null") {
        return true;
    }
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let mut halves = digits.splitn(2, |byte| *byte == b'.');
    let well_formed = halves.all(|half| !half.is_empty() && half.iter().all(u8::is_ascii_digit));
    well_formed && (digits.len() == 1 || !digits.starts_with(b"0") || digits.starts_with(b"0."))
}

fn behind_last<'v>(value: &'v [u8], mark: &[u8]) -> &'v [u8] {
    let at = value.windows(mark.len().max(1)).rposition(|window| window == mark);
    at.and_then(|at| value.get(at + mark.len()..)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(filters: &str, value: &str) -> Option<String> {
        let filters = filters.split('|').map(|word| Filter::parse(word).unwrap());
        let mut value = value.as_bytes().to_vec();
        for filter in filters {
            value = filter.apply(&value)?.into_owned();
        }
        Some(String::from_utf8(value).unwrap())
    }

    #[test]
    fn each_filter_writes_what_its_name_says() {
        for (filters, value, expected) in [
            ("md5|hex", "abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1|HEX", "abc", "A9993E364706816ABA3E25717850C26C9CD0D89D"),
            ("base64", "a?>", "YT8+"),
            ("base64url", "a?>b", "YT8-Yg=="),
            ("base64url-nopad", "a?>b", "YT8-Yg"),
            ("base64-nopad", "ab", "YWI"),
            ("unhex", "4a4B", "JK"),
            ("unbase64", "YT8-Yg", "a?>b"),
            ("unbase64", "YT8+Yg==", "a?>b"),
            ("lower", "ÄB", "äb"),
            ("upper", "äb", "ÄB"),
            ("percent", "a b+~ä*", "a%20b%2B~%C3%A4%2A"),
            ("unpercent", "a%20b+%2b", "a b++"),
            ("form", "a b+~*", "a+b%2B%7E*"),
            ("unform", "a+b%2B", "a b+"),
            ("fold", "  a \t b ", "a b"),
            ("before:?", "a=1", "?a=1"),
            ("before:?", "", ""),
            ("after:&", "a", "a&"),
            ("or:none", "", "none"),
            ("or:none", "a", "a"),
            ("cut:/api", "/api/x", "/x"),
            ("cut:/api", "/x", "/x"),
            ("last:/", "/a/b/c", "c"),
            ("last:/", "abc", "abc"),
            ("first:2", "abc", "ab"),
            ("first:9", "abc", "abc"),
            ("bare", "-1.50", "-1.50"),
            ("bare", "true", "true"),
        ] {
            assert_eq!(apply(filters, value).as_deref(), Some(expected), "{filters} of {value:?}");
        }
        assert_eq!(Filter::Latin9.apply("€".as_bytes()), Some(vec![0xa4].into()));
    }

    #[test]
    fn what_a_filter_cannot_write_is_refused() {
        for (filter, value) in [
            ("unhex", "0x4a"),
            ("unhex", "abc"),
            ("unbase64", "a*"),
            ("latin9", "漢"),
            ("bare", ""),
            ("bare", "1e3"),
            ("bare", "01"),
            ("bare", "1."),
            ("bare", "+1"),
            ("bare", "1,\"a\":2"),
        ] {
            assert_eq!(apply(filter, value), None, "{filter} of {value:?}");
        }
        for word in ["", "rot13", "first", "first:", "first:x", "before", "hex:1"] {
            assert_eq!(Filter::parse(word), None, "{word}");
        }
    }

    #[test]
    fn what_can_be_undone_gives_the_value_back() {
        let words = PLAIN.iter().map(|(name, _)| *name).chain(["before:x", "after:x", "cut:x", "or:x"]);
        for word in words.chain(["last:x", "first:2"]) {
            let filter = Filter::parse(word).unwrap();
            for value in ["12", "a b+/?&=ä€"] {
                let written = filter.apply(value.as_bytes());
                let undone = written.as_deref().and_then(|written| filter.undo(written));
                if filter.can_be_undone() && (word, value) != ("bare", "a b+/?&=ä€") {
                    assert_eq!(undone.as_deref(), Some(value.as_bytes()), "{word}");
                } else {
                    assert_eq!(undone, None, "{word}");
                }
            }
        }
    }
}
