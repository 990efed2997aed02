//! V4: neither our own request nor a recorded reply answers a request.

use std::sync::Mutex;

use countersign::Error;
use countersign::netgiro::Netgiro;

use crate::support::chains::fault;
use crate::support::netgiro::{BODY, client, fresh_nonce, headers, provider, reply_to, sent, signature};
use crate::support::received::Received;
use crate::support::server::{Answer, Server};

fn send_back(request: &Received) -> Answer {
    Answer::new(200, request.body.clone())
        .header("netgiro_nonce", request.header("netgiro_nonce"))
        .header("netgiro_signature", request.header("netgiro_signature"))
}

/// Sends two requests, of which the first has no reply, and gives the code that the second ends in.
async fn code_of_second(body: Option<&'static str>, answer: fn(&[Received]) -> Answer) -> &'static str {
    let seen = Mutex::new(Vec::new());
    let server = Server::start(move |request, number| {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        if number == 0 { Answer::new(503, "") } else { answer(&seen) }
    })
    .await;
    let client = client(provider(server.origin()));
    let request = || match body {
        None => client.get(server.url("/v1/x")),
        Some(body) => client.post(server.url("/v1/x")).body(body),
    };
    request().send().await.unwrap();
    fault(&request().send().await.unwrap_err()).code()
}

#[tokio::test]
async fn v4_no_request_of_ours_is_taken_for_a_reply() {
    for body in [None, Some(r#"{"Success":true,"ResultCode":200}"#)] {
        let this = code_of_second(body, |seen| send_back(&seen[1])).await;
        let earlier = code_of_second(body, |seen| send_back(&seen[0])).await;
        assert_eq!([this, earlier], ["reply-reflected"; 2]);
    }
}

#[tokio::test]
async fn v4_a_recorded_reply_answers_no_later_request() {
    let recorded = Mutex::new(None);
    let server = Server::start(move |request, _| {
        recorded.lock().unwrap().get_or_insert_with(|| reply_to(request)).clone()
    })
    .await;
    let provider = provider(server.origin());
    let [first, clone] = [client(provider.clone()), client(provider)];
    assert_eq!(first.get(server.url("/v1/x")).send().await.unwrap().text().await.unwrap(), BODY);
    for client in [&first, &clone] {
        for request in [client.get(server.url("/v1/x")), client.post(server.url("/v1/x"))] {
            assert_eq!(fault(&request.send().await.unwrap_err()).code(), "reply-replayed");
        }
    }
}

const URL: &str = "https://api.netgiro.is/v1/x";

fn judge(provider: &Netgiro, nonce: &str, body: &str) -> Result<(), Error> {
    let headers = headers(nonce, &signature(nonce, URL, BODY.as_bytes()));
    provider.verify_reply(&sent(provider, URL), &headers, body.as_bytes()).map(drop)
}

#[test]
fn v4_a_forgery_does_not_burn_the_nonce_of_the_honest_reply() {
    let provider = provider("https://proxy.example");
    let nonce = fresh_nonce();
    assert_eq!(judge(&provider, &nonce, "{}").unwrap_err().code(), "reply-signature-mismatch");
    judge(&provider, &nonce, BODY).unwrap();
    assert_eq!(judge(&provider, &nonce, BODY).unwrap_err().code(), "reply-replayed");
}

#[test]
fn v4_ten_thousand_replies_are_remembered_and_no_more_than_twice_as_many() {
    let provider = provider("https://proxy.example");
    let nonces: Vec<_> = (0..20_001).map(|_| fresh_nonce()).collect();
    let (first, later) = nonces.split_at(10_001);
    first.iter().for_each(|nonce| judge(&provider, nonce, BODY).unwrap());
    for nonce in [&first[0], &first[10_000]] {
        assert_eq!(judge(&provider, nonce, BODY).unwrap_err().code(), "reply-replayed");
    }
    later.iter().for_each(|nonce| judge(&provider, nonce, BODY).unwrap());
    judge(&provider, &first[0], BODY).unwrap();
}
