//! Other ways of writing a value, each by its name: the filters of declarations, and more that programs do.

use std::borrow::Cow;
use std::fmt::Write as _;

use encoding_rs::WINDOWS_1252;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use zeroize::Zeroizing;

use super::mistake::{self, Names};
use super::words::printed_bytes;
use crate::signing::filter::Filter;

/// One other way of writing a value: filters, applied one after the other, and the words for it.
pub(super) struct Way {
    pub(super) names: &'static Names,
    pub(super) filters: &'static [&'static str],
    pub(super) says: &'static str,
}

macro_rules! ways {
    ($($names:ident [$($filter:literal),*] $says:literal)*) => {
        &[$(Way { names: &mistake::$names, filters: &[$($filter),*], says: $says }),*]
    };
}

/// What any value and any text may have become, the likeliest first.
pub(super) static USUAL: &[Way] = ways! {
    SPACED ["after:\n"] "with LF after it"
    SPACED ["after:\r\n"] "with CR and LF after it"
    SPACED ["after: "] "with a blank after it"
    SPACED ["before: "] "with a blank in front of it"
    SPACED ["after:\r"] "with CR after it"
    SPACED ["after:\t"] "with a tab after it"
    SPACED ["before:\n"] "with LF in front of it"
    SPACED ["before: ", "after: "] "with blanks around it"
    ENDED ["after:\0"] "with a zero byte after it"
    SPACED ["trim"] "without the white space around it"
    SPACED ["replace:\r\n|\n"] "with LF for CR and LF"
    SPACED ["replace:\r\n|\n", "replace:\n|\r\n"] "with CR and LF for LF"
    SPACED ["before:\u{a0}"] "with a no-break space in front of it"
    SPACED ["after:\u{a0}"] "with a no-break space after it"
    SPACED ["before:\u{200b}"] "with a zero-width space in front of it"
    SPACED ["after:\u{200b}"] "with a zero-width space after it"
    MARKED ["before:\u{feff}"] "in front of it"
    MARKED ["unbefore:\u{feff}"] "sent and not signed"
    NORMAL ["nfc"] "composed, as NFC has it"
    NORMAL ["nfd"] "decomposed, as NFD has it, and as Apple's systems write names"
    CHARSETS ["latin1"] "ISO-8859-1"
    CHARSETS ["latin9"] "ISO-8859-15"
    CHARSETS ["cp1252"] "Windows-1252"
    CHARSETS ["ascii"] "ASCII, with `?` for what it lacks"
    CHARSETS ["ascii-lossy"] "ASCII, with U+FFFD for each byte that it lacks"
    CHARSETS ["ascii-lossy-char"] "ASCII, with U+FFFD for each character that it lacks"
    CHARSETS ["mojibake"] "UTF-8 twice"
    CHARSETS ["unlatin1", "utf8"] "UTF-8 that was sent twice encoded"
    CHARSETS ["utf8"] "UTF-8"
    WIDE ["utf16le"] "little-endian"
    WIDE ["before:\u{feff}", "utf16le"] "little-endian with a byte order mark"
    WIDE ["before:\u{feff}", "utf16be"] "big-endian with a byte order mark"
    WIDE ["utf16be"] "big-endian"
    WIDE ["unutf16"] "sent in it, and signed in UTF-8"
    QUOTED ["before:\"", "after:\""] "with double quotes around it"
    QUOTED ["before:'", "after:'"] "with single quotes around it"
    ENCODED ["unquote"] "without the quotes that the one configured here has around it"
    ENCODED ["json"] "as a JSON string"
    ENCODED ["json-ascii"] "as a JSON string, ASCII only"
    ENCODED ["json-ascii", "replace:/|\\/"] "as a JSON string, as PHP's json_encode writes it"
    ENCODED ["json-net"] "as a JSON string, as .NET's System.Text.Json writes it"
    ENCODED ["unjson"] "as the text that the JSON string holds"
    ENCODED ["python"] "as Python prints bytes"
    ENCODED ["unpython"] "as the bytes that Python printed"
    ENCODED ["html"] "with HTML's entities"
    ENCODED ["unhtml"] "with HTML's entities undone"
    ENCODED ["replace:&|&amp;", "replace:<|&lt;", "replace:>|&gt;"] "with HTML's entities for `&`, `<` and `>`"
    ENCODED ["replace:&|&amp;", "replace:<|&lt;", "replace:>|&gt;", "replace:\"|&quot;"] "with HTML's entities for `&`, `<`, `>` and double quotes"
    ENCODED ["replace:&|&amp;", "replace:<|&lt;", "replace:>|&gt;", "replace:\"|&quot;", "replace:'|&#039;"] "with HTML's entities, as PHP's htmlspecialchars"
    ENCODED ["replace:&|&amp;", "replace:<|&lt;", "replace:>|&gt;", "replace:\"|&quot;", "replace:'|&#x27;"] "with HTML's entities, as Python's html.escape"
    ENCODED ["replace:\\|\\\\", "replace:\"|\\\"", "replace:'|\\'"] "with slashes added, as PHP's addslashes"
    ENCODED ["replace:\\\"|\"", "replace:\\'|'", "replace:\\\\|\\"] "with slashes taken out, as PHP's stripslashes"
    ENCODED ["reverse"] "from its end to its beginning"
};

/// What a value is encoded in, or decoded from.
pub(super) static ENCODINGS: &[Way] = ways! {
    UNBASE64 ["unbase64"] "decoded from base64"
    ENCODED ["unhex"] "decoded from hex"
    ENCODED ["base64"] "encoded in base64"
    ENCODED ["hex"] "encoded in hex"
    ENCODED ["HEX"] "encoded in upper-case hex"
    ENCODED ["base64url"] "encoded in base64url"
    ENCODED ["base64", "after:\n"] "encoded in base64, with a line end"
    ENCODED ["after:\n", "base64"] "encoded in base64 with the line end that `echo` adds"
    DECODED ["unpercent"] "percent-decoded"
    DECODED ["unform"] "decoded as a form, where `+` is a blank"
    ENCODED ["percent"] "percent-encoded"
    ENCODED ["form"] "encoded as a form"
    ENCODED ["percent", "lower-escapes"] "percent-encoded with lower-case digits"
    ENCODED ["replace:+| "] "decoded as a form, where `+` is a blank"
    ENCODED ["unbase64", "hex"] "in hex for base64"
    ENCODED ["unhex", "base64"] "in base64 for hex"
    ENCODED ["unbase64", "mojibake"] "decoded from base64, and read as text"
    CASE ["lower"] "in lower case"
    CASE ["upper"] "in upper case"
    CASE ["title"] "with a capital at the beginning of each word"
    CASE ["flip"] "with its first letter in the other case"
    ENCODED ["replace:-|"] "without hyphens"
    ENCODED ["replace: |"] "without blanks"
    ENCODED ["replace: |_"] "with `_` for each blank"
    ENCODED ["replace: |-"] "with `-` for each blank"
    ENCODED ["replace:'|’"] "with typographic apostrophes"
    ENCODED ["uuid"] "with the hyphens of a UUID"
    ENCODED ["before:{", "after:}"] "in braces"
    ENCODED ["before:<", "after:>"] "in angle brackets"
    ENCODED ["before:[", "after:]"] "in square brackets"
    ENCODED ["before:`", "after:`"] "in backticks"
    ENCODED ["before:[\"", "after:\"]"] "as a list of one text"
    ENCODED ["digits"] "its digits only"
    ENCODED ["behind:upper"] "in upper case behind its `=`"
    ENCODED ["behind:unhex", "behind:base64"] "in base64 for hex behind its `=`"
    ENCODED ["behind:unbase64", "behind:hex"] "in hex for base64 behind its `=`"
    ENCODED ["value"] "what stands behind its `=`, alone"
    ENCODED ["replace:'|\"", "replace:None|null", "replace:True|true", "replace:False|false", "replace:\": |\":", "replace:, \"|,\""] "as compact JSON, not as Python's str"
    ENCODED ["value", "unform"] "what stands behind its `=`, decoded as a form"
    ENCODED ["name-lower"] "with what stands in front of `=` in lower case"
    ENCODED ["after:n"] "with `n` behind it, as JavaScript writes a BigInt"
    ENCODED ["before:t="] "with `t=` in front of it"
    ENCODED ["first-of-list"] "up to its first `,` or `;`"
};

/// Hashes of a value that is hashed before it is signed.
pub(super) static HASHES: &[Way] = ways! {
    HASHED ["sha256", "hex"] "its SHA-256 in hex digits"
    HASHED ["sha256"] "the bytes of its SHA-256"
    HASHED ["sha256", "base64"] "its SHA-256 in base64"
    HASHED ["md5", "hex"] "its MD5 in hex digits"
    HASHED ["md5", "base64"] "its MD5 in base64"
    HASHED ["sha256", "HEX"] "its SHA-256 in upper-case hex digits"
    HASHED ["sha1", "hex"] "its SHA-1 in hex digits"
    HASHED ["sha512", "hex"] "its SHA-512 in hex digits"
    HASHED ["md5"] "the bytes of its MD5"
    HASHED ["md5", "HEX"] "its MD5 in upper-case hex digits"
    HASHED ["sha1"] "the bytes of its SHA-1"
    HASHED ["sha1", "base64"] "its SHA-1 in base64"
    HASHED ["sha512"] "the bytes of its SHA-512"
    HASHED ["sha512", "base64"] "its SHA-512 in base64"
    HASHED ["sha1", "HEX"] "its SHA-1 in upper-case hex digits"
    HASHED ["sha384", "hex"] "its SHA-384 in hex digits"
    HASHED ["unbase64", "sha256"] "the bytes of the SHA-256 of what it is the base64 of"
    HASHED ["sha256", "hex", "base64"] "the base64 of its SHA-256 in hex digits"
    HASHED ["sha256", "hex", "before:SHA-256="] "its SHA-256 in hex digits behind `SHA-256=`"
    HASHED ["sha256", "base64", "before:SHA-256="] "its SHA-256 in base64 behind `SHA-256=`"
};

/// What happens only to secrets: they are copied by hand, cut by a file of settings, or named in place of their value.
pub(super) static OF_SECRETS: &[Way] = ways! {
    CUT ["drop-last"] "without its last character"
    CUT ["drop-first"] "without its first character"
    CUT ["up-to:="] "cut at `=`"
    CUT ["up-to:#"] "cut at `#`"
    CUT ["up-to:$"] "cut at `$`"
    CUT ["up-to:&"] "cut at `&`"
    CUT ["up-to:%"] "cut at `%`"
    CUT ["up-to:+"] "cut at `+`"
    CUT ["up-to:/"] "cut at `/`"
    CUT ["up-to:\\"] "cut at `\\`"
    CUT ["up-to:,"] "cut at `,`"
    CUT ["up-to:;"] "cut at `;`"
    CUT ["up-to::"] "cut at `:`"
    CUT ["up-to:-"] "cut at `-`"
    CUT ["up-to:."] "cut at `.`"
    CUT ["up-to:_"] "cut at `_`"
    CUT ["up-to: "] "cut at the first blank"
    CUT ["last:="] "from behind `=` on"
    CUT ["last:-"] "from behind the last `-` on"
    CUT ["last:_"] "from behind the last `_` on"
    CUT ["last::"] "from behind the last `:` on"
    CUT ["last:/"] "from behind the last `/` on"
    PADDED ["after:="] "with `=` after it"
    PADDED ["after:=="] "with `==` after it"
    PADDED ["after:&"] "with `&` after it"
    PADDED ["after:;"] "with `;` after it"
    PADDED ["after:,"] "with `,` after it"
    PADDED ["after:\""] "with a quote after it"
    PADDED ["after:."] "with `.` after it"
    PADDED ["after::"] "with `:` after it"
    PADDED ["before:Bearer "] "with `Bearer ` in front of it"
    PADDED ["before:Basic "] "with `Basic ` in front of it"
    PADDED ["before:whsec_"] "with `whsec_` in front of it"
    PADDED ["before:sk_"] "with `sk_` in front of it"
    PADDED ["before:AWS4"] "with `AWS4` in front of it"
    PADDED ["before:sha256="] "with `sha256=` in front of it"
    PADDED ["before:base64:"] "with `base64:` in front of it"
    PADDED ["before:key="] "with `key=` in front of it"
    PADDED ["before:secret="] "with `secret=` in front of it"
    PADDED ["before:-"] "with `-` in front of it"
    PADDED ["before:\"", "after:\","] "in quotes, with a comma after them"
    PADDED ["before:'", "after:',"] "in single quotes, with a comma after them"
    PADDED ["before:'", "after:';"] "in single quotes, with `;` after them"
    PADDED ["twice"] "twice"
    ENCODED ["before:“", "after:”"] "in typographic quotes"
    ENCODED ["replace:=|\\u003d"] "with `=` as JSON's `\\u003d`"
    ENCODED ["replace:=|\\u003D"] "with `=` as JSON's `\\u003D`"
    ENCODED ["replace:+|\\u002B"] "with `+` as JSON's `\\u002B`"
    ENCODED ["replace:/|\\/"] "with `/` as JSON's `\\/`"
    ENCODED ["replace:0|O"] "with the letter O for each zero"
    ENCODED ["replace:O|0"] "with a zero for each letter O"
    ENCODED ["replace:l|I"] "with a capital I for each l"
    ENCODED ["replace:I|l"] "with an l for each capital I"
    ENCODED ["replace:l|1"] "with a 1 for each l"
    ENCODED ["replace:1|l"] "with an l for each 1"
};

/// The value written in this way; `None` if it cannot be.
pub(super) fn write(filters: &[&str], value: &[u8]) -> Option<Vec<u8>> {
    let mut written = Zeroizing::new(value.to_vec());
    for filter in filters {
        written = Zeroizing::new(one(filter, &written)?);
    }
    Some(std::mem::take(&mut *written))
}

/// As [`write`], of a text; `None` where the result is no text.
pub(super) fn rewrite(filters: &[&str], value: &str) -> Option<String> {
    String::from_utf8(write(filters, value.as_bytes())?).ok()
}

fn one(filter: &str, value: &[u8]) -> Option<Vec<u8>> {
    if let Some(before) = filter.strip_prefix("unbefore:") {
        return Filter::Before(before.into()).undo(value);
    }
    if let Some(sign) = filter.strip_prefix("up-to:") {
        let end = value.windows(sign.len()).position(|window| window == sign.as_bytes())?;
        return value.get(..end).map(<[u8]>::to_vec);
    }
    if let Some((from, to)) = filter.strip_prefix("replace:").and_then(|both| both.split_once('|')) {
        return replaced(value, from, to);
    }
    if let Some(filter) = filter.strip_prefix("behind:") {
        let (name, rest) = value.split_at_checked(value.iter().position(|byte| *byte == b'=')? + 1)?;
        return Some([name, &one(filter, rest)?].concat());
    }
    if let Some(more) = MORE.iter().find(|(name, _)| *name == filter) {
        return (more.1)(value);
    }
    Filter::parse(filter)?.apply(value).map(Cow::into_owned)
}

type Write = fn(&[u8]) -> Option<Vec<u8>>;

/// The filters that no declaration needs.
#[rustfmt::skip]
static MORE: &[(&str, Write)] = &[
    ("trim", |value| Some(value.trim_ascii().to_vec())),
    ("nfc", |value| of_text(value, |text| ComposingNormalizerBorrowed::new_nfc().normalize(text).into())),
    ("nfd", |value| of_text(value, |text| DecomposingNormalizerBorrowed::new_nfd().normalize(text).into())),
    ("latin1", |value| encoded(value, |c| u8::try_from(c).ok())),
    ("cp1252", |value| {
        encoded(value, |c| match WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])) {
            (bytes, _, false) => bytes.first().copied(),
            _ => None,
        })
    }),
    ("ascii", |value| encoded(value, |_| None)),
    ("ascii-lossy", |value| {
        let letter = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '\u{fffd}' };
        Some(value.iter().map(letter).collect::<String>().into_bytes())
    }),
    ("ascii-lossy-char", |value| { of_text(value, |text| each(text, |c| if c.is_ascii() { c } else { '\u{fffd}' })) }),
    // Each byte read as a letter, and the reverse.
    ("mojibake", |value| Some(value.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes())),
    ("unlatin1", |value| text(value).filter(|text| !text.is_ascii())?.chars().map(|c| u8::try_from(c).ok()).collect()),
    ("utf8", |value| of_text(value, str::to_owned)),
    ("utf16le", |value| Some(text(value)?.encode_utf16().flat_map(u16::to_le_bytes).collect())),
    ("utf16be", |value| Some(text(value)?.encode_utf16().flat_map(u16::to_be_bytes).collect())),
    ("unutf16", |value| {
        let (text, _, is_lossy) = encoding_rs::UTF_16LE.decode(value);
        (!is_lossy && value.contains(&0)).then(|| text.into_owned().into_bytes())
    }),
    ("unquote", |value| {
        let inside = |quote: &&[u8]| value.strip_prefix(*quote)?.strip_suffix(*quote);
        [&b"\""[..], b"'", b"`"].iter().find_map(inside).map(<[u8]>::to_vec)
    }),
    ("json", |value| serde_json::to_vec(text(value)?).ok()),
    ("json-ascii", |value| escaped(&serde_json::to_string(text(value)?).ok()?, |c| !c.is_ascii(), false)),
    ("json-net", |value| {
        let json = replaced(&serde_json::to_vec(text(value)?).ok()?, "\\\"", "\\u0022")?;
        escaped(text(&json)?, |c| !c.is_ascii() || "<>&'+`".contains(c), true)
    }),
    ("unjson", |value| serde_json::from_slice::<String>(value).ok().map(String::into_bytes)),
    ("python", |value| {
        let quote = if value.contains(&b'\'') && !value.contains(&b'"') { '"' } else { '\'' };
        let escape = |byte: &u8| match byte {
            b'"' => "\"".to_owned(),
            b'\'' if quote == '"' => "'".to_owned(),
            byte => byte.escape_ascii().to_string(),
        };
        Some(format!("b{quote}{}{quote}", value.iter().map(escape).collect::<String>()).into_bytes())
    }),
    ("unpython", |value| printed_bytes(text(value).filter(|text| text.starts_with('b'))?)),
    ("html", |value| ENTITIES.iter().try_fold(value.to_vec(), |text, (sign, name)| replaced(&text, sign, name))),
    ("unhtml", |value| ENTITIES.iter().rev().try_fold(value.to_vec(), |text, (sign, name)| replaced(&text, name, sign))),
    ("reverse", |value| of_text(value, |text| text.chars().rev().collect())),
    ("lower-escapes", |value| in_escapes(text(value)?, u8::to_ascii_lowercase)),
    ("upper-escapes", |value| in_escapes(text(value)?, u8::to_ascii_uppercase)),
    ("title", |value| {
        let mut inside = false;
        of_text(value, |text| {
            each(text, |c| {
                let first = !std::mem::replace(&mut inside, c.is_alphanumeric());
                if first { c.to_ascii_uppercase() } else { c }
            })
        })
    }),
    ("flip", |value| of_text(value, flipped)),
    ("twice", |value| Some(value.repeat(2))),
    ("drop-last", |value| Some(value.split_last()?.1.to_vec())),
    ("drop-first", |value| Some(value.split_first()?.1.to_vec())),
    ("uuid", |value| {
        let digits = text(value).filter(|digits| digits.len() == 32)?;
        Some([0..8, 8..12, 12..16, 16..20, 20..32].map(|group| digits.get(group).unwrap_or_default()).join("-").into_bytes())
    }),
    ("digits", |value| Some(value.iter().copied().filter(u8::is_ascii_digit).collect())),
    ("value", |value| Some(value.get(value.iter().position(|byte| *byte == b'=')? + 1..)?.to_vec())),
    ("name-lower", |value| { let (name, rest) = text(value)?.split_once('=')?; Some(format!("{}={rest}", name.to_lowercase()).into_bytes()) }),
    // Mistaken encodings of a digest, undone.
    ("any-base64", |value| {
        // Some programs mix the signs of the two alphabets.
        Filter::Unbase64.apply(value).map(Cow::into_owned).or_else(|| write(&["replace:-|+", "replace:_|/", "unbase64"], value))
    }),
    ("unprint", |value| printed_bytes(text(value)?)),
    ("unbase32", unbase32),
    ("unbits", |value| {
        let byte = |bits: &[u8]| u8::from_str_radix(text(bits)?, 2).ok();
        if value.len() > 100 { value.chunks(8).map(byte).collect() } else { None }
    }),
    ("undecimal", undecimal),
    ("first-of-list", |value| Some(text(value)?.split([',', ';']).next()?.trim().as_bytes().to_vec())),
];

#[rustfmt::skip]
const ENTITIES: [(&str, &str); 8] = [
    ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;"), ("=", "&#61;"), ("'", "&#039;"), ("'", "&#x27;"),
];

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

fn of_text(value: &[u8], write: impl FnOnce(&str) -> String) -> Option<Vec<u8>> {
    Some(write(text(value)?).into_bytes())
}

fn each(text: &str, write: impl FnMut(char) -> char) -> String {
    text.chars().map(write).collect()
}

fn replaced(value: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    of_text(value, |text| text.replace(from, to))
}

/// Encodes in a charset of one byte for each character. As in most languages, `?` replaces a character that the charset lacks.
fn encoded(value: &[u8], write: impl Fn(char) -> Option<u8>) -> Option<Vec<u8>> {
    let one = |c: char| if c.is_ascii() { c as u8 } else { write(c).unwrap_or(b'?') };
    Some(text(value)?.chars().map(one).collect())
}

/// JSON with more characters escaped than need be.
fn escaped(json: &str, is_escaped: impl Fn(char) -> bool, upper: bool) -> Option<Vec<u8>> {
    let mut written = String::with_capacity(json.len());
    for c in json.chars() {
        if !is_escaped(c) {
            written.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = if upper { write!(written, "\\u{unit:04X}") } else { write!(written, "\\u{unit:04x}") };
        }
    }
    Some(written.into_bytes())
}

/// The first letter in the other case.
pub(super) fn flipped(text: &str) -> String {
    let mut flipped = false;
    each(text, |c| {
        if flipped || !c.is_ascii_alphabetic() {
            return c;
        }
        flipped = true;
        other_case(c)
    })
}

pub(super) fn other_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

fn unbase32(value: &[u8]) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text(value)?.trim_end_matches('=').bytes() {
        let value = match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        (bits, count) = ((bits << 5 | u32::from(value)) & 0xfff, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// The 32 bytes of a number.
fn undecimal(value: &[u8]) -> Option<Vec<u8>> {
    let is_number = (60..=78).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    let mut bytes = [0_u8; 32];
    for digit in value.iter().filter(|_| is_number) {
        let mut carry = u32::from(digit - b'0');
        for byte in bytes.iter_mut().rev() {
            carry += 10 * u32::from(*byte);
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
    }
    is_number.then(|| bytes.to_vec())
}

/// Rewrites the digits of each `%XX`.
fn in_escapes(value: &str, write: impl Fn(&u8) -> u8) -> Option<Vec<u8>> {
    let mut digits = 0;
    let one = |byte: &u8| {
        digits = if *byte == b'%' { 3 } else { usize::saturating_sub(digits, 1) };
        if digits > 0 && byte.is_ascii_hexdigit() { write(byte) } else { *byte }
    };
    Some(value.as_bytes().iter().map(one).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::diagnose) fn is_known(filter: &str) -> bool {
        let with_argument = ["unbefore:", "up-to:", "replace:", "behind:"];
        with_argument.iter().any(|name| filter.starts_with(name))
            || MORE.iter().any(|(name, _)| *name == filter)
            || Filter::parse(filter).is_some()
    }

    #[test]
    fn each_filter_of_the_tables_is_known() {
        let tables = [USUAL, ENCODINGS, HASHES, OF_SECRETS];
        for filter in tables.into_iter().flatten().flat_map(|way| way.filters) {
            assert!(is_known(filter), "{filter}");
        }
    }

    #[test]
    fn each_filter_takes_what_it_is_for_and_nothing_else() {
        let bits = "01000001".repeat(13);
        for (filter, value, written) in [
            ("unbase32", "MZXW6YTBOI======", Some("foobar")),
            ("unbase32", "mzxw6ytboi", Some("foobar")),
            ("unbase32", "MZXW1", None),
            ("unbits", &bits, Some("AAAAAAAAAAAAA")),
            ("unbits", "01000001", None),
            ("uuid", "00112233445566778899aabbccddeeff", Some("00112233-4455-6677-8899-aabbccddeeff")),
            ("uuid", "00112233", None),
            ("python", "it's", Some(r#"b"it's""#)),
            ("python", r#"say "it's""#, Some(r#"b'say "it\'s"'"#)),
        ] {
            let read = write(&[filter], value.as_bytes());
            assert_eq!(read.as_deref(), written.map(str::as_bytes), "{filter} {value}");
        }
    }

    #[test]
    fn what_is_written_in_one_way_is_read_in_the_other() {
        for (write_it, read_it, value) in [
            ("html", "unhtml", "<a href=\"x\">&'</a>"),
            ("python", "unpython", "it's \u{e6} \"\\"),
            ("json-net", "unjson", "<\u{e6}>&+"),
            ("utf16le", "unutf16", "a\u{e6}"),
        ] {
            let written = write(&[write_it], value.as_bytes()).unwrap();
            assert_eq!(write(&[read_it], &written).unwrap(), value.as_bytes(), "{write_it}");
        }
    }
}
