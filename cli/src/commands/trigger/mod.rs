//! `trigger`: a signed webhook, or a forged one, delivered to a server of yours.

mod answer;
mod delivery;
mod forge;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign::time::{Clock as _, SystemClock};
use countersign_sandbox::Vendor;

use super::Context;
use crate::declaration::{DeclarationFile, Pair};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::providers::delivery::Signer;
use crate::request_args::ProviderName;
use answer::Answer;
use delivery::{DeliveryArgs, offering_events_of};
use forge::Forgery;

/// Deliver a signed webhook, or a forged one, to a server of yours
#[derive(Args)]
#[command(after_long_help = "\
Exits with 0 when the receiver accepted the delivery (2xx), with 1 when it did not.

With --fault it is the other way round: 0 when the receiver refused the forgery (401, 403), 1 when it accepted it (2xx),
4 when neither can be told. With --fault replayed, the receiver must accept the first copy and refuse the second. A 2xx to
the second copy is 4: the receiver handled the delivery twice, or acknowledged the copy. Look whether your handler ran again.

Examples:
  countersign trigger vizion --to http://127.0.0.1:3000/vizion
  countersign trigger vizion --to http://127.0.0.1:3000/vizion --data @event.json --fault stale
  countersign trigger vizion --list-events
  countersign trigger netgiro --event cancelled --to http://127.0.0.1:3000/netgiro --public-origin https://shop.example.is/hooks
  countersign trigger netgiro --to 'http://127.0.0.1:3000/paid?order=7' --data @paid.json
  countersign trigger declarations/stripe.toml --to http://127.0.0.1:3000/stripe")]
pub(crate) struct TriggerArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A webhook of Vizion's, signed with the first key of VIZION_WEBHOOK_KEYS
    Vizion(VizionArgs),
    /// A webhook of Unleashed's, signed with UNLEASHED_WEBHOOK_KEY
    Unleashed(UnleashedArgs),
    /// A payment callback of Netgíró's, signed with NETGIRO_SECRET_KEY
    Netgiro(NetgiroArgs),
    /// A webhook of the provider that a file declares, as a POST: the file's path is enough, without this word
    Declared(DeclaredArgs),
}

#[derive(Args)]
#[command(mut_arg("event", offering_events_of(Vendor::Vizion)))]
struct VizionArgs {
    #[command(flatten)]
    delivery: DeliveryArgs,

    /// Deliver a forgery
    #[arg(long, value_name = "NAME", value_parser = forge::but(Forgery::NOT_OF_VIZION))]
    fault: Option<Forgery>,

    /// Sign with the key of this id [default: the first]
    #[arg(long, value_name = "ID")]
    key_id: Option<String>,
}

#[derive(Args)]
#[command(mut_arg("event", offering_events_of(Vendor::Unleashed)))]
struct UnleashedArgs {
    #[command(flatten)]
    delivery: DeliveryArgs,

    /// Deliver a forgery
    #[arg(long, value_name = "NAME", value_parser = forge::but(Forgery::NOT_OF_UNLEASHED))]
    fault: Option<Forgery>,
}

#[derive(Args)]
#[command(mut_arg("event", offering_events_of(Vendor::Netgiro)))]
struct NetgiroArgs {
    #[command(flatten)]
    delivery: DeliveryArgs,

    /// Deliver a forgery
    #[arg(long, value_name = "NAME", value_parser = forge::but(Forgery::NOT_OF_NETGIRO))]
    fault: Option<Forgery>,
}

#[derive(Args)]
struct DeclaredArgs {
    /// The declaration
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,

    #[command(flatten)]
    delivery: DeliveryArgs,

    /// Deliver a forgery
    #[arg(long, value_name = "NAME", value_parser = forge::but(Forgery::NOT_OF_DECLARED))]
    fault: Option<Forgery>,

    /// Take a credential from this variable, e.g. secret=SHOP_KEY [default: those named after the file]
    #[arg(long, value_name = "CREDENTIAL=VARIABLE")]
    credential: Vec<Pair>,
}

impl What {
    fn parts(&self) -> (&DeliveryArgs, Option<Forgery>) {
        match self {
            Self::Vizion(VizionArgs { delivery, fault, .. })
            | Self::Unleashed(UnleashedArgs { delivery, fault })
            | Self::Netgiro(NetgiroArgs { delivery, fault })
            | Self::Declared(DeclaredArgs { delivery, fault, .. }) => (delivery, *fault),
        }
    }

    /// The provider with events, if it has any.
    fn vendor(&self) -> Option<Vendor> {
        match self {
            Self::Vizion(_) => Some(Vendor::Vizion),
            Self::Unleashed(_) => Some(Vendor::Unleashed),
            Self::Netgiro(_) => Some(Vendor::Netgiro),
            Self::Declared(_) => None,
        }
    }

    fn signer(&self, environment: &Environment) -> Result<Signer, Failure> {
        let (sender, key_id) = match self {
            Self::Vizion(args) => (ProviderName::Vizion, args.key_id.as_deref()),
            Self::Unleashed(_) => (ProviderName::Unleashed, None),
            Self::Netgiro(_) => (ProviderName::Netgiro, None),
            Self::Declared(args) => {
                let file = DeclarationFile::read(&args.file, &args.credential)?;
                let variables: Vec<_> = file.variables().map(str::to_owned).collect();
                return Signer::declared(&file, &environment.credentials(&variables)?);
            }
        };
        Signer::of(&sender, &environment.credentials(&[])?, key_id)
    }
}

pub(crate) async fn run(args: &TriggerArgs, context: &Context) -> Result<(), Failure> {
    let (delivery, fault) = args.what.parts();
    if delivery.list_events {
        return delivery::list_events(args.what.vendor(), context.json);
    }
    let destination = delivery.destination()?;
    let signer = args.what.signer(&context.environment)?;
    let (url, body) = (delivery.signed_url(destination)?, delivery.body(args.what.vendor(), &signer)?);
    let now = SystemClock.now();
    let requests = match fault {
        None => vec![signer.sign(&url, &body, now)?],
        Some(forgery) => forgery.make(&signer, &url, &body, now)?,
    };
    let last = requests.len();
    let must_be_200 = matches!(args.what, What::Netgiro(_));
    for (index, request) in requests.into_iter().enumerate() {
        let status = delivery::send(destination, request).await?;
        let answer = Answer { status, is_last: index + 1 == last, must_be_200 };
        if answer.is_last || !answer.status.is_success() {
            return answer.tell(fault, context.json);
        }
    }
    Ok(())
}
