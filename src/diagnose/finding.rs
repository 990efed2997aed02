//! What a diagnosis says.

use serde::Serialize;

use crate::explain::ExplainedSegment;

/// One explanation of a signature: a mistake, or a few made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    code: String,
    sentence: String,
    fix: String,
    #[serde(skip)]
    signed_text: Vec<ExplainedSegment>,
}

impl Finding {
    pub(super) fn new(code: &str, sentence: &str, fix: &str) -> Self {
        let (code, sentence, fix) = (code.to_owned(), sentence.to_owned(), fix.to_owned());
        Self { code, sentence, fix, signed_text: Vec::new() }
    }

    /// With the text that was signed.
    pub(super) fn of_text(self, signed_text: Vec<ExplainedSegment>) -> Self {
        Self { signed_text, ..self }
    }

    /// Adds in brackets which variant of the mistake it was.
    pub(super) fn detailed(mut self, detail: Option<String>) -> Self {
        if let Some(detail) = detail {
            self.sentence = format!("{} ({detail}).", self.sentence.trim_end_matches('.'));
        }
        self
    }

    /// With other advice.
    pub(super) fn advised(self, fix: &str) -> Self {
        Self { fix: fix.to_owned(), ..self }
    }

    /// These mistakes and another, made together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            code: format!("{}+{}", self.code, other.code),
            sentence: format!("{} {}", self.sentence, other.sentence),
            fix: format!("{} {}", self.fix, other.fix),
            signed_text: if other.signed_text.is_empty() { self.signed_text } else { other.signed_text },
        }
    }

    /// The codes of the mistakes that were made together.
    #[cfg(any(feature = "netgiro", feature = "webhook"))]
    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.code.split('+')
    }

    #[cfg(any(feature = "netgiro", feature = "webhook"))]
    pub(super) fn has(&self, code: &str) -> bool {
        self.codes().any(|one| one == code)
    }

    /// The stable code, e.g. `query-decoded`; of several mistakes, all with a `+` between them.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What went wrong.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> &str {
        &self.fix
    }

    /// The text that was signed with the mistake in it, segment by segment, with secrets masked. Empty where the text is not
    /// known.
    #[must_use]
    pub fn signed_text(&self) -> &[ExplainedSegment] {
        &self.signed_text
    }
}
