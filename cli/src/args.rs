//! The command line: what all verbs share, and their list.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use countersign::SignedForm;

use crate::commands::{check, codes, completions, explain, new, sandbox, send, sign, trigger, verify};
use crate::declaration::{self, Pair};

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
     or the forgery of trigger --fault was accepted
  2  usage: arguments, files or credentials that cannot be used
  3  transport: the message did not get through
  4  unclear: the answer to a forgery says neither that it was accepted nor that it was refused

Examples:
  countersign sign netgiro GET 'https://api.netgiro.is/v1/sales/GetList?AllForCompany=true'
  countersign send unleashed GET 'https://api.unleashedsoftware.com/Customers/1?pageSize=10' -i
  countersign explain netvisor GET https://integration.netvisor.fi/customerlist.nv --env-file test.env";

/// What every verb takes.
#[derive(Args)]
pub(crate) struct Common {
    /// Print JSON, one object on one line; failures too, to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Read credentials from this file of NAME=VALUE lines; what it lacks is taken from the environment
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Sign(sign::SignArgs),
    Send(send::SendArgs),
    #[command(visible_alias = "diagnose")]
    Explain(explain::ExplainArgs),
    Verify(verify::VerifyArgs),
    Trigger(trigger::TriggerArgs),
    Sandbox(sandbox::SandboxArgs),
    Check(check::CheckArgs),
    New(new::NewArgs),
    Codes(codes::CodesArgs),
    Completions(completions::CompletionsArgs),
}

/// Whose API a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProviderName {
    Netvisor,
    Netgiro,
    Unleashed,
    Vizion,
    /// The one that a file declares.
    File(PathBuf),
}

impl FromStr for ProviderName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "netvisor" => Self::Netvisor,
            "netgiro" => Self::Netgiro,
            "unleashed" => Self::Unleashed,
            "vizion" => Self::Vizion,
            _ => Self::File(
                declaration::path(text)
                    .ok_or("give netvisor, netgiro, unleashed, vizion, or the path of a declaration, which ends in .toml")?,
            ),
        })
    }
}

/// Settings of a provider, besides its credentials.
#[derive(Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Settings {
    /// Sign with this algorithm (netvisor; the vendor is going to remove sha256) [default: hmac-sha256]
    #[arg(long, value_name = "NAME")]
    pub(crate) algorithm: Option<Algorithm>,

    /// Sign the URL or query in this form [default: as-sent for netvisor, decoded for unleashed]
    #[arg(long, value_name = "NAME")]
    pub(crate) form: Option<Form>,

    /// Take a credential of a declaration from this variable, e.g. account=SHOP_ID [default: those named after the file]
    #[arg(long, value_name = "CREDENTIAL=VARIABLE")]
    pub(crate) credential: Vec<Pair>,

    /// Let the credentials go to this origin, too: scheme://host[:port]
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,

    /// Let the credentials travel in clear to the origins of --allow-origin, beyond loopback
    #[arg(long)]
    pub(crate) dangerous_allow_http: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Algorithm {
    Sha256,
    HmacSha256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Percent-encoded, as it goes over the wire
    AsSent,
    /// With its percent-encoding undone
    Decoded,
}

impl From<Form> for SignedForm {
    fn from(form: Form) -> Self {
        match form {
            Form::AsSent => Self::AsSent,
            Form::Decoded => Self::Decoded,
        }
    }
}

/// What is otherwise drawn anew for each request; given, a known case comes out again.
#[derive(Args, Default)]
#[command(next_help_heading = "To reproduce a known case")]
pub(crate) struct Reproduction {
    /// The nonce (netgiro)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) nonce: Option<String>,

    /// The timestamp, used as given (netvisor)
    #[arg(long, value_name = "TEXT")]
    pub(crate) timestamp: Option<String>,

    /// The timestamp in Unix seconds (netvisor)
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) timestamp_unix: Option<i64>,

    /// The transaction id (netvisor)
    #[arg(long, value_name = "TEXT")]
    pub(crate) transaction_id: Option<String>,

    /// A stamp of a declaration, e.g. time=1700000000; each of them
    #[arg(long, value_name = "STAMP=TEXT")]
    pub(crate) stamp: Vec<Pair>,
}
