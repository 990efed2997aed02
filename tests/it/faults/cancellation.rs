//! A call that is dropped at any await leaves nothing behind.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::support::netgiro::{BODY, client, is_signed, provider, reply_to};
use crate::support::server::{Server, Step};

/// Polls a future so many times at most, then gives up: `None`.
struct Polls<F> {
    future: Pin<Box<F>>,
    left: usize,
}

impl<F: Future> Future for Polls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[tokio::test]
async fn faults_a_call_dropped_at_any_await_leaves_the_client_whole() {
    let server = Server::start(|request, _| match &*request.target {
        "/slow" => vec![Step::Drip(reply_to(request).bytes())],
        _ => vec![reply_to(request).step()],
    })
    .await;
    let client = client(provider(server.origin()).buffer_stream_bodies(1000));
    let body = || {
        let pieces = futures_util::stream::unfold(0_u8, |n| async move {
            tokio::task::yield_now().await;
            (n < 5).then_some((Ok::<_, std::io::Error>(vec![b'1'; 3]), n + 1))
        });
        reqwest::Body::wrap_stream(pieces)
    };
    let mut dropped = 0;
    loop {
        let call = client.post(server.url("/slow")).body(body()).send();
        match (Polls { future: Box::pin(call), left: dropped }).await {
            None => dropped += 1,
            Some(response) => {
                assert_eq!(response.unwrap().text().await.unwrap(), BODY);
                break;
            }
        }
        assert_eq!(client.get(server.url("/")).send().await.unwrap().text().await.unwrap(), BODY);
    }
    // At least: each piece of the body, the connection, the headers and the body of the reply.
    assert!(dropped >= 7, "{dropped}");
    let requests = server.requests();
    assert!(requests.iter().all(is_signed));
    let nonces: std::collections::HashSet<_> =
        requests.iter().map(|request| request.header("netgiro_nonce")).collect();
    assert_eq!(nonces.len(), requests.len());
}
