//! Arguments that cannot be read: told before there is a command line to ask for `--json`.

use std::env::args_os;
use std::process::ExitCode;

use clap::Error;
use clap::error::ErrorKind;

use crate::failure::Failure;

/// Prints what clap says, or with `--json` its first line as the tool's own failures. Help and version are no failures.
pub(crate) fn report(error: &Error) -> ExitCode {
    if error.use_stderr() && args_os().skip(1).take_while(|arg| arg != "--").any(|arg| arg == "--json") {
        let failure = Failure::usage(first_paragraph(error));
        failure.report(true);
        return failure.exit_code();
    }
    // There is nowhere left to say that it cannot be printed.
    let _ = error.print();
    // clap's own codes: 2, and 0 for help and version.
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
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
