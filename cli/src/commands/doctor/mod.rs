//! `doctor`: whether a provider is reached, whether it takes the credentials, and in which forms.

mod exchange;
mod finding;
mod netgiro;
mod questions;
mod visit;

use std::time::Duration;

use clap::Args;
use countersign::redact::printable;
use serde_json::json;
use url::{Position, Url};

use super::Context;
use crate::argument_values::whole_number;
use crate::client;
use crate::code::Code;
use crate::failure::Failure;
use crate::output;
use crate::providers;
use crate::request::parse_url;
use crate::request_args::{KeyArgs, ProviderName, Settings};
use finding::Finding;
use questions::{Examined, is_formed, most_requests};
use visit::Visit;

/// The most requests of one run.
const MOST: usize = 8;

/// Try the credentials on a harmless read, and tell which settings the provider wants
///
/// Says whether the provider was reached, how far this clock is off, whether the credentials were accepted or why not, and
/// which form the provider takes where no public source settles it. Sends at most 8 requests, GET only, one at a time, to
/// one origin; follows no redirect, and ends at the first 429. --json prints no id, query, body or key, so that you can paste
/// its output into an issue.
#[derive(Args)]
#[command(after_long_help = "\
What doctor reads unless --url names another read, and what else it finds out:
  netvisor   customerlist.nv, for no customer: algorithm, form of the query, charset of the headers
  netgiro    v1/sales/GetList, and a cart that does not exist: formula of replies, whether errors are signed
  unleashed  one customer: form of the query
  vizion     carriers
  *.toml     nothing without --url

Exit codes:
  0  the credentials were accepted, and everything was found out
  1  the credentials were refused, or replies do not verify
  2  usage
  3  the provider was not reached, or the connection broke off
  4  something stayed open, or this clock is too far off

Examples:
  countersign doctor netvisor --env-file production.env
  countersign doctor netvisor --url https://isvapi.netvisor.fi/customerlist.nv --env-file test.env
  countersign doctor unleashed --json
  countersign doctor acme.toml --url https://api.example.com/v1/orders
  countersign doctor netgiro --url http://127.0.0.1:8101/v1/sales/GetList --allow-origin http://127.0.0.1:8101")]
pub(crate) struct DoctorArgs {
    /// Whose API to try: netvisor, netgiro, unleashed, vizion, or the path of a declaration (*.toml)
    #[arg(value_parser = ProviderName::of_api(), hide_possible_values = true)]
    pub(crate) provider: ProviderName,

    /// What to read instead, and where: a read that the account may do, at the provider's host for tests or for production
    #[arg(long, value_parser = parse_url)]
    url: Option<Url>,

    /// Give up a request if its whole answer takes longer
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = whole_number::<u64>(1..=3600, "give a whole number of seconds, 1 to 3600"))]
    timeout: u64,

    #[command(flatten)]
    pub(crate) keys: KeyArgs,
}

pub(crate) async fn run<P: Examined>(args: &DoctorArgs, context: &Context) -> Result<(), Failure> {
    const { assert!(most_requests::<P>(true) <= MOST) };
    let Some(read) = args.url.clone().or_else(|| Url::parse(P::READ?).ok()) else {
        return Err(Failure::usage("--url is needed: a declaration names no read that is harmless"));
    };
    let keys = args.keys.clone();
    let settings = Settings { sender: Some(questions::ascii), keys, ..Settings::default() };
    // Refuses unusable credentials and URLs before anything is printed.
    providers::signer::<P>(&settings, &context.environment, &args.provider, &read)?;
    let providers_own = P::build(&context.environment, &args.provider, &settings)?;
    let timeout = Duration::from_secs(args.timeout);
    let client = client::for_url(&read, timeout)?;
    announce::<P>(&read, context);

    let (findings, provider) = (Vec::new(), &args.provider);
    let mut visit =
        Visit { context, provider, client, timeout, settings, read, requests: 0, ahead: None, findings };
    visit.examine::<P>().await?;
    let Visit { read, requests, ahead, findings, .. } = visit;
    if context.json {
        // Another origin is nobody's business.
        let is_own = providers_own.scope().check(&read).is_ok();
        output::json(&json!({
            "version": env!("CARGO_PKG_VERSION"),
            "provider": providers_own.name(),
            "origin": if is_own { read.origin().ascii_serialization() } else { "other".to_owned() },
            "requests": requests,
            "clock_ahead_seconds": ahead,
            "clock_tolerance_seconds": P::CLOCK.tolerance,
            "findings": findings,
        }))?;
    } else {
        for Finding { about, sentence, .. } in &findings {
            output::line(&format!("{about:14} {}", printable(&context.environment.masked(sentence))))?;
        }
    }
    let exit = findings.iter().filter_map(|finding| finding.exit).min_by_key(|exit| *exit as u8);
    exit.map_or(Ok(()), |exit| Err(Failure::as_printed(exit)))
}

/// Says beforehand what will be sent. JSON leaves out the path, which may hold an id.
fn announce<P: Examined>(read: &Url, context: &Context) {
    let (most, (first, others)) = (most_requests::<P>(is_formed(read)), P::QUESTIONS);
    let count = if most == 1 { "1 request".to_owned() } else { format!("up to {most} requests") };
    let rules = "GET only, one at a time; no redirect is followed, and a 429 ends it";
    if context.json {
        return output::noted(Code::DoctorSends, &format!("{count}: {rules}"), true);
    }
    output::note(&format!("Sends {count} to {}: {rules}.", read.origin().ascii_serialization()));
    for question in std::iter::once(first).chain(others) {
        let again = if question.others.is_empty() {
            ""
        } else {
            ", and if that is refused, once more, signed in another way"
        };
        let url = question.url(read);
        let target = context.environment.masked(&url[Position::BeforePath..Position::AfterQuery]);
        output::note(&format!("  GET {target}{}{again}", question.besides));
    }
    if is_formed(read) && others.iter().any(|question| question.query.is_some()) {
        output::note("  if the first is refused, it is sent again with its query signed in the other form");
    }
    if let Some(fails) = P::FAILS {
        output::note(&format!("  GET {fails}, which does not exist, to see an error"));
    }
}
