//! The known mistakes, as data: in the order in which they are tried, made and ranked.
//!
//! Two mistakes made together are made in this order: first what changes an address or a field, then how fields are
//! joined and written, then the key, the hash last.

use super::attempt::{Attempt, Variants};
use super::finding::Finding;
use super::{additions, address, algorithm, body, case, charset, clock, fields, query, secret};
use crate::explain::Transcript;

/// A known mistake: what it is called, what to do about it, and how to make it.
pub(crate) struct Mistake {
    /// Stable; programs and runbooks rely on it.
    pub(crate) code: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) fix: &'static str,
    /// The ways of making it, on top of what an attempt holds already; none where it cannot be made.
    pub(crate) variants: for<'a> fn(&'a Transcript, &'a Attempt) -> Variants<'a>,
}

impl Mistake {
    pub(super) fn finding(&self) -> Finding {
        Finding::new(self.code, self.sentence, self.fix)
    }
}

/// All mistakes: those of any provider, then those of one provider's format.
pub(super) fn all() -> impl Iterator<Item = &'static Mistake> {
    let all = MISTAKES.iter();
    #[cfg(feature = "netvisor")]
    let all = all.chain(&crate::netvisor::MISTAKES);
    #[cfg(feature = "netgiro")]
    let all = all.chain(&crate::netgiro::MISTAKES);
    all
}

static MISTAKES: [Mistake; 37] = [
    Mistake {
        code: "query-decoded",
        sentence: "The URL or query was signed with its percent-encoding undone.",
        fix: "Sign it as it is sent, or, if the provider expects this, choose `SignedForm::Decoded`.",
        variants: query::decoded,
    },
    Mistake {
        code: "query-encoded",
        sentence: "The URL or query was signed in another percent-encoding than it is sent in.",
        fix: "Sign the very text that is sent; let one piece of code encode it, once.",
        variants: query::encoded,
    },
    Mistake {
        code: "query-reordered",
        sentence: "The parameters of the query were signed in another order.",
        fix: "Sign them in the order in which they are sent.",
        variants: query::reordered,
    },
    Mistake {
        code: "query-missing",
        sentence: "The query was left out.",
        fix: "Sign the URL with its query.",
        variants: query::missing,
    },
    Mistake {
        code: "question-mark-included",
        sentence: "The question mark was signed.",
        fix: "Leave it out: sign what follows it.",
        variants: address::question_mark,
    },
    Mistake {
        code: "path-included",
        sentence: "More of the URL than its query was signed.",
        fix: "Sign the query only, without host, path and question mark.",
        variants: address::path_included,
    },
    Mistake {
        code: "host-missing",
        sentence: "The URL was signed without its scheme or host.",
        fix: "Sign the absolute URL, from `https://` on.",
        variants: address::origin_missing,
    },
    Mistake {
        code: "url-case",
        sentence: "The URL was signed in another case.",
        fix: "Sign it letter by letter as it is sent; upper and lower case differ, in `%2f` too.",
        variants: case::other,
    },
    Mistake {
        code: "trailing-slash",
        sentence: "The URL was signed with a slash more or less at the end of its path.",
        fix: "Sign the path as it is sent.",
        variants: address::trailing_slash,
    },
    Mistake {
        code: "fragment-included",
        sentence: "The fragment, from `#` on, was signed.",
        fix: "Leave it out: it is never sent.",
        variants: address::fragment,
    },
    Mistake {
        code: "default-port",
        sentence: "The port was written out where it is not sent, or left out where it is.",
        fix: "Sign the URL as it is sent: the default port, 443 for https, is left out, any other is not.",
        variants: address::port,
    },
    Mistake {
        code: "url-scheme",
        sentence: "http was signed for https, or the reverse.",
        fix: "Sign the scheme that the client uses, also behind a proxy that ends TLS.",
        variants: address::scheme,
    },
    Mistake {
        code: "url-as-typed",
        sentence: "The URL was signed as it was typed, not as it is sent.",
        fix: "Parse it first; then sign and send the text that the parser gives.",
        variants: address::typed_url,
    },
    Mistake {
        code: "proxy-url",
        sentence: "The URL on the other side of a proxy was signed.",
        fix: "Configure the public origin and path, so that both sides sign the same URL.",
        variants: address::other_url,
    },
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
        code: "body-line-end",
        sentence: "The body was signed with other line ends or white space at its end.",
        fix: "Sign the bytes as they are sent; read a file in binary mode.",
        variants: body::line_end,
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
        code: "timestamp-format",
        sentence: "The timestamp was signed in another format than it is sent in.",
        fix: "Format it once, and use the same text in the header and in the signed text.",
        variants: clock::other_form,
    },
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
        code: "separator-trailing",
        sentence: "The text was signed with a separator after its end, or without the one that is sent there.",
        fix: "Put separators between fields or parameters only, and send the query that is signed.",
        variants: fields::separated_at_the_end,
    },
    Mistake {
        code: "method-included",
        sentence: "The method was signed as one more part.",
        fix: "Leave it out: this provider does not sign it.",
        variants: additions::method,
    },
    Mistake {
        code: "charset",
        sentence: "The text was signed in another charset.",
        fix: "Sign the bytes that are sent; an explanation names the charset of each field.",
        variants: charset::other,
    },
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
        sentence: "The secret was decoded from hex, encoded in base64, or used with quotes around it.",
        fix: "Use its text as issued.",
        variants: secret::otherwise_encoded,
    },
    Mistake {
        code: "key-incomplete",
        sentence: "Only a part of the key was used.",
        fix: "Make the key of all its parts; an explanation lists them.",
        variants: algorithm::part_of_key,
    },
    WRONG_KEY_ID,
    Mistake {
        code: "hmac-for-plain-hash",
        sentence: "An HMAC was computed where a plain hash is expected.",
        fix: "Hash the text with the secret in it, without HMAC, whatever the vendor's prose says.",
        variants: algorithm::hmac_for_plain,
    },
    Mistake {
        code: "plain-hash-for-hmac",
        sentence: "A plain hash was computed where an HMAC is expected.",
        fix: "Use HMAC with the key as key and the text as message.",
        variants: algorithm::plain_for_hmac,
    },
    Mistake {
        code: "key-and-text-swapped",
        sentence: "Key and text were given to the HMAC in each other's place.",
        fix: "Look up the order of arguments of your HMAC function.",
        variants: algorithm::swapped,
    },
    Mistake {
        code: "md5",
        sentence: "MD5 was computed where SHA-256 is expected.",
        fix: "Use SHA-256, and say so in the algorithm header where there is one.",
        variants: algorithm::md5,
    },
];

pub(super) const WRONG_KEY_ID: Mistake = Mistake {
    code: "wrong-key-id",
    sentence: "Another key signed than the key id says.",
    fix: "Send the id of the key that signs; after a rotation, change both together.",
    variants: algorithm::other_key,
};

/// What a diagnosis says where no mistake is proved.
pub(super) struct Conclusion(&'static str, &'static str, &'static str);

impl Conclusion {
    pub(super) fn finding(&self) -> Finding {
        Finding::new(self.0, self.1, self.2)
    }
}

pub(super) static MATCHES: Conclusion =
    Conclusion("matches", "The signature is the expected one.", "Nothing needs to be done.");
pub(super) static WRONG_KEY: Conclusion = Conclusion(
    "wrong-key",
    "No known mistake reproduces this signature, so it was most likely made with another key.",
    "Compare the fingerprints of the keys on both sides, then the explanations of both requests.",
);
#[cfg(feature = "webhook")]
pub(super) static OTHER_BODY: Conclusion = Conclusion(
    "other-body",
    "The signature is right, and the body is not the one that its digest was made of.",
    "Hand over the bytes as received; if they are, the body was changed or cut off on the way.",
);
pub(super) static MALFORMED: Conclusion = Conclusion(
    "signature-malformed",
    "This is not the text of a signature.",
    "Copy the whole value of the header; look for something that cuts it off.",
);
pub(super) static NOT_SIGNED: Conclusion = Conclusion(
    "not-signed",
    "This provider's requests carry an API key and no signature.",
    "Check the key; there is no signature to compare.",
);
