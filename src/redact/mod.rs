//! Makes texts safe to show: without secrets in any encoding, and without characters that a terminal obeys or hides.
//!
//! The library, the sandbox and the tool show everything through this module.
//!
//! ```
//! use countersign::redact::{Secrets, printable};
//!
//! let secrets = Secrets::new().hide(b"a/b+c=d");
//! assert_eq!(secrets.redact(r#"{"key":"a\/b%2Bc=d"}"#), r#"{"key":"(secret)"}"#);
//! assert_eq!(secrets.redact("Basic dXNlcjphL2IrYz1k"), "Basic dXNlcjp(secret)");
//! assert_eq!(printable("a\u{1b}[2J\u{200b}"), r"a\u{1b}[2J\u{200b}");
//! ```

mod digest;
mod printable;
mod reading;
mod token;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

pub use printable::{is_hidden, printable, quoted};
pub(crate) use token::{is_of_token, without_tokens};

/// A shorter secret would be found everywhere by chance, so only a text that equals it is masked.
pub(crate) const SHORTEST_FOUND: usize = 6;

const SECRET: &str = "(secret)";
const DIGEST: &str = "(32 bytes, masked)";

/// The secrets that must not be shown, wherever they occur.
///
/// A secret is found as it is, in hex digits and in base64, also in the middle of a longer text that was encoded. If
/// the secret is base64, the decoded bytes are found as well. Each form may be percent-encoded or have the escapes of
/// JSON, up to three times. A secret of less than 6 bytes is found only if it is the whole text.
///
/// Cheap to clone. The secrets are wiped with the last clone.
///
/// ```
/// use countersign::redact::Secrets;
///
/// let secrets = Secrets::new().hide(b"a key/of nobody");
/// for shown in ["key=a key/of nobody", "key=a%20key%2Fof%20nobody", r#"{"key":"a key\/of nobody"}"#] {
///     assert!(!secrets.redact(shown).contains("nobody"));
/// }
/// ```
#[derive(Clone, Default)]
pub struct Secrets {
    secrets: Vec<Form>,
    /// All forms of all secrets, grouped by their first byte.
    forms: Vec<Vec<Form>>,
    digests: bool,
}

/// A form of a secret: the bytes to find.
#[derive(Clone)]
struct Form {
    bytes: Arc<Zeroizing<Vec<u8>>>,
    mask: Arc<str>,
}

impl Secrets {
    /// No secrets yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hides a secret behind `(secret)`. An empty secret is ignored.
    #[must_use]
    pub fn hide(self, secret: &[u8]) -> Self {
        self.hide_as(secret, SECRET)
    }

    /// Hides a secret behind its own mask, e.g. the name of the variable that holds the secret.
    #[must_use]
    pub fn hide_as(mut self, secret: &[u8], mask: &str) -> Self {
        if secret.is_empty() {
            return self;
        }
        let mask = Arc::from(mask);
        self.secrets.push(Form::new(secret.to_vec(), &mask));
        self.add_forms_of(secret, &mask);
        match STANDARD.decode(secret).map(Zeroizing::new) {
            Ok(decoded) if decoded.len() >= SHORTEST_FOUND => self.add_forms_of(&decoded, &mask),
            _ => {}
        }
        self
    }

    /// Also hides all that `others` hides.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        self.secrets.extend_from_slice(&others.secrets);
        others.forms.iter().flatten().for_each(|form| self.add(form.clone()));
        self.digests |= others.digests;
        self
    }

    /// Also hides each token of 32 bytes in hex digits or in base64. The signatures of all four providers are such
    /// tokens, and a signature that is wrong here may be right elsewhere.
    #[must_use]
    pub fn and_digests(self) -> Self {
        Self { digests: true, ..self }
    }

    /// Undoes [`and_digests`](Self::and_digests), for a text whose name says that its digest is not made of a secret.
    #[must_use]
    pub fn but_no_digests(self) -> Self {
        Self { digests: false, ..self }
    }

    /// `text` with a mask in place of each secret.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redact_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// `bytes` with a mask, in ASCII, in place of each secret.
    pub(crate) fn redact_bytes<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        let found = self.find(bytes);
        if found.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let (mut redacted, mut end) = (Vec::with_capacity(bytes.len()), 0);
        for (place, mask) in found {
            redacted.extend_from_slice(bytes.get(end..place.start).unwrap_or_default());
            redacted.extend_from_slice(mask.as_bytes());
            end = place.end;
        }
        redacted.extend_from_slice(bytes.get(end..).unwrap_or_default());
        Cow::Owned(redacted)
    }

    /// Whether these bytes are a secret and nothing else.
    pub(crate) fn contains(&self, bytes: &[u8]) -> bool {
        self.secrets.iter().any(|secret| secret.bytes.as_slice() == bytes)
    }

    /// The places of secrets in these bytes, in order.
    pub(crate) fn places(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        self.find(bytes).into_iter().map(|(place, _)| place).collect()
    }

    /// Whether these bytes, without the secrets in them, hold the beginning of a secret, which may have been cut off.
    pub(crate) fn begin_in(&self, bytes: &[u8]) -> bool {
        let beginnings = self.secrets.iter().filter_map(|secret| secret.bytes.get(..SHORTEST_FOUND));
        let beginnings = beginnings.fold(Self::new(), Self::hide);
        !beginnings.places(&self.redact_bytes(bytes)).is_empty()
    }

    /// The places of secrets in these bytes, in order, and the mask of each.
    fn find(&self, bytes: &[u8]) -> Vec<(Range<usize>, &str)> {
        let mut found = Vec::new();
        reading::each(bytes, &mut |read, place| {
            let whole = self.secrets.iter().filter(|secret| secret.bytes.len() == read.len());
            found.extend(whole.filter(|form| form.begins(read)).map(|form| (0..bytes.len(), &*form.mask)));
            for (start, first) in read.iter().enumerate() {
                let rest = read.get(start..).unwrap_or_default();
                let forms = self.forms.get(usize::from(as_plus(*first))).into_iter().flatten();
                let here = forms.filter(|form| form.begins(rest));
                if let Some(form) = here.max_by_key(|form| form.bytes.len()) {
                    found.push((place(start..start + form.bytes.len()), &*form.mask));
                }
            }
            if self.digests {
                found.extend(digest::places(read).into_iter().map(|digest| (place(digest), DIGEST)));
            }
        });
        found.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
        // Overlapping places become one, so that no part of a secret is shown.
        found.dedup_by(|(next, _), (place, _)| {
            let overlaps = next.start < place.end;
            if overlaps {
                place.end = place.end.max(next.end);
            }
            overlaps
        });
        found
    }

    /// Adds the secret as it is, and in hex and base64.
    fn add_forms_of(&mut self, secret: &[u8], mask: &Arc<str>) {
        if secret.len() < SHORTEST_FOUND {
            return;
        }
        self.add(Form::new(secret.to_vec(), mask));
        self.add(Form::new(hex::encode(secret).into_bytes(), mask));
        self.add(Form::new(hex::encode_upper(secret).into_bytes(), mask));
        for offset in 0..3 {
            self.add(Form::new(base64_inside(secret, offset, &STANDARD_NO_PAD), mask));
            self.add(Form::new(base64_inside(secret, offset, &URL_SAFE_NO_PAD), mask));
        }
    }

    fn add(&mut self, form: Form) {
        let Some(first) = form.bytes.first().copied().map(as_plus).map(usize::from) else { return };
        if self.forms.len() <= first {
            self.forms.resize(first + 1, Vec::new());
        }
        if let Some(forms) = self.forms.get_mut(first)
            && !forms.iter().any(|known| known.bytes == form.bytes)
        {
            forms.push(form);
        }
    }
}

impl Form {
    fn new(bytes: Vec<u8>, mask: &Arc<str>) -> Self {
        Self { bytes: Arc::new(Zeroizing::new(bytes)), mask: Arc::clone(mask) }
    }

    /// Whether a text begins with this form.
    fn begins(&self, text: &[u8]) -> bool {
        let mut pairs = self.bytes.iter().zip(text);
        text.len() >= self.bytes.len() && pairs.all(|(ours, theirs)| as_plus(*ours) == as_plus(*theirs))
    }
}

/// A query writes a blank as a plus, and some clients read a plus as a blank, so the two are equal here.
fn as_plus(byte: u8) -> u8 {
    if byte == b' ' { b'+' } else { byte }
}

/// The base64 digits that only the secret determines, if it begins `offset` bytes into a group of three: other text,
/// such as a user name, may stand around the secret.
fn base64_inside(secret: &[u8], offset: usize, engine: &impl Engine) -> Vec<u8> {
    let text = Zeroizing::new([&vec![0; offset], secret].concat());
    let mut encoded = engine.encode(&*text).into_bytes();
    // A digit is six bits. Digits at both ends may also depend on the text around the secret.
    let (start, end) = ((8 * offset).div_ceil(6), 8 * text.len() / 6);
    encoded.truncate(end);
    encoded.drain(..start.min(end));
    encoded
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
