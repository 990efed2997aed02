//! The verbs, one file each.

pub(crate) mod check;
pub(crate) mod codes;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod new;
pub(crate) mod sandbox;
pub(crate) mod send;
pub(crate) mod sign;
pub(crate) mod trigger;
pub(crate) mod verify;

use crate::args::{Cli, Command, ProviderName};
use crate::declaration::DeclarationFile;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::providers::with_provider;

/// What a verb is given besides its own arguments.
pub(crate) struct Context {
    pub(crate) environment: Environment,
    /// Print JSON instead of text.
    pub(crate) json: bool,
}

/// Does what the command line asks for.
pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    let mut environment = Environment::read(cli.common.env_file.as_deref())?;
    let request = match &cli.command {
        Command::Sign(args) => Some(&args.request),
        Command::Send(args) => Some(&args.request),
        Command::Explain(args) => Some(&args.request),
        _ => None,
    };
    if let Some((ProviderName::File(path), settings)) = request.map(|args| (&args.provider, &args.settings)) {
        environment.declare(&DeclarationFile::read(path, &settings.credential)?);
    }
    let context = Context { environment, json: cli.common.json };
    match cli.command {
        Command::Sign(args) => with_provider!(args.request.provider, P => sign::run::<P>(&args, &context)),
        Command::Send(args) => {
            with_provider!(args.request.provider, P => send::run::<P>(&args, &context).await)
        }
        Command::Explain(args) => {
            with_provider!(args.request.provider, P => explain::run::<P>(&args, &context))
        }
        Command::Verify(args) => verify::run(&args, &context),
        Command::Trigger(args) => trigger::run(&args, &context).await,
        Command::Sandbox(args) => sandbox::run(args, &context).await,
        Command::Check(args) => check::run(&args, &context),
        Command::New(args) => new::run(&args, &context),
        Command::Codes(args) => codes::run(&args, &context),
        Command::Completions(args) => completions::run(&args, &context),
    }
}
