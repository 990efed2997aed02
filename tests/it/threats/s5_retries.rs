//! S5: each attempt of a retried request is signed anew.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::netvisor::TransactionId;
use http::HeaderMap;
use reqwest_middleware::{ClientBuilder, RequestBuilder};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use tokio::net::TcpListener;

use crate::support::chains::{self, Chain};
use crate::support::netgiro::reply_to;
use crate::support::received::Received;
use crate::support::server::{Answer, Server, Step};

/// Three attempts of one request: the first two get `failure`.
async fn attempts(
    chain_of: fn(&str) -> Chain,
    failure: fn() -> Vec<Step>,
    prepare: impl Fn(RequestBuilder) -> RequestBuilder,
) -> (Chain, Vec<Received>) {
    let server = Server::start(move |request, number| match number {
        0 | 1 => failure(),
        _ => vec![reply_to(request).step()],
    })
    .await;
    let chain = chain_of(server.origin());
    let brief = Duration::from_millis(1);
    let policy = ExponentialBackoff::builder().retry_bounds(brief, brief).build_with_max_retries(2);
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .with_arc(chain.middleware.clone())
        .build();
    let response = prepare(client.get(server.url("/x?a=1"))).send().await.unwrap();
    assert_eq!(response.status(), 200);
    (chain, server.requests())
}

fn nonces(chain: &Chain, requests: &[Received]) -> HashSet<String> {
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| chain.is_signed(request)));
    requests.iter().filter_map(|request| chain.nonce(request)).collect()
}

#[tokio::test]
async fn s5_three_attempts_have_three_nonces_or_transaction_ids() {
    let failures: [fn() -> Vec<Step>; 3] =
        [|| Answer::new(503, "down").into(), || Answer::new(429, "").into(), || vec![Step::Reset]];
    for failure in failures {
        for (chain_of, expected) in [(netvisor as fn(&str) -> Chain, 3), (netgiro, 3), (unleashed, 0)] {
            let (chain, requests) = attempts(chain_of, failure, |request| request).await;
            assert_eq!(nonces(&chain, &requests).len(), expected, "{}", chain.name);
        }
    }
}

#[tokio::test]
async fn s5_a_stable_transaction_id_stays() {
    let id = TransactionId::new("order-17").unwrap();
    let (chain, requests) =
        attempts(netvisor, || Answer::new(503, "").into(), |request| request.with_extension(id.clone()))
            .await;
    assert_eq!(nonces(&chain, &requests), HashSet::from(["order-17".to_owned()]));
}

/// An HTTP/2 server that refuses every stream, which says that nothing was done and the request may be sent again. Gives
/// its origin and the headers of each request.
async fn refusing_server() -> (String, Arc<Mutex<Vec<HeaderMap>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::<Mutex<Vec<_>>>::default();
    let kept = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    kept.lock().unwrap().push(request.headers().clone());
                    respond.send_reset(h2::Reason::REFUSED_STREAM);
                }
            });
        }
    });
    (origin, requests)
}

#[tokio::test]
async fn s5_the_recommended_client_repeats_nothing_below_the_signer() {
    let (origin, requests) = refusing_server().await;
    let attempts = async |chain: &Chain, client: reqwest::ClientBuilder| {
        let client = chain.over(client.http2_prior_knowledge());
        client.post(format!("{origin}/x")).body("[1]").send().await.unwrap_err();
        std::mem::take(&mut *requests.lock().unwrap())
    };
    for chain in chains::all(&origin) {
        // reqwest's own client sends the very same headers again, or this test would prove nothing.
        let repeated = attempts(&chain, reqwest::Client::builder()).await;
        assert!(repeated.len() > 1 && repeated.iter().all(|headers| *headers == repeated[0]), "{repeated:?}");
        assert_eq!(attempts(&chain, countersign::client_builder()).await.len(), 1, "{}", chain.name);
    }
}

fn netvisor(origin: &str) -> Chain {
    chains::all(origin)[0].clone()
}

fn netgiro(origin: &str) -> Chain {
    chains::all(origin)[1].clone()
}

fn unleashed(origin: &str) -> Chain {
    chains::all(origin)[2].clone()
}
