//! Reports arguments that cannot be read: before the command line is parsed, so `--json` is looked up by hand, and without
//! what was typed.

use std::env::args_os;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error};

use crate::commands::Cli;
use crate::failure::Failure;
use crate::output;

/// Prints clap's error, or with `--json` its first paragraph in the form of the tool's own failures. Help and version are no
/// failures.
pub(crate) fn report(mut error: Error, arguments: &[OsString]) -> ExitCode {
    take_out_what_was_typed(&mut error);
    if error.use_stderr() && error.get(ContextKind::Usage).is_none() {
        error.insert(ContextKind::Usage, ContextValue::StyledStr(usage(arguments)));
    }
    if error.use_stderr() && args_os().skip(1).take_while(|arg| arg != "--").any(|arg| arg == "--json") {
        let failure = Failure::usage(first_paragraph(&error));
        output::failure(&failure, true);
        return failure.exit_code();
    }
    // There is nowhere left to say that it cannot be printed.
    let _ = error.print();
    // clap's own codes: 2, and 0 for help and version.
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// A value may be a misplaced key, and so may an argument, unless it is a misspelt flag.
fn take_out_what_was_typed(error: &mut Error) {
    let typed = match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::TooManyValues => {
            ContextKind::InvalidValue
        }
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        _ => return,
    };
    // For a missing value clap has an empty one, and says so.
    if matches!(error.get(typed), Some(ContextValue::String(text)) if !text.is_empty() && !is_like_a_flag(text))
    {
        error.insert(typed, ContextValue::String("(not shown)".to_owned()));
        // The suggestion, how to pass it as a value, would quote it.
        error.remove(ContextKind::Suggested);
    }
}

/// Whether a text is `--` and a few small letters and hyphens.
fn is_like_a_flag(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    text.strip_prefix("--").is_some_and(|name| name.len() <= 24 && name.bytes().all(is_letter))
}

/// The usage line of the verb that was called. clap leaves it out if a value cannot be read.
fn usage(arguments: &[OsString]) -> StyledStr {
    // The arguments have a mistake: this finds the verb in spite of it.
    let mut command = Cli::command().ignore_errors(true);
    let matches = command.try_get_matches_from_mut(arguments).unwrap_or_default();
    let (mut called, mut given) = (&command, &matches);
    while let Some((name, given_to_verb)) = given.subcommand() {
        let Some(verb) = called.find_subcommand(name) else { break };
        (called, given) = (verb, given_to_verb);
    }
    called.clone().render_usage()
}

/// What is wrong, without the usage that follows it.
fn first_paragraph(error: &Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // Its text is the whole help.
        return "a verb is missing".to_owned();
    }
    let text = error.to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = paragraph.trim_start_matches("error: ").lines().map(str::trim).collect();
    lines.join(" ")
}
