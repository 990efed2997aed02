//! The findings of `doctor`.

use serde::Serialize;

use crate::failure::{Exit, Told, chain};

/// One finding. No serialised field has an id, query, body or key; the sentence, which may have some, is not serialised.
#[derive(Default, Serialize)]
pub(crate) struct Finding {
    pub(super) about: &'static str,
    /// A word for programs.
    pub(super) found: &'static str,
    #[serde(skip)]
    pub(super) sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_default: Option<bool>,
    /// The setting in Rust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rust: Option<&'static str>,
    /// The setting as the tool's option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) option: Option<&'static str>,
    /// The exit code that this finding gives the run.
    #[serde(skip)]
    pub(super) exit: Option<Exit>,
}

impl Finding {
    pub(super) fn new(about: &'static str, found: &'static str, sentence: impl Into<String>) -> Self {
        Self { about, found, sentence: sentence.into(), ..Self::default() }
    }

    pub(super) fn with_exit(self, exit: Exit) -> Self {
        Self { exit: Some(exit), ..self }
    }

    /// An error, or another answer than was asked for.
    pub(super) fn of_error(about: &'static str, found: &'static str, exit: Exit, error: Told) -> Self {
        let Told { code, message, next_step } = error;
        let outcome = match found {
            "refused" => "Refused: ",
            "unknown" => "Not found out: ",
            _ => "",
        };
        let sentence = format!("{outcome}{message} [{code}]. {}", next_step.unwrap_or_default());
        Self { code: Some(code), exit: Some(exit), ..Self::new(about, found, sentence.trim_end()) }
    }

    /// A request that was not answered. If no connection came about, only the words of the connector's error say how far it
    /// got; what is neither DNS nor TCP is TLS.
    pub(super) fn of_transport(about: &'static str, error: &reqwest::Error) -> Self {
        let is_within = |words: &str| chain(error).any(|error| error.to_string().starts_with(words));
        let (found, what) = match () {
            () if error.is_timeout() => ("timeout", "No whole reply came in time"),
            () if !error.is_connect() => ("broken-off", "The connection broke off"),
            () if is_within("dns error") => ("dns", "The name of the host leads nowhere (DNS)"),
            () if is_within("tcp ") || is_within("tunnel error") => ("connect", "No connection came about"),
            () => ("tls", "TLS did not come about"),
        };
        // Only the outermost error has the URL, which is left out.
        let cause = chain(error).skip(1).last().map_or_else(String::new, ToString::to_string);
        Self::new(about, found, format!("{what}: {cause}.")).with_exit(Exit::Transport)
    }
}
