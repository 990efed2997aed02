//! Makes a [`Netvisor`] from the credentials that the vendor issued.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::variables as names;
use super::{DEFAULT_TIMEOUT, Language, MacAlgorithm, Netvisor, Scheme, encoding};
use crate::SignedForm;
use crate::env::Variables;
use crate::error::Error;
use crate::scope::Origins;
use crate::signer::{FromVariables, Signer};
use crate::signing::{Encoding, MacKey};

pub(super) const NAME: &str = "netvisor";

const ORIGINS: Origins =
    Origins { production: &["https://integration.netvisor.fi"], test: &["https://isvapi.netvisor.fi"] };

/// The credentials from Netvisor and its partner programme, named as in the vendor's headers.
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
    /// The name of the calling program, which you choose.
    pub sender: String,
    /// The customer's user id for integrations.
    pub customer_id: String,
    /// The key that belongs to it.
    pub customer_key: SecretString,
    /// The partner's id.
    pub partner_id: String,
    /// The key that belongs to it.
    pub partner_key: SecretString,
    /// The business id of the company whose books are used.
    pub organisation_id: String,
}

/// For Netvisor only: `netvisor::Netvisor`.
impl Netvisor {
    /// Signs with HMAC-SHA256, unless [`algorithm`](Netvisor::algorithm) changes that.
    ///
    /// # Errors
    /// If a field is empty, padded with white space, or holds a control character, `&`, or a character that ISO-8859-15
    /// cannot express.
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        Self::build(&credentials).map_err(|error| error.in_provider(NAME))
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
            fail_on_failed: false,
            parallel_calls: 1,
        };
        let mut netvisor = Signer::of_provider(scheme, &ORIGINS)?;
        netvisor.transport.timeout = Some(DEFAULT_TIMEOUT);
        Ok(netvisor)
    }
}

impl FromVariables for Scheme {
    fn signer_from(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Netvisor, Error> {
        let mut variables = Variables::new(lookup);
        let credentials = Credentials {
            sender: variables.text(names::SENDER),
            customer_id: variables.text(names::CUSTOMER_ID),
            customer_key: variables.secret(names::CUSTOMER_KEY),
            partner_id: variables.text(names::PARTNER_ID),
            partner_key: variables.secret(names::PARTNER_KEY),
            organisation_id: variables.text(names::ORGANISATION_ID),
        };
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        let language = lookup(names::LANGUAGE).filter(|text| !text.is_empty());
        let language = language.map(|text| text.parse()).transpose()?;
        Ok(Netvisor::new(credentials)?.language(language.unwrap_or_default()))
    }

    fn with_credentials_of(&self, new: &Self) -> Self {
        Self {
            algorithm: self.algorithm,
            language: self.language,
            signed_form: self.signed_form,
            fail_on_failed: self.fail_on_failed,
            parallel_calls: self.parallel_calls,
            ..new.clone()
        }
    }
}
