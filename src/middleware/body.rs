//! Reads bodies up to a limit, and puts responses together again.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Extensions, HeaderMap, StatusCode, Version};
use http_body::{Frame, SizeHint};
use reqwest::{Body, Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::Result;
use url::Url;

use crate::error::Error;
use crate::fault::faults;
use crate::signer::Permit;
use crate::whole_body::{ReadFault, WholeBody, read_whole};

/// Reads a reply into one buffer, and shows each chunk to `observe` as it arrives. Counts decompressed bytes. A
/// transport error stays a `reqwest::Error`, so that a retry layer recognises it.
pub(crate) async fn read_reply(
    response: &mut Response,
    limit: usize,
    mut observe: impl FnMut(&[u8]),
) -> std::result::Result<Bytes, ReadFault<reqwest::Error>> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if announced > limit {
        return Err(ReadFault::TooLong);
    }
    let mut whole = WholeBody::new(limit, announced);
    while let Some(chunk) = response.chunk().await.map_err(ReadFault::Transport)? {
        observe(&chunk);
        whole.push(chunk)?;
    }
    Ok(whole.finish())
}

/// The response with `body` in place of the one that was read. If its URL equals `kept`, it is not copied.
pub(crate) fn rebuild(mut response: Response, kept: Url, body: Bytes) -> Result<Response> {
    let url = if *response.url() == kept { kept } else { response.url().clone() };
    let parts = Parts {
        status: response.status(),
        version: response.version(),
        headers: std::mem::take(response.headers_mut()),
        extensions: std::mem::take(response.extensions_mut()),
    };
    parts.with_body(url, body)
}

/// The response with the beginning of its body, which was already read, put back in front of the rest.
pub(crate) fn put_back(response: Response, read: Bytes) -> Result<Response> {
    wrap_body(response, |rest| Body::wrap(Rejoined { read: Some(read), rest }))
}

/// The response with its body replaced by what `wrap` makes of it.
pub(crate) fn wrap_body(response: Response, wrap: impl FnOnce(Body) -> Body) -> Result<Response> {
    let url = response.url().clone();
    let (parts, body) = http::Response::<Body>::from(response).into_parts();
    let parts = Parts {
        status: parts.status,
        version: parts.version,
        headers: parts.headers,
        extensions: parts.extensions,
    };
    parts.with_body(url, wrap(body))
}

/// What is kept of a response when its body is replaced. The extensions hold the remote address.
struct Parts {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    extensions: Extensions,
}

impl Parts {
    fn with_body(self, url: Url, body: impl Into<Body>) -> Result<Response> {
        let mut builder = http::Response::builder().status(self.status).version(self.version);
        // The builder accepts any status and version, so it has headers and extensions.
        if let Some(extensions) = builder.extensions_mut() {
            *extensions = self.extensions;
        }
        if let Some(headers) = builder.headers_mut() {
            *headers = self.headers;
        }
        // The URL comes last, since it is an extension too.
        let rebuilt = builder.url(url).body(body.into());
        rebuilt.map(Response::from).map_err(|error| reqwest_middleware::Error::Middleware(error.into()))
    }
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
        hint_with(self.read.as_ref().map_or(0, Bytes::len), &self.rest)
    }
}

/// The response with a body that holds `permit` until its end.
pub(super) fn hold(response: Response, permit: Permit) -> Result<Response> {
    wrap_body(response, |body| {
        // Nobody reads a body that has already ended.
        if http_body::Body::is_end_stream(&body) {
            body
        } else {
            Body::wrap(Held { body, permit: Some(permit) })
        }
    })
}

struct Held {
    body: Body,
    permit: Option<Permit>,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.permit = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The length of a body whose first `held` bytes have already been read, in front of `rest`.
pub(crate) fn hint_with(held: usize, rest: &Body) -> SizeHint {
    let held = held as u64;
    let rest = http_body::Body::size_hint(rest);
    let mut hint = SizeHint::new();
    hint.set_lower(rest.lower().saturating_add(held));
    if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(held)) {
        hint.set_upper(upper);
    }
    hint
}

/// Replaces a stream by its bytes. The outer error is a transport error; the inner error says that the limit was exceeded.
pub(super) async fn buffer(request: &mut Request, limit: usize) -> Result<std::result::Result<(), Error>> {
    if request.body().is_none_or(|body| body.as_bytes().is_some()) {
        return Ok(Ok(()));
    }
    let Some(stream) = request.body_mut().take() else {
        return Ok(Ok(()));
    };
    match read_whole(stream, limit).await {
        Ok(bytes) => {
            *request.body_mut() = Some(bytes.into());
            Ok(Ok(()))
        }
        Err(ReadFault::TooLong) => Ok(Err(Error::new(StreamFault::TooLong))),
        Err(ReadFault::OutOfMemory) => Ok(Err(Error::new(StreamFault::OutOfMemory))),
        Err(ReadFault::Transport(error)) => Err(error.into()),
    }
}

faults! {
    #[derive(Debug)]
    pub(super) enum StreamFault {
        TooLong = Signing, "stream-too-long", "the stream is longer than what may be buffered for signing",
            "Raise the limit of `buffer_stream_bodies`, or send a smaller body.";
        OutOfMemory = Signing, "stream-out-of-memory", "there is not enough memory to buffer the stream for signing",
            "Lower the limit of `buffer_stream_bodies` to what memory can hold, or send a smaller body.";
    }
}
