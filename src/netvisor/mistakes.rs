//! Mistakes that only Netvisor's format makes possible.

use super::signing::TIMESTAMP_UNIX_FIELD;
use crate::explain::{Mistake, OwnMistake};

pub(super) static MISTAKES: [OwnMistake; 3] = [
    OwnMistake {
        of: "field-other",
        part: "language",
        mistake: Mistake {
            code: "language-other",
            sentence: "Another language was signed than is sent.",
            fix: "Sign the very value of the language header; Swedish is `SE` there, not `SV`.",
        },
    },
    OwnMistake {
        of: "field-included",
        part: super::headers::PARTNER_ID,
        mistake: Mistake {
            code: "partner-id-included",
            sentence: "The partner id was signed as one more field.",
            fix: "Leave it out of the signed text and of the key: it is sent in its header and not signed.",
        },
    },
    OwnMistake {
        of: "field-included",
        part: TIMESTAMP_UNIX_FIELD,
        mistake: Mistake {
            code: "timestamp-unix-included",
            sentence: "The Unix timestamp was signed with an algorithm that does not have it.",
            fix: "Leave it out, or move to HMACSHA256, whose text has it.",
        },
    },
];
