//! What was found out.

use std::error::Error as StdError;
use std::iter::successors;

use serde::Serialize;

use super::questions::{Clock, Form, Question};
use crate::failure::{Exit, Told};

/// One thing that was found out. What is serialised has no id, query, body or key: the sentence, which may, is not.
#[derive(Default, Serialize)]
pub(crate) struct Finding {
    pub(super) about: &'static str,
    /// A word for programs.
    found: &'static str,
    #[serde(skip)]
    pub(super) sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_default: Option<bool>,
    /// The setting in Rust.
    #[serde(skip_serializing_if = "Option::is_none")]
    rust: Option<&'static str>,
    /// The setting as the tool's option.
    #[serde(skip_serializing_if = "Option::is_none")]
    option: Option<&'static str>,
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

    /// A form was accepted.
    pub(super) fn of_form(question: &Question, form: &Form) -> Self {
        let is_default = question.default.name == form.name;
        let (rust, option) = form.setting.unzip();
        let setting =
            format!("{} in Rust, {} of the tool", rust.unwrap_or_default(), option.unwrap_or_default());
        let advice = match (is_default, form.setting) {
            (true, Some(_)) => format!("the default: nothing to set ({setting})."),
            (true, None) => "the default: nothing to set.".to_owned(),
            (false, Some(_)) => format!("not the default. Set {setting}. {}", form.advice),
            (false, None) => format!("not the default. {}", form.advice),
        };
        let sentence = format!("{}, {}", form.what, advice.trim_end());
        Self { is_default: Some(is_default), rust, option, ..Self::new(question.about, form.name, sentence) }
    }

    /// How far this clock is ahead of the provider's.
    pub(super) fn of_clock(ahead: Option<i64>, clock: &Clock) -> Self {
        let off = ahead.zip(clock.tolerance).is_some_and(|(ahead, most)| ahead.unsigned_abs() > most);
        let by = match ahead {
            None => "The reply has no Date to compare this clock with.".to_owned(),
            Some(0) => "This clock agrees with the provider's.".to_owned(),
            Some(ahead @ ..0) => format!("This clock is {} s behind the provider's.", ahead.unsigned_abs()),
            Some(ahead) => format!("This clock is {ahead} s ahead of the provider's."),
        };
        let about = |found, step| Self::new("clock", found, format!("{by} {}{step}", clock.why).trim_end());
        match (ahead, off) {
            (None, _) => about("unknown", ""),
            (Some(_), false) => about("right", ""),
            (Some(_), true) => about("off", " Set the clock, then ask again.").with_exit(Exit::Unclear),
        }
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

fn chain<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    successors(Some(error), |&error| error.source())
}
