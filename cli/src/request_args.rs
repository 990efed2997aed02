//! What the verbs that make a request share.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};
use countersign::SignedForm;
use countersign::netvisor::Language;
use countersign_sandbox::{Event, Vendor};

use crate::argument_values::{Offering, whole_number};
use crate::declaration::{self, DeclarationFile, Pair};
use crate::failure::Failure;

/// Whose API a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProviderName {
    Netvisor,
    Netgiro,
    Unleashed,
    Vizion,
    /// The provider that a file declares.
    File(PathBuf),
}

impl FromStr for ProviderName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let built_in =
            Self::BUILT_IN.into_iter().find(|(name, _)| *name == text).map(|(_, provider)| provider);
        built_in.or_else(|| declaration::path(text).map(Self::File)).ok_or(
            "give netvisor, netgiro, unleashed, vizion, or the path of a declaration, which ends in .toml",
        )
    }
}

impl ProviderName {
    const BUILT_IN: [(&'static str, Self); 4] = [
        ("netvisor", Self::Netvisor),
        ("netgiro", Self::Netgiro),
        ("unleashed", Self::Unleashed),
        ("vizion", Self::Vizion),
    ];

    /// Reads the name of a provider, or the path of a declaration.
    pub(crate) fn of_api() -> impl TypedValueParser<Value = Self> {
        Offering::new(Self::BUILT_IN.map(|(name, _)| name), Self::from_str)
    }

    /// The same, for a provider that sends webhooks.
    pub(crate) fn of_sender() -> impl TypedValueParser<Value = Self> {
        let senders = Vendor::ALL.into_iter().filter(|vendor| Event::of(*vendor).next().is_some());
        Offering::new(senders.map(Vendor::name), Self::from_str)
    }

    /// The name, as in paths and options; for a file, the name that the file gives.
    pub(crate) fn name(&self) -> Result<String, Failure> {
        match Self::BUILT_IN.iter().find(|(_, provider)| provider == self) {
            Some((name, _)) => Ok((*name).to_owned()),
            None => Ok(self.file()?.declaration.name().to_owned()),
        }
    }

    /// The declaration, with credentials from the variables of its name.
    pub(crate) fn file(&self) -> Result<DeclarationFile, Failure> {
        match self {
            Self::File(path) => DeclarationFile::read(path, &[]),
            _ => Err(Failure::usage("a file is needed")),
        }
    }
}

/// Settings of a provider, besides its credentials.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Settings {
    /// Sign with this algorithm (netvisor; the vendor is going to remove sha256) [default: hmac-sha256]
    #[arg(long, value_name = "NAME")]
    pub(crate) algorithm: Option<Algorithm>,

    /// Sign the URL or query in this form [default: as-sent for netvisor, decoded for unleashed]
    #[arg(long, value_name = "NAME")]
    pub(crate) form: Option<Form>,

    /// What becomes of the sender's name (netvisor).
    #[arg(skip)]
    pub(crate) sender: Option<fn(&str) -> String>,

    #[command(flatten)]
    pub(crate) keys: KeyArgs,
}

/// Which credentials there are, and where they may go.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Settings")]
pub(crate) struct KeyArgs {
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

/// Values that are otherwise drawn anew for each request, to reproduce a known case.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "To reproduce a known case")]
pub(crate) struct Reproduction {
    /// The nonce (netgiro)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) nonce: Option<String>,

    /// The timestamp, used as given (netvisor)
    #[arg(long, value_name = "TEXT")]
    pub(crate) timestamp: Option<String>,

    /// The timestamp in Unix seconds (netvisor)
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = whole_number::<i64>(.., "give a whole number of seconds"))]
    pub(crate) timestamp_unix: Option<i64>,

    /// The transaction id (netvisor)
    #[arg(long, value_name = "TEXT")]
    pub(crate) transaction_id: Option<String>,

    /// A stamp of a declaration, e.g. time=1700000000; give each stamp of the file
    #[arg(long, value_name = "STAMP=TEXT")]
    pub(crate) stamp: Vec<Pair>,

    /// The language of a captured request (netvisor).
    #[arg(skip)]
    pub(crate) language: Option<Language>,
}
