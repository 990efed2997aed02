//! A provider that a file declares: the file, and the variables of its credentials.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use countersign::declared::{Declaration, Declared};
use countersign::rotation::CredentialSet;
use countersign::{Error, SecretString};

use crate::environment::Environment;
use crate::environment::webhook_keys::NotSet;
use crate::failure::Failure;

/// `NAME=VALUE`, as `--stamp` and `--credential` take it.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("give NAME=VALUE")?;
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

/// A declaration, and the variables that its credentials come from.
pub(crate) struct DeclarationFile {
    pub(crate) declaration: Declaration,
    /// In the order of the file: a credential's name, its variable, and whether it is a secret.
    credentials: Vec<(String, String, bool)>,
}

impl DeclarationFile {
    /// Reads a file. Its credentials come from variables that begin with its own name, unless the command line names others:
    /// otherwise, a file could sign with any key of the environment.
    pub(crate) fn read(path: &Path, given: &[Pair]) -> Result<Self, Failure> {
        let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let declaration =
            Declaration::from_toml(&text).map_err(|error| Failure::from(error).in_file(path))?;
        let credentials: Vec<_> = declaration
            .credentials()
            .map(|(name, is_secret)| {
                let other = given.iter().find(|pair| pair.name == name).map(|pair| pair.value.clone());
                (name.to_owned(), other.unwrap_or_else(|| declaration.variable(name)), is_secret)
            })
            .collect();
        if let Some(pair) = given.iter().find(|pair| credentials.iter().all(|(name, ..)| *name != pair.name))
        {
            return Err(Failure::usage(format!(
                "--credential {}: the file has no such credential",
                pair.name
            )));
        }
        Ok(Self { declaration, credentials })
    }

    /// The variables of all its credentials.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.credentials.iter().map(|(_, variable, _)| variable.as_str())
    }

    /// The variables that hold its secrets.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.credentials.iter().filter(|(.., is_secret)| *is_secret).map(|(_, variable, _)| variable.as_str())
    }

    /// A signer with the credentials of the environment.
    pub(crate) fn signer(&self, environment: &Environment) -> Result<Declared, Failure> {
        let variables: Vec<_> = self.variables().map(str::to_owned).collect();
        Ok(self.signer_with(&environment.credentials(&variables)?, None)?)
    }

    /// A signer with the credentials of a set; `secret`, if there is one, replaces every secret.
    pub(crate) fn signer_with(&self, set: &CredentialSet, secret: Option<&str>) -> Result<Declared, Error> {
        let credential = |name: &str| self.credentials.iter().find(|(known, ..)| known == name);
        if let Some((_, variable, _)) =
            self.credentials.iter().find(|(_, variable, _)| set.value(variable).is_none())
        {
            return Err(NotSet::error(variable));
        }
        self.declaration.with_credentials(|name| {
            let (_, variable, is_secret) = credential(name)?;
            let own = set.value(variable)?;
            Some(secret.filter(|_| *is_secret).map_or_else(|| own.clone(), SecretString::from))
        })
    }
}

/// The path of a declaration in the place of a provider: it ends in `.toml`.
pub(crate) fn path(text: &str) -> Option<PathBuf> {
    text.ends_with(".toml").then(|| text.into())
}

/// The command line. If `verify` or `trigger` gets the path of a file in place of a provider, the word `declared` is put in
/// front of the path.
pub(crate) fn with_its_word(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.collect();
    let is = |argument: &OsString, words: &[&str]| words.iter().any(|word| argument == word);
    let verb = arguments.iter().skip(1).position(|argument| is(argument, &["verify", "trigger"]));
    let mut at = verb.map_or(arguments.len(), |verb| verb + 2);
    while let Some(argument) = arguments.get(at) {
        match argument {
            flag if is(flag, &["--json"]) => at += 1,
            flag if is(flag, &["--env-file"]) => at += 2,
            argument if argument.to_str().and_then(path).is_some() => {
                arguments.insert(at, "declared".into());
                break;
            }
            _ => break,
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_wherever_a_provider_is_named() {
        for (given, expected) in [
            ("x verify a.toml --message m", "x verify declared a.toml --message m"),
            (
                "x --json trigger --env-file e.toml a.toml",
                "x --json trigger --env-file e.toml declared a.toml",
            ),
            ("x verify vizion --message a.toml", "x verify vizion --message a.toml"),
            ("x verify declared a.toml", "x verify declared a.toml"),
            ("x sign a.toml GET u", "x sign a.toml GET u"),
            ("x verify", "x verify"),
            ("x", "x"),
        ] {
            assert_eq!(with_its_word(given.split(' ').map(OsString::from)).join(" ".as_ref()), expected);
        }
    }
}
