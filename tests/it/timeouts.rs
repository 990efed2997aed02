//! How long a request may take: Netvisor's asks for minutes, and says so itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::Unsigned;
use countersign::netvisor::{DEFAULT_TIMEOUT, MacAlgorithm, Netvisor};
use http::Extensions;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};

use crate::support::client;
use crate::support::raw_server::{RawServer, answer};
use crate::support::server::Answer;
use crate::support::subjects::{netvisor, vizion};

const LIST: &str = "https://isvapi.netvisor.fi/customerlist.nv";
const MINUTE: Duration = Duration::from_secs(60);

/// Stands where the client would be, and keeps the time-out of each request.
#[derive(Clone, Default)]
struct TimeOuts(Arc<Mutex<Vec<Option<Duration>>>>);

#[async_trait::async_trait]
impl Middleware for TimeOuts {
    async fn handle(&self, request: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        self.0.lock().unwrap().push(request.timeout().copied());
        Ok(http::Response::builder().url(request.url().clone()).body("").unwrap().into())
    }
}

/// A client that is never reached, and the time-outs that it would have been given.
fn observed(provider: impl Middleware) -> (ClientWithMiddleware, TimeOuts) {
    let timeouts = TimeOuts::default();
    (ClientBuilder::new(client()).with(provider).with(timeouts.clone()).build(), timeouts)
}

fn hmac() -> Netvisor {
    netvisor(MacAlgorithm::HmacSha256)
}

#[tokio::test]
async fn a_request_to_netvisor_may_take_as_long_as_the_vendor_asks_for() {
    assert_eq!(DEFAULT_TIMEOUT, Duration::from_secs(360));
    for (provider, of_the_request, expected) in [
        (hmac(), None, Some(DEFAULT_TIMEOUT)),
        (hmac(), Some(MINUTE), Some(MINUTE)),
        (hmac().timeout(15 * MINUTE), None, Some(15 * MINUTE)),
        (hmac().timeout(15 * MINUTE), Some(MINUTE), Some(MINUTE)),
        (hmac().timeout(None), None, None),
        (hmac().timeout(None), Some(MINUTE), Some(MINUTE)),
        (hmac().follow_redirects(1), None, Some(DEFAULT_TIMEOUT)),
    ] {
        let (client, timeouts) = observed(provider);
        let request = client.get(LIST);
        let request = match of_the_request {
            Some(timeout) => request.timeout(timeout),
            None => request,
        };
        request.send().await.unwrap();
        assert_eq!(*timeouts.0.lock().unwrap(), [expected]);
    }
}

#[tokio::test]
async fn what_is_not_signed_or_not_for_netvisor_keeps_the_time_out_of_the_client() {
    let (client, timeouts) = observed(hmac().pass_other_origins_unsigned());
    client.get(LIST).with_extension(Unsigned).send().await.unwrap();
    client.get("https://other.example/").send().await.unwrap();
    assert_eq!(*timeouts.0.lock().unwrap(), [None, None]);
    let (client, timeouts) = observed(vizion());
    client.get("https://demo.vizionapi.com/carriers").send().await.unwrap();
    assert_eq!(*timeouts.0.lock().unwrap(), [None]);
}

/// An answer that takes ten times as long as the client would wait.
#[tokio::test]
async fn it_overrides_the_time_out_of_the_client_unless_it_is_left_to_the_client() {
    let wait = Duration::from_millis(50);
    let server = RawServer::start(move |_, mut stream| async move {
        tokio::time::sleep(10 * wait).await;
        answer(&mut stream, Answer::new(200, "<Root/>")).await;
    })
    .await;
    for (provider, is_answered) in
        [(hmac(), true), (hmac().timeout(None), false), (hmac().timeout(wait), false)]
    {
        let client =
            countersign::client_builder().no_proxy().tls_certs_only([]).timeout(wait).build().unwrap();
        let provider = provider.allow_origin(&server.origin()).unwrap();
        let sent = ClientBuilder::new(client).with(provider).build().get(server.origin()).send().await;
        match sent {
            Ok(response) => assert!(is_answered && response.status() == 200),
            Err(reqwest_middleware::Error::Reqwest(error)) => {
                assert!(!is_answered && error.is_timeout(), "{error:?}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// reqwest prints what it was told; a host that never answers would take the test as long.
#[test]
fn the_recommended_client_gives_a_connection_ten_seconds() {
    let builder = format!("{:?}", countersign::client_builder());
    assert!(builder.contains("connect_timeout: 10s"), "{builder}");
}
