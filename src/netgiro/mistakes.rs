//! Mistakes that only Netgíró's format makes possible.

use crate::explain::{Mistake, OwnMistake};

pub(super) static MISTAKES: [OwnMistake; 1] = [OwnMistake {
    of: "field-included",
    part: super::headers::APP_KEY,
    mistake: Mistake {
        code: "app-key-included",
        sentence: "The app key was signed as one more part.",
        fix: "Leave it out of the signed text: it is sent in its header and not signed.",
    },
}];
