//! V5: a verified reply is the reply that came, in every respect.

use std::collections::HashMap;
use std::net::SocketAddr;

use countersign::netgiro::{Reply, Verdict};
use futures_util::TryStreamExt as _;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};

use crate::support::netgiro::{BODY, client, provider, reply};
use crate::support::server::Server;

/// Stands below the signer and leaves something in the response's extensions.
struct Mark;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marked(u32);

#[async_trait::async_trait]
impl Middleware for Mark {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut response = next.run(request, extensions).await?;
        response.extensions_mut().insert(Marked(7));
        Ok(response)
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    version: http::Version,
    headers: http::HeaderMap,
    url: String,
    remote: Option<SocketAddr>,
    marked: Option<Marked>,
    length: Option<u64>,
    body: bytes::Bytes,
}

impl Seen {
    async fn of(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            version: response.version(),
            headers: response.headers().clone(),
            url: response.url().to_string(),
            remote: response.remote_addr(),
            marked: response.extensions().get().copied(),
            length: response.content_length(),
            body: response.bytes().await.unwrap(),
        }
    }
}

#[tokio::test]
async fn v5_a_verified_reply_equals_the_unverified_one() {
    let replies = std::sync::Mutex::new(HashMap::new());
    let server = Server::start(move |request, _| {
        let mut replies = replies.lock().unwrap();
        let fresh = || {
            let mut answer = reply(&request.url(), if request.target == "/empty" { "" } else { BODY });
            answer.status = if request.target == "/404" { 404 } else { 201 };
            answer
                .header("set-cookie", "a=1")
                .header("set-cookie", "b=2")
                .header("x-bytes", [0xe4, b' ', 0xff])
        };
        replies.entry(request.target.clone()).or_insert_with(fresh).clone()
    })
    .await;
    let bare = || ClientBuilder::new(countersign::client_builder().build().unwrap());
    let plain = bare().with(Mark).build();
    let verifying = bare().with(provider(server.origin())).with(Mark).build();
    for path in ["/a?b=%20c#fragment", "/404", "/empty"] {
        let expected = Seen::of(plain.get(server.url(path)).send().await.unwrap()).await;
        let response = verifying.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.extensions().get::<Reply>().unwrap().verdict(), Verdict::Verified);
        assert_eq!(response.extensions().get::<Reply>().unwrap().reference_id(), Some("ref-1"));
        let rebuilt = Seen::of(response).await;
        assert_eq!((rebuilt.marked, rebuilt.remote.is_some()), (Some(Marked(7)), true));
        assert_eq!(rebuilt, expected, "{path}");
    }
}

#[tokio::test]
async fn v5_every_way_of_reading_the_body_still_works() {
    let server = Server::start(|request, _| reply(&request.url(), BODY)).await;
    let client = client(provider(server.origin()));
    let get = || async { client.get(server.url("/")).send().await.unwrap() };

    assert_eq!(get().await.text().await.unwrap(), BODY);
    assert_eq!(get().await.json::<serde_json::Value>().await.unwrap()["ResultCode"], 200);
    let chunks: Vec<_> = get().await.bytes_stream().try_collect().await.unwrap();
    assert_eq!(chunks.concat(), BODY.as_bytes());
    assert_eq!(get().await.chunk().await.unwrap().unwrap(), BODY);
    assert!(get().await.error_for_status().is_ok());
}
