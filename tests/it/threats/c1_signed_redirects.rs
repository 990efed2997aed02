//! C1: Netgíró signs its replies, so a redirect that did not verify makes no request be signed.

use std::collections::HashMap;

use countersign::fault::Kind;
use countersign::netgiro::{Netgiro, Reply, Verdict};
use http::Method;
use reqwest::Response;

use crate::support::chains::fault;
use crate::support::netgiro::{client, fresh_nonce, provider, redirect_of, reply, reply_to, signature};
use crate::support::received::Received;
use crate::support::server::{Answer, Server};

/// Elsewhere within the origin, where whoever answers would like a signed request to go.
const ORACLE: &str = "/v1/refund?transaction=victim";

/// What somebody without the secret can answer, as the server sees it, and how it is refused.
type Forgery = fn(&Received) -> Answer;

const FORGERIES: [(&str, Forgery, &str); 6] = [
    ("/unsigned", |_| Answer::new(0, ""), "reply-signature-missing"),
    ("/guessed", |request| signed(request, "0".repeat(64)), "reply-signature-mismatch"),
    ("/elsewhere", |request| reply(&format!("{}&", request.url()), ""), "reply-signature-mismatch"),
    (
        "/other-body",
        |request| Answer { body: b"{}".to_vec(), ..reply_to(request) },
        "reply-signature-mismatch",
    ),
    ("/reflected", reflection, "reply-reflected"),
    ("/no-document", |request| reply(&request.url(), "moved"), "reply-not-one-document"),
];

fn signed(request: &Received, signature: String) -> Answer {
    reply_to(request).without("netgiro_signature").header("netgiro_signature", signature)
}

fn reflection(request: &Received) -> Answer {
    Answer::new(0, request.body.clone())
        .header("netgiro_nonce", request.header("netgiro_nonce"))
        .header("netgiro_signature", request.header("netgiro_signature"))
}

/// Redirects to the oracle by the forgery that the path names.
async fn forger(status: u16) -> Server {
    let forgeries: HashMap<_, _> = FORGERIES.map(|(path, forge, _)| (path, forge)).into();
    Server::start(move |request, _| match forgeries.get(&*request.target) {
        Some(forge) => Answer { status, ..forge(request) }.header("location", ORACLE),
        None => reply_to(request),
    })
    .await
}

fn following(server: &Server) -> Netgiro {
    provider(server.origin()).follow_redirects(3)
}

#[tokio::test]
async fn c1_netgiro_follows_no_redirect_that_did_not_verify() {
    for status in [301, 302, 303, 307, 308] {
        let server = forger(status).await;
        let set_ups = [following(&server), following(&server).dangerous_stream_replies()];
        for (path, _, code) in FORGERIES {
            for (netgiro, method) in set_ups.iter().zip([Method::GET, Method::POST]) {
                let client = client(netgiro.clone());
                let error = client.request(method, server.url(path)).body("[1]").send().await.unwrap_err();
                let fault = fault(&error);
                assert_eq!((fault.code(), fault.kind()), (code, Kind::Verification), "{path}");
                let said = fault.to_string();
                assert!(said.contains("a redirect is followed only where the reply verifies"), "{said}");
                assert!(said.contains(&format!("it redirects to {};", server.origin())), "{said}");
            }
        }
        assert!(server.requests().iter().all(|request| request.target != ORACLE));
        assert_eq!(server.requests().len(), 2 * FORGERIES.len());
    }
}

#[tokio::test]
async fn what_is_followed_is_said_of_redirects_alone_and_where_they_are_followed() {
    let says_so = |error: reqwest_middleware::Error| fault(&error).to_string().contains("is followed only");
    for (status, limit, expected) in [(302, 1, true), (302, 0, false), (200, 1, false), (200, 0, false)] {
        let server = forger(status).await;
        let client = client(provider(server.origin()).follow_redirects(limit));
        let error = client.get(server.url("/unsigned")).send().await.unwrap_err();
        assert_eq!(says_so(error), expected, "{status}, {limit}");
    }
}

#[tokio::test]
async fn c1_netgiro_follows_no_reply_that_it_has_seen() {
    let (nonce, start) = (fresh_nonce(), "/start");
    let server = Server::start(move |request, _| match &*request.target {
        "/start" => Answer::redirect(307, "/end")
            .header("netgiro_nonce", nonce.as_str())
            .header("netgiro_signature", signature(&nonce, &request.url(), b"")),
        _ => reply_to(request),
    })
    .await;
    let client = client(following(&server));
    client.post(server.url(start)).send().await.unwrap();
    let error = client.post(server.url(start)).send().await.unwrap_err();
    assert_eq!(fault(&error).code(), "reply-replayed");
    assert_eq!(server.requests().len(), 3);
}

fn verdict(response: &Response) -> Verdict {
    response.extensions().get::<Reply>().unwrap().verdict()
}

#[tokio::test]
async fn c1_report_only_hands_an_unverified_redirect_on_and_does_not_follow_it() {
    let server = forger(307).await;
    let client = client(following(&server).dangerous_report_only());
    for (path, _, _) in FORGERIES {
        let response = client.get(server.url(path)).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.url().path()), (307, path));
        assert!(matches!(verdict(&response), Verdict::Unverified(_)));
    }
    assert_eq!(server.requests().len(), FORGERIES.len());
}

#[tokio::test]
async fn c1_a_redirect_that_verifies_is_followed_also_where_replies_are_streamed_or_only_reported() {
    let server = Server::start(|request, _| match &*request.target {
        "/start" => redirect_of(request, 303, "/end"),
        _ => reply_to(request),
    })
    .await;
    let cases = [
        (following(&server).dangerous_stream_replies(), Verdict::Pending),
        (following(&server).dangerous_report_only(), Verdict::Verified),
    ];
    for (netgiro, expected) in cases {
        let response = client(netgiro).post(server.url("/start")).body("[1]").send().await.unwrap();
        // The verdict is of the reply to the last URL, which is not the one that was asked for.
        assert_eq!((response.url().as_str(), verdict(&response)), (&*server.url("/end"), expected));
    }
}
