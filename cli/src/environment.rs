//! Where credentials come from: the environment, and the file that `--env-file` names.

use std::collections::HashMap;
use std::path::Path;

use crate::failure::Failure;

/// Named values, some of them secret: no `Debug` on purpose.
pub(crate) struct Environment {
    file: HashMap<String, String>,
}

impl Environment {
    /// Reads the file, if one is named. What it names comes before the process environment, since it was asked for.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = file else {
            return Ok(Self { file: HashMap::new() });
        };
        let unreadable = |error: dotenvy::Error| {
            Failure::usage(format!("cannot read the environment file {}: {}", path.display(), reason(&error)))
        };
        let entries = dotenvy::from_path_iter(path).map_err(unreadable)?;
        Ok(Self { file: entries.collect::<Result<_, _>>().map_err(unreadable)? })
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<String> {
        self.file.get(name).cloned().or_else(|| std::env::var(name).ok())
    }

    /// The value of a variable that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<String, Failure> {
        let value = self.lookup(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| Failure::usage(format!("not set: {name}")))
    }
}

/// What went wrong. The error's own text quotes the line, which may hold a secret.
fn reason(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::Io(error) => error.to_string(),
        dotenvy::Error::LineParse(_, _) => {
            "a line is not NAME=VALUE; put values with spaces, '$', '#' or quotes into single quotes"
                .to_owned()
        }
        _ => "it is not a list of NAME=VALUE".to_owned(),
    }
}
