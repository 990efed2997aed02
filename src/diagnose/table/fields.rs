//! How the fields become one text.

use super::Mistake;
use crate::diagnose::{additions, charset, fields, unicode};

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake {
        code: "fields-reordered",
        sentence: "The fields were signed in another order.",
        fix: "Join them in the provider's order; an explanation lists it.",
        variants: fields::reordered,
    },
    Mistake {
        code: "field-missing",
        sentence: "A field was left out of the signed text.",
        fix: "Sign all fields; an explanation lists them.",
        variants: fields::missing,
    },
    Mistake {
        code: "separator-missing",
        sentence: "The fields were joined without the separator between them.",
        fix: "Put the separator between all fields of the text and of the key, and none at the ends.",
        variants: fields::unseparated,
    },
    Mistake {
        code: "separator-other",
        sentence: "The fields were joined by another separator than the format has between them.",
        fix: "Join them as the provider's format has it; an explanation shows what stands between two fields.",
        variants: fields::otherwise_separated,
    },
    Mistake {
        code: "separator-trailing",
        sentence: "The text was signed with a separator after its end, or without the one that is sent there.",
        fix: "Put separators between fields or parameters only, and send the query that is signed.",
        variants: fields::separated_at_the_end,
    },
    Mistake {
        code: "text-line-end",
        sentence: "The text was signed with a line end, a blank or a zero byte after it.",
        fix: "Sign the text alone: in a shell with `printf %s`, since `echo` ends its line.",
        variants: fields::ended,
    },
    Mistake {
        code: "secret-signed-twice",
        sentence: "The secret was signed once more than it should be, in front of the text or behind it.",
        fix: "Leave it out there: it has its place in the text or is the key of the HMAC.",
        variants: additions::secret,
    },
    Mistake {
        code: "method-included",
        sentence: "The method was signed as one more part.",
        fix: "Leave it out: this provider does not sign it.",
        variants: additions::method,
    },
    Mistake {
        code: "byte-order-mark",
        sentence: "A byte order mark was signed that is not sent, or sent and not signed.",
        fix: "Write UTF-8 without it; .NET's `new UTF8Encoding(false)` does so.",
        variants: unicode::byte_order_mark,
    },
    Mistake {
        code: "charset",
        sentence: "The text was signed in another charset.",
        fix: "Sign the bytes that are sent; an explanation names the charset of each field.",
        variants: charset::other,
    },
];
