//! Texts that stand in place of a signature: the name of an object, or a word for nothing.

use crate::signing::Encoding;

/// What a program printed in place of a digest.
pub(super) struct Word {
    pub(super) what: &'static str,
    for_hex: &'static str,
    for_base64: &'static str,
    is_it: fn(&str) -> bool,
}

impl Word {
    /// The known word that `text` is, if any.
    pub(super) fn of(text: &str) -> Option<&'static Self> {
        let text = text.trim().trim_matches(['"', '\'', '`']);
        WORDS.iter().find(|known| (known.is_it)(text))
    }

    pub(super) fn fix(&self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::HexLower | Encoding::HexUpper => self.for_hex,
            _ => self.for_base64,
        }
    }
}

const SET_IT: &str = "Look where the signature is put into the header: it was not computed, or is kept in a variable of another name.";

#[rustfmt::skip]
static WORDS: [Word; 11] = [
    Word {
        what: ".NET's name of an array of bytes",
        for_hex: "Write the digest with `Convert.ToHexString(digest).ToLowerInvariant()`.",
        for_base64: "Write the digest with `Convert.ToBase64String(digest)`.",
        is_it: |text| text.starts_with("System.Byte[]"),
    },
    Word {
        what: ".NET's name of an object",
        for_hex: "Call `ComputeHash(bytes)` on it, and write the digest with `Convert.ToHexString(digest).ToLowerInvariant()`.",
        for_base64: "Call `ComputeHash(bytes)` on it, and write the digest with `Convert.ToBase64String(digest)`.",
        is_it: |text| text.starts_with("System."),
    },
    Word {
        what: "PHP's name of a resource",
        for_hex: "Write the digest with `hash_final($context)`, or make it with `hash` or `hash_hmac`.",
        for_base64: "Write the digest with `base64_encode(hash_hmac($algorithm, $text, $key, true))`.",
        is_it: |text| text.starts_with("Resource id #"),
    },
    Word {
        what: "Java's name of an array of bytes",
        for_hex: "Write the digest with `HexFormat.of().formatHex(digest)`.",
        for_base64: "Write the digest with `Base64.getEncoder().encodeToString(digest)`.",
        is_it: |text| text.starts_with("[B@"),
    },
    Word {
        what: "JavaScript's name of a promise",
        for_hex: "Await it, then write `Buffer.from(digest).toString('hex')`.",
        for_base64: "Await it, then write `Buffer.from(digest).toString('base64')`.",
        is_it: |text| text == "[object Promise]",
    },
    Word {
        what: "JavaScript's name of an object",
        for_hex: "Write the digest with `Buffer.from(digest).toString('hex')`, of CryptoJS with `digest.toString()`.",
        for_base64: "Write the digest with `Buffer.from(digest).toString('base64')`, of CryptoJS with \
                     `CryptoJS.enc.Base64.stringify(digest)`.",
        is_it: |text| text.starts_with("[object ") || text == "{}",
    },
    Word {
        what: "Python's name of a method",
        for_hex: "Call it: `hexdigest()`, with the brackets.",
        for_base64: "Call it, with the brackets, and write `base64.b64encode(mac.digest()).decode()`.",
        is_it: |text| text.starts_with('<') && text.contains(" method "),
    },
    Word {
        what: "Python's name of a hash",
        for_hex: "Write the digest with `hexdigest()`.",
        for_base64: "Write the digest with `base64.b64encode(mac.digest()).decode()`.",
        is_it: |text| text.starts_with('<') && (text.contains("_hashlib.") || text.contains("hmac.HMAC")),
    },
    Word {
        what: "Ruby's name of a hash",
        for_hex: "Write the digest with `hexdigest`.",
        for_base64: "Write the digest with `Base64.strict_encode64(mac.digest)`.",
        is_it: |text| text.starts_with("#<"),
    },
    Word {
        what: "nothing, or a word for it",
        for_hex: SET_IT,
        for_base64: SET_IT,
        is_it: |text| {
            let text = text.to_ascii_lowercase();
            ["", "undefined", "null", "none", "nil", "nan", "false", "true", "0", "1", "array", "(null)"]
                .contains(&&*text)
        },
    },
    Word {
        what: "a placeholder that was never filled in",
        for_hex: SET_IT,
        for_base64: SET_IT,
        is_it: |text| {
            let is_open = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
            is_open("{{", "}}")
                || is_open("${", "}")
                || is_open("<", ">")
                || is_open("%", "%")
                || is_open("$", "") && text.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                || is_open("{", "}") && !text.contains(['"', ':', ','])
        },
    },
];

/// The bytes of a digest that a program printed: decimal numbers, with signs in Java; 32-bit words; or Python's `b'…'`.
pub(super) fn printed_bytes(text: &str) -> Option<Vec<u8>> {
    python_bytes(text).or_else(|| numbers(text))
}

/// Bytes or 32-bit words, signed or not, with any separators and brackets.
fn numbers(text: &str) -> Option<Vec<u8>> {
    // CryptoJS prints a count of bytes after its words; Node prints a type before its buffers.
    let list = text.split_once('[').map_or(text, |(_, list)| list.split(']').next().unwrap_or_default());
    // As JSON, JavaScript's arrays of bytes have their indexes as keys.
    let is_keyed = list.contains("\":");
    let mut numbers = Vec::new();
    for entry in list.split([',', ' ', ';', '\n']).filter(|entry| !entry.trim().is_empty()) {
        let value = if is_keyed { entry.rsplit(':').next()? } else { entry };
        let value = value.trim_matches(|c: char| !c.is_ascii_hexdigit() && c != '-');
        let hex = value.strip_prefix("0x").map(|hex| i64::from_str_radix(hex, 16));
        numbers.push(hex.unwrap_or_else(|| value.parse()).ok()?);
    }
    let bytes = |number: &i64| {
        u8::try_from(*number).ok().or_else(|| Some(i8::try_from(*number).ok()?.cast_unsigned()))
    };
    let words = |number: &i64| {
        u32::try_from(*number).ok().or_else(|| Some(i32::try_from(*number).ok()?.cast_unsigned()))
    };
    let is_list = numbers.len() > 3;
    let as_bytes: Option<Vec<u8>> = numbers.iter().map(bytes).collect();
    let as_words = || numbers.iter().map(words).collect::<Option<Vec<u32>>>();
    let as_words = || Some(as_words()?.into_iter().flat_map(u32::to_be_bytes).collect());
    as_bytes.or_else(as_words).filter(|_| is_list)
}

fn python_bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let quoted = text.strip_prefix('b').unwrap_or(text);
    let inside = ["'", "\""].iter().find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote));
    let inside = inside.or_else(|| Some(text).filter(|text| text.contains("\\x")))?;
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
