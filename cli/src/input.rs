//! Values of `--data`, `--expect` and `--signed-text`, from the argument, a file or standard input; lines that are typed.

use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::str::FromStr;

use bytes::Bytes;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::failure::Failure;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    Text(String),
    File(PathBuf),
    StandardInput,
}

impl FromStr for Data {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_prefix('@') {
            Some("-") => Self::StandardInput,
            Some("") => return Err("the name of a file is missing behind the @"),
            Some(path) => Self::File(path.into()),
            None => Self::Text(text.to_owned()),
        })
    }
}

impl Data {
    /// The bytes, unchanged: no line end is added or removed.
    pub(crate) fn read(&self) -> Result<Bytes, Failure> {
        match self {
            Self::Text(text) => Ok(Bytes::copy_from_slice(text.as_bytes())),
            Self::File(path) => {
                let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
                fs::read(path).map(Bytes::from).map_err(unreadable)
            }
            Self::StandardInput => {
                let mut bytes = Vec::new();
                let unreadable = |error| Failure::usage(format!("cannot read standard input: {error}"));
                io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
                Ok(bytes.into())
            }
        }
    }

    /// The content as text, without white space around it; an error names `flag`.
    pub(crate) fn read_text(&self, flag: &str) -> Result<String, Failure> {
        let bytes = self.read()?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("{flag} is not text")))?;
        Ok(text.trim().to_owned())
    }

    /// The bytes of a file or of standard input: an argument, which may hold a secret, would be shown to whoever lists processes.
    pub(crate) fn read_unlisted(&self, flag: &str) -> Result<Bytes, Failure> {
        match self {
            Self::Text(_) => {
                Err(Failure::usage(format!("{flag} takes @FILE or @-, since it may hold a secret")))
            }
            _ => self.read(),
        }
    }
}

/// Receives once for each line on standard input that is this word.
pub(crate) fn lines_of(word: &'static str) -> UnboundedReceiver<()> {
    let (sender, asked) = unbounded_channel();
    // Not a task of tokio's: the process would wait for the task, and so for a line that nobody types.
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        for _ in lines.filter(|line| line.trim() == word) {
            if sender.send(()).is_err() {
                return;
            }
        }
    });
    asked
}
