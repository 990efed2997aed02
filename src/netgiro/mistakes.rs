//! Mistakes that only Netgíró's format invites.

use super::signing::APP_KEY;
use crate::diagnose::{Mistake, with_header};

pub(crate) static MISTAKES: [Mistake; 1] = [Mistake {
    code: "app-key-included",
    sentence: "The app key was signed as one more part.",
    fix: "Leave it out of the signed text: it is sent in its header and not signed.",
    variants: |transcript, attempt| with_header(transcript, attempt, APP_KEY.as_str()),
}];
