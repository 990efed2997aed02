//! The sandbox's hint about a request that it refuses.

use std::future::Future;
use std::pin::Pin;

use countersign::redact::printable;
use http::{Extensions, HeaderValue};
use reqwest::{Request, Response};
use reqwest_middleware::{Next, Result};

/// The sandbox's sentences are far shorter.
const LONGEST: usize = 300;

/// The value of `x-countersign-diagnosis`. Anybody could have written it.
#[derive(Clone)]
pub(super) struct Hint(HeaderValue);

impl Hint {
    /// A note on a failure, with nothing in it that moves a terminal's text.
    pub(super) fn told(&self, shown: impl Fn(&HeaderValue) -> String) -> String {
        let text: String = shown(&self.0).chars().take(LONGEST).collect();
        format!("the server's diagnosis: {}", printable(&text))
    }
}

/// Middleware that keeps an answer's hint in the request's extensions.
pub(super) fn take<'a>(
    request: Request,
    extensions: &'a mut Extensions,
    next: Next<'a>,
) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>> {
    Box::pin(async move {
        let response = next.run(request, extensions).await?;
        if let Some(value) = response.headers().get("x-countersign-diagnosis") {
            extensions.insert(Hint(value.clone()));
        }
        Ok(response)
    })
}
