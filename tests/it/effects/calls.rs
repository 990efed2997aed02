//! What the error of a call says, over sockets.

use std::time::Duration;

use countersign::fault::Kind;
use countersign::netgiro::{ApiResponse, Reply, Verdict};
use countersign::{Effect, Error, effect_of, netvisor, unleashed, vizion};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use serde::de::IgnoredAny;

use crate::support::chains;
use crate::support::netgiro::{client, provider, reply, reply_to};
use crate::support::server::{Answer, Server, Step};

/// An origin at which nobody listens.
async fn closed() -> String {
    let origin = Server::start(|_, _| Vec::new()).await.origin().to_owned();
    tokio::task::yield_now().await;
    origin
}

async fn server() -> Server {
    Server::start(|request, _| match &*request.target {
        "/stall" => vec![Step::Stall],
        "/close" => vec![Step::Close],
        "/reset" => vec![Step::Reset],
        "/cut" => vec![Step::Send(reply_to(request).head()), Step::Close],
        "/drip" => {
            let answer = reply_to(request);
            vec![Step::Send(answer.head()), Step::Send(answer.body[..9].to_vec()), Step::Stall]
        }
        "/forged" => reply_to(request).without("netgiro_nonce").into(),
        "/replayed" => reply(&request.url(), "[]")
            .without("netgiro_nonce")
            .header("netgiro_nonce", request.header("netgiro_nonce"))
            .into(),
        "/declined" => reply(&request.url(), r#"{"Success":false,"ResultCode":10302}"#).into(),
        "/unsigned-404" => Answer::new(404, "<html>").into(),
        path => Answer::new(path[1..].parse().unwrap(), "<html>").into(),
    })
    .await
}

async fn error_of(client: &ClientWithMiddleware, url: String) -> reqwest_middleware::Error {
    let request = client.post(url).timeout(Duration::from_millis(300)).body("{}");
    match request.send().await {
        Ok(response) => response.bytes().await.expect_err("fails").into(),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_request_that_reached_no_server_has_had_none() {
    let closed = closed().await;
    for chain in chains::all(&closed) {
        let client = chain.recommended();
        for url in [closed.clone(), "https://elsewhere.example/".into(), "ftp://x.example/".into()] {
            assert_eq!(effect_of(&error_of(&client, url).await), Effect::None, "{}", chain.name);
        }
        let unbuilt = client.get("no URL").send().await.unwrap_err();
        assert!(unbuilt.is_builder() && effect_of(&unbuilt) == Effect::None, "{unbuilt:?}");
    }
}

#[tokio::test]
async fn of_what_broke_on_the_way_nothing_is_known() {
    let server = server().await;
    for chain in chains::all(server.origin()) {
        for path in ["/stall", "/close", "/reset", "/cut", "/drip"] {
            let error = error_of(&chain.recommended(), server.url(path)).await;
            assert_eq!(effect_of(&error), Effect::Unknown, "{} {path}: {error:?}", chain.name);
        }
    }
    let streaming = client(provider(server.origin()).dangerous_stream_replies());
    for path in ["/cut", "/drip", "/forged"] {
        let error = error_of(&streaming, server.url(path)).await;
        assert_eq!(effect_of(&error), Effect::Unknown, "{path}: {error:?}");
    }
}

#[tokio::test]
async fn what_nobody_vouches_for_proves_nothing() {
    let server = server().await;
    let netgiro = client(provider(server.origin()));
    for path in ["/forged", "/replayed", "/400", "/404", "/200"] {
        let error = error_of(&netgiro, server.url(path)).await;
        assert_eq!(Error::find(&error).unwrap().kind(), Kind::Verification, "{path}");
        assert_eq!(effect_of(&error), Effect::Unknown, "{path}");
    }
    let short = client(provider(server.origin()).reply_limit(9));
    let error = error_of(&short, server.url("/declined")).await;
    assert_eq!((Error::find(&error).unwrap().code(), effect_of(&error)), ("reply-too-long", Effect::Unknown));
}

#[tokio::test]
async fn a_verified_no_has_had_none() {
    let server = server().await;
    let declined = client(provider(server.origin())).get(server.url("/declined")).send().await.unwrap();
    assert_eq!(declined.extensions().get().map(Reply::verdict), Some(Verdict::Verified));
    let error = ApiResponse::<IgnoredAny>::from_slice(&declined.bytes().await.unwrap()).unwrap_err();
    assert_eq!((error.code(), error.effect()), ("netgiro-declined", Effect::None));
}

#[tokio::test]
async fn a_gateways_503_says_nothing_and_a_404_that_nothing_was_done() {
    let server = server().await;
    let [netvisor, _, unleashed, vizion] = chains::all(server.origin()).map(|chain| chain.recommended());
    for (path, effect) in [("/503", Effect::Unknown), ("/404", Effect::None)] {
        let get = async |client: &ClientWithMiddleware| client.get(server.url(path)).send().await.unwrap();
        let netvisor = netvisor::error_for_status(get(&netvisor).await).await.unwrap_err();
        assert_eq!(effect_of(&netvisor), effect, "{path}");
        for error in [
            unleashed::error_for_status(get(&unleashed).await).await.unwrap_err(),
            vizion::error_for_status(get(&vizion).await).await.unwrap_err(),
        ] {
            assert_eq!((error.code(), error.effect(), effect_of(&error)), ("error-status", effect, effect));
        }
    }
}

#[tokio::test]
async fn a_body_that_comes_over_a_connection_of_its_own_does_not_tell_of_the_requests() {
    let (server, closed) = (server().await, closed().await);
    let source = reqwest::Client::new().get(closed).send();
    let body = reqwest::Body::wrap_stream(futures_util::stream::once(async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        source.await.map(|_| "never")
    }));
    let [_, _, unleashed, _] = chains::all(server.origin());
    let error = unleashed.recommended().post(server.url("/stall")).body(body).send().await.unwrap_err();
    assert!(error.is_connect(), "or this test would prove nothing: {error:?}");
    assert_eq!(effect_of(&error), Effect::Unknown);
}

#[tokio::test]
async fn a_stream_too_long_to_be_signed_was_never_sent() {
    let server = server().await;
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(provider(server.origin()).buffer_stream_bodies(2))
        .build();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("long")]));
    let error = client.post(server.url("/200")).body(body).send().await.unwrap_err();
    assert_eq!((Error::find(&error).unwrap().code(), effect_of(&error)), ("stream-too-long", Effect::None));
    assert_eq!(server.connections(), 0);
}
