//! Makes an [`Unleashed`] from the credentials that the vendor issued.

use secrecy::{ExposeSecret as _, SecretString};

use super::variables as names;
use super::{Scheme, Unleashed};
use crate::SignedForm;
use crate::env::Variables;
use crate::error::Error;
use crate::field;
use crate::scope::Origins;
use crate::signer::{FromVariables, Signer};
use crate::signing::{Encoding, MacKey};

pub(super) const NAME: &str = "unleashed";

/// There is no host for tests: a trial account uses the same one.
const ORIGINS: Origins = Origins { production: &["https://api.unleashedsoftware.com"], test: &[] };

/// For Unleashed only: `unleashed::Unleashed`.
impl Unleashed {
    /// Takes the API id and the API key as issued. [`Unleashed::client_type`] says who calls.
    ///
    /// # Errors
    /// If id or key is empty, padded with white space, or holds control characters, or the id holds other than ASCII characters.
    pub fn new(api_id: impl AsRef<str>, api_key: impl Into<SecretString>) -> Result<Self, Error> {
        Self::build(api_id.as_ref(), api_key.into()).map_err(|error| error.in_provider(NAME))
    }

    /// The value of the header `client-type`, which tells Unleashed who calls. By default, the header is not sent.
    ///
    /// The vendor lists it among the required headers and recommends `partner_name/app_name`, or
    /// `account_name/app_name` for an integration of your own: in lower case, without spaces or special characters, of
    /// about 20 characters. Its server does not check the header: accounts in use send other forms, and some send none.
    ///
    /// ```
    /// let unleashed = countersign::unleashed::Unleashed::new("api-id", "api-key")?.client_type("acme/stock")?;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    ///
    /// # Errors
    /// If it is empty, padded with white space, or not printable ASCII.
    pub fn client_type(self, client_type: impl AsRef<str>) -> Result<Self, Error> {
        let value = field::ascii_header("client_type", client_type.as_ref());
        let value = value.map_err(|error| error.in_provider(NAME))?;
        Ok(self.with_scheme(|scheme| scheme.client_type = Some(value)))
    }

    fn build(api_id: &str, api_key: SecretString) -> Result<Self, Error> {
        let key = api_key.expose_secret();
        field::check("api_key", key)?;
        let scheme = Scheme {
            api_id: field::ascii_header("api_id", api_id)?,
            client_type: None,
            mac: MacKey::hmac_sha256(key.as_bytes(), Encoding::Base64)?,
            api_key,
            signed_form: SignedForm::Decoded,
            keep_plus: false,
        };
        Signer::of_provider(scheme, &ORIGINS)
    }
}

impl FromVariables for Scheme {
    fn signer_from(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Unleashed, Error> {
        let client_type = lookup(names::CLIENT_TYPE).filter(|text| !text.is_empty());
        let mut variables = Variables::new(lookup);
        let api_id = variables.text(names::API_ID);
        let api_key = variables.secret(names::API_KEY);
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        let unleashed = Unleashed::new(api_id, api_key)?;
        match client_type {
            Some(client_type) => unleashed.client_type(client_type),
            None => Ok(unleashed),
        }
    }

    fn with_credentials_of(&self, new: &Self) -> Self {
        let Self { api_id, api_key, mac, .. } = new.clone();
        Self { api_id, api_key, mac, ..self.clone() }
    }
}
