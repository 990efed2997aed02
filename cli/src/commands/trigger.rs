//! `trigger`: a signed webhook, or a forged one, delivered to a server of yours.

mod answer;
mod forge;

use std::time::Duration;

use bytes::Bytes;
use clap::{Args, Subcommand};
use countersign::scope::Scope;
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::webhook::testing;
use http::{Request, StatusCode};
use url::Url;

use super::Context;
use crate::client;
use crate::failure::Failure;
use crate::input::Data;
use crate::request::parse_url;
use crate::webhook_keys::{self, VizionKey};
use answer::Answer;
use forge::Forgery;

/// A receiver that takes longer is taken to be stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is delivered unless `--data` says otherwise.
const SAMPLE: &str = r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50004","event":"countersign.test"}"#;

/// Deliver a signed webhook, or a forged one, to a server of yours
#[derive(Args)]
#[command(after_long_help = "\
Exits with 0 when the receiver accepted the delivery (2xx), with 1 when it did not.

With --fault it is the other way round: 0 when the receiver refused the forgery (401, 403), 1 when it accepted it (2xx),
4 when neither can be told. Of a replay, the first delivery must be accepted for the second to tell.

Examples:
  countersign trigger vizion --to http://127.0.0.1:3000/vizion
  countersign trigger vizion --to http://127.0.0.1:3000/vizion --data @event.json --fault stale")]
pub(crate) struct TriggerArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A webhook of Vizion's, signed with the first key of VIZION_WEBHOOK_KEYS
    Vizion(VizionArgs),
}

#[derive(Args)]
struct VizionArgs {
    /// The URL to deliver to; on this machine, unless --allow-origin names its origin
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    to: Url,

    /// The body, JSON on one line [default: a made-up event]
    #[arg(short, long, value_name = "TEXT|@FILE|@-")]
    data: Option<Data>,

    /// Deliver a forgery
    #[arg(long, value_name = "NAME")]
    fault: Option<Forgery>,

    /// Sign with the key of this id [default: the first]
    #[arg(long, value_name = "ID")]
    key_id: Option<String>,

    /// Let the delivery go to this origin: scheme://host[:port]
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Let the delivery travel in clear to the origins of --allow-origin, beyond loopback
    #[arg(long)]
    dangerous_allow_http: bool,
}

pub(crate) async fn run(args: &TriggerArgs, context: &Context) -> Result<(), Failure> {
    let What::Vizion(args) = &args.what;
    check_scope(args)?;
    let key = key(args, context)?;
    let body = args.data.as_ref().map_or_else(|| Ok(Bytes::from_static(SAMPLE.as_bytes())), Data::read)?;
    let mut requests = deliveries(args, &key, &body)?.into_iter().peekable();
    let mut answer = Answer { status: StatusCode::OK, is_last: true };
    while let Some(request) = requests.next() {
        answer = Answer { status: deliver(request).await?, is_last: requests.peek().is_none() };
        if !answer.status.is_success() {
            break;
        }
    }
    answer.tell(args.fault, context.json)
}

/// A delivery is as good as the vendor's own, so it goes only where it was meant to.
fn check_scope(args: &VizionArgs) -> Result<(), Failure> {
    let mut scope = Scope::new([])?;
    if args.dangerous_allow_http {
        scope.dangerous_allow_http();
    }
    for origin in &args.allow_origin {
        scope.allow(origin)?;
    }
    if client::is_loopback(&args.to) { Ok(()) } else { Ok(scope.check(&args.to)?) }
}

fn key(args: &VizionArgs, context: &Context) -> Result<VizionKey, Failure> {
    let mut keys = webhook_keys::vizion(&context.environment)?.into_iter();
    let wanted = keys.find(|key| args.key_id.as_ref().is_none_or(|id| *id == key.id));
    wanted.ok_or_else(|| Failure::usage("VIZION_WEBHOOK_KEYS has no key with the id of --key-id"))
}

/// What is sent, in order: one delivery, or the same one twice.
fn deliveries(args: &VizionArgs, key: &VizionKey, body: &Bytes) -> Result<Vec<Request<Bytes>>, Failure> {
    let now = SystemClock.now();
    match args.fault {
        None => Ok(vec![testing::sign(&key.id, key.secret.clone(), args.to.as_str(), body.clone(), now)?]),
        Some(forgery) => forgery.make(key, args.to.as_str(), body, now),
    }
}

async fn deliver(request: Request<Bytes>) -> Result<StatusCode, Failure> {
    let url = parse_url(&request.uri().to_string()).map_err(Failure::usage)?;
    let client = client::for_url(&url, PATIENCE)?;
    let (parts, body) = request.into_parts();
    let sending = client.request(parts.method, url).headers(parts.headers).body(body);
    Ok(sending.send().await?.status())
}
