//! An explanation that a diagnosis found.

use serde::Serialize;

use super::mistake::Mistake;
use crate::explain::ExplainedSegment;

/// One explanation of a signature: a mistake, or several that were made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub(super) code: String,
    #[serde(rename = "detail")]
    pub(super) sentence: String,
    pub(super) fix: String,
    #[serde(skip)]
    variant: String,
    #[serde(skip)]
    signed_text: Vec<ExplainedSegment>,
}

impl Finding {
    pub(super) fn of(mistake: Mistake) -> Self {
        let [code, sentence, fix] = [mistake.code, mistake.sentence, mistake.fix].map(str::to_owned);
        Self { code, sentence, fix, variant: String::new(), signed_text: Vec::new() }
    }

    /// Sets the text that was signed.
    pub(super) fn of_text(self, signed_text: Vec<ExplainedSegment>) -> Self {
        Self { signed_text, ..self }
    }

    /// Adds the variant of the mistake in brackets, unless `detail` is empty.
    pub(super) fn detailed(mut self, detail: &str) -> Self {
        if !detail.is_empty() {
            self.sentence = format!("{} ({detail}).", self.sentence.trim_end_matches('.'));
            detail.clone_into(&mut self.variant);
        }
        self
    }

    /// Replaces the advice.
    pub(super) fn advised(self, fix: &str) -> Self {
        Self { fix: fix.to_owned(), ..self }
    }

    /// Which variant of the mistake it was.
    pub(super) fn variant(&self) -> &str {
        &self.variant
    }

    /// Combines these mistakes with others that were made together with them.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            code: format!("{}+{}", self.code, other.code),
            sentence: format!("{} {}", self.sentence, other.sentence),
            fix: format!("{} {}", self.fix, other.fix),
            signed_text: if other.signed_text.is_empty() { self.signed_text } else { other.signed_text },
            variant: self.variant,
        }
    }

    /// The codes of the mistakes that were made together.
    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.code.split('+')
    }

    pub(super) fn has(&self, mistake: Mistake) -> bool {
        self.codes().any(|one| one == mistake.code)
    }

    /// The stable code, e.g. `query-decoded`. Several mistakes have their codes joined by `+`.
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

    /// The text that was signed by mistake, segment by segment, with secrets masked. Empty where the text is not known.
    #[must_use]
    pub fn signed_text(&self) -> &[ExplainedSegment] {
        &self.signed_text
    }
}
