//! Requests that carry nothing of ours, and requests that go nowhere.

use countersign::Scheme;
use countersign::fault::Kind;
use countersign::netvisor::MacAlgorithm;
use countersign::{Error, Signer, Unsigned};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

use crate::support::client;
use crate::support::raw_server::RawServer;
use crate::support::received::Received;
use crate::support::recorder::Recorder;
use crate::support::server::Answer;
use crate::support::subjects::{SUBJECTS, Subject, netgiro, netvisor, unleashed, vizion};

/// No header that signing adds, not even those that say nothing secret.
fn assert_unsigned(subject: &Subject, received: &Received) {
    for name in subject.headers.iter().filter(|name| **name != "accept") {
        assert!(!received.has(name), "{}: {name}", subject.name);
    }
}

#[tokio::test]
async fn a_request_marked_unsigned_carries_nothing_of_ours_wherever_it_goes() {
    let (allowed, other) = (server().await, server().await);
    for subject in &SUBJECTS {
        let client = (subject.client)(client(), &allowed.origin());
        for server in [&allowed, &other] {
            let reply = client.get(server.origin()).with_extension(Unsigned).send().await.unwrap();
            assert_eq!(reply.text().await.unwrap(), "hello");
            assert_unsigned(subject, &server.take_request());
        }
    }
}

#[tokio::test]
async fn the_mark_is_for_one_request() {
    let server = server().await;
    let subject = SUBJECTS.iter().find(|subject| subject.name == "vizion").unwrap();
    let client = (subject.client)(client(), &server.origin());
    client.get(server.origin()).with_extension(Unsigned).send().await.unwrap();
    client.get(server.origin()).send().await.unwrap();
    let [first, second] = server.take_requests().try_into().unwrap();
    assert_unsigned(subject, &first);
    let (sent, recomputed) = (subject.signatures)(&second);
    assert_eq!(sent, recomputed);
}

#[tokio::test]
async fn another_origin_is_refused_before_connecting() {
    let (allowed, other) = (server().await, server().await);
    let by_name = other.origin().replace("127.0.0.1", "localhost");
    for subject in &SUBJECTS {
        let client = (subject.client)(client(), &allowed.origin());
        for origin in [&other.origin(), &by_name] {
            let error = client.get(format!("{origin}/path?c4n4ry")).send().await.unwrap_err();
            let error = Error::find(&error).unwrap();
            assert_eq!((error.code(), error.kind()), ("origin-not-allowed", Kind::Scope), "{}", subject.name);
            assert!(error.to_string().contains(origin), "{error}");
            assert!(!format!("{error:#} {error:?}").contains("c4n4ry"));
        }
    }
    assert_eq!((allowed.connections().await, other.connections().await), (0, 0));
}

#[tokio::test]
async fn other_origins_pass_unsigned_when_asked_to() {
    let other = server().await;
    let recorder = Recorder::default();
    for (subject, client) in passing_clients(&recorder) {
        let reply = client.get(other.origin()).header("x-users", "own").send().await.unwrap();
        assert_eq!(reply.text().await.unwrap(), "hello");
        assert_unsigned(subject, &other.take_request());
        let (_, headers) = recorder.requests().pop().unwrap();
        assert_eq!(headers.len(), 1, "{}: {headers:?}", subject.name);
    }
}

fn passing_client<S: Scheme>(
    name: &str,
    signer: Signer<S>,
    recorder: &Recorder,
) -> (&'static Subject, ClientWithMiddleware) {
    let subject = SUBJECTS.iter().find(|subject| subject.name.starts_with(name)).unwrap();
    let chain = ClientBuilder::new(client()).with(signer.pass_other_origins_unsigned());
    (subject, chain.with(recorder.clone()).build())
}

/// A client of each provider, which passes other origins, with `recorder` behind it.
fn passing_clients(recorder: &Recorder) -> Vec<(&'static Subject, ClientWithMiddleware)> {
    vec![
        passing_client("netvisor", netvisor(MacAlgorithm::HmacSha256), recorder),
        passing_client("netgiro", netgiro(), recorder),
        passing_client("unleashed", unleashed(), recorder),
        passing_client("vizion", vizion(), recorder),
    ]
}

async fn server() -> RawServer {
    RawServer::answering(Answer::new(200, "hello").header("content-type", "text/plain")).await
}
