//! The known mistakes, as data: the code, the sentence and the fix of each.

use crate::explain;

/// A mistake that is known.
pub(super) type Mistake = &'static explain::Mistake;

impl PartialEq for explain::Mistake {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

/// The code and the sentence of each mistake and of each conclusion.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    MISTAKES.iter().chain(CONCLUSIONS).map(|mistake| (mistake.code, mistake.sentence))
}

/// What may have happened to a message where it was received, so that a right signature looks as if the signer made this mistake.
pub(super) fn cause_on_receipt(code: &str) -> Option<&'static str> {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| code.starts_with(beginning));
    if begins(&["body-", "byte-order-mark", "charset", "unicode-"]) && code != BODY_INCLUDED.code {
        return Some(
            "Look first whether a framework or a proxy here reads the body, decodes it or writes it anew before it is \
             verified: verify the bytes that arrived.",
        );
    }
    begins(&["url-", "query-", "host-", "path-", "parameter-", "trailing-", "slash-", "default-port", "question-"]).then_some(
        "Look first whether a framework or a proxy here changes the URL before it is verified: verify the one that the \
         sender used.",
    )
}

macro_rules! mistakes {
    ($all:ident: $($name:ident { code: $code:expr, sentence: $sentence:expr, fix: $fix:expr })*) => {
        static $all: &[Mistake] = &[$($name),*];
        $(pub(crate) const $name: Mistake = &explain::Mistake { code: $code, sentence: $sentence, fix: $fix };)*
    };
}

mistakes! { MISTAKES:
    QUERY_PLUS { code: "query-plus", sentence: "A `+` in the query was signed as a blank, or a blank as a `+`.",
        fix: "Send a blank as `%20`, which everybody reads alike, and a plus sign as `%2B`." }
    QUERY_DECODED { code: "query-decoded", sentence: "The URL or query was signed with its percent-encoding undone.",
        fix: "Sign it as it is sent; should the vendor expect it decoded, choose `SignedForm::Decoded` where the signer has a `signed_form`." }
    QUERY_NOT_DECODED { code: "query-not-decoded", sentence: "The URL or query was signed as it is sent, without its percent-encoding undone.",
        fix: "Undo each `%XX` in the text that is signed, and leave it in the URL that is sent; should the vendor expect it signed as it is sent, choose `SignedForm::AsSent`." }
    QUERY_ENCODED { code: "query-encoded", sentence: "The URL or query was signed in another percent-encoding than it is sent in.",
        fix: "Sign the very text that is sent; let one piece of code encode it, once." }
    QUERY_REORDERED { code: "query-reordered", sentence: "The parameters of the query were signed in another order.",
        fix: "Sign them in the order in which they are sent." }
    QUERY_MISSING { code: "query-missing", sentence: "The query was left out.",
        fix: "Sign the URL with its query." }
    QUERY_CONVERTED { code: "query-converted", sentence: "What was signed is made of the query or stands for it, and is not the query.",
        fix: "Sign the query as it is sent, and the empty text where there is none." }
    PARAMETER_MISSING { code: "parameter-missing", sentence: "The query was signed without some of its parameters.",
        fix: "Sign the query that is sent, after everything has been added to it that is going to be." }
    QUESTION_MARK_INCLUDED { code: "question-mark-included", sentence: "The question mark was signed.",
        fix: "Leave it out: sign what follows it, or the URL in front of it where nothing does." }
    PATH_INCLUDED { code: "path-included", sentence: "More of the URL than its query was signed.",
        fix: "Sign the query only, without host, path and question mark." }
    HOST_MISSING { code: "host-missing", sentence: "The URL was signed without its scheme or host.",
        fix: "Sign the absolute URL, from `https://` on." }
    URL_CASE { code: "url-case", sentence: "The URL was signed in another case.",
        fix: "Sign it letter by letter as it is sent; upper and lower case differ, in `%2f` too." }
    TRAILING_SLASH { code: "trailing-slash", sentence: "The URL was signed with a slash more or less at the end of its path.",
        fix: "Sign the path as it is sent." }
    SLASH_DOUBLED { code: "slash-doubled", sentence: "The URL was signed with a slash doubled, or one of two folded, in its path.",
        fix: "Sign the URL as it is sent, after its base and its path have been joined." }
    FRAGMENT_INCLUDED { code: "fragment-included", sentence: "The fragment, from `#` on, was signed.",
        fix: "Leave it out: it is never sent." }
    DEFAULT_PORT { code: "default-port", sentence: "The port was written out where it is not sent, or left out where it is.",
        fix: "Sign the URL as it is sent: the default port, 443 for https, is left out, any other is not." }
    URL_SCHEME { code: "url-scheme", sentence: "http was signed for https, or the reverse.",
        fix: "Sign the scheme that the client uses, also behind a proxy that ends TLS." }
    URL_AS_TYPED { code: "url-as-typed", sentence: "The URL was signed as it was typed, not as it is sent.",
        fix: "Parse it first; then sign and send the text that the parser gives." }
    OTHER_ENVIRONMENT { code: "other-environment", sentence: "The URL was signed with another of the provider's hosts, e.g. the one for tests.",
        fix: "Sign the URL of the request itself, not one that is put together from a second setting." }
    PROXY_URL { code: "proxy-url", sentence: "The URL on the other side of a proxy was signed.",
        fix: "If that URL is yours, configure it as the public origin, so that both sides sign the same one." }
    OTHER_HOST { code: "other-host", sentence: "It was signed for another host than the public origin that is configured.",
        fix: "Do not use it: it is not meant for this service, and may have been signed to be tried on others." }
    BODY_MISSING { code: "body-missing", sentence: "The body was left out.",
        fix: "Sign the bytes of the body that is sent." }
    BODY_RESERIALISED { code: "body-reserialised", sentence: "The same JSON was signed in another spelling than it was sent in.",
        fix: "Serialise once, sign those bytes and send those bytes; on receipt, verify the raw body." }
    BODY_MEMBERS { code: "body-members", sentence: "The JSON was signed with members left out, added, renamed or with their values in another form.",
        fix: "Serialise once, sign those bytes and send those bytes; look for a second serialiser with other settings." }
    BODY_LINE_END { code: "body-line-end", sentence: "The body was signed with other line ends or white space at its end.",
        fix: "Sign the bytes as they are sent; read a file in binary mode." }
    BODY_CONVERTED { code: "body-converted", sentence: "What was signed is made of the body or stands for it, and is not the body.",
        fix: "Sign the very bytes of the body that is sent, and nothing where there is none." }
    BODY_INCLUDED { code: "body-included", sentence: "The body was signed.",
        fix: "Leave it out: this provider does not sign bodies." }
    MILLISECONDS_FOR_SECONDS { code: "milliseconds-for-seconds", sentence: "The time was signed in milliseconds where seconds are expected.",
        fix: "Divide by 1000 and round down; sign the very value that is sent." }
    SECONDS_FOR_MILLISECONDS { code: "seconds-for-milliseconds", sentence: "The time was signed in seconds where milliseconds are expected.",
        fix: "Multiply by 1000; sign the very value that is sent." }
    LOCAL_TIME { code: "local-time", sentence: "The signed text holds local time while the header says UTC.",
        fix: "Take the time once, in UTC, and use the same text in the header and in the signed text." }
    CLOCK_READ_TWICE { code: "clock-read-twice", sentence: "The signed text holds another second than the header.",
        fix: "Read the clock once, and use what it says in the header and in the signed text." }
    TIMESTAMP_FORMAT { code: "timestamp-format", sentence: "The timestamp was signed in another format than it is sent in.",
        fix: "Format it once, and use the same text in the header and in the signed text." }
    FIELDS_REORDERED { code: "fields-reordered", sentence: "The fields were signed in another order.",
        fix: "Join them in the provider's order; an explanation lists it." }
    FIELD_MISSING { code: "field-missing", sentence: "A field was left out of the signed text.",
        fix: "Sign all fields; an explanation lists them." }
    SEPARATOR_MISSING { code: "separator-missing", sentence: "The fields were joined without the separator between them.",
        fix: "Put the separator between all fields of the text and of the key, and none at the ends." }
    SEPARATOR_OTHER { code: "separator-other", sentence: "The fields were joined by another separator than the format has between them.",
        fix: "Join them as the provider's format has it; an explanation shows what stands between two fields." }
    SEPARATOR_TRAILING { code: "separator-trailing", sentence: "The text was signed with a separator after its end, or without the one that is sent there.",
        fix: "Put separators between fields or parameters only, and send the query that is signed." }
    TEXT_LINE_END { code: "text-line-end", sentence: "The text was signed with a line end, a blank or a zero byte after it.",
        fix: "Sign the text alone: in a shell with `printf %s`, since `echo` ends its line." }
    SECRET_SIGNED_TWICE { code: "secret-signed-twice", sentence: "The secret was signed once more than it should be, in front of the text or behind it.",
        fix: "Leave it out there: it has its place in the text or is the key of the HMAC." }
    METHOD_INCLUDED { code: "method-included", sentence: "The method was signed as one more part.",
        fix: "Leave it out: this provider does not sign it." }
    BYTE_ORDER_MARK { code: "byte-order-mark", sentence: "A byte order mark was signed that is not sent, or sent and not signed.",
        fix: "Write UTF-8 without it; .NET's `new UTF8Encoding(false)` does so." }
    CHARSET { code: "charset", sentence: "The text was signed in another charset.",
        fix: "Sign the bytes that are sent; an explanation names the charset of each field." }
    SECRET_SURROUNDING_WHITESPACE { code: "secret-surrounding-whitespace", sentence: "The secret was used with white space or a line end around it.",
        fix: "Trim it; files and pasted text often end in a line end." }
    SECRET_BASE64_DECODED { code: "secret-base64-decoded", sentence: "The secret was base64-decoded.",
        fix: "Use its text as issued, without decoding it." }
    SECRET_ENCODED { code: "secret-encoded", sentence: "The secret was encoded, decoded, put in quotes or taken out of them, or copied with other letters.",
        fix: "Use its text as issued, and configure that text on both sides." }
    SECRET_CASE { code: "secret-case", sentence: "The secret was used in upper or lower case.",
        fix: "Use its letters as issued." }
    SECRET_CUT { code: "secret-cut", sentence: "The secret was used without a part of it, or the one configured here has more than was issued.",
        fix: "Copy all of it, with `=` at its end; put it in quotes where `#`, `$`, `&` or `%` mean something." }
    SECRET_PADDED { code: "secret-padded", sentence: "The secret was used with something around it or in it that was not issued, or the one configured here has less than was issued.",
        fix: "Copy all of what was issued and nothing else, on both sides." }
    SECRET_UNSET { code: "secret-unset", sentence: "No secret was used: nothing was there, or the word for nothing.",
        fix: "Let whoever signs look where the secret is read from. Anybody can make such a signature: it proves nothing." }
    SECRET_HASHED { code: "secret-hashed", sentence: "A hash of the secret was used.",
        fix: "Use its text as issued." }
    SECRET_MIXED_UP { code: "secret-mixed-up", sentence: "Another credential or setting was used in place of a secret.",
        fix: "Compare the names of the settings with what is read into them." }
    UTF_16 { code: "utf-16", sentence: "The text or the key was written in UTF-16.",
        fix: "Write both in the charset that an explanation names, as .NET's `Encoding.UTF8` does for UTF-8; its `Encoding.Unicode` is UTF-16." }
    KEY_INCOMPLETE { code: "key-incomplete", sentence: "Only a part of the key was used.",
        fix: "Make the key of all its parts; an explanation lists them." }
    HMAC_FOR_PLAIN_HASH { code: "hmac-for-plain-hash", sentence: "An HMAC was computed where a plain hash is expected.",
        fix: "Hash the text with the secret in it, without HMAC, whatever the vendor's prose says." }
    PLAIN_HASH_FOR_HMAC { code: "plain-hash-for-hmac", sentence: "A plain hash was computed where an HMAC is expected.",
        fix: "Use HMAC with the key as key and the text as message." }
    KEY_AND_TEXT_SWAPPED { code: "key-and-text-swapped", sentence: "Key and text were given to the HMAC in each other's place.",
        fix: "Look up the order of arguments of your HMAC function." }
    MD5 { code: "md5", sentence: "MD5 was computed where SHA-256 is expected.",
        fix: "Use SHA-256, and say so in the algorithm header where there is one." }
    SHA_1 { code: "sha-1", sentence: "SHA-1 was computed where SHA-256 is expected.",
        fix: "Use SHA-256: the algorithm is named where the hash or HMAC is made." }
    SHA_512 { code: "sha-512", sentence: "SHA-512 was computed where SHA-256 is expected.",
        fix: "Use SHA-256: the algorithm is named where the hash or HMAC is made." }
    SHA_384 { code: "sha-384", sentence: "SHA-384 was computed where SHA-256 is expected.",
        fix: "Use SHA-256: the algorithm is named where the hash or HMAC is made." }
    HASHED_TWICE { code: "hashed-twice", sentence: "A digest was hashed once more.",
        fix: "Hash the text itself, once." }
    WRONG_KEY_ID { code: "wrong-key-id", sentence: "The key id names another key than the one that signed.",
        fix: "Send the id of the key that signs; after a rotation, change both together." }
    HEX_UPPER_CASE { code: "hex-upper-case", sentence: "The signature is written in upper-case hex digits.",
        fix: "Write it in lower-case hex digits." }
    HEX_FOR_BASE64 { code: "hex-for-base64", sentence: "The signature is written in hex where base64 is expected.",
        fix: "Encode the 32 bytes of the digest in base64, with padding." }
    BASE64_FOR_HEX { code: "base64-for-hex", sentence: "The signature is written in base64 where hex is expected.",
        fix: "Encode the 32 bytes of the digest in lower-case hex digits." }
    BASE64_OF_HEX { code: "base64-of-hex", sentence: "The signature is the base64 of hex digits: it was encoded twice.",
        fix: "Encode the bytes of the digest once." }
    ENCODED_TWICE { code: "encoded-twice", sentence: "The signature was encoded in hex or base64, and what came out was encoded once more.",
        fix: "Encode the bytes of the digest once; PHP's `hash_hmac`, for one, gives hex digits unless told otherwise." }
    BASE64_VARIANT { code: "base64-variant", sentence: "The signature is in URL-safe base64 or lacks its padding.",
        fix: "Use the standard alphabet, with `+`, `/` and padding." }
    BYTES_PRINTED { code: "bytes-printed", sentence: "The signature is the bytes of the digest as a program prints them.",
        fix: "Encode them in hex or base64, whichever is expected; do not turn them into text." }
    HEX_ZEROS_MISSING { code: "hex-zeros-missing", sentence: "The hex digits lack the zeros in front of each byte below 16, or those at the beginning.",
        fix: "Write two digits for each byte, as `%02x` does; Java's `BigInteger.toString(16)` drops zeros at the beginning." }
    SIGNATURE_CUT { code: "signature-cut", sentence: "The signature is a part of the digest and not all of it.",
        fix: "Send all 32 bytes of it; look for a field or a column that cuts it off." }
    SIGNATURE_SURROUNDING_WHITESPACE { code: "signature-surrounding-whitespace", sentence: "The signature has white space around it or in it.",
        fix: "Take it out; base64 tools often end their output with a line end, and break it into lines." }
    SIGNATURE_QUOTED { code: "signature-quoted", sentence: "The signature has quotes or brackets around it.",
        fix: "Send what is between them; of bytes in Python, that is `.decode()`." }
    SIGNATURE_LABELLED { code: "signature-labelled", sentence: "The signature has something in front of it or behind it, such as the name of the algorithm.",
        fix: "Send the digest alone, without `sha256=` and the like; of a tool's output, take one column." }
    HEX_PREFIXED { code: "hex-prefixed", sentence: "The signature has `0x` in front of its hex digits.",
        fix: "Leave the prefix out." }
    HEX_SEPARATED { code: "hex-separated", sentence: "The hex digits of the signature are separated byte by byte.",
        fix: "Write them in one run: in .NET with `Convert.ToHexString` and not with `BitConverter.ToString`." }
    SIGNATURE_URL_ENCODED { code: "signature-url-encoded", sentence: "The signature was percent-encoded, or decoded as a form, where `+` becomes a blank.",
        fix: "Put it into the header as it is: nothing is encoded there." }
    PATH_MISSING { code: "path-missing", sentence: "The URL was signed without its path, or without the beginning of it.",
        fix: "Sign the URL as it is sent; look for a router that takes the beginning of the path off. Where a proxy adds it on the way in, have \
              the verifier take it off: `strip_prefix`, or `--strip-prefix` of the tool." }
    HOST_OTHER { code: "host-other", sentence: "Another host was signed than the one that the message went to.",
        fix: "Sign the URL of the request itself; behind a proxy, configure the public origin." }
    FIELD_OTHER { code: "field-other", sentence: "Another value was signed in a field's place.",
        fix: "Sign the very value that is sent; an explanation lists them." }
    FIELD_CONVERTED { code: "field-converted", sentence: "A field was signed in another form than it is sent in.",
        fix: "Sign the very bytes that are sent." }
    FIELD_INCLUDED { code: "field-included", sentence: "Something was signed as one more part.",
        fix: "Leave it out; an explanation lists what is signed." }
    FIELD_DOUBLED { code: "field-doubled", sentence: "A part was signed twice, or only half of it was.",
        fix: "Sign each part once; look for a stream that is read or written twice." }
    LABEL_OTHER { code: "label-other", sentence: "The labels in front of the values were signed in another form.",
        fix: "Write each line as the provider's format has it; an explanation shows them." }
    TEXT_CONVERTED { code: "text-converted", sentence: "The whole text was converted before it was signed.",
        fix: "Sign the bytes of the text themselves." }
    TEXT_OTHER { code: "text-other", sentence: "Another text was signed, which is made of other parts of the message.",
        fix: "Sign what an explanation lists, in its order: the scheme of another provider does not fit." }
    UNICODE_FORM { code: "unicode-form", sentence: "Letters with accents were signed in another of Unicode's forms.",
        fix: "Sign the bytes that are sent: normalise before both, or not at all." }
    SIGNATURE_ESCAPED { code: "signature-escaped", sentence: "The signature was escaped for JSON, for a page or for mail.",
        fix: "Put it into the header as it is: nothing is escaped there." }
    SIGNATURE_DOUBLED { code: "signature-doubled", sentence: "The signature was written twice.",
        fix: "Set the header once, where two layers both add it." }
    SIGNATURE_ENCODING { code: "signature-encoding", sentence: "The digest was written in an encoding that is not expected.",
        fix: "Write the 32 bytes of the digest in the encoding that an explanation names." }
    SIGNATURE_LOSSY { code: "signature-lossy", sentence: "The digest was written in a way that loses some of it.",
        fix: "Encode the bytes of the digest; do not turn them into text, nor change its letters afterwards." }
    BYTES_REVERSED { code: "bytes-reversed", sentence: "The bytes of the digest are written in reverse order.",
        fix: "Write them from the first to the last: a digest is no number." }
}

mistakes! { CONCLUSIONS:
    MATCHES { code: "matches", sentence: "The signature is the expected one.",
        fix: "Nothing needs to be done." }
    UNEXPLAINED { code: "unexplained", sentence: "No known mistake reproduces this signature: the other side signed another nonce, timestamp, \
                   body or other value, or used another key.",
        fix: "Compare the explanations of both messages value by value, and the fingerprints of the keys. Given the text \
              that was signed, a comparison tells whether it is the text." }
    SECRET_SENT { code: "secret-sent-as-signature", sentence: "The secret itself was sent in place of a signature.",
        fix: "Rotate it: whoever saw the message has it. Then send what is computed with the new one." }
    OTHER_BODY { code: "other-body", sentence: "The signature is right, and the body that arrived is not the one that was signed.",
        fix: "Hand over the bytes as received; if they are, the body was changed or cut off on the way." }
    MALFORMED { code: "signature-malformed", sentence: "This is not the text of a signature.",
        fix: "Copy the whole value of the header; look for something that cuts it off." }
    NOT_SIGNED { code: "not-signed", sentence: "This provider's requests carry an API key and no signature.",
        fix: "Check the key; there is no signature to compare." }
}

/// The names of one class of edits, by the kind of part that is edited.
pub(super) struct Names {
    pub(super) address: Mistake,
    pub(super) body: Mistake,
    pub(super) secret: Mistake,
    pub(super) field: Mistake,
    pub(super) text: Mistake,
}

const fn always(mistake: Mistake) -> Names {
    Names { address: mistake, body: mistake, secret: mistake, field: mistake, text: mistake }
}

const CONVERTED: Names = Names {
    address: QUERY_ENCODED,
    body: BODY_CONVERTED,
    secret: SECRET_ENCODED,
    field: FIELD_CONVERTED,
    text: TEXT_CONVERTED,
};

/// Something that no URL has stands around the value.
pub(super) static QUOTED: Names = Names { address: FIELD_CONVERTED, ..CONVERTED };
/// The value is encoded or decoded.
pub(super) static ENCODED: Names = CONVERTED;
pub(super) static DECODED: Names = Names { address: QUERY_DECODED, ..CONVERTED };
pub(super) static UNBASE64: Names = Names { secret: SECRET_BASE64_DECODED, ..CONVERTED };
pub(super) static CASE: Names = Names { address: URL_CASE, secret: SECRET_CASE, ..CONVERTED };
const SPACES: Names =
    Names { body: BODY_LINE_END, secret: SECRET_SURROUNDING_WHITESPACE, text: TEXT_LINE_END, ..CONVERTED };
pub(super) static SPACED: Names = SPACES;
/// A byte that only the end of a text has follows the value.
pub(super) static ENDED: Names = Names { body: TEXT_LINE_END, ..SPACES };
pub(super) static HASHED: Names =
    Names { address: QUERY_CONVERTED, secret: SECRET_HASHED, text: HASHED_TWICE, ..CONVERTED };
pub(super) static CUT: Names = Names { secret: SECRET_CUT, ..CONVERTED };
pub(super) static PADDED: Names = Names { secret: SECRET_PADDED, ..CONVERTED };
/// A word takes the place of the value.
pub(super) static WORD: Names = Names { address: QUERY_CONVERTED, field: FIELD_OTHER, ..CONVERTED };
/// Another value at hand takes the place of the value.
pub(super) static OTHER: Names = Names { address: FIELD_OTHER, field: FIELD_OTHER, ..CONVERTED };
pub(super) static MARKED: Names = always(BYTE_ORDER_MARK);
pub(super) static CHARSETS: Names = always(CHARSET);
pub(super) static WIDE: Names = always(UTF_16);
pub(super) static NORMAL: Names = always(UNICODE_FORM);
