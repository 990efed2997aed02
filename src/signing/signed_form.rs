//! The form of a URL that is signed.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Whether a URL or query is signed as it is sent, or with its percent-encoding undone.
///
/// Of the public clients of Netvisor and of Unleashed, some sign one form, some the other, and no vendor text settles
/// the question. The forms are equal for unreserved ASCII. The provider's `signed_form` states its default. Change it
/// if only requests with encoded characters are refused.
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
    /// The percent-encoded bytes that are sent.
    AsSent,
    /// Each `%XX` replaced by its byte, read as UTF-8; `+` stays `+`. This is what Python's `unquote` does, which such
    /// clients use.
    ///
    /// This form does not sign where a parameter ends: `a=1%26b=2` (one parameter) and `a=1&b=2` (two) have the same
    /// text, and so the same signature. Whoever sees one request can send its signature with the other, so do not let a
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
