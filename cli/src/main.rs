//! `countersign`: signs, sends, explains and verifies requests to Netvisor, Netgíró, Unleashed and Vizion.
//!
//! Each verb is a file in `commands`; what differs between providers is in `providers`, behind one trait.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod argument_values;
mod capture_args;
mod capture_notes;
mod client;
mod code;
mod commands;
mod curl;
mod declaration;
mod env_file;
mod environment;
mod failure;
mod headers;
mod input;
mod listener;
mod log;
mod output;
mod panics;
mod printable;
mod providers;
mod proxy;
mod request;
mod request_args;
mod shell;
mod signals;
mod signature_headers;
mod usage_error;

use std::process::ExitCode;

use clap::Parser as _;

use commands::Cli;
use failure::Failure;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::usage(format!("cannot wait for anything: {error}"));
            output::failure(&failure, false);
            return failure.exit_code();
        }
    };
    let exit = runtime.block_on(run());
    // A file that hangs would keep the process from ending.
    runtime.shutdown_background();
    exit
}

async fn run() -> ExitCode {
    panics::report_in_one_line();
    let arguments = declaration::with_its_word(std::env::args_os());
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage_error::report(error, &arguments),
    };
    let json = cli.common.json;
    match commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure, json);
            failure.exit_code()
        }
    }
}
