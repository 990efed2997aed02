//! Which form of a URL is signed.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Whether a URL or query is signed as it is sent or with its percent-encoding undone.
///
/// Public clients of Netvisor and of Unleashed do either, and no vendor text settles it; both agree where the
/// text is unreserved ASCII. The default is the provider's, see its `signed_form`. Change it when requests with encoded
/// characters, and only those, are refused.
///
/// ```
/// use countersign::SignedForm;
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("api-id", "api-key")?.signed_form(SignedForm::AsSent);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedForm {
    /// The percent-encoded bytes that go over the wire.
    AsSent,
    /// Each `%XX` replaced by its byte, read as UTF-8; `+` stays `+` (as Python's `unquote`, used by such clients).
    ///
    /// Where a parameter ends is then no longer part of what is signed: `a=1%26b=2` (one parameter) and `a=1&b=2` (two) have
    /// the same text, and so the same signature. Whoever sees a request can send its signature with the other; do not let a
    /// stranger write a value into the URL.
    Decoded,
}

impl SignedForm {
    /// `text` in this form.
    pub(crate) fn of(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::AsSent => Cow::Borrowed(text),
            Self::Decoded => percent_decode_str(text).decode_utf8_lossy(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_undoes_percent_signs_and_nothing_else() {
        let sent = "a=b%40c+d&e=%C3%A4%2F%2f";
        assert_eq!(SignedForm::AsSent.of(sent), sent);
        assert_eq!(SignedForm::Decoded.of(sent), "a=b@c+d&e=ä//");
        assert!(matches!(SignedForm::Decoded.of("plain"), Cow::Borrowed(_)));
    }
}
