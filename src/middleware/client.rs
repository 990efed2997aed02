//! The recommended client.

use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A `reqwest::ClientBuilder` with the settings that signing needs:
///
/// - no redirects, which would take the credentials elsewhere, or a signature to a URL that it was not made for;
/// - no `referer`;
/// - no retries below the signer, which would send one nonce twice;
/// - at most 10 seconds to connect, TLS included, so that a host that does not answer is not mistaken for a slow one.
///
/// Everything else is reqwest's default; TLS comes with the reqwest features that your application enables.
pub fn client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        // Without retries, reqwest does not copy the headers for them.
        .retry(reqwest::retry::never().max_retries_per_request(0))
}
