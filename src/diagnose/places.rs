//! Where a mistake is made that concerns text and key alike.

use super::attempt::{Attempt, Key, Variant};
use crate::explain::Part;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Everywhere,
    Text,
    Key,
}

impl Place {
    pub(super) const ALL: [Self; 3] = [Self::Everywhere, Self::Text, Self::Key];

    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Self::Everywhere => None,
            Self::Text => Some("in the text only"),
            Self::Key => Some("in the key only"),
        }
    }

    /// The attempt with the parts at this place in another form, if there are any and that is one; `what` says which.
    pub(super) fn with_parts(
        self,
        attempt: &Attempt,
        what: Option<&str>,
        form: impl Fn(&[Part]) -> Option<Vec<Part>>,
    ) -> Option<Variant> {
        let key = || (!attempt.key_parts().is_empty()).then(|| form(attempt.key_parts()))?.map(Key::Stated);
        let attempt = match self {
            Self::Everywhere => Attempt { text: form(&attempt.text)?, key: key()?, hash: attempt.hash },
            Self::Text => Attempt { text: form(&attempt.text)?, ..attempt.clone() },
            Self::Key => Attempt { key: key()?, ..attempt.clone() },
        };
        let place = if attempt.key_parts().is_empty() { None } else { self.words() };
        let words: Vec<&str> = what.into_iter().chain(place).collect();
        Some(Variant { attempt, detail: (!words.is_empty()).then(|| words.join(", ")) })
    }
}
