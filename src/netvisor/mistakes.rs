//! Mistakes that only Netvisor's format invites.

use crate::diagnose::{Mistake, with_header};

pub(crate) static MISTAKES: [Mistake; 1] = [Mistake {
    code: "partner-id-included",
    sentence: "The partner id was signed as one more field.",
    fix: "Leave it out of the signed text: it is sent in its header and not signed.",
    variants: |transcript, attempt| with_header(transcript, attempt, super::signing::PARTNER_ID.as_str()),
}];
