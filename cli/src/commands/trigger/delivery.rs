//! Where a delivery goes, and with which body.

use std::time::Duration;

use bytes::Bytes;
use clap::builder::StringValueParser;
use clap::{Arg, ArgGroup, Args};
use countersign::scope::{Scope, is_loopback};
use countersign::webhook::testing::public_url;
use countersign_sandbox::{Event, Vendor};
use http::{Request, StatusCode};
use url::Url;

use crate::argument_values::Offering;
use crate::client;
use crate::failure::Failure;
use crate::input::Data;
use crate::output;
use crate::providers::delivery::Signer;
use crate::request::parse_url;

/// The body for a provider without events, unless `--data` gives one.
const SAMPLE: &str = r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50004","event":"countersign.test"}"#;

/// The same as a form.
const SAMPLE_FORM: &str = "id=5a4db0c5-0000-4000-8000-5a4db0c50004&event=countersign.test";

/// A receiver that takes longer counts as stuck.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Args)]
#[command(group(ArgGroup::new("purpose").required(true).multiple(true)))]
pub(super) struct DeliveryArgs {
    /// The URL to deliver to; on this machine, unless --allow-origin names its origin
    #[arg(long, value_name = "URL", value_parser = parse_url, group = "purpose")]
    to: Option<Url>,

    /// Sign for this address, as the provider knows it, followed by the path of --to: a proxy may take a prefix off
    #[arg(long, value_name = "ORIGIN[/PREFIX]")]
    public_origin: Option<String>,

    /// Deliver the event of this name [default: the first of --list-events]
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    event: Option<String>,

    /// List the events, and where each is published, and deliver nothing
    #[arg(long, group = "purpose")]
    pub(super) list_events: bool,

    /// The body, JSON on one line, in place of an event
    #[arg(short, long, value_name = "TEXT|@FILE|@-")]
    data: Option<Data>,

    /// Let the delivery go to this origin: scheme://host[:port]
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Let the delivery travel in clear to the origins of --allow-origin, beyond loopback
    #[arg(long)]
    dangerous_allow_http: bool,
}

impl DeliveryArgs {
    /// The URL to deliver to. A delivery is as good as the provider's own, so it goes only to an allowed origin.
    pub(super) fn destination(&self) -> Result<&Url, Failure> {
        let to = self.to.as_ref().ok_or_else(|| Failure::usage("--to is missing"))?;
        let mut scope = Scope::new([])?;
        if self.dangerous_allow_http {
            scope.dangerous_allow_http();
        }
        for origin in &self.allow_origin {
            scope.allow(origin)?;
        }
        if !is_loopback(to) {
            scope.check(to)?;
        }
        Ok(to)
    }

    /// The URL that the signature covers.
    pub(super) fn signed_url(&self, destination: &Url) -> Result<String, Failure> {
        match &self.public_origin {
            Some(origin) => Ok(public_url(origin, destination.as_str())?),
            None => Ok(destination.as_str().to_owned()),
        }
    }

    /// The body, from the provider's events if there are any.
    pub(super) fn body(&self, vendor: Option<Vendor>, signer: &Signer) -> Result<Bytes, Failure> {
        let body = match (&self.data, &self.event, vendor) {
            (Some(data), ..) => return data.read(),
            (None, Some(name), Some(vendor)) => Event::named(vendor, name).map_err(no_event)?.body(),
            (None, Some(_), None) => return Err(no_event("a declaration has no events: give --data")),
            (None, None, Some(vendor)) => Event::of(vendor).next().map_or(SAMPLE, Event::body),
            (None, None, None) if signer.places_in_form() => SAMPLE_FORM,
            (None, None, None) => SAMPLE,
        };
        Ok(Bytes::from_static(body.as_bytes()))
    }
}

/// Lets completions offer the provider's events for `--event`.
pub(super) fn offering_events_of(vendor: Vendor) -> impl FnOnce(Arg) -> Arg {
    let events = Offering::new(Event::of(vendor).map(Event::name), StringValueParser::new());
    |event| event.value_parser(events).hide_possible_values(true)
}

fn no_event(reason: impl ToString) -> Failure {
    Failure::usage(reason.to_string())
}

/// Prints the events of a provider, each with its source.
pub(super) fn list_events(vendor: Option<Vendor>, json: bool) -> Result<(), Failure> {
    let vendor = vendor.ok_or_else(|| no_event("a declaration has no events: give --data"))?;
    let mut events = Event::of(vendor);
    if json {
        let event = |event: &Event| serde_json::json!({ "name": event.name(), "source": event.source() });
        return output::json(&serde_json::json!({ "events": events.map(event).collect::<Vec<_>>() }));
    }
    events.try_for_each(|event| {
        output::line(&format!("{:28} {}", event.name(), event.source().unwrap_or("made up")))
    })
}

/// Sends one delivery to `url`, whichever address it is signed for, and returns the status of the answer. The query is that
/// of the signed request, since the signature may be in it.
pub(super) async fn send(url: &Url, request: Request<Bytes>) -> Result<StatusCode, Failure> {
    let client = client::for_url(url, PATIENCE)?;
    let (parts, body) = request.into_parts();
    let mut url = url.clone();
    url.set_query(parts.uri.query());
    let sending = client.request(parts.method, url).headers(parts.headers).body(body);
    Ok(sending.send().await?.status())
}
