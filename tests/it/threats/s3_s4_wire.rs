//! S3: one of each of our headers, whatever was set before. S4: a stream is not an empty body.

use futures_util::stream;
use http::{HeaderMap, HeaderValue};
use reqwest::Body;

use crate::support::chains::{self, fault};
use crate::support::fault::assert_says_what_to_do;
use crate::support::netgiro::{client, is_signed, provider, reply_to};
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
