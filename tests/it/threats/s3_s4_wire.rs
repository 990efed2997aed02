//! S3: one of each of our headers, whatever was set before. S4: a stream is not an empty body.

use countersign::Unsigned;
use countersign::netgiro::{Reply, Verdict};
use futures_util::stream;
use http::{HeaderMap, HeaderValue};
use reqwest::Body;

use crate::support::chains::{self, fault};
use crate::support::fault::assert_says_what_to_do;
use crate::support::netgiro::{client, is_signed, provider, redirect_of, reply_to};
use crate::support::server::{Server, Step};

#[tokio::test]
async fn s3_headers_set_before_are_replaced_not_doubled() {
    let server = Server::start(|request, _| reply_to(request)).await;
    for chain in chains::all(server.origin()) {
        let mut defaults = HeaderMap::new();
        for name in chain.auth_headers {
            defaults.insert(*name, HeaderValue::from_static("default"));
        }
        let client = chain.over(countersign::client_builder().default_headers(defaults));
        let mut request = client.get(server.url("/?a=1"));
        for name in chain.auth_headers {
            request = request.header(*name, "first").header(*name, "second");
        }
        request.send().await.unwrap();
        assert!(chain.is_signed(server.requests().last().unwrap()), "{}", chain.name);
    }
}

fn chunks() -> Body {
    Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>("[1"), Ok(",2]")]))
}

#[tokio::test]
async fn s4_netgiro_refuses_a_stream_before_connecting_or_buffers_it() {
    let server = Server::start(|request, _| reply_to(request)).await;
    let bare = client(provider(server.origin()));
    let error = bare.post(server.url("/")).body(chunks()).send().await.unwrap_err();
    assert_eq!((fault(&error).code(), server.connections()), ("stream-body", 0));

    let short = client(provider(server.origin()).buffer_stream_bodies(4));
    let error = short.post(server.url("/")).body(chunks()).send().await.unwrap_err();
    assert_eq!((fault(&error).code(), server.connections()), ("stream-too-long", 0));

    assert_says_what_to_do(fault(&error));

    let broken = stream::iter([Ok("["), Err(std::io::Error::other("cut off"))]);
    let error = short.post(server.url("/")).body(Body::wrap_stream(broken)).send().await.unwrap_err();
    assert!(error.to_string().contains("cut off") || format!("{error:?}").contains("cut off"), "{error:?}");
    assert!(countersign::Error::find(&error).is_none() && server.connections() == 0, "{error:?}");

    let buffering = client(provider(server.origin()).buffer_stream_bodies(5));
    buffering.post(server.url("/")).body(chunks()).send().await.unwrap();
    let request = server.requests().pop().unwrap();
    assert_eq!((request.body.as_slice(), is_signed(&request)), (b"[1,2]".as_slice(), true));
}

/// Buffering and following redirects take another way through the middleware.
#[tokio::test]
async fn s4_a_client_that_buffers_passes_on_what_is_not_signed_and_hands_redirects_to_the_caller() {
    let server = Server::start(|request, _| match &*request.target {
        "/redirect" => redirect_of(request, 302, "/elsewhere"),
        _ => reply_to(request),
    })
    .await;
    let home = provider(server.origin()).buffer_stream_bodies(5);
    let redirect = client(home.clone()).get(server.url("/redirect")).send().await.unwrap();
    assert_eq!(redirect.status(), 302);
    assert_eq!(redirect.extensions().get().map(Reply::verdict), Some(Verdict::Verified));
    assert_eq!(server.requests().len(), 1);

    let following = home.clone().follow_redirects(2);
    for client in [home, following].map(client) {
        client.get(server.url("/")).with_extension(Unsigned).send().await.unwrap();
        assert!(!server.requests().last().unwrap().has("netgiro_signature"));
    }
    let passing = provider("https://proxy.example").pass_other_origins_unsigned();
    for client in [passing.clone().buffer_stream_bodies(5), passing.follow_redirects(2)].map(client) {
        client.get(server.url("/")).send().await.unwrap();
        assert!(!server.requests().last().unwrap().has("netgiro_signature"));
    }
}

#[tokio::test]
async fn s4_providers_that_sign_no_body_pass_streams_through() {
    // The script answers before the chunks have come; what matters is how they were announced.
    let server = Server::start(|request, _| vec![reply_to(request).step(), Step::Close]).await;
    for chain in chains::all(server.origin()).iter().filter(|chain| chain.name != "netgiro") {
        let request = chain.recommended().post(server.url("/")).header("content-type", "application/json");
        let _ = request.body(chunks()).send().await;
        let request = server.requests().pop().unwrap();
        assert!(chain.is_signed(&request) && request.header("transfer-encoding") == "chunked");
    }
}
