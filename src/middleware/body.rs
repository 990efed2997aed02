//! Reading bodies under a limit, and putting a response together again.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use reqwest::{Body, Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::Result;

use crate::error::{Class, Error, Fault};

pub(crate) enum ReadFault {
    TooLong,
    /// Stays a `reqwest::Error`, so that a retry layer sees it for what it is.
    Transport(reqwest::Error),
}

/// Reads a body into one buffer, showing each chunk to `observe` as it arrives. Counts decompressed bytes.
pub(crate) async fn read_body(
    response: &mut Response,
    limit: usize,
    mut observe: impl FnMut(&[u8]),
) -> std::result::Result<Bytes, ReadFault> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if announced > limit {
        return Err(ReadFault::TooLong);
    }
    // What is announced may be a lie: room is made in advance for what fits the limit only.
    let mut body = Vec::with_capacity(announced);
    while let Some(chunk) = response.chunk().await.map_err(ReadFault::Transport)? {
        let needed = body.len().saturating_add(chunk.len());
        if needed > limit {
            return Err(ReadFault::TooLong);
        }
        observe(&chunk);
        make_room(&mut body, needed, limit);
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// Doubles, as `Vec` does by itself, but never past the limit: just below a limit, a `Vec` takes twice as much.
fn make_room(body: &mut Vec<u8>, needed: usize, limit: usize) {
    if needed > body.capacity() {
        let room = body.capacity().saturating_mul(2).clamp(needed, limit);
        body.reserve_exact(room.saturating_sub(body.len()));
    }
}

/// The response with `body` in place of the one that was read.
pub(crate) fn rebuild(response: Response, body: Bytes) -> Result<Response> {
    with_body(response, |_| body.into())
}

/// The response with the beginning of its body, which was read, put back in front of the rest.
pub(crate) fn put_back(response: Response, read: Bytes) -> Result<Response> {
    with_body(response, |rest| Body::wrap(Rejoined { read: Some(read), rest }))
}

/// Keeps the status, version, headers, URL and extensions, the remote address among them.
fn with_body(response: Response, body: impl FnOnce(Body) -> Body) -> Result<Response> {
    let url = response.url().clone();
    let (parts, rest) = http::Response::from(response).into_parts();
    let mut rebuilt = http::Response::builder()
        .url(url)
        .body(body(rest))
        .map_err(|error| reqwest_middleware::Error::Middleware(error.into()))?;
    *rebuilt.status_mut() = parts.status;
    *rebuilt.version_mut() = parts.version;
    *rebuilt.headers_mut() = parts.headers;
    rebuilt.extensions_mut().extend(parts.extensions);
    Ok(rebuilt.into())
}

struct Rejoined {
    read: Option<Bytes>,
    rest: Body,
}

impl http_body::Body for Rejoined {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, reqwest::Error>>> {
        match self.read.take().filter(|read| !read.is_empty()) {
            Some(read) => Poll::Ready(Some(Ok(Frame::data(read)))),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn size_hint(&self) -> SizeHint {
        let read = self.read.as_ref().map_or(0, |read| read.len() as u64);
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(read));
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(read)) {
            hint.set_upper(upper);
        }
        hint
    }
}

/// Replaces a stream by its bytes. A transport error is the outer one, a limit exceeded the inner one.
pub(super) async fn buffer(request: &mut Request, limit: usize) -> Result<std::result::Result<(), Error>> {
    if request.body().is_none_or(|body| body.as_bytes().is_some()) {
        return Ok(Ok(()));
    }
    let Some(stream) = request.body_mut().take() else {
        return Ok(Ok(()));
    };
    match Limited::new(stream, limit).collect().await {
        Ok(collected) => {
            *request.body_mut() = Some(collected.to_bytes().into());
            Ok(Ok(()))
        }
        Err(error) if error.is::<LengthLimitError>() => Ok(Err(Error::new(StreamTooLong))),
        Err(error) => match error.downcast::<reqwest::Error>() {
            Ok(error) => Err((*error).into()),
            Err(error) => Err(reqwest_middleware::Error::Middleware(anyhow::anyhow!(error))),
        },
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the stream is longer than what may be buffered for signing")]
struct StreamTooLong;

impl Fault for StreamTooLong {
    fn code(&self) -> &'static str {
        "stream-too-long"
    }
    fn class(&self) -> Class {
        Class::Signing
    }
    fn next_step(&self) -> &'static str {
        "Raise the limit of `buffer_stream_bodies`, or send a smaller body."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_grows_by_doubling_and_stops_at_the_limit() {
        let mut body = Vec::new();
        let mut capacities = Vec::new();
        for needed in (1..=100).map(|chunks| chunks * 1000) {
            make_room(&mut body, needed, 100_000);
            body.resize(needed, 0);
            capacities.push(body.capacity());
        }
        capacities.dedup();
        assert_eq!(capacities, [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 100_000]);
    }
}
