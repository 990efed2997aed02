//! The accounts that the sandbox knows.

use countersign::fault::{Code, Fault, Kind};
use countersign::redact::Secrets;
use countersign::signing::{Encoding, MacKey};
use countersign::{Error, SecretString, netgiro, netvisor, unleashed, vizion};
use secrecy::ExposeSecret as _;

use crate::vendor::Vendor;

/// One account for each provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credentials {
    /// Netvisor's. [`Sandbox::netvisor`](crate::Sandbox::netvisor) uses this sender; any sender is accepted.
    pub netvisor: netvisor::Credentials,
    /// Netgíró's.
    pub netgiro: NetgiroCredentials,
    /// Unleashed's. [`Sandbox::unleashed`](crate::Sandbox::unleashed) uses this client type; any client type is accepted.
    pub unleashed: UnleashedCredentials,
    /// Vizion's.
    pub vizion: VizionCredentials,
    /// Further keys that are only masked.
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
    /// The key that Unleashed signs webhooks with.
    pub webhook_key: SecretString,
}

/// An account of Vizion.
#[derive(Clone, Debug)]
pub struct VizionCredentials {
    /// The API key.
    pub api_key: SecretString,
    /// A second key, valid but without any permission: a request with it gets a 401.
    pub restricted_api_key: SecretString,
    /// The key that Vizion signs webhooks with.
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
    /// Whether all keys of a provider are the [demo](Self::demo) keys, which open nothing. Only then does the sandbox sign for
    /// anybody in the provider's name.
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

    /// What must not be shown: the keys, Unleashed's signature of no query, which opens as much as the key, and everything
    /// that may be a signature.
    pub(crate) fn secrets(&self) -> Secrets {
        let keys = Vendor::ALL.into_iter().flat_map(|vendor| self.keys(vendor)).chain(&self.others);
        let secrets = keys.fold(Secrets::new().and_digests(), |all, key| {
            let key = key.expose_secret();
            // A key that was sent as the name of a header arrives in lower case.
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
        let (id, secret) = DEMO_WEBHOOK_KEY;
        Self::of(|name| demo(name).to_owned(), WebhookKey { id: id.into(), secret: secret.into() })
    }

    /// The variables of the [demo](Self::demo) credentials, with their values, as [`from_variables`](Self::from_variables) reads
    /// them.
    pub fn demo_variables() -> impl Iterator<Item = (&'static str, String)> {
        let (id, secret) = DEMO_WEBHOOK_KEY;
        let single = DEMO.into_iter().map(|(name, value)| (name, value.to_owned()));
        single.chain([(VIZION_WEBHOOK_KEYS, format!("{id}={secret}"))])
    }

    /// The demo credentials, replaced by the values that `lookup` has under the names of the library's `from_env` functions,
    /// e.g. `NETGIRO_SECRET_KEY`. As there, an empty value counts as none. The first key of `VIZION_WEBHOOK_KEYS`,
    /// `hmac-key-1=…,hmac-key-2=…`, signs; none of these keys is shown.
    ///
    /// ```
    /// use countersign_sandbox::Credentials;
    ///
    /// let credentials = Credentials::from_variables(|name| std::env::var(name).ok())?;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`WebhookKey::read`], and when the library refuses a value. The error names the variable.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        // Each variable alone, so that the error can name the unusable one.
        for (name, _) in Self::demo_variables() {
            let alone = Self::read(|other| given(other).filter(|_| other == name))?;
            alone.check().map_err(|error| error.with_note(format!("the value of {name}")))?;
        }
        Self::read(given)
    }

    /// The given credentials, and made-up ones for the rest.
    fn read(given: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let keys = given(VIZION_WEBHOOK_KEYS).map(|text| WebhookKey::read(&text)).transpose()?;
        let mut keys = keys.unwrap_or_default().into_iter();
        let first = keys.next().unwrap_or_else(|| Self::demo().vizion.webhook_key);
        let value = |name: &str| given(name).unwrap_or_else(|| demo(name).to_owned());
        Ok(Self { others: keys.map(|key| key.secret).collect(), ..Self::of(value, first) })
    }

    /// Refuses what the library refuses, except for short webhook keys: only a service must not have those.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let WebhookKey { id, secret } = &self.vizion.webhook_key;
        netvisor::Netvisor::new(self.netvisor.clone())?;
        self.netgiro.provider()?;
        self.unleashed.provider()?;
        self.vizion.provider()?;
        unleashed::webhook::Keys::new().dangerous_short_key(self.unleashed.webhook_key.clone())?;
        vizion::webhook::Keys::new().dangerous_short_key(id, secret.clone())?;
        Ok(())
    }

    fn of(value: impl Fn(&str) -> String, webhook_key: WebhookKey) -> Self {
        let secret = |name: &str| SecretString::from(value(name));
        Self {
            netvisor: netvisor::Credentials {
                sender: value(netvisor::variables::SENDER),
                customer_id: value(netvisor::variables::CUSTOMER_ID),
                customer_key: secret(netvisor::variables::CUSTOMER_KEY),
                partner_id: value(netvisor::variables::PARTNER_ID),
                partner_key: secret(netvisor::variables::PARTNER_KEY),
                organisation_id: value(netvisor::variables::ORGANISATION_ID),
            },
            netgiro: NetgiroCredentials {
                app_key: value(netgiro::variables::APP_KEY),
                secret_key: secret(netgiro::variables::SECRET_KEY),
            },
            unleashed: UnleashedCredentials {
                api_id: value(unleashed::variables::API_ID),
                api_key: secret(unleashed::variables::API_KEY),
                client_type: value(unleashed::variables::CLIENT_TYPE),
                webhook_key: secret(UNLEASHED_WEBHOOK_KEY),
            },
            vizion: VizionCredentials {
                api_key: secret(vizion::variables::API_KEY),
                restricted_api_key: "sandbox-vizion-restricted-key-02aa".into(),
                webhook_key,
            },
            others: Vec::new(),
        }
    }
}

/// The variable of the keys that Vizion's webhooks are signed with: `hmac-key-1=…,hmac-key-2=…`.
pub const VIZION_WEBHOOK_KEYS: &str = "VIZION_WEBHOOK_KEYS";

/// The variable of the key that Unleashed's webhooks are signed with.
pub const UNLEASHED_WEBHOOK_KEY: &str = "UNLEASHED_WEBHOOK_KEY";

const DEMO: [(&str, &str); 13] = [
    (netvisor::variables::SENDER, "Countersign sandbox"),
    (netvisor::variables::CUSTOMER_ID, "SB_12345_67"),
    (netvisor::variables::CUSTOMER_KEY, "sandbox-customer-key-9f2c"),
    (netvisor::variables::PARTNER_ID, "San_1234"),
    (netvisor::variables::PARTNER_KEY, "sandbox-partner-key-41d7"),
    (netvisor::variables::ORGANISATION_ID, "1234567-8"),
    (netgiro::variables::APP_KEY, "5A4DB0C5-0000-4000-8000-5A4DB0C50001"),
    (netgiro::variables::SECRET_KEY, "c2FuZGJveC1uZXRnaXJvLXNlY3JldC1rZXk="),
    (unleashed::variables::API_ID, "5a4db0c5-0000-4000-8000-5a4db0c50002"),
    (unleashed::variables::API_KEY, "sandboxUnleashedApiKey8w1xQz5Tn3Rk7Yp0=="),
    (unleashed::variables::CLIENT_TYPE, "countersign/sandbox"),
    (UNLEASHED_WEBHOOK_KEY, "sandbox-unleashed-webhook-key-6e15"),
    (vizion::variables::API_KEY, "sandbox-vizion-key-7b3e"),
];

const DEMO_WEBHOOK_KEY: (&str, &str) = ("hmac-key-1", "sandbox-vizion-webhook-key-c80f");

fn demo(name: &str) -> &'static str {
    DEMO.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value)
}

/// Why the keys of Vizion's webhooks cannot be read. Quotes no key.
#[derive(Debug, thiserror::Error)]
#[error("{VIZION_WEBHOOK_KEYS}: entry {entry} is not key-id=secret")]
struct MalformedKey {
    entry: usize,
}

impl Fault for MalformedKey {
    fn code(&self) -> Code {
        Code::new("usage", Kind::Configuration, "Set the variable to the keys that the provider issued.")
    }
}

impl WebhookKey {
    /// Reads the keys of [`VIZION_WEBHOOK_KEYS`], in their order. Only the first `=` of an entry separates, since a secret in
    /// base64 may end in `=`.
    ///
    /// # Errors
    /// `usage` if an entry has no `=`, no id or no secret. The error has the number of the entry.
    pub fn read(text: &str) -> Result<Vec<Self>, Error> {
        let key = |(index, entry): (usize, &str)| {
            let parts =
                entry.trim().split_once('=').filter(|(id, secret)| !id.is_empty() && !secret.is_empty());
            let (id, secret) = parts.ok_or_else(|| Error::new(MalformedKey { entry: index + 1 }))?;
            Ok(Self { id: id.to_owned(), secret: secret.into() })
        };
        text.split(',').enumerate().map(key).collect()
    }
}

impl Default for Credentials {
    fn default() -> Self {
        Self::demo()
    }
}

impl NetgiroCredentials {
    pub(crate) fn provider(&self) -> Result<netgiro::Netgiro, Error> {
        netgiro::Netgiro::new(&self.app_key, self.secret_key.clone())
    }
}

impl UnleashedCredentials {
    pub(crate) fn provider(&self) -> Result<unleashed::Unleashed, Error> {
        unleashed::Unleashed::new(&self.api_id, self.api_key.clone())?.client_type(&self.client_type)
    }
}

impl VizionCredentials {
    pub(crate) fn provider(&self) -> Result<vizion::Vizion, Error> {
        vizion::Vizion::new(self.api_key.expose_secret())
    }
}
