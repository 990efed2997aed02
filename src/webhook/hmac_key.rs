//! A key of HMAC-SHA256, as Vizion and Unleashed issue them.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;
use crate::field;
use crate::signing::{Encoding, MacKey, SignedText};

/// A prepared key and its text, which a diagnosis makes the known mistakes with.
pub struct HmacKey {
    name: &'static str,
    text: SecretString,
    mac: MacKey,
}

impl HmacKey {
    /// The key whose bytes are those of the text, not decoded. `name` is its name in errors and explanations.
    pub(crate) fn new(name: &'static str, text: SecretString, encoding: Encoding) -> Result<Self, Error> {
        field::check(name, text.expose_secret())?;
        let mac = MacKey::hmac_sha256(text.expose_secret().as_bytes(), encoding)?;
        Ok(Self { name, text, mac })
    }

    pub(crate) fn mac(&self) -> &MacKey {
        &self.mac
    }

    /// States the bytes of the key.
    pub(crate) fn state(&self, key: &mut SignedText<'_>) {
        key.secret(self.name, self.text.expose_secret().as_bytes());
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacKey").field("mac", &self.mac).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_text_has_neither_the_text_nor_its_length() {
        let key = HmacKey::new("secret", "hush hush".into(), Encoding::HexLower).unwrap();
        assert_eq!(
            format!("{key:?}"),
            "HmacKey { mac: MacKey { algorithm: HmacSha256, encoding: HexLower, .. }, .. }"
        );
    }
}
