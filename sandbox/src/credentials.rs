//! Which accounts the sandbox knows.

use countersign::redact::Secrets;
use countersign::signing::{Encoding, MacKey};
use countersign::{SecretString, netvisor};
use secrecy::ExposeSecret as _;

use crate::vendor::Vendor;

/// The one account that each vendor knows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credentials {
    /// Netvisor's. The sender is what [`Sandbox::netvisor`](crate::Sandbox::netvisor) uses; any is accepted.
    pub netvisor: netvisor::Credentials,
    /// Netgíró's.
    pub netgiro: NetgiroCredentials,
    /// Unleashed's. The client type is what [`Sandbox::unleashed`](crate::Sandbox::unleashed) uses; any is accepted.
    pub unleashed: UnleashedCredentials,
    /// Vizion's.
    pub vizion: VizionCredentials,
    /// Keys that are not played with, and not shown either.
    others: Vec<SecretString>,
}

/// An account of Netgíró.
#[derive(Clone, Debug)]
pub struct NetgiroCredentials {
    /// The application key.
    pub app_key: String,
    /// The secret key.
    pub secret_key: SecretString,
}

/// An account of Unleashed.
#[derive(Clone, Debug)]
pub struct UnleashedCredentials {
    /// The API id.
    pub api_id: String,
    /// The API key.
    pub api_key: SecretString,
    /// The client type.
    pub client_type: String,
    /// What Unleashed signs webhooks with.
    pub webhook_key: SecretString,
}

/// An account of Vizion.
#[derive(Clone, Debug)]
pub struct VizionCredentials {
    /// The API key.
    pub api_key: SecretString,
    /// A second key, valid but without any permission: it is answered with 401.
    pub restricted_api_key: SecretString,
    /// What webhooks are signed with.
    pub webhook_key: WebhookKey,
}

/// A key for webhooks.
#[derive(Clone, Debug)]
pub struct WebhookKey {
    /// The key id, e.g. `hmac-key-1`.
    pub id: String,
    /// The key.
    pub secret: SecretString,
}

impl Credentials {
    /// Whether all keys of a vendor are the [demo](Self::demo) ones, which open nothing. Only then does the sandbox sign
    /// for anybody, in the vendor's name.
    #[must_use]
    pub fn has_demo_keys(&self, vendor: Vendor) -> bool {
        let (keys, demo) = (self.keys(vendor), Self::demo());
        keys.iter().map(|key| key.expose_secret()).eq(demo.keys(vendor).iter().map(|key| key.expose_secret()))
    }

    fn keys(&self, vendor: Vendor) -> Vec<&SecretString> {
        let Self { netvisor, netgiro, unleashed, vizion, .. } = self;
        match vendor {
            Vendor::Netvisor => vec![&netvisor.customer_key, &netvisor.partner_key],
            Vendor::Netgiro => vec![&netgiro.secret_key],
            Vendor::Unleashed => vec![&unleashed.api_key, &unleashed.webhook_key],
            Vendor::Vizion => {
                vec![&vizion.api_key, &vizion.restricted_api_key, &vizion.webhook_key.secret]
            }
        }
    }

    /// What must not be shown: the keys, Unleashed's signature of no query, which opens as much as the key, and whatever
    /// may be a signature.
    pub(crate) fn secrets(&self) -> Secrets {
        let keys = Vendor::ALL.into_iter().flat_map(|vendor| self.keys(vendor)).chain(&self.others);
        let secrets = keys.fold(Secrets::new().and_digests(), |all, key| {
            let key = key.expose_secret();
            // The name of a header arrives in lower case.
            all.hide(key.as_bytes()).hide(key.to_ascii_lowercase().as_bytes())
        });
        match MacKey::hmac_sha256(self.unleashed.api_key.expose_secret().as_bytes(), Encoding::Base64) {
            Ok(key) => secrets.hide(key.start().finish().expose_text().as_bytes()),
            // The library refuses the key, too.
            Err(_) => secrets,
        }
    }

    /// Made up: they open nothing anywhere else.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            netvisor: netvisor::Credentials {
                sender: "Countersign sandbox".into(),
                customer_id: "SB_12345_67".into(),
                customer_key: "sandbox-customer-key-9f2c".into(),
                partner_id: "San_1234".into(),
                partner_key: "sandbox-partner-key-41d7".into(),
                organisation_id: "1234567-8".into(),
            },
            netgiro: NetgiroCredentials {
                app_key: "5A4DB0C5-0000-4000-8000-5A4DB0C50001".into(),
                secret_key: "c2FuZGJveC1uZXRnaXJvLXNlY3JldC1rZXk=".into(),
            },
            unleashed: UnleashedCredentials {
                api_id: "5a4db0c5-0000-4000-8000-5a4db0c50002".into(),
                api_key: "sandboxUnleashedApiKey8w1xQz5Tn3Rk7Yp0==".into(),
                client_type: "countersign/sandbox".into(),
                webhook_key: "sandbox-unleashed-webhook-key-6e15".into(),
            },
            vizion: VizionCredentials {
                api_key: "sandbox-vizion-key-7b3e".into(),
                restricted_api_key: "sandbox-vizion-restricted-key-02aa".into(),
                webhook_key: WebhookKey {
                    id: "hmac-key-1".into(),
                    secret: "sandbox-vizion-webhook-key-c80f".into(),
                },
            },
            others: Vec::new(),
        }
    }

    /// The demo credentials, with those replaced for which `lookup` has a value under the names that the library's
    /// `from_env` functions document, e.g. `NETGIRO_SECRET_KEY`. As there, an empty value counts as none. Of
    /// `VIZION_WEBHOOK_KEYS`, `hmac-key-1=…,hmac-key-2=…`, the first signs, and none is shown.
    ///
    /// ```
    /// use countersign_sandbox::Credentials;
    ///
    /// let credentials = Credentials::from_variables(|name| std::env::var(name).ok());
    /// ```
    #[must_use]
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value_of = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut credentials = Self::demo();
        let Self { netvisor, netgiro, unleashed, vizion, others } = &mut credentials;
        for (name, text) in [
            ("NETVISOR_SENDER", &mut netvisor.sender),
            ("NETVISOR_CUSTOMER_ID", &mut netvisor.customer_id),
            ("NETVISOR_PARTNER_ID", &mut netvisor.partner_id),
            ("NETVISOR_ORGANISATION_ID", &mut netvisor.organisation_id),
            ("NETGIRO_APP_KEY", &mut netgiro.app_key),
            ("UNLEASHED_API_ID", &mut unleashed.api_id),
            ("UNLEASHED_CLIENT_TYPE", &mut unleashed.client_type),
        ] {
            if let Some(value) = value_of(name) {
                *text = value;
            }
        }
        for (name, secret) in [
            ("NETVISOR_CUSTOMER_KEY", &mut netvisor.customer_key),
            ("NETVISOR_PARTNER_KEY", &mut netvisor.partner_key),
            ("NETGIRO_SECRET_KEY", &mut netgiro.secret_key),
            ("UNLEASHED_API_KEY", &mut unleashed.api_key),
            ("UNLEASHED_WEBHOOK_KEY", &mut unleashed.webhook_key),
            ("VIZION_API_KEY", &mut vizion.api_key),
        ] {
            if let Some(value) = value_of(name) {
                *secret = value.into();
            }
        }
        let webhook_keys = value_of("VIZION_WEBHOOK_KEYS").unwrap_or_default();
        let mut webhook_keys = webhook_keys.split(',').filter_map(WebhookKey::parse);
        if let Some(first) = webhook_keys.next() {
            vizion.webhook_key = first;
        }
        others.extend(webhook_keys.map(|key| key.secret));
        credentials
    }
}

impl WebhookKey {
    /// Reads `hmac-key-1=…`.
    fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.trim().split_once('=')?;
        Some(Self { id: id.to_owned(), secret: secret.into() })
    }
}

impl Default for Credentials {
    fn default() -> Self {
        Self::demo()
    }
}

impl NetgiroCredentials {
    pub(crate) fn provider(&self) -> Result<countersign::netgiro::Netgiro, countersign::Error> {
        countersign::netgiro::Netgiro::new(&self.app_key, self.secret_key.clone())
    }
}

impl UnleashedCredentials {
    pub(crate) fn provider(&self) -> Result<countersign::unleashed::Unleashed, countersign::Error> {
        countersign::unleashed::Unleashed::new(&self.api_id, self.api_key.clone())?
            .client_type(&self.client_type)
    }
}

impl VizionCredentials {
    pub(crate) fn provider(&self) -> Result<countersign::vizion::Vizion, countersign::Error> {
        countersign::vizion::Vizion::new(self.api_key.expose_secret())
    }
}
