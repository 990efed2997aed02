//! A panic in code of others leaves the client usable.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};

use crate::support::netgiro::{BODY, provider, reply_to};
use crate::support::server::Server;

/// Panics on the way out, then on the way in, then never again.
#[derive(Default)]
struct Clumsy(AtomicUsize);

#[async_trait::async_trait]
impl Middleware for Clumsy {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        assert!(turn != 0, "on the way out");
        let response = next.run(request, extensions).await;
        assert!(turn != 1, "on the way in");
        response
    }
}

async fn call(client: &ClientWithMiddleware, url: String) -> Option<String> {
    let request = client.get(url);
    tokio::spawn(async { request.send().await.unwrap().text().await.unwrap() }).await.ok()
}

#[tokio::test]
async fn faults_a_panic_in_another_middleware_holds_no_lock() {
    let server = Server::start(|request, _| reply_to(request)).await;
    let bare = || ClientBuilder::new(countersign::client_builder().build().unwrap());
    let inside = bare().with(provider(server.origin())).with(Clumsy::default()).build();
    let outside = bare().with(Clumsy::default()).with(provider(server.origin())).build();
    for client in [inside, outside] {
        let mut results = Vec::new();
        for _ in 0..4 {
            results.push(call(&client, server.url("/")).await);
        }
        assert_eq!(results, [None, None, Some(BODY.to_owned()), Some(BODY.to_owned())]);
    }
}

#[tokio::test]
async fn faults_a_panic_in_a_clock_holds_no_lock() {
    let server = Server::start(|request, _| reply_to(request)).await;
    let reads = AtomicUsize::new(0);
    let clock = move || {
        assert!(reads.fetch_add(1, Ordering::SeqCst) != 0, "the first time");
        UNIX_EPOCH + Duration::from_secs(1_705_312_800)
    };
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(provider(server.origin()).clock(clock))
        .build();
    let results = [call(&client, server.url("/")).await, call(&client, server.url("/")).await];
    assert_eq!(results, [None, Some(BODY.to_owned())]);
}
