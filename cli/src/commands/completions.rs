//! `completions`: a script that teaches a shell the verbs and flags.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Context};
use crate::failure::Failure;
use crate::output;

/// Print the completion script of a shell
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign completions bash > ~/.local/share/bash-completion/completions/countersign
  countersign completions zsh > ~/.zfunc/_countersign
  countersign completions fish > ~/.config/fish/completions/countersign.fish")]
pub(crate) struct CompletionsArgs {
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, context: &Context) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "countersign", &mut script);
    if context.json {
        let script = String::from_utf8_lossy(&script);
        return output::json(&serde_json::json!({ "shell": args.shell.to_string(), "script": script }));
    }
    output::raw(&script)
}
