//! Compares the text that somebody signed with the text that should have been signed.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use zeroize::Zeroizing;

use super::reading::is_digest_of;
use crate::explain::{Part, Transcript};
use crate::redact::SHORTEST_FOUND;
use crate::signing::{SegmentKind, Signature};

/// This many bytes are shown on either side of a difference.
const AROUND: usize = 24;

/// A text that somebody signed, compared with the text that should have been signed. Holds no secret.
///
/// ```
/// use countersign::RequestRef;
/// use countersign::explain::Transcript;
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("an id", "a key of nobody")?;
/// let request = http::Request::get("https://api.unleashedsoftware.com/Customers?page=1").body(())?;
/// let transcript = Transcript::of(&unleashed, &RequestRef::from_http(&request)?)?;
/// let comparison = transcript.compare(b"page=2", None); // what somebody says that they have signed
/// assert_eq!(comparison.difference.map(|difference| difference.position), Some(5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// How many bytes should have been signed.
    pub expected_length: usize,
    /// How many bytes were signed.
    pub signed_length: usize,
    /// Where the two texts differ; `None` where they are the same.
    pub difference: Option<TextDifference>,
    /// Whether the received signature is the signature of the signed text under the right key. `None` where no
    /// signature was given.
    pub signature_fits: Option<bool>,
    /// What the signature says of the text and the key.
    #[serde(skip)]
    conclusion: Option<&'static str>,
}

/// The first place in which two texts differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TextDifference {
    /// The position, from 0, of the first byte that differs. For a difference within a secret, the position where the
    /// secret begins.
    pub position: usize,
    /// The segment that holds the position; `None` where the text should have ended.
    pub segment: Option<String>,
    /// The position within the segment; `None` for a secret.
    pub position_in_segment: Option<usize>,
    /// The bytes before the position, which are the same. In these three fields, `(secret)` stands for a secret, and
    /// bytes that are not printable ASCII are escaped.
    pub before: String,
    /// The bytes that should follow.
    pub expected: String,
    /// The bytes that do follow. `None` where they may hold a secret: the right text has a secret that the signed text
    /// lacks, or the signed text has the beginning of a secret.
    pub signed: Option<String>,
}

/// What a signature was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    /// The text that is compared.
    ThisText,
    /// The text that should have been signed.
    RightText,
    Unknown,
}

impl Transcript {
    /// Compares a text that somebody signed with the text that should have been signed. Given the signature that they
    /// got, says whether it was made with the right key; if so, only the text is wrong.
    #[must_use]
    pub fn compare(&self, signed: &[u8], received: Option<&str>) -> Comparison {
        let difference = self.difference(signed);
        let maker = received.and_then(|received| self.maker(signed, received));
        Comparison {
            expected_length: self.text.iter().map(|part| part.bytes.len()).sum(),
            signed_length: signed.len(),
            signature_fits: maker.map(|maker| maker == Maker::ThisText),
            conclusion: maker.map(|maker| self.conclusion(maker, difference.is_some())),
            difference,
        }
    }

    /// The text that `received` was made of, in whatever way the digest is written.
    fn maker(&self, signed: &[u8], received: &str) -> Option<Maker> {
        let mac = self.mac.as_ref()?;
        let mut state = mac.start_of_any_text();
        state.update(signed);
        let is_of = |signature: &Signature| is_digest_of(received, mac.encoding(), signature.digest());
        Some(if is_of(&state.finish()) {
            Maker::ThisText
        } else if self.signature().is_some_and(|expected| is_of(&expected)) {
            Maker::RightText
        } else {
            Maker::Unknown
        })
    }

    /// Blames the key only where the text is the right one.
    fn conclusion(&self, maker: Maker, differs: bool) -> &'static str {
        let is_keyed = self.mac.as_ref().is_some_and(|mac| mac.algorithm().is_keyed());
        match (maker, is_keyed) {
            (Maker::ThisText, true) => "The signature was made of it with the right key.",
            (Maker::ThisText, false) => "The signature was made of it.",
            (Maker::RightText, _) => {
                "The signature was made of the text that should have been signed, not of this one."
            }
            (Maker::Unknown, true) if !differs => {
                "If the signature is of this text, then the key, its form or the algorithm is another."
            }
            (Maker::Unknown, _) => "The signature was made of yet another text, or in another way.",
        }
    }

    fn difference(&self, signed: &[u8]) -> Option<TextDifference> {
        let (mut expected, mut hidden) = (Zeroizing::new(Vec::new()), Vec::new());
        let mut found: Option<(usize, Option<&Part>, Option<usize>)> = None;
        for part in &self.text {
            let start = expected.len();
            expected.extend_from_slice(&part.bytes);
            let rest = signed.get(start..).unwrap_or_default();
            let same = part.bytes.iter().zip(rest).take_while(|(ours, theirs)| ours == theirs).count();
            let is_secret = part.kind == SegmentKind::Secret;
            if is_secret {
                hidden.push(start..expected.len());
            }
            if found.is_none() && same < part.bytes.len() {
                let within = (!is_secret).then_some(same);
                found = Some((start + within.unwrap_or_default(), Some(part), within));
            }
        }
        if found.is_none() && signed.len() > expected.len() {
            found = Some((expected.len(), None, None));
        }
        let (position, part, position_in_segment) = found?;
        let secrets = self.secrets();
        hidden.extend(secrets.places(&expected));
        let after = position..position + AROUND;
        let mut in_text =
            self.text.iter().filter(|part| part.kind == SegmentKind::Secret && !part.bytes.is_empty());
        let may_show = in_text.all(|secret| {
            secret.bytes.len() >= SHORTEST_FOUND
                && signed.windows(secret.bytes.len()).any(|window| window == secret.bytes.as_slice())
        });
        Some(TextDifference {
            position,
            segment: part.map(|part| part.name().to_owned()),
            position_in_segment,
            before: shown(&expected, position.saturating_sub(AROUND)..position, &hidden),
            expected: shown(&expected, after.clone(), &hidden),
            signed: (may_show && !secrets.begin_in(signed))
                .then(|| shown(signed, after, &secrets.places(signed))),
        })
    }
}

/// The bytes of a range in printable form, with `(secret)` for each hidden run, even a run that goes beyond the range.
fn shown(bytes: &[u8], range: Range<usize>, hidden: &[Range<usize>]) -> String {
    let (mut text, mut at) = (String::new(), range.start);
    while let Some(byte) = bytes.get(at).filter(|_| at < range.end) {
        let around = hidden.iter().filter(|run| run.contains(&at)).map(|run| run.end).max();
        match around {
            Some(_) => text.push_str("(secret)"),
            None => text.push_str(&byte.escape_ascii().to_string()),
        }
        at = around.unwrap_or(at + 1);
    }
    text
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected_length, signed_length, .. } = self;
        match &self.difference {
            None => write!(f, "The text that was signed is the right one, of {signed_length} bytes.")?,
            Some(difference) => write!(
                f,
                "The text that was signed differs {difference}\n{signed_length} bytes were signed, and {expected_length} \
                 should have been."
            )?,
        }
        self.conclusion.map_or(Ok(()), |conclusion| write!(f, "\n{conclusion}"))
    }
}

impl fmt::Display for TextDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from byte {} on, ", self.position)?;
        match (&self.segment, self.position_in_segment) {
            (Some(segment), Some(within)) => write!(f, "byte {within} of {segment}:")?,
            (Some(segment), None) => write!(f, "in {segment}:")?,
            (None, _) => f.write_str("where it should end:")?,
        }
        let Self { before, expected, signed, .. } = self;
        write!(
            f,
            "\n  should be  \"{before}\" and then \"{expected}\"\n  was        \"{before}\" and then "
        )?;
        match signed {
            Some(signed) => write!(f, "\"{signed}\""),
            None => f.write_str("what is not shown: it may hold another secret"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::{Encoding, MacKey};

    /// HMAC over a text without secrets.
    fn keyed() -> Transcript {
        let key = MacKey::hmac_sha256(b"signing key", Encoding::Base64).unwrap();
        Transcript::new("test", &key)
            .key(|key| {
                key.secret("signing_key", b"signing key");
            })
            .text(|text| {
                text.public("timestamp", b"1705312800").separator(".").public("body", b"{\"a\":1}");
            })
    }

    /// A hash over a text with a secret in it.
    fn plain(secret: &[u8]) -> Transcript {
        Transcript::new("test", &MacKey::sha256(Encoding::HexLower)).text(|text| {
            text.public("url", b"https://h/").separator("&").secret("key", secret);
        })
    }

    fn place(transcript: &Transcript, signed: &str) -> Option<(usize, Option<String>, Option<usize>)> {
        let difference = transcript.compare(signed.as_bytes(), None).difference?;
        Some((difference.position, difference.segment, difference.position_in_segment))
    }

    #[test]
    fn the_first_difference_is_told_by_its_place() {
        let body = || Some("body".to_owned());
        for (signed, expected) in [
            ("1705312800.{\"a\":1}", None),
            ("1705312800.{\"a\": 1}", Some((16, body(), Some(5)))),
            ("1705312800{\"a\":1}", Some((10, Some("separator".to_owned()), Some(0)))),
            ("1705312800.", Some((11, body(), Some(0)))),
            ("", Some((0, Some("timestamp".to_owned()), Some(0)))),
            ("1705312800.{\"a\":1}\n", Some((18, None, None))),
        ] {
            assert_eq!(place(&keyed(), signed), expected, "{signed}");
        }
    }

    #[test]
    fn no_secret_is_shown_and_none_that_may_be_another() {
        let told =
            |transcript: &Transcript, signed: &str| transcript.compare(signed.as_bytes(), None).to_string();
        let key = b"the secret";
        for (signed, end) in [
            ("http://h/&the secret", "was        \"http\" and then \"://h/&(secret)\"\n"),
            (
                "http://h/&other key",
                "was        \"http\" and then what is not shown: it may hold another secret\n",
            ),
            (
                "https://h/&the secre",
                "was        \"https://h/&\" and then what is not shown: it may hold another secret\n",
            ),
            ("https://h/&the secret\n", "was        \"https://h/&(secret)\" and then \"\\n\"\n"),
        ] {
            let told = told(&plain(key), signed);
            assert!(told.contains(end), "{told}");
            assert!(!told.contains("the secre") && !told.contains("other key"), "{told}");
        }
        let told = told(&keyed(), "1705312800.signing key");
        assert!(told.contains("and then \"(secret)\""), "{told}");
    }

    #[test]
    fn a_key_that_was_cut_off_is_not_shown_either() {
        let signed = |text: &[u8]| keyed().compare(text, None).difference.unwrap().signed;
        assert_eq!(signed(b"1705312800.signing ke"), None);
        assert!(signed(b"1705312800.signed").unwrap().contains("signed"));
    }

    #[test]
    fn the_key_is_blamed_only_where_the_text_is_right() {
        // Python: base64(hmac_sha256(b"signing key", b'1705312800.{"a":1}')).
        let right = "EcfN/BKQoaiDVkUaorogHXdsD3q+aJchRgOiQmTFXe8=";
        let nobodys = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for (signed, received, said) in [
            ("1705312800.{\"a\":1}", right, "made of it with the right key."),
            (
                "1705312800{\"a\":1}",
                right,
                "was made of the text that should have been signed, not of this one.",
            ),
            ("1705312800{\"a\":1}", nobodys, "was made of yet another text, or in another way."),
            ("1705312800.{\"a\":1}", nobodys, "the key, its form or the algorithm is another."),
        ] {
            let told = keyed().compare(signed.as_bytes(), Some(received)).to_string();
            assert!(told.ends_with(said), "{told}");
            let blamed = told.contains("key, ");
            assert_eq!(blamed, said.starts_with("the key"), "{told}");
        }
    }

    #[test]
    fn a_signature_of_the_text_clears_the_key() {
        // Python: base64(hmac_sha256(b"signing key", b'1705312800{"a":1}')).
        let (text, signature) = (b"1705312800{\"a\":1}", "N8wLBJQzzYgb7Ywznb6Y9esxap4GWfeAWF+RMRrrbck=");
        let fits =
            |transcript: &Transcript, received| transcript.compare(text, Some(received)).signature_fits;
        assert_eq!(fits(&keyed(), signature), Some(true));
        assert_eq!(fits(&keyed(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), Some(false));
        // Python: sha256(b'1705312800{"a":1}').
        assert_eq!(
            fits(&plain(b"the secret"), "57b9397a153d0790de36c4af4e421a8d48d9dda3a037d2b8a1e1e9709fad7582"),
            Some(true)
        );
    }
}
