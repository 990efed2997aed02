//! The client that requests are sent with.

use std::time::Duration;

use reqwest::Client;
use url::Url;

use crate::failure::Failure;

/// A client for one request to `url` that gives up when nothing has arrived for `timeout`.
pub(crate) fn for_url(url: &Url, timeout: Duration) -> Result<Client, Failure> {
    let mut builder = countersign::client_builder()
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeout)
        .read_timeout(timeout);
    if url.scheme() == "http" {
        // What may go out in clear, to loopback above all, may not go through somebody's proxy in clear.
        builder = builder.no_proxy();
    }
    Ok(builder.build()?)
}
