//! An honest Netgíró without a network, for more requests at once than there are sockets.

use std::collections::HashSet;
use std::sync::Mutex;

use http::Extensions;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{Middleware, Next, Result};
use tokio::sync::Barrier;

use super::netgiro::{BODY, reply};

/// Stands where the client would be, and answers once as many requests as the barrier takes are waiting.
pub(crate) struct InMemory {
    gate: Barrier,
    nonces: Mutex<HashSet<String>>,
}

impl InMemory {
    pub(crate) fn answering_together(requests: usize) -> Self {
        Self { gate: Barrier::new(requests), nonces: Mutex::default() }
    }

    pub(crate) fn distinct_nonces(&self) -> usize {
        self.nonces.lock().unwrap().len()
    }
}

#[async_trait::async_trait]
impl Middleware for InMemory {
    async fn handle(&self, request: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        let nonce = request.headers()["netgiro_nonce"].to_str().unwrap().to_owned();
        self.nonces.lock().unwrap().insert(nonce);
        self.gate.wait().await;
        let mut response = http::Response::builder().url(request.url().clone());
        for (name, value) in reply(request.url().as_str(), BODY).headers {
            response = response.header(name, value);
        }
        Ok(response.body(BODY).unwrap().into())
    }
}
