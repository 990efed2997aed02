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

    /// Which way a mistake was made: `what`, and where.
    pub(super) fn detail(self, what: Option<&str>) -> Option<String> {
        let place = match self {
            Self::Everywhere => None,
            Self::Text => Some("in the text only"),
            Self::Key => Some("in the key only"),
        };
        let words: Vec<&str> = what.into_iter().chain(place).collect();
        (!words.is_empty()).then(|| words.join(", "))
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
        // Without a key, there is but one place.
        let place = if attempt.key_parts().is_empty() { Self::Everywhere } else { self };
        Some(Variant { attempt, detail: place.detail(what) })
    }
}
