//! Mistakes that only Netvisor's format invites.

use super::signing::{PARTNER_ID, TIMESTAMP_UNIX_FIELD};
use crate::diagnose::{Mistake, with_field_of_other_algorithm, with_header, with_other_value};

/// What Netvisor knows, and what else it is written as.
const LANGUAGES: [&str; 8] = ["FI", "SE", "EN", "SV", "fi", "se", "en", "sv"];

pub(crate) static MISTAKES: [Mistake; 3] = [
    Mistake {
        code: "language-other",
        sentence: "Another language was signed than is sent.",
        fix: "Sign the very value of the language header; Swedish is `SE` there, not `SV`.",
        variants: |_, attempt| with_other_value(attempt, "language", &LANGUAGES),
    },
    Mistake {
        code: "partner-id-included",
        sentence: "The partner id was signed as one more field.",
        fix: "Leave it out of the signed text and of the key: it is sent in its header and not signed.",
        variants: |transcript, attempt| with_header(transcript, attempt, PARTNER_ID.as_str()),
    },
    Mistake {
        code: "timestamp-unix-included",
        sentence: "The Unix timestamp was signed with an algorithm that does not have it.",
        fix: "Leave it out, or move to HMACSHA256, whose text has it.",
        variants: |transcript, attempt| {
            with_field_of_other_algorithm(transcript, attempt, TIMESTAMP_UNIX_FIELD)
        },
    },
];
