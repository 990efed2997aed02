//! What the message says, and when it was made.

use super::Mistake;
use crate::diagnose::{body, clock};

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake {
        code: "body-missing",
        sentence: "The body was left out.",
        fix: "Sign the bytes of the body that is sent.",
        variants: body::missing,
    },
    Mistake {
        code: "body-reserialised",
        sentence: "The same JSON was signed in another spelling than it was sent in.",
        fix: "Serialise once, sign those bytes and send those bytes; on receipt, verify the raw body.",
        variants: body::reserialised,
    },
    Mistake {
        code: "body-members",
        sentence: "The JSON was signed without the members that are null, or with their names in another case.",
        fix: "Serialise once, sign those bytes and send those bytes; look for a second serialiser with other settings.",
        variants: body::members,
    },
    Mistake {
        code: "body-line-end",
        sentence: "The body was signed with other line ends or white space at its end.",
        fix: "Sign the bytes as they are sent; read a file in binary mode.",
        variants: body::line_end,
    },
    Mistake {
        code: "body-converted",
        sentence: "What was signed is made of the body or stands for it, and is not the body.",
        fix: "Sign the very bytes of the body that is sent, and nothing where there is none.",
        variants: body::converted,
    },
    Mistake {
        code: "body-included",
        sentence: "The body was signed.",
        fix: "Leave it out: this provider does not sign bodies.",
        variants: body::included,
    },
    Mistake {
        code: "milliseconds-for-seconds",
        sentence: "The time was signed in milliseconds where seconds are expected.",
        fix: "Divide by 1000 and round down; sign the very value that is sent.",
        variants: clock::milliseconds,
    },
    Mistake {
        code: "seconds-for-milliseconds",
        sentence: "The time was signed in seconds where milliseconds are expected.",
        fix: "Multiply by 1000; sign the very value that is sent.",
        variants: clock::seconds,
    },
    Mistake {
        code: "local-time",
        sentence: "The signed text holds local time while the header says UTC.",
        fix: "Take the time once, in UTC, and use the same text in the header and in the signed text.",
        variants: clock::local,
    },
    Mistake {
        code: "clock-read-twice",
        sentence: "The signed text holds another second than the header.",
        fix: "Read the clock once, and use what it says in the header and in the signed text.",
        variants: clock::read_twice,
    },
    Mistake {
        code: "timestamp-format",
        sentence: "The timestamp was signed in another format than it is sent in.",
        fix: "Format it once, and use the same text in the header and in the signed text.",
        variants: clock::other_form,
    },
];
