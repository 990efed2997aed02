//! Where credentials come from: the environment, and the file that `--env-file` names.

pub(crate) mod replay_store;
pub(crate) mod sources;
pub(crate) mod webhook_keys;

use std::cell::Cell;
use std::env::VarError;
use std::path::Path;

use countersign::explain::Transcript;
use countersign::netgiro::variables as netgiro;
use countersign::netvisor::variables as netvisor;
use countersign::redact::Secrets;
use countersign::rotation::CredentialSet;
use countersign::unleashed::variables as unleashed;
use countersign::vizion::variables as vizion;
use countersign_sandbox::{UNLEASHED_WEBHOOK_KEY, VIZION_WEBHOOK_KEYS, WebhookKey};
use secrecy::ExposeSecret as _;

use crate::env_file::EnvFile;
use crate::failure::Failure;

/// A shorter secret is found everywhere by chance, so only a whole text that equals it is masked.
const SHORTEST_FOUND: usize = 6;

/// The variables that open an account or sign, of all providers: one may be taken for another.
const SECRETS: [&str; 7] = [
    netvisor::CUSTOMER_KEY,
    netvisor::PARTNER_KEY,
    netgiro::SECRET_KEY,
    unleashed::API_KEY,
    UNLEASHED_WEBHOOK_KEY,
    vizion::API_KEY,
    VIZION_WEBHOOK_KEYS,
];

/// The variables that name an account, and are as likely to be taken for another.
const IDS: [&str; 7] = [
    netvisor::SENDER,
    netvisor::CUSTOMER_ID,
    netvisor::PARTNER_ID,
    netvisor::ORGANISATION_ID,
    netgiro::APP_KEY,
    unleashed::API_ID,
    unleashed::CLIENT_TYPE,
];

/// Named values, some of them secret: no `Debug` on purpose.
pub(crate) struct Environment {
    file: Option<EnvFile>,
    /// The variables of a declaration's secrets.
    declared: Vec<String>,
}

impl Environment {
    /// Reads the file, if one is named. Its variables come before those of the process environment, since the user named it.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Failure> {
        Ok(Self { file: file.map(EnvFile::read).transpose()?, declared: Vec::new() })
    }

    /// Counts the variables of a declaration's secrets among those that are not printed.
    pub(crate) fn declare<'s>(&mut self, secrets: impl Iterator<Item = &'s str>) {
        self.declared.extend(secrets.map(str::to_owned));
    }

    /// The same, with the file read again.
    pub(crate) fn read_again(&self) -> Result<Self, Failure> {
        Self::read(self.file.as_ref().map(EnvFile::path))
    }

    /// All variables of the providers that are set, and those of `others`.
    pub(crate) fn credentials(&self, others: &[String]) -> Result<CredentialSet, Failure> {
        let others = others.iter().map(String::as_str);
        let mut set = Vec::new();
        for name in SECRETS.into_iter().chain(IDS).chain([netvisor::LANGUAGE]).chain(others) {
            set.extend(self.get(name)?.map(|value| (name, value)));
        }
        Ok(CredentialSet::new(set))
    }

    /// Whether there is a file.
    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// The value of a variable that is set. As in the library, an empty variable counts as not set.
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, Failure> {
        let in_file = self.file_with(name).and_then(|file| file.get(name));
        let value = in_file.map_or_else(|| std::env::var(name), |value| Ok(value.to_owned()));
        match value {
            Ok(value) if value.is_empty() => Ok(None),
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => {
                Err(Failure::usage(format!("the value of {name} is not valid UTF-8")))
            }
        }
    }

    /// All credentials that are set and readable, so that a diagnosis can try each in another's place.
    pub(crate) fn known_by(&self, transcript: Transcript) -> Transcript {
        let of_webhooks = self.webhook_keys();
        let hidden = transcript.hiding(&self.secrets());
        let known = of_webhooks.iter().fold(hidden, |known, key| {
            known.credential(&key.id, key.secret.expose_secret().as_bytes(), true)
        });
        let known =
            self.values().fold(known, |known, (name, value)| known.credential(name, value.as_bytes(), true));
        let ids = IDS.into_iter().filter_map(|name| Some((name, self.get(name).ok()??)));
        ids.fold(known, |known, (name, value)| known.credential(name, value.as_bytes(), false))
    }

    /// The value of a variable that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<String, Failure> {
        self.get(name)?.ok_or_else(|| Failure::usage(format!("not set: {name}")))
    }

    /// Lets `take` look variables up, and fails if one of them cannot be read.
    pub(crate) fn supply<T>(
        &self,
        take: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> T,
    ) -> Result<T, Failure> {
        let failure = Cell::new(None);
        let taken = take(&|name| {
            self.get(name).unwrap_or_else(|unreadable| {
                failure.set(Some(unreadable));
                None
            })
        });
        failure.into_inner().map_or(Ok(taken), Err)
    }

    /// The file, if a variable comes from it.
    pub(crate) fn file_with(&self, name: &str) -> Option<&EnvFile> {
        self.file.as_ref().filter(|file| file.get(name).is_some())
    }

    /// What must not be printed, with `$NAME` for a mask; also each of several keys with ids by itself.
    pub(crate) fn secrets(&self) -> Secrets {
        let mask = format!("${VIZION_WEBHOOK_KEYS}");
        let of_webhooks = self.webhook_keys().iter().fold(Secrets::new(), |secrets, key| {
            secrets.hide_as(key.secret.expose_secret().as_bytes(), &mask)
        });
        self.values().fold(of_webhooks, |secrets, (name, value)| {
            secrets.hide_as(value.as_bytes(), &format!("${name}"))
        })
    }

    /// `text` with `$NAME` in place of each secret, however it is written.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.secrets().redact(text).into_owned()
    }

    /// The keys of Vizion's webhooks, each by itself; none if they cannot be read.
    fn webhook_keys(&self) -> Vec<WebhookKey> {
        let text = self.get(VIZION_WEBHOOK_KEYS).ok().flatten();
        text.and_then(|text| WebhookKey::read(&text).ok()).unwrap_or_default()
    }

    fn values(&self) -> impl Iterator<Item = (&str, String)> {
        SECRETS
            .into_iter()
            .chain(self.declared.iter().map(String::as_str))
            .filter_map(|name| Some((name, self.get(name).ok()??)))
    }

    /// `text`, taken apart at the values of secret variables.
    pub(crate) fn pieces<'t>(&'t self, text: &'t str) -> Vec<Piece<'t>> {
        let mut secrets: Vec<_> = self.values().collect();
        // The longest first: a secret may be a part of another, whose rest would then be printed.
        secrets.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.len()));
        let mut pieces = vec![Piece::Text(text)];
        for (name, secret) in secrets {
            if secret.len() >= SHORTEST_FOUND || secret == text {
                pieces = pieces.into_iter().flat_map(|piece| piece.split_at(&secret, name)).collect();
            }
        }
        pieces
    }
}

/// A piece of a text.
#[derive(Clone, Copy)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    /// The value of this variable.
    ValueOf(&'t str),
}

impl<'t> Piece<'t> {
    fn split_at(self, secret: &str, name: &'t str) -> Vec<Self> {
        let Piece::Text(text) = self else { return vec![self] };
        let mut pieces = Vec::new();
        for part in text.split(secret) {
            pieces.extend([Piece::ValueOf(name), Piece::Text(part)]);
        }
        pieces.into_iter().skip(1).collect()
    }
}
