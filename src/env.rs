//! Credentials from named variables.

use std::borrow::Cow;

use secrecy::SecretString;

use crate::error::Error;
use crate::fault::faults;

faults! {
    #[derive(Debug)]
    pub(crate) enum VariableFault {
        Missing { names: String } = Configuration, "missing-variables", "not set: {names}",
            "Set each named variable to the value that the provider issued.";
    }
}

/// Reads the process environment; a variable that is not Unicode counts as not set.
pub(crate) fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Collects variables, so that one error lists all that are missing.
pub(crate) struct Variables<L> {
    lookup: L,
    missing: Vec<Cow<'static, str>>,
}

impl<L: Fn(&str) -> Option<String>> Variables<L> {
    pub(crate) fn new(lookup: L) -> Self {
        Self { lookup, missing: Vec::new() }
    }

    /// The value. A missing value is empty, and noted for [`Self::finish`].
    pub(crate) fn text(&mut self, name: impl Into<Cow<'static, str>>) -> String {
        let name = name.into();
        let value = (self.lookup)(&name).filter(|value| !value.is_empty());
        value.unwrap_or_else(|| {
            self.missing.push(name);
            String::new()
        })
    }

    pub(crate) fn secret(&mut self, name: impl Into<Cow<'static, str>>) -> SecretString {
        self.text(name).into()
    }

    /// Fails if a variable was missing.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.missing.is_empty() {
            Ok(())
        } else {
            Err(Error::new(VariableFault::Missing { names: self.missing.join(", ") }))
        }
    }
}
