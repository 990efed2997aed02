//! The command line: the verbs, one file each, and the arguments that all verbs share.

pub(crate) mod check;
pub(crate) mod codes;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod infer;
pub(crate) mod new;
pub(crate) mod sandbox;
pub(crate) mod send;
pub(crate) mod sign;
pub(crate) mod trigger;
pub(crate) mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::declaration::DeclarationFile;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::providers::with_provider;
use crate::proxy;
use crate::request::ApiArgs;
use crate::request_args::ProviderName;

/// Signs, sends, explains and verifies requests to Netvisor, Netgíró, Unleashed and Vizion.
#[derive(Parser)]
#[command(name = "countersign", version, after_long_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) common: Common,
}

const AFTER_HELP: &str = "\
Credentials come from the environment only, or from the file that --env-file names:
  netvisor   NETVISOR_SENDER, NETVISOR_CUSTOMER_ID, NETVISOR_CUSTOMER_KEY, NETVISOR_PARTNER_ID,
             NETVISOR_PARTNER_KEY, NETVISOR_ORGANISATION_ID; optional NETVISOR_LANGUAGE (FI, SE, EN)
  netgiro    NETGIRO_APP_KEY, NETGIRO_SECRET_KEY
  unleashed  UNLEASHED_API_ID, UNLEASHED_API_KEY; optional UNLEASHED_CLIENT_TYPE
  vizion     VIZION_API_KEY
  webhooks   VIZION_WEBHOOK_KEYS=\"hmac-key-1=…,hmac-key-2=…\", UNLEASHED_WEBHOOK_KEY;
             Netgíró's callbacks take NETGIRO_SECRET_KEY

Exit codes:
  0  done and, where the provider signs, verified
  1  refused: by the provider, by verification, or because the credentials do not belong there;
     or a receiver accepted the forgery of trigger --fault
  2  usage: arguments, files or credentials that cannot be used
  3  transport: the message did not get through
  4  unclear: the answer to a forgery says neither that it was accepted nor that it was refused,
     doctor left a question open, or several rules of infer fit

Examples:
  countersign sign netgiro GET 'https://api.netgiro.is/v1/sales/GetList?AllForCompany=true'
  countersign send unleashed GET 'https://api.unleashedsoftware.com/Customers/1?pageSize=10' -i
  countersign explain netvisor GET https://integration.netvisor.fi/customerlist.nv --env-file test.env
  countersign doctor netvisor --env-file production.env";

/// The arguments that all verbs share.
#[derive(Args)]
pub(crate) struct Common {
    /// Print JSON, one object on one line; failures too, to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Read credentials from this file of NAME=VALUE lines; the environment supplies what the file lacks
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Sign(sign::SignArgs),
    Send(send::SendArgs),
    #[command(visible_alias = "diagnose")]
    Explain(explain::ExplainArgs),
    Doctor(doctor::DoctorArgs),
    Verify(verify::VerifyArgs),
    Trigger(trigger::TriggerArgs),
    Proxy(Box<proxy::ProxyArgs>),
    Sandbox(sandbox::SandboxArgs),
    Check(check::CheckArgs),
    Infer(infer::InferArgs),
    New(new::NewArgs),
    Codes(codes::CodesArgs),
    Completions(completions::CompletionsArgs),
}

/// What a verb gets besides its own arguments.
pub(crate) struct Context {
    pub(crate) environment: Environment,
    /// Print JSON instead of text.
    pub(crate) json: bool,
}

/// Runs the command line.
pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    let mut environment = Environment::read(cli.common.env_file.as_deref())?;
    let of_api = |args: &ApiArgs| (args.provider.clone(), args.settings.keys.credential.clone());
    let called = match &cli.command {
        Command::Sign(args) => Some(of_api(&args.request.api)),
        Command::Send(args) => Some(of_api(&args.request.api)),
        Command::Explain(args) => Some(of_api(&args.api)),
        Command::Doctor(args) => Some((args.provider.clone(), args.keys.credential.clone())),
        _ => None,
    };
    if let Some((ProviderName::File(path), given)) = called {
        environment.declare(DeclarationFile::read(&path, &given)?.secrets());
    }
    if let Command::Infer(args) = &cli.command {
        environment.declare(args.variables());
    }
    let context = Context { environment, json: cli.common.json };
    match cli.command {
        Command::Sign(args) => {
            with_provider!(args.request.api.provider, P => sign::run::<P>(&args, &context))
        }
        Command::Send(args) => {
            with_provider!(args.request.api.provider, P => send::run::<P>(&args, &context).await)
        }
        Command::Explain(args) => {
            with_provider!(args.api.provider, P => explain::run::<P>(&args, &context))
        }
        Command::Doctor(args) => {
            with_provider!(args.provider, P => doctor::run::<P>(&args, &context).await)
        }
        Command::Verify(args) => verify::run(&args, &context),
        Command::Trigger(args) => trigger::run(&args, &context).await,
        Command::Proxy(args) => proxy::run(&args, context.environment, context.json).await,
        Command::Sandbox(args) => sandbox::run(args, &context).await,
        Command::Check(args) => check::run(&args, &context),
        Command::Infer(args) => infer::run(&args, &context),
        Command::New(args) => new::run(&args, &context),
        Command::Codes(args) => codes::run(&args, &context),
        Command::Completions(args) => completions::run(&args, &context),
    }
}
