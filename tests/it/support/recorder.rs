//! Middleware that keeps what passes it.

use std::sync::{Arc, Mutex};

use http::{Extensions, HeaderMap};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

/// Keeps the URL and headers of each request at its place in the chain. Clones share what is kept.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<(String, HeaderMap)>>>);

impl Recorder {
    pub(crate) fn requests(&self) -> Vec<(String, HeaderMap)> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Middleware for Recorder {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        self.0.lock().unwrap().push((request.url().to_string(), request.headers().clone()));
        next.run(request, extensions).await
    }
}
