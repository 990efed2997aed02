//! V3: a reply's length is limited, counted after decompression. `tests/memory.rs` measures what that takes.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use crate::support::chains::fault;
use crate::support::netgiro::{client, provider, reply};
use crate::support::server::{Answer, Server, Step};

const LIMIT: usize = 100_000;

fn array_of(length: usize) -> String {
    format!("[{}]", " ".repeat(length - 2))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An honest reply of so many bytes, sent compressed or chunked.
async fn serve(length: usize, transfer: fn(Answer) -> Vec<Step>) -> Server {
    Server::start(move |request, _| transfer(reply(&request.url(), array_of(length)))).await
}

fn plain(answer: Answer) -> Vec<Step> {
    answer.into()
}

fn compressed(mut answer: Answer) -> Vec<Step> {
    answer.body = gzip(&answer.body);
    answer.header("content-encoding", "gzip").into()
}

fn chunked(answer: Answer) -> Vec<Step> {
    let head = answer.clone().header("transfer-encoding", "chunked").head();
    let chunks = answer
        .body
        .chunks(1000)
        .map(|chunk| Step::Send([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()));
    [Step::Send(head)].into_iter().chain(chunks).chain([Step::Send(b"0\r\n\r\n".to_vec())]).collect()
}

#[tokio::test]
async fn v3_the_limit_is_exact_however_the_body_travels() {
    for transfer in [plain, compressed, chunked] {
        for (length, expected) in [(LIMIT, None), (LIMIT + 1, Some("reply-too-long"))] {
            let server = serve(length, transfer).await;
            let client = client(provider(server.origin()).reply_limit(LIMIT));
            let result = client.get(server.url("/")).send().await;
            assert_eq!(result.as_ref().err().map(|error| fault(error).code()), expected);
            if let Ok(response) = result {
                assert_eq!(response.bytes().await.unwrap(), array_of(LIMIT));
            }
        }
    }
}

#[tokio::test]
async fn v3_what_never_ends_or_explodes_is_cut_off() {
    let bomb = gzip(&vec![b' '; 100 * LIMIT]);
    assert!(bomb.len() < LIMIT / 2);
    let server = Server::start(move |request, _| {
        let mut answer = reply(&request.url(), "");
        match &*request.target {
            "/bomb" => {
                answer.body = bomb.clone();
                answer.header("content-encoding", "gzip").into()
            }
            "/endless" => {
                let head = answer.header("transfer-encoding", "chunked").head();
                vec![Step::Send(head), Step::Endless(b"5\r\n     \r\n".repeat(1000))]
            }
            _ => vec![Step::Send(answer.header("content-length", "1099511627776").head()), Step::Stall],
        }
    })
    .await;
    let client = client(provider(server.origin()).reply_limit(LIMIT));
    for path in ["/bomb", "/endless", "/announced"] {
        let error = client.get(server.url(path)).send().await.expect_err(path);
        let error = fault(&error);
        assert_eq!((error.code(), error.reference_id()), ("reply-too-long", Some("ref-1")), "{path}");
    }
}

#[tokio::test]
async fn v3_report_only_hands_no_longer_reply_on_whether_or_not_it_is_signed() {
    let server = Server::start(|request, _| match &*request.target {
        "/signed" => reply(&request.url(), array_of(LIMIT + 1)),
        "/unsigned" => Answer::new(200, array_of(LIMIT + 1)),
        _ => Answer::new(200, array_of(LIMIT)),
    })
    .await;
    let reporting = client(provider(server.origin()).reply_limit(LIMIT).dangerous_report_only());
    for path in ["/signed", "/unsigned"] {
        let error = reporting.get(server.url(path)).send().await.unwrap_err();
        assert_eq!(fault(&error).code(), "reply-too-long", "{path}");
    }
    let response = reporting.get(server.url("/short")).send().await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), array_of(LIMIT));
}
