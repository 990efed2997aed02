//! The clients that requests are sent with.

use std::time::Duration;

use reqwest::{Client, ClientBuilder};
use url::Url;

use crate::failure::Failure;

/// A client for one request to `url` that gives up when nothing has arrived for `timeout`.
pub(crate) fn for_url(url: &Url, timeout: Duration) -> Result<Client, Failure> {
    let builder = builder(url, timeout).connect_timeout(timeout);
    Ok(builder.user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION"))).build()?)
}

/// A client for a proxy in front of `url`, which changes nothing of what goes through it.
pub(crate) fn unchanging(url: &Url, silence: Duration) -> Result<Client, Failure> {
    Ok(builder(url, silence).no_gzip().no_brotli().no_zstd().no_deflate().build()?)
}

fn builder(url: &Url, silence: Duration) -> ClientBuilder {
    let builder = countersign::client_builder().read_timeout(silence);
    // What may go out in clear, to loopback above all, may not go through somebody's proxy in clear.
    if url.scheme() == "http" { builder.no_proxy() } else { builder }
}
