//! Mistakes with the text or the key as a whole: made in both, or in one of them only.

use super::attempt::{Attempt, Key, Variant};
use crate::explain::Part;

/// The attempt with text and key in another form, with the text only, and with the key only, as far as the form changes
/// them. `what` says which form it is.
pub(super) fn in_places(
    attempt: &Attempt,
    what: Option<String>,
    form: impl Fn(&[Part]) -> Option<Vec<Part>>,
) -> [Option<Variant>; 3] {
    let text = form(&attempt.text);
    let key = match attempt.key_parts() {
        [] => None,
        key => form(key).map(Key::Stated),
    };
    let both = text.clone().zip(key.clone());
    let is_said = !attempt.key_parts().is_empty();
    let detail = |place: &str| {
        let words: Vec<&str> = what.as_deref().into_iter().chain(is_said.then_some(place)).collect();
        (!words.is_empty()).then(|| words.join(", "))
    };
    [
        both.map(|(text, key)| Variant {
            attempt: Attempt { text, key, hash: attempt.hash },
            detail: what.clone(),
        }),
        text.map(|text| Variant {
            attempt: Attempt { text, ..attempt.clone() },
            detail: detail("in the text only"),
        }),
        key.map(|key| Variant {
            attempt: Attempt { key, ..attempt.clone() },
            detail: detail("in the key only"),
        }),
    ]
}
