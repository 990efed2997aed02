//! The clients that requests are sent with.

use std::time::Duration;

use reqwest::{Client, ClientBuilder};
use url::{Position, Url};

use crate::failure::Failure;

/// A client for one request to `url` that gives up when nothing has arrived for `timeout`.
pub(crate) fn for_url(url: &Url, timeout: Duration) -> Result<Client, Failure> {
    let builder = builder(url, Some(timeout)).connect_timeout(timeout);
    Ok(builder.user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION"))).build()?)
}

/// A client for a proxy in front of `url`, which changes nothing of what goes through it. With a `silence`, it gives up when
/// nothing of an answer has arrived for so long; the time of sending the request counts.
pub(crate) fn unchanging(url: &Url, silence: Option<Duration>) -> Result<Client, Failure> {
    Ok(builder(url, silence).no_gzip().no_brotli().no_zstd().no_deflate().build()?)
}

fn builder(url: &Url, silence: Option<Duration>) -> ClientBuilder {
    let builder = countersign::client_builder();
    let builder = silence.into_iter().fold(builder, ClientBuilder::read_timeout);
    // A request in clear, mostly to loopback, must not go through somebody's proxy.
    if url.scheme() == "http" { builder.no_proxy() } else { builder }
}

/// The URL of a target at an origin, if a URL is written with these very bytes.
pub(crate) fn untouched(origin: &str, target: &str) -> Option<Url> {
    let url = Url::parse(&format!("{origin}{target}")).ok()?;
    (url[Position::BeforePath..] == *target).then_some(url)
}
