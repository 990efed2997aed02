//! Where a delivery goes, and with which body.

use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use countersign::scope::{Scope, is_loopback};
use http::{Request, StatusCode};
use url::Url;

use crate::client;
use crate::failure::Failure;
use crate::input::Data;
use crate::request::parse_url;

/// A receiver that takes longer is taken to be stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is delivered unless `--data` says otherwise.
const SAMPLE: &str = r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50004","event":"countersign.test"}"#;

#[derive(Args)]
pub(super) struct DeliveryArgs {
    /// The URL to deliver to; on this machine, unless --allow-origin names its origin
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) to: Url,

    /// The body, JSON on one line [default: a made-up event]
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
    /// A delivery is as good as the vendor's own, so it goes only where it was meant to.
    pub(super) fn check_scope(&self) -> Result<(), Failure> {
        let mut scope = Scope::new([])?;
        if self.dangerous_allow_http {
            scope.dangerous_allow_http();
        }
        for origin in &self.allow_origin {
            scope.allow(origin)?;
        }
        if is_loopback(&self.to) { Ok(()) } else { Ok(scope.check(&self.to)?) }
    }

    pub(super) fn body(&self) -> Result<Bytes, Failure> {
        self.data.as_ref().map_or_else(|| Ok(Bytes::from_static(SAMPLE.as_bytes())), Data::read)
    }
}

/// Sends one delivery, and returns the status of the answer.
pub(super) async fn send(request: Request<Bytes>) -> Result<StatusCode, Failure> {
    let url = parse_url(&request.uri().to_string()).map_err(Failure::usage)?;
    let client = client::for_url(&url, PATIENCE)?;
    let (parts, body) = request.into_parts();
    let sending = client.request(parts.method, url).headers(parts.headers).body(body);
    Ok(sending.send().await?.status())
}
