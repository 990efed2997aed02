//! V6: what a retry layer needs to see, it sees.

use std::time::Duration;

use countersign::netgiro::{Reply, ReplyFault, Verdict};
use reqwest_middleware::Error;

use crate::support::chains::fault;
use crate::support::netgiro::{client, provider, reply_to};
use crate::support::server::{Answer, Server, Step};

#[tokio::test]
async fn v6_transport_errors_stay_what_they_are() {
    let server = Server::start(|request, _| match &*request.target {
        "/stall" => vec![Step::Stall],
        "/stall-in-body" => {
            let answer = reply_to(request);
            vec![Step::Send(answer.head()), Step::Send(answer.body[..9].to_vec()), Step::Stall]
        }
        "/close" => vec![Step::Close],
        "/close-in-body" => vec![Step::Send(reply_to(request).head()), Step::Close],
        _ => vec![Step::Reset],
    })
    .await;
    let client = client(provider(server.origin()));
    type Is = fn(&reqwest::Error) -> bool;
    let cases: [(&str, Is); 5] = [
        ("/stall", reqwest::Error::is_timeout),
        ("/stall-in-body", reqwest::Error::is_timeout),
        ("/close", reqwest::Error::is_request),
        ("/close-in-body", |error| error.is_decode() || error.is_body()),
        ("/reset", reqwest::Error::is_request),
    ];
    for (path, is_expected) in cases {
        let timeout = Duration::from_millis(if path.starts_with("/stall") { 200 } else { 60_000 });
        match client.get(server.url(path)).timeout(timeout).send().await {
            Err(Error::Reqwest(error)) => assert!(is_expected(&error), "{path}: {error:?}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    let nobody_listens = Server::start(|_, _| Vec::new()).await.origin().to_owned();
    tokio::task::yield_now().await;
    let client = self::client(provider(&nobody_listens));
    // A fragment is not sent, and must not make the URL of the error look like another.
    for url in [nobody_listens.clone(), format!("{nobody_listens}/a?b#c")] {
        let refused = client.get(url).send().await;
        assert!(matches!(&refused, Err(Error::Reqwest(error)) if error.is_connect()), "{refused:?}");
    }
}

#[tokio::test]
async fn v6_an_unsigned_overload_keeps_its_status_and_loses_its_body() {
    let server = Server::start(|request, _| {
        let status = request.target[1..].parse().unwrap();
        Answer::new(status, r#"{"Success":true}"#)
            .header("content-type", "application/json")
            .header("retry-after", "7")
            .header("netgiro_referenceId", "ref-2")
    })
    .await;
    let client = client(provider(server.origin()));
    for status in [429, 500, 502, 503, 504, 599] {
        let response = client.get(server.url(&format!("/{status}"))).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        let reply = response.extensions().get::<Reply>().unwrap();
        assert_eq!(reply.verdict(), Verdict::Unverified(ReplyFault::SignatureMissing));
        assert_eq!(reply.reference_id(), Some("ref-2"));
        assert_eq!(response.headers()["retry-after"], "7");
        assert!(!response.headers().contains_key("content-type"));
        assert_eq!(response.content_length(), Some(0));
        assert_eq!(response.bytes().await.unwrap(), "");
    }
    for status in [200, 201, 302, 400, 403, 404, 428, 430, 499] {
        let error = client.get(server.url(&format!("/{status}"))).send().await.unwrap_err();
        assert_eq!(fault(&error).code(), "reply-signature-missing", "{status}");
        assert_eq!(fault(&error).reference_id(), Some("ref-2"));
    }
}

#[tokio::test]
async fn v6_an_overload_that_claims_to_be_signed_is_refused() {
    let server = Server::start(|request, _| {
        let mut answer = reply_to(request);
        answer.status = 503;
        answer.body[0] = b'[';
        answer
    })
    .await;
    let error = client(provider(server.origin())).get(server.url("/")).send().await.unwrap_err();
    assert_eq!(fault(&error).code(), "reply-signature-mismatch");
}
