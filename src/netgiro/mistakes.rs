//! Mistakes that only Netgíró's format invites.

use crate::diagnose::mistake::{FIELD_INCLUDED, Mistake, OwnMistake};

pub(crate) static MISTAKES: [OwnMistake; 1] = [OwnMistake {
    of: &FIELD_INCLUDED,
    part: "netgiro_appkey",
    mistake: Mistake {
        code: "app-key-included",
        sentence: "The app key was signed as one more part.",
        fix: "Leave it out of the signed text: it is sent in its header and not signed.",
    },
}];
