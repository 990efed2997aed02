//! The sandbox's own secrets, where a client has put them in a wrong place: another header, the query, the body.

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
    /// Each secret as it is and percent-encoded.
    pub(crate) fn of(credentials: &Credentials) -> Self {
        let Credentials { netvisor, netgiro, unleashed, vizion } = credentials;
        let secrets = [
            &netvisor.customer_key,
            &netvisor.partner_key,
            &netgiro.secret_key,
            &unleashed.api_key,
            &vizion.api_key,
            &vizion.restricted_api_key,
            &vizion.webhook_key.secret,
        ];
        let long = secrets.into_iter().map(ExposeSecret::expose_secret).filter(|text| text.len() >= SHORTEST);
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        Self(long.flat_map(|text| [SecretString::from(text), encoded(text).into()]).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_short_ones_left_alone() {
        let mut credentials = Credentials::demo();
        credentials.vizion.api_key = "short".into();
        credentials.netgiro.secret_key = "a/b+c=d=".into();
        let secrets = Secrets::of(&credentials);
        assert_eq!(secrets.redact("short text"), None);
        assert_eq!(secrets.redact("k=a/b+c=d=&k=a%2Fb%2Bc%3Dd%3D").as_deref(), Some("k=‹secret›&k=‹secret›"));
    }
}
