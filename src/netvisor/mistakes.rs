//! Mistakes that only Netvisor's format invites.

use super::signing::TIMESTAMP_UNIX_FIELD;
use crate::diagnose::mistake::{FIELD_INCLUDED, FIELD_OTHER, Mistake, OwnMistake};

pub(crate) static MISTAKES: [OwnMistake; 3] = [
    OwnMistake {
        of: &FIELD_OTHER,
        part: "language",
        mistake: Mistake {
            code: "language-other",
            sentence: "Another language was signed than is sent.",
            fix: "Sign the very value of the language header; Swedish is `SE` there, not `SV`.",
        },
    },
    OwnMistake {
        of: &FIELD_INCLUDED,
        part: "x-netvisor-authentication-partnerid",
        mistake: Mistake {
            code: "partner-id-included",
            sentence: "The partner id was signed as one more field.",
            fix: "Leave it out of the signed text and of the key: it is sent in its header and not signed.",
        },
    },
    OwnMistake {
        of: &FIELD_INCLUDED,
        part: TIMESTAMP_UNIX_FIELD,
        mistake: Mistake {
            code: "timestamp-unix-included",
            sentence: "The Unix timestamp was signed with an algorithm that does not have it.",
            fix: "Leave it out, or move to HMACSHA256, whose text has it.",
        },
    },
];
