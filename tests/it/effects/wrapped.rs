//! What other middlewares leave of an error: README, *The order of middlewares*.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign::{Effect, Error, effect_of};
use http_cache_reqwest::{Cache, CacheMode, HttpCache, HttpCacheOptions, MokaManager};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_tracing::TracingMiddleware;

use crate::support::netgiro::{provider, reply_to};
use crate::support::server::{Server, Step};

const ELSEWHERE: &str = "https://elsewhere.example/";

fn under(outer: impl Middleware, server: &Server) -> ClientWithMiddleware {
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap());
    client.with(outer).with(provider(server.origin())).build()
}

fn retrying() -> impl Middleware {
    let at_once = Duration::from_millis(1);
    let policy = ExponentialBackoff::builder().retry_bounds(at_once, at_once).build_with_max_retries(1);
    RetryTransientMiddleware::new_with_policy(policy)
}

fn cache() -> impl Middleware {
    Cache(HttpCache {
        mode: CacheMode::Default,
        manager: MokaManager::default(),
        options: HttpCacheOptions::default(),
    })
}

/// Closes the first connection without an answer, and forges each reply after that.
async fn forging() -> Server {
    let arrived = AtomicUsize::new(0);
    Server::start(move |request, _| match (&*request.target, arrived.fetch_add(1, Ordering::Relaxed)) {
        ("/second", 0) => vec![Step::Close],
        _ => reply_to(request).without("netgiro_nonce").into(),
    })
    .await
}

#[tokio::test]
async fn reqwest_tracing_leaves_the_error_as_it_is() {
    let server = forging().await;
    let client = under(TracingMiddleware::default(), &server);
    let refused = client.post(ELSEWHERE).send().await.unwrap_err();
    let forged = client.post(server.url("/")).send().await.unwrap_err();
    let codes = [&refused, &forged].map(|error| Error::find(error).map(Error::code));
    assert_eq!(codes, [Some("origin-not-allowed"), Some("reply-nonce-missing")]);
    assert_eq!([effect_of(&refused), effect_of(&forged)], [Effect::None, Effect::Unknown]);
}

#[tokio::test]
async fn reqwest_retry_leaves_the_error_of_the_last_attempt() {
    let server = forging().await;
    let client = under(retrying(), &server);
    let refused = client.post(ELSEWHERE).send().await.unwrap_err();
    let forged = client.post(server.url("/second")).send().await.unwrap_err();
    assert_eq!(server.requests().len(), 2);
    let codes = [&refused, &forged].map(|error| Error::find(error).map(Error::code));
    assert_eq!(codes, [Some("origin-not-allowed"), Some("reply-nonce-missing")]);
    assert_eq!([effect_of(&refused), effect_of(&forged)], [Effect::None, Effect::Unknown]);
}

/// `effect_of` warns of it: the first attempt may have taken effect, and nothing of its error is left.
#[tokio::test]
async fn under_reqwest_retry_the_effect_is_that_of_the_last_attempt_alone() {
    let server = Server::start_for_one_request(|_, _| vec![Step::Close]).await;
    let client = under(retrying(), &server);
    let error = client.post(server.url("/")).send().await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
    assert_eq!(effect_of(&error), Effect::None, "{error:?}");
}

/// What `http-cache` may keep goes through it, and comes out as text if it fails; other requests pass it by.
#[tokio::test]
async fn http_cache_leaves_text_of_the_errors_of_reads_and_those_of_writes_as_they_are() {
    let server = forging().await;
    let client = under(cache(), &server);
    for (url, code) in
        [(ELSEWHERE.to_owned(), "origin-not-allowed"), (server.url("/"), "reply-nonce-missing")]
    {
        let read = client.get(&url).send().await.unwrap_err();
        assert!(Error::find(&read).is_none() && read.to_string().contains(&format!("[{code}]")), "{read:?}");
        assert_eq!(effect_of(&read), Effect::Unknown);
        let written = client.post(&url).send().await.unwrap_err();
        assert_eq!(Error::find(&written).map(Error::code), Some(code));
    }
}
