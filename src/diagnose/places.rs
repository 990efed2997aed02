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
        let words: Vec<&str> = what.into_iter().filter(|what| !what.is_empty()).chain(place).collect();
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
        let variant = match self {
            Self::Everywhere => Attempt { text: form(&attempt.text)?, key: key()?, ..attempt.clone() },
            Self::Text => Attempt { text: form(&attempt.text)?, ..attempt.clone() },
            Self::Key => Attempt { key: key()?, ..attempt.clone() },
        };
        // Where the other place cannot be made so, there is but one.
        let is_only = match self {
            Self::Everywhere => false,
            Self::Text => key().is_none(),
            Self::Key => form(&attempt.text).is_none(),
        };
        let place = if is_only { Self::Everywhere } else { self };
        Some(Variant { attempt: variant, detail: place.detail(what) })
    }
}
