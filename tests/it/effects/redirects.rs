//! A redirect is an answer: what was asked may have taken effect, however the next hop ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use countersign::{Effect, effect_of};
use reqwest_middleware::ClientBuilder;

use crate::support::chains::{self, Setup, fault};
use crate::support::server::{Answer, Server, Step};

fn redirect_to(location: &str) -> Vec<Step> {
    Answer::redirect(307, location).into()
}

#[tokio::test]
async fn where_a_redirect_is_not_followed_nothing_is_known() {
    let elsewhere = Server::start(|_, _| Answer::new(200, "")).await;
    let taken = elsewhere.url("/taken");
    let server = Server::start(move |request, _| match &*request.target {
        "/loop" => redirect_to("/loop"),
        "/unreadable" => redirect_to("http://["),
        "/user" => redirect_to(&format!("http://user@{}/", request.header("host"))),
        _ => redirect_to(&taken),
    })
    .await;
    let setup = Setup { origins: &[server.origin()], redirects: 1, ..Setup::default() };
    // Netgíró's redirects are not followed unless they verify.
    for chain in chains::set_up(setup).into_iter().filter(|chain| chain.name != "netgiro") {
        for (path, code) in [
            ("/loop", "redirect-limit"),
            ("/unreadable", "redirect-unreadable"),
            ("/user", "user-info-in-url"),
            ("/away", "redirect-cross-origin"),
        ] {
            let error = chain.recommended().post(server.url(path)).body("{}").send().await.unwrap_err();
            assert_eq!((fault(&error).code(), effect_of(&error)), (code, Effect::Unknown), "{}", chain.name);
        }
        let stream = reqwest::Body::wrap_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("x")]));
        let error = chain.recommended().post(server.url("/loop")).body(stream).send().await.unwrap_err();
        assert_eq!((fault(&error).code(), effect_of(&error)), ("redirect-stream-body", Effect::Unknown));
        for client in [reqwest::Client::builder(), reqwest::Client::builder().redirect(give_up())] {
            let error = chain.over(client).post(server.url("/away")).body("{}").send().await.unwrap_err();
            assert!(fault(&error).code().starts_with("redirect-"), "{error:?}");
            assert_eq!(effect_of(&error), Effect::Unknown, "{error:?}");
        }
    }
}

fn give_up() -> reqwest::redirect::Policy {
    reqwest::redirect::Policy::limited(0)
}

/// As reqwest's own, the error would say that nothing was sent.
#[tokio::test]
async fn where_the_next_hop_cannot_be_connected_to_nothing_is_known() {
    let server = Server::start_for_one_request(|_, _| {
        [Answer::redirect(307, "/next").header("connection", "close").into(), vec![Step::Close]].concat()
    })
    .await;
    let setup = Setup { origins: &[server.origin()], redirects: 1, ..Setup::default() };
    let [_, _, unleashed, _] = chains::set_up(setup);
    let error = unleashed.recommended().post(server.url("/start")).body("{}").send().await.unwrap_err();
    assert_eq!((fault(&error).code(), effect_of(&error)), ("redirect-unreachable", Effect::Unknown));
}

#[tokio::test]
async fn where_the_next_hop_cannot_be_signed_nothing_is_known() {
    let server = Server::start(|_, _| redirect_to("/next")).await;
    let reads = AtomicUsize::new(0);
    let clock = move || {
        let year_10_000 = reads.fetch_add(1, Ordering::Relaxed) > 0;
        UNIX_EPOCH + Duration::from_secs(if year_10_000 { 253_402_300_800 } else { 1_705_312_800 })
    };
    let netvisor = chains::netvisor().allow_origin(server.origin()).unwrap().follow_redirects(1).clock(clock);
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap()).with(netvisor).build();
    let error = client.post(server.url("/start")).body("<Root/>").send().await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
    assert_eq!((fault(&error).code(), effect_of(&error)), ("clock-out-of-range", Effect::Unknown));
}
