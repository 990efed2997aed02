//! Making an [`Unleashed`] out of what the vendor issued.

use secrecy::{ExposeSecret as _, SecretString};

use super::Unleashed;
use crate::SignedForm;
use crate::env::{self, Variables};
use crate::error::Error;
use crate::field::{self, Problem};
use crate::settings::Settings;
use crate::signing::{Encoding, MacKey};

pub(super) const NAME: &str = "unleashed";

const ORIGINS: [&str; 1] = ["https://api.unleashedsoftware.com"];

/// The vendor says "about 20 characters" without a hard bound; twice that is surely a mistake.
const LONGEST_CLIENT_TYPE: usize = 40;

impl Unleashed {
    /// Takes the API id, the API key as issued, and the client type: `partner_name/app_name`, or
    /// `account_name/app_name` for an integration of your own; lower case, no spaces or special characters.
    ///
    /// # Errors
    /// When one is empty, padded with white space, or holds control characters; when the id is not ASCII; when the
    /// client type is not of that form.
    pub fn new(
        api_id: impl AsRef<str>,
        api_key: impl Into<SecretString>,
        client_type: impl AsRef<str>,
    ) -> Result<Self, Error> {
        Self::build(api_id.as_ref(), api_key.into(), client_type.as_ref())
            .map_err(|error| error.in_provider(NAME))
    }

    /// Reads `UNLEASHED_API_ID`, `UNLEASHED_API_KEY` and `UNLEASHED_CLIENT_TYPE` from the process environment.
    ///
    /// # Errors
    /// `missing-variables`, listing all that are not set; otherwise as [`Unleashed::new`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(env::process)
    }

    /// As [`Unleashed::from_env`], with the variables looked up by `lookup`.
    ///
    /// # Errors
    /// As [`Unleashed::from_env`].
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut variables = Variables::new(lookup);
        let api_id = variables.text("UNLEASHED_API_ID");
        let api_key = variables.secret("UNLEASHED_API_KEY");
        let client_type = variables.text("UNLEASHED_CLIENT_TYPE");
        variables.finish().map_err(|error| error.in_provider(NAME))?;
        Self::new(api_id, api_key, client_type)
    }

    fn build(api_id: &str, api_key: SecretString, client_type: &str) -> Result<Self, Error> {
        let key = api_key.expose_secret();
        field::check("api_key", key)?;
        let client_type_value = field::ascii_header("client_type", client_type)?;
        if !is_client_type(client_type) {
            return Err(field::refuse("client_type", Problem::ClientType));
        }
        Ok(Self {
            api_id: field::ascii_header("api_id", api_id)?,
            client_type: client_type_value,
            mac: MacKey::hmac_sha256(key.as_bytes(), Encoding::Base64)?,
            api_key,
            signed_form: SignedForm::default(),
            settings: Settings::new(&ORIGINS)?,
        })
    }
}

fn is_client_type(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'))
    };
    text.len() <= LONGEST_CLIENT_TYPE
        && text.split_once('/').is_some_and(|(owner, app)| is_name(owner) && is_name(app))
}
