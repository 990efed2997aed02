//! The sandbox's own secrets, where a client has put them in a wrong place: another header, the query, the body.

use std::cmp::Reverse;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use crate::credentials::Credentials;

/// Anything shorter is found everywhere by chance, and would blot out what is shown.
const SHORTEST: usize = 6;

const REPLACEMENT: &str = "‹secret›";

/// What must not be shown, wherever it turns up. No `Debug` on purpose.
#[derive(Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Each secret, and what it is the base64 of, in every form that a client may give it.
    pub(crate) fn of(credentials: &Credentials) -> Self {
        let Credentials { netvisor, netgiro, unleashed, vizion } = credentials;
        let secrets = [
            &netvisor.customer_key,
            &netvisor.partner_key,
            &netgiro.secret_key,
            &unleashed.api_key,
            &unleashed.webhook_key,
            &vizion.api_key,
            &vizion.restricted_api_key,
            &vizion.webhook_key.secret,
        ];
        let mut all = Vec::new();
        for secret in secrets.map(ExposeSecret::expose_secret) {
            let decoded = STANDARD.decode(secret).unwrap_or_default();
            for bytes in [secret.as_bytes(), &decoded].into_iter().filter(|bytes| bytes.len() >= SHORTEST) {
                all.extend(forms(bytes).into_iter().filter(|form| form.len() >= SHORTEST));
            }
        }
        // A form may be a part of another, and would leave the rest of it to be read.
        all.sort_by_key(|form| Reverse(form.len()));
        all.dedup();
        Self(all.into_iter().map(SecretString::from).collect())
    }

    /// `text` without the secrets in it; `None` where there are none.
    pub(crate) fn redact(&self, text: &str) -> Option<String> {
        let mut redacted = None;
        for secret in self.0.iter().map(ExposeSecret::expose_secret) {
            let current = redacted.as_deref().unwrap_or(text);
            if current.contains(secret) {
                redacted = Some(current.replace(secret, REPLACEMENT));
            }
        }
        redacted
    }
}

/// As text, percent-encoded, in hex and in base64.
fn forms(secret: &[u8]) -> Vec<String> {
    let percent: String = form_urlencoded::byte_serialize(secret).collect();
    let hex = hex::encode(secret);
    let mut forms = vec![with_lower_case_escapes(&percent), percent, hex.to_uppercase(), hex];
    forms.extend(std::str::from_utf8(secret).ok().map(str::to_owned));
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        forms.extend((0..3).map(|offset| base64_inside(secret, offset, &engine)));
    }
    forms
}

/// `%2F` as `%2f`.
fn with_lower_case_escapes(percent: &str) -> String {
    let mut pieces = percent.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| match piece.split_at_checked(2) {
        Some((digits, rest)) => text + "%" + &digits.to_ascii_lowercase() + rest,
        None => text + "%" + piece,
    })
}

/// The base64 digits that are the secret's alone, `offset` bytes after a group of three has begun: it may have stood
/// behind a user's name, and in front of anything.
fn base64_inside(secret: &[u8], offset: usize, engine: &impl base64::Engine) -> String {
    let encoded = engine.encode([&vec![0; offset], secret].concat());
    let bits = 8 * (offset + secret.len());
    // A digit is six bits; the first ones and the last one may be shared with what stands around.
    let (start, end) = ((8 * offset).div_ceil(6), bits / 6);
    encoded.get(start..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE;

    use super::*;

    fn secrets() -> Secrets {
        let mut credentials = Credentials::demo();
        credentials.vizion.api_key = "short".into();
        credentials.vizion.restricted_api_key = "a/b+c=d?ÿ~>".into();
        credentials.netgiro.secret_key = "YmFzZTY0LW9mLXRoaXM=".into();
        Secrets::of(&credentials)
    }

    #[test]
    fn secrets_are_replaced_and_short_ones_left_alone() {
        assert_eq!(secrets().redact("short text"), None);
        assert_eq!(
            secrets().redact("k=a/b+c=d?ÿ~>&k=a%2Fb%2Bc%3Dd%3F%C3%BF%7E%3E").as_deref(),
            Some("k=‹secret›&k=‹secret›")
        );
    }

    #[test]
    fn keys_of_webhooks_are_secrets_too() {
        for key in ["sandbox-unleashed-webhook-key-6e15", "sandbox-vizion-webhook-key-c80f"] {
            assert_eq!(secrets().redact(key).as_deref(), Some(REPLACEMENT));
        }
    }

    #[test]
    fn no_form_of_a_secret_is_left() {
        let secret = "a/b+c=d?ÿ~>";
        let hex = hex::encode(secret);
        let percent: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let mut texts = vec![hex.to_uppercase(), hex, percent.to_lowercase()];
        for around in ["", "u", "us", "user", "user:"] {
            let whole = [around, secret, around].concat();
            texts.extend([STANDARD.encode(&whole), URL_SAFE.encode(&whole)]);
        }
        texts.extend(["base64-of-this".to_owned(), hex::encode("base64-of-this")]);
        for text in texts {
            let redacted = secrets().redact(&text).unwrap_or_else(|| panic!("{text}"));
            // Of base64, the digits that are shared with what stands around: two at each end, and their padding.
            let left = redacted.replace(REPLACEMENT, "");
            let around = text.len().saturating_sub(4 * secret.len().div_ceil(3) - 4);
            assert!(left.len() <= around, "{text}: {redacted}");
        }
    }
}
