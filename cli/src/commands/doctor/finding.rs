//! What was found out.

use serde::Serialize;

use crate::failure::{Exit, Told, chain};

/// One thing that was found out. What is serialised has no id, query, body or key: the sentence, which may, is not.
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
    /// How the run ends on account of it.
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

    /// A request that was not answered. Of a connection that did not come about, the connector says in words how far it got;
    /// what is neither its DNS nor its TCP is TLS.
    pub(super) fn of_transport(about: &'static str, error: &reqwest::Error) -> Self {
        let is_within = |words: &str| chain(error).any(|error| error.to_string().starts_with(words));
        let (found, what) = match () {
            () if error.is_timeout() => ("timeout", "No whole reply came in time"),
            () if !error.is_connect() => ("broken-off", "The connection broke off"),
            () if is_within("dns error") => ("dns", "The name of the host leads nowhere (DNS)"),
            () if is_within("tcp ") || is_within("tunnel error") => ("connect", "No connection came about"),
            () => ("tls", "TLS did not come about"),
        };
        // Without the URL, which only the outermost error has.
        let cause = chain(error).skip(1).last().map_or_else(String::new, ToString::to_string);
        Self::new(about, found, format!("{what}: {cause}.")).with_exit(Exit::Transport)
    }
}
