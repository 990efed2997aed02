//! C1: a client that followed redirects by itself is found out, also by the errors that it ends in.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use countersign::fault::Kind;
use countersign::vizion::Vizion;
use reqwest::redirect::Policy;
use reqwest_middleware::ClientBuilder;
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;

use crate::support::chains::{self, Chain, fault};
use crate::support::netgiro::reply_to;
use crate::support::server::{Answer, Server};

/// `home` redirects to `away`, which redirects to wherever it is told to.
struct Detour {
    home: Server,
    away: Server,
}

impl Detour {
    async fn to(onward: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let started = Arc::new(OnceLock::<String>::new());
        let start = Arc::clone(&started);
        let answer = move |start: &str| Answer::redirect(307, &onward(start));
        let away = Server::start_on("127.0.0.2", move |_, _| answer(start.get().unwrap())).await;
        let location = away.url("/taken");
        let home = Server::start(move |_, _| Answer::redirect(307, &location)).await;
        started.set(home.url("/start?canary")).unwrap();
        Self { home, away }
    }

    /// The call of each provider ends in the news that the keys must be rotated, wherever they went.
    async fn is_told(&self, client: impl Fn() -> reqwest::ClientBuilder) {
        for chain in chains::all(self.home.origin()) {
            let arrived = self.away.requests().len();
            let request = chain.over(client()).post(self.home.url("/start?canary")).body("body");
            let error = request.send().await.unwrap_err();
            let fault = fault(&error);
            assert_eq!((fault.code(), fault.kind()), ("redirect-followed", Kind::Scope), "{}", chain.name);
            assert!(fault.next_step().starts_with("Rotate"), "{}", fault.next_step());
            let printed = format!("{error} {error:?} {fault:?}");
            assert!(!printed.contains("canary"), "{printed}");
            // The exposure is real, or this test would prove nothing.
            assert_exposed(&chain, &self.away, arrived);
        }
    }
}

fn assert_exposed(chain: &Chain, away: &Server, arrived: usize) {
    let requests = away.requests().split_off(arrived);
    assert!(!requests.is_empty());
    assert!(requests.iter().all(|request| chain.count(request) == chain.auth_headers.len()));
}

#[tokio::test]
async fn c1_a_chain_that_goes_away_and_back_until_the_client_gives_up_is_told() {
    let and_back = Detour::to(str::to_owned).await;
    for limit in [2, 4, 10] {
        and_back.is_told(|| reqwest::Client::builder().redirect(Policy::limited(limit))).await;
    }
}

#[tokio::test]
async fn c1_a_chain_that_ends_at_what_the_client_cannot_ask_is_told() {
    Detour::to(|_| "ftp://x.example/canary".to_owned()).await.is_told(reqwest::Client::builder).await;
}

#[tokio::test]
async fn c1_a_refusal_of_the_next_url_is_not_taken_for_an_answer_from_there() {
    let on_and_on = Detour::to(|_| "http://127.0.0.3:1/canary".to_owned()).await;
    // As reqwest's own `https_only` does: the error names what it refused to ask.
    let refuse_third = || {
        Policy::custom(|attempt| match attempt.url().host_str() {
            Some("127.0.0.3") => {
                let refusal = reqwest::Client::new().get("relative").build().unwrap_err();
                let next = attempt.url().clone();
                attempt.error(refusal.with_url(next))
            }
            _ => attempt.follow(),
        })
    };
    on_and_on.is_told(|| reqwest::Client::builder().redirect(refuse_third())).await;
}

#[tokio::test]
async fn c1_a_client_that_gives_up_following_tells_the_exposure_too() {
    let second = Server::start(|_, _| Answer::redirect(302, "/again?canary")).await;
    let location = second.url("/?canary");
    let first = Server::start(move |_, _| Answer::redirect(302, &location)).await;
    for chain in chains::all(first.origin()) {
        let client = chain.over(reqwest::Client::builder().redirect(Policy::limited(1)));
        let error = client.get(first.url("/?canary")).send().await.unwrap_err();
        let fault = fault(&error);
        assert_eq!(fault.code(), "redirect-exposed-credentials");
        assert!(fault.to_string().contains(second.origin()));
        let cause = std::error::Error::source(fault).unwrap().downcast_ref::<reqwest::Error>().unwrap();
        assert!(cause.is_redirect());
        let printed = format!("{error} {error:?} {fault:?} {cause} {cause:?}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}

#[tokio::test]
async fn c1_a_client_that_follows_within_the_origin_is_told() {
    let server = Server::start(|request, _| match &*request.target {
        "/first" => Answer::redirect(302, "/second"),
        _ => reply_to(request),
    })
    .await;
    for chain in chains::all(server.origin()) {
        let client = chain.over(reqwest::Client::builder());
        let error = client.get(server.url("/first")).send().await.unwrap_err();
        let fault = fault(&error);
        assert_eq!((fault.code(), fault.kind()), ("redirect-followed", Kind::Scope));
        // The redirects may have led away and back: the keys are not safe because the last answer is from home.
        assert!(fault.next_step().starts_with("Rotate"), "{}", fault.next_step());
    }
}

#[tokio::test]
async fn c1_a_client_built_on_the_recommended_one_sends_no_referer_even_if_it_follows() {
    let server = Server::start(|request, _| match &*request.target {
        "/first?canary" => Answer::redirect(302, "/second"),
        _ => reply_to(request),
    })
    .await;
    let clients: [(fn() -> reqwest::ClientBuilder, bool); 2] =
        [(countersign::client_builder, false), (reqwest::Client::builder, true)];
    for (client, expected) in clients {
        for chain in chains::all(server.origin()) {
            let following = chain.over(client().redirect(Policy::default()));
            following.get(server.url("/first?canary")).send().await.unwrap_err();
            let [first, second] = server.take_requests().try_into().unwrap();
            assert_eq!((first.has("referer"), second.has("referer")), (false, expected), "{}", chain.name);
        }
    }
}

#[tokio::test]
async fn c1_an_exposure_is_told_through_a_middleware_below_the_signer() {
    let second = Server::start(|_, _| Answer::redirect(302, "/again?canary")).await;
    let location = second.url("/?canary");
    let first = Server::start(move |_, _| Answer::redirect(302, &location)).await;
    let vizion = Vizion::new(chains::VIZION_KEY).unwrap().allow_origin(first.origin()).unwrap();
    // In the wrong order, and it wraps the error that the client ends in.
    let retrying = RetryTransientMiddleware::new_with_policy(
        ExponentialBackoff::builder().retry_bounds(Duration::ZERO, Duration::ZERO).build_with_max_retries(1),
    );
    let client = ClientBuilder::new(reqwest::Client::new()).with(vizion).with(retrying).build();
    let error = client.get(first.url("/?canary")).send().await.unwrap_err();
    assert!(second.requests().iter().any(|request| request.has("x-api-key")));
    assert_eq!(fault(&error).code(), "redirect-followed");
    let printed = format!("{error} {error:?}");
    assert!(!printed.contains("canary"), "{printed}");
}
