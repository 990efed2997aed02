//! What becomes of a secret between the vendor's page and the hash.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::Md5;
use percent_encoding::utf8_percent_encode;
use sha2::{Digest as _, Sha256};

use super::query::COMPONENT;
use super::reading;

/// As most decoders are: Go's, Java's and OpenSSL's pass what is left over in the last character, Node's passes all.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// One other form of a secret.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// Follows the name of a secret, or stands alone.
    pub(super) name: &'static str,
    pub(super) make: fn(&[u8]) -> Option<Vec<u8>>,
}

const fn form(name: &'static str, make: fn(&[u8]) -> Option<Vec<u8>>) -> Form {
    Form { name, make }
}

pub(super) static BASE64_DECODED: [Form; 1] = [form("", |secret| {
    let decode = |alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(secret).ok();
    decode(&alphabet::STANDARD).or_else(|| decode(&alphabet::URL_SAFE))
})];

pub(super) static SURROUNDED_BY_WHITESPACE: [Form; 7] = [
    form("with LF after it", |secret| Some([secret, b"\n"].concat())),
    form("with CR and LF after it", |secret| Some([secret, b"\r\n"].concat())),
    form("with a blank after it", |secret| Some([secret, b" "].concat())),
    form("with a blank in front of it", |secret| Some([b" ", secret].concat())),
    form("with CR after it", |secret| Some([secret, b"\r"].concat())),
    form("with a tab after it", |secret| Some([secret, b"\t"].concat())),
    form("with blanks around it", |secret| Some([b" ", secret, b" "].concat())),
];

pub(super) static OTHERWISE_ENCODED: [Form; 9] = [
    form("decoded from hex", reading::hex_digits),
    form("encoded in base64", |secret| Some(STANDARD.encode(secret).into_bytes())),
    form("with double quotes around it", |secret| Some([b"\"", secret, b"\""].concat())),
    form("with single quotes around it", |secret| Some([b"'", secret, b"'"].concat())),
    form("encoded in hex", |secret| Some(hex::encode(secret).into_bytes())),
    form("as Python prints bytes", |secret| Some([b"b'", secret, b"'"].concat())),
    form("without the quotes that the one configured here has around it", |secret| {
        let unquoted = |quote: &&[u8]| secret.strip_prefix(*quote)?.strip_suffix(*quote);
        [&b"\""[..], b"'"].iter().find_map(unquoted).map(<[u8]>::to_vec)
    }),
    form("percent-encoded", |secret| {
        Some(utf8_percent_encode(std::str::from_utf8(secret).ok()?, COMPONENT).to_string().into_bytes())
    }),
    form("decoded as a form, where `+` is a blank", |secret| {
        Some(secret.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect())
    }),
];

pub(super) static IN_ANOTHER_CASE: [Form; 2] = [
    form("in lower case", |secret| Some(secret.to_ascii_lowercase())),
    form("in upper case", |secret| Some(secret.to_ascii_uppercase())),
];

/// As a hand copies it, as a file of settings is cut at a sign that means something there, or without its padding.
pub(super) static CUT: [Form; 7] = [
    form("without its last character", |secret| secret.split_last().map(|(_, rest)| rest.to_vec())),
    form("without its first character", |secret| secret.split_first().map(|(_, rest)| rest.to_vec())),
    form("cut at `=`", |secret| up_to(secret, b'=')),
    form("cut at `#`", |secret| up_to(secret, b'#')),
    form("cut at `$`", |secret| up_to(secret, b'$')),
    form("cut at `&`", |secret| up_to(secret, b'&')),
    form("cut at `%`", |secret| up_to(secret, b'%')),
];

pub(super) static PADDED: [Form; 2] = [
    form("with `=` after it", |secret| Some([secret, b"="].concat())),
    form("with `==` after it", |secret| Some([secret, b"=="].concat())),
];

/// What takes the place of a setting that is not there.
pub(super) static UNSET: [Form; 5] = [
    form("empty", |_| Some(Vec::new())),
    form("`undefined`", |_| Some(b"undefined".to_vec())),
    form("`null`", |_| Some(b"null".to_vec())),
    form("`None`", |_| Some(b"None".to_vec())),
    form("`nil`", |_| Some(b"nil".to_vec())),
];

/// Whether a secret is what takes the place of one that is not there.
pub(super) fn is_unset(secret: &[u8]) -> bool {
    UNSET.iter().any(|form| (form.make)(secret).as_deref() == Some(secret))
}

pub(super) static HASHED: [Form; 3] = [
    form("its SHA-256 in hex digits", |secret| Some(hex::encode(Sha256::digest(secret)).into_bytes())),
    form("the bytes of its SHA-256", |secret| Some(Sha256::digest(secret).to_vec())),
    form("its MD5 in hex digits", |secret| Some(hex::encode(Md5::digest(secret)).into_bytes())),
];

fn up_to(secret: &[u8], sign: u8) -> Option<Vec<u8>> {
    let end = secret.iter().position(|byte| *byte == sign)?;
    secret.get(..end).map(<[u8]>::to_vec)
}
