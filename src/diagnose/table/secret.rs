//! The secrets, the bytes that are made of text and key, and the key's parts.

use super::{Mistake, WRONG_KEY_ID};
use crate::diagnose::{algorithm, secret, unicode};

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake {
        code: "secret-surrounding-whitespace",
        sentence: "The secret was used with white space or a line end around it.",
        fix: "Trim it; files and pasted text often end in a line end.",
        variants: secret::surrounded_by_whitespace,
    },
    Mistake {
        code: "secret-base64-decoded",
        sentence: "The secret was base64-decoded.",
        fix: "Use its text as issued, without decoding it.",
        variants: secret::base64_decoded,
    },
    Mistake {
        code: "secret-encoded",
        sentence: "The secret was encoded, decoded or put in quotes, or taken out of them.",
        fix: "Use its text as issued, and configure that text on both sides.",
        variants: secret::otherwise_encoded,
    },
    Mistake {
        code: "secret-case",
        sentence: "The secret was used in upper or lower case.",
        fix: "Use its letters as issued.",
        variants: secret::in_another_case,
    },
    Mistake {
        code: "secret-cut",
        sentence: "The secret was used without its beginning or its end, or the one configured here has more than was issued.",
        fix: "Copy all of it, with `=` at its end; put it in quotes where `#`, `$`, `&` or `%` mean something.",
        variants: secret::cut,
    },
    Mistake {
        code: "secret-padded",
        sentence: "The secret was used with `=` at its end, or the one configured here has less than was issued.",
        fix: "Copy all of what was issued and nothing else, on both sides.",
        variants: secret::padded,
    },
    Mistake {
        code: "secret-unset",
        sentence: "No secret was used: nothing was there, or the word for nothing.",
        fix: "Let whoever signs look where the secret is read from. Anybody can make such a signature: it proves nothing.",
        variants: secret::unset,
    },
    Mistake {
        code: "secret-hashed",
        sentence: "A hash of the secret was used.",
        fix: "Use its text as issued.",
        variants: secret::hashed,
    },
    Mistake {
        code: "secret-mixed-up",
        sentence: "Another credential or setting was used in place of a secret.",
        fix: "Compare the names of the settings with what is read into them.",
        variants: secret::mixed_up,
    },
    Mistake {
        code: "utf-16",
        sentence: "The text or the key was written in UTF-16.",
        fix: "Write both in the charset that an explanation names, as .NET's `Encoding.UTF8` does for UTF-8; its \
              `Encoding.Unicode` is UTF-16.",
        variants: unicode::utf_16,
    },
    Mistake {
        code: "key-incomplete",
        sentence: "Only a part of the key was used.",
        fix: "Make the key of all its parts; an explanation lists them.",
        variants: algorithm::part_of_key,
    },
    WRONG_KEY_ID,
];
