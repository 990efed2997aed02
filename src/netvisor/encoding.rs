//! ISO-8859-15 (Latin-9), the charset of the vendor's sample.

use std::borrow::Cow;

use encoding_rs::ISO_8859_15;
use http::HeaderValue;
use secrecy::SecretSlice;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::fault::faults;
use crate::field::{self, Problem, refuse};

/// Encodes a text. An unmappable character is refused: the encoder would write `&#8364;`, whose `&` starts a new
/// field of the signed text.
fn encode<'a>(field: &'static str, text: &'a str) -> Result<Cow<'a, [u8]>, Error> {
    mapped(text).ok_or_else(|| refuse(field, Problem::Unmappable))
}

fn mapped(text: &str) -> Option<Cow<'_, [u8]>> {
    let (bytes, _, lossy) = ISO_8859_15.encode(text);
    (!lossy).then_some(bytes)
}

/// The bytes of the URL that are hashed.
pub(super) fn url(text: &str) -> Result<Cow<'_, [u8]>, Error> {
    mapped(text).ok_or_else(|| Error::new(UrlFault::Unmappable))
}

/// A field of the signed text, as a header value that is both hashed and sent.
pub(super) fn header(field: &'static str, text: &str) -> Result<HeaderValue, Error> {
    check(field, text)?;
    // The check has refused control characters, which a header value cannot hold.
    HeaderValue::from_bytes(&encode(field, text)?).map_err(|_| refuse(field, Problem::Control))
}

/// The text of a field that [`header`] made.
pub(super) fn decode(value: &HeaderValue) -> String {
    ISO_8859_15.decode_without_bom_handling(value.as_bytes()).0.into_owned()
}

/// The bytes of a key that are hashed.
pub(super) fn secret(field: &'static str, text: &str) -> Result<SecretSlice<u8>, Error> {
    check(field, text)?;
    let bytes = Zeroizing::new(encode(field, text)?.into_owned());
    Ok(SecretSlice::from(bytes.to_vec()))
}

fn check(field: &'static str, text: &str) -> Result<(), Error> {
    field::check(field, text)?;
    if text.contains('&') { Err(refuse(field, Problem::Ampersand)) } else { Ok(()) }
}

faults! {
    #[derive(Debug)]
    pub(super) enum UrlFault {
        Unmappable = Signing, "url-unmappable-character",
            "the URL, decoded, holds a character that ISO-8859-15 cannot express",
            "Sign the URL as it is sent (`SignedForm::AsSent`), or spell it with other characters.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_9_has_euro_and_scaron_where_latin_1_has_others() {
        assert_eq!(*encode("sender", "äö€Š").unwrap(), [0xe4, 0xf6, 0xa4, 0xa6]);
        for unmappable in ["漢", "¤", "½"] {
            assert_eq!(encode("sender", unmappable).unwrap_err().code(), "field-unmappable-character");
        }
    }

    #[test]
    fn an_ampersand_would_shift_fields_and_is_refused() {
        assert_eq!(header("sender", "id=42&Acme").unwrap_err().code(), "field-ampersand");
        assert_eq!(secret("customer_key", "a&b").unwrap_err().code(), "field-ampersand");
    }
}
