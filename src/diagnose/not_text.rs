//! Texts that stand where a signature should, and are none: the name of an object, or the word for nothing.

use crate::signing::Encoding;

/// What a program printed in place of a digest.
pub(super) struct NotText {
    pub(super) what: &'static str,
    for_hex: &'static str,
    for_base64: &'static str,
    is_it: fn(&str) -> bool,
}

impl NotText {
    /// The one that `text` is, if it is one.
    pub(super) fn of(text: &str) -> Option<&'static Self> {
        let text = text.trim().trim_matches(['"', '\'']);
        NOT_TEXTS.iter().find(|known| (known.is_it)(text))
    }

    pub(super) fn fix(&self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::HexLower | Encoding::HexUpper => self.for_hex,
            _ => self.for_base64,
        }
    }
}

const SET_IT: &str = "Look where the signature is put into the header: it was not computed, or is kept in a variable of another name.";

static NOT_TEXTS: [NotText; 8] = [
    NotText {
        what: ".NET's name of an array of bytes",
        for_hex: "Write the digest with `Convert.ToHexString(digest).ToLowerInvariant()`.",
        for_base64: "Write the digest with `Convert.ToBase64String(digest)`.",
        is_it: |text| text == "System.Byte[]",
    },
    NotText {
        what: "Java's name of an array of bytes",
        for_hex: "Write the digest with `HexFormat.of().formatHex(digest)`.",
        for_base64: "Write the digest with `Base64.getEncoder().encodeToString(digest)`.",
        is_it: |text| text.starts_with("[B@"),
    },
    NotText {
        what: "JavaScript's name of a promise",
        for_hex: "Await it, then write `Buffer.from(digest).toString('hex')`.",
        for_base64: "Await it, then write `Buffer.from(digest).toString('base64')`.",
        is_it: |text| text == "[object Promise]",
    },
    NotText {
        what: "JavaScript's name of an object",
        for_hex: "Write the digest with `Buffer.from(digest).toString('hex')`, of CryptoJS with `digest.toString()`.",
        for_base64: "Write the digest with `Buffer.from(digest).toString('base64')`, of CryptoJS with \
                     `CryptoJS.enc.Base64.stringify(digest)`.",
        is_it: |text| text.starts_with("[object ") || text == "{}",
    },
    NotText {
        what: "Python's name of a method",
        for_hex: "Call it: `hexdigest()`, with the brackets.",
        for_base64: "Call it, with the brackets, and write `base64.b64encode(mac.digest()).decode()`.",
        is_it: |text| text.starts_with('<') && text.contains(" method "),
    },
    NotText {
        what: "Python's name of a hash",
        for_hex: "Write the digest with `hexdigest()`.",
        for_base64: "Write the digest with `base64.b64encode(mac.digest()).decode()`.",
        is_it: |text| text.starts_with('<') && (text.contains("_hashlib.") || text.contains("hmac.HMAC")),
    },
    NotText {
        what: "Ruby's name of a hash",
        for_hex: "Write the digest with `hexdigest`.",
        for_base64: "Write the digest with `Base64.strict_encode64(mac.digest)`.",
        is_it: |text| text.starts_with("#<"),
    },
    NotText {
        what: "nothing, or a word for it",
        for_hex: SET_IT,
        for_base64: SET_IT,
        is_it: |text| {
            ["", "undefined", "null", "none", "nil", "nan", "false"].contains(&&*text.to_ascii_lowercase())
        },
    },
];

/// The bytes of a digest that were printed as such: decimal numbers, of Java with a sign, or Python's `b'…'`.
pub(super) fn printed_bytes(text: &str) -> Option<Vec<u8>> {
    decimal_bytes(text).or_else(|| python_bytes(text))
}

fn decimal_bytes(text: &str) -> Option<Vec<u8>> {
    let inside = text.trim().trim_matches(['[', ']', '(', ')', '{', '}']);
    let numbers = inside.split([',', ' ']).filter(|number| !number.is_empty());
    let byte = |number: &str| {
        // JavaScript's arrays of bytes have their places as keys where they are written as JSON.
        let number = number.split_once(':').map_or(number, |(_, value)| value);
        number.parse::<u8>().ok().or_else(|| Some(number.parse::<i8>().ok()?.cast_unsigned()))
    };
    numbers.map(byte).collect()
}

fn python_bytes(text: &str) -> Option<Vec<u8>> {
    let quoted = text.trim().strip_prefix('b')?;
    let inside = ["'", "\""].iter().find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote))?;
    let mut bytes = Vec::new();
    let mut rest = inside.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                other => other,
            },
            byte => byte,
        });
    }
    Some(bytes)
}
