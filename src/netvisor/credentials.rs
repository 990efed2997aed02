//! Making a [`Netvisor`] out of what the vendor issued.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::variables as names;
use super::{Language, MacAlgorithm, Netvisor, Scheme, encoding};
use crate::env::{self, Variables};
use crate::error::Error;
use crate::scope::Origins;
use crate::signing::{Encoding, MacKey};
use crate::{SignedForm, Signer};

pub(super) const NAME: &str = "netvisor";

const ORIGINS: Origins =
    Origins { production: &["https://integration.netvisor.fi"], test: &["https://isvapi.netvisor.fi"] };

/// What Netvisor and its partner programme issue, named as in the vendor's headers.
///
/// ```
/// use countersign::netvisor::{Credentials, Netvisor};
///
/// let netvisor = Netvisor::new(Credentials {
///     sender: "Acme integration".into(),
///     customer_id: "FI_1".into(),
///     customer_key: "customer-key".into(),
///     partner_id: "Acm_1".into(),
///     partner_key: "partner-key".into(),
///     organisation_id: "1234567-8".into(),
/// })?;
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The name of the calling program, of your choice.
    pub sender: String,
    /// The customer's user id for integrations.
    pub customer_id: String,
    /// The key that belongs to it.
    pub customer_key: SecretString,
    /// The partner's id.
    pub partner_id: String,
    /// The key that belongs to it.
    pub partner_key: SecretString,
    /// The business id of the company whose books are meant.
    pub organisation_id: String,
}

impl Credentials {
    fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut variables = Variables::new(lookup);
        let credentials = Self {
            sender: variables.text(names::SENDER),
            customer_id: variables.text(names::CUSTOMER_ID),
            customer_key: variables.secret(names::CUSTOMER_KEY),
            partner_id: variables.text(names::PARTNER_ID),
            partner_key: variables.secret(names::PARTNER_KEY),
            organisation_id: variables.text(names::ORGANISATION_ID),
        };
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        Ok(credentials)
    }
}

/// For Netvisor only: `netvisor::Netvisor`.
impl Netvisor {
    /// Signs with HMAC-SHA256, unless told [otherwise](Netvisor::algorithm).
    ///
    /// # Errors
    /// When a field is empty, padded with white space, holds a control character, `&`, or a character that
    /// ISO-8859-15 cannot express.
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        Self::build(&credentials).map_err(|error| error.in_provider(NAME))
    }

    /// Reads `NETVISOR_SENDER`, `NETVISOR_CUSTOMER_ID`, `NETVISOR_CUSTOMER_KEY`, `NETVISOR_PARTNER_ID`,
    /// `NETVISOR_PARTNER_KEY`, `NETVISOR_ORGANISATION_ID` and, if set, `NETVISOR_LANGUAGE` (`FI`, `SE` or `EN`) from
    /// the process environment.
    ///
    /// # Errors
    /// `missing-variables`, listing all that are not set; `field-language`; otherwise as [`Netvisor::new`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(env::process)
    }

    /// As [`Netvisor::from_env`], with the variables looked up by `lookup`.
    ///
    /// # Errors
    /// As [`Netvisor::from_env`].
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let language = lookup(names::LANGUAGE).filter(|text| !text.is_empty());
        let credentials = Credentials::from_variables(lookup)?;
        let language = language.map(|text| text.parse()).transpose()?;
        Ok(Self::new(credentials)?.language(language.unwrap_or_default()))
    }

    /// Takes the variables of [`Netvisor::from_env`] from `rotation`, now and whenever they change. Settings are not taken from it, `NETVISOR_LANGUAGE` neither.
    ///
    /// With the feature `rotation`.
    ///
    /// # Errors
    /// As [`Netvisor::from_env`].
    #[cfg(feature = "rotation")]
    pub fn from_rotation(rotation: &crate::rotation::Rotation) -> Result<Self, Error> {
        Self::taken_from(
            rotation,
            |set| Self::from_variables(|name| set.text(name)),
            |before, new| Scheme {
                sender: new.sender.clone(),
                customer_id: new.customer_id.clone(),
                customer_key: new.customer_key.clone(),
                partner_id: new.partner_id.clone(),
                partner_key: new.partner_key.clone(),
                organisation_id: new.organisation_id.clone(),
                hmac: new.hmac.clone(),
                ..before.clone()
            },
        )
    }

    fn build(credentials: &Credentials) -> Result<Self, Error> {
        let customer_key = encoding::secret("customer_key", credentials.customer_key.expose_secret())?;
        let partner_key = encoding::secret("partner_key", credentials.partner_key.expose_secret())?;
        let keys = [customer_key.expose_secret(), partner_key.expose_secret()];
        let hmac_key = Zeroizing::new(keys.join(&b'&'));
        let scheme = Scheme {
            hmac: MacKey::hmac_sha256(&hmac_key, Encoding::HexLower)?,
            sha256: MacKey::sha256(Encoding::HexLower),
            algorithm: MacAlgorithm::HmacSha256,
            sender: encoding::header("sender", &credentials.sender)?,
            customer_id: encoding::header("customer_id", &credentials.customer_id)?,
            partner_id: encoding::header("partner_id", &credentials.partner_id)?,
            organisation_id: encoding::header("organisation_id", &credentials.organisation_id)?,
            customer_key,
            partner_key,
            language: Language::default(),
            signed_form: SignedForm::AsSent,
            #[cfg(feature = "middleware")]
            fail_on_failed: false,
            #[cfg(feature = "middleware")]
            parallel_calls: 1,
        };
        let netvisor = Signer::of_provider(scheme, &ORIGINS)?;
        #[cfg(feature = "middleware")]
        let netvisor = netvisor.timeout(super::DEFAULT_TIMEOUT);
        Ok(netvisor)
    }
}
