//! What a diagnosis says.

use serde::Serialize;

/// One explanation of a signature: a mistake, or a few made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    code: String,
    sentence: String,
    fix: String,
}

impl Finding {
    pub(super) fn new(code: &str, sentence: &str, fix: &str) -> Self {
        Self { code: code.to_owned(), sentence: sentence.to_owned(), fix: fix.to_owned() }
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
}
