//! Hands replies on while they are being verified.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{StatusCode, header};
use http_body::{Frame, SizeHint};
use reqwest::{Body, Response};
use reqwest_middleware::Result;
use url::Url;

use super::Netgiro;
use super::reply::{Reply, ReplyCheck, Verdict, reference_id};
use super::seen::SeenNonces;
use crate::error::{BoxError, Error};
use crate::middleware::reply::log_refusal;
use crate::middleware::{hint_with, skew_note, wrap_body};

/// The response with a body that is checked as it is read. Its last chunk comes only if all checks pass.
pub(super) fn verified_at_its_end(
    netgiro: &Netgiro,
    check: ReplyCheck,
    url: Url,
    mut response: Response,
) -> Result<Response> {
    let reference_id = reference_id(response.headers());
    let remarks = Remarks {
        url,
        status: response.status(),
        skew: skew_note(response.headers().get(header::DATE), netgiro.now()),
    };
    response.extensions_mut().insert(Reply { reference_id, verdict: Verdict::Pending });
    let (seen, room) = (netgiro.scheme().seen.clone(), netgiro.scheme().replies.limit);
    wrap_body(response, |inner| {
        Body::wrap(Checked {
            inner,
            judge: Some(Judge { check, seen, remarks }),
            withheld: Bytes::new(),
            room,
        })
    })
}

struct Checked {
    inner: Body,
    /// `None` once the reply has been judged.
    judge: Option<Judge>,
    /// The latest chunk with bytes. What follows decides whether it may be handed on.
    withheld: Bytes,
    /// How many more bytes the limit allows.
    room: usize,
}

struct Judge {
    check: ReplyCheck,
    seen: Arc<SeenNonces>,
    remarks: Remarks,
}

/// What a refusal reports besides its reason.
struct Remarks {
    url: Url,
    status: StatusCode,
    skew: Option<String>,
}

impl http_body::Body for Checked {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, BoxError>>> {
        while self.judge.is_some() {
            let released = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                // Trailers are dropped: no signature covers them, and buffered replies have none either.
                Some(Ok(frame)) => frame.into_data().ok().and_then(|chunk| self.take_in(chunk).transpose()),
                Some(Err(transport)) => Some(Err(self.end_with(transport))),
                None => self.settle().transpose(),
            };
            if let Some(released) = released {
                return Poll::Ready(Some(released.map(Frame::data)));
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        hint_with(self.withheld.len(), &self.inner)
    }
}

type Released = std::result::Result<Option<Bytes>, BoxError>;

impl Checked {
    /// Withholds `chunk`, and releases the one before it.
    fn take_in(&mut self, chunk: Bytes) -> Released {
        let Some(judge) = &mut self.judge else { return Ok(None) };
        let Some(room) = self.room.checked_sub(chunk.len()) else {
            let error = judge.remarks.add_to(judge.check.too_long());
            return Err(self.end_with(error));
        };
        self.room = room;
        judge.check.update(&chunk);
        // An empty chunk must not release the last bytes. A bad body is still hashed to its end, so that the refusal
        // has the same reason as for a buffered reply.
        if chunk.is_empty() || !judge.check.is_possible() {
            return Ok(None);
        }
        Ok(Some(std::mem::replace(&mut self.withheld, chunk)).filter(|before| !before.is_empty()))
    }

    /// Ends the body: nothing more is read or released.
    fn end_with(&mut self, error: impl Into<BoxError>) -> BoxError {
        self.judge = None;
        self.withheld.clear();
        error.into()
    }

    /// Judges the whole body, and releases its last chunk.
    fn settle(&mut self) -> Released {
        let Some(Judge { check, seen, remarks }) = self.judge.take() else { return Ok(None) };
        let withheld = std::mem::take(&mut self.withheld);
        match check.finish(&seen) {
            Ok(_) => Ok(Some(withheld).filter(|last| !last.is_empty())),
            Err(error) => Err(remarks.add_to(error).into()),
        }
    }
}

impl Remarks {
    fn add_to(&self, error: Error) -> Error {
        let error = error.with_status(self.status);
        let error = self.skew.iter().fold(error, Error::with_note);
        log_refusal(&error, &self.url, self.status);
        error
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::stream::iter;
    use http::{Extensions, HeaderMap, HeaderValue, Method};
    use http_body_util::{BodyExt as _, StreamBody};

    use super::super::reply::SentRequest;
    use super::super::signing::{NONCE, SIGNATURE};
    use super::*;
    use crate::signing::RequestRef;

    const URL: &str = "https://api.netgiro.is/v1/x";

    /// A reply whose signature is for `[1]`, and which comes as `frames`.
    fn checked(frames: Vec<Frame<Bytes>>) -> Checked {
        let netgiro = Netgiro::new("app-key", "secret").unwrap();
        let (url, headers, extensions) = (Url::parse(URL).unwrap(), HeaderMap::new(), Extensions::new());
        let sent = SentRequest::new(&RequestRef::new(&Method::GET, &url, &headers, &extensions, b""));
        let mut mac = netgiro.scheme().secret.mac().start();
        mac.text(|text| netgiro.scheme().secret.state_text(b"1", URL, b"[1]", text));
        let signature = mac.finish().header_value();
        let headers = HeaderMap::from_iter([(NONCE, HeaderValue::from_static("1")), (SIGNATURE, signature)]);
        let check = netgiro.begin_reply(&sent, &headers).unwrap();
        let remarks = Remarks { url, status: StatusCode::OK, skew: None };
        Checked {
            inner: Body::wrap(StreamBody::new(iter(frames.into_iter().map(Ok::<_, BoxError>)))),
            judge: Some(Judge { check, seen: netgiro.scheme().seen.clone(), remarks }),
            withheld: Bytes::new(),
            room: 10,
        }
    }

    /// The bytes that come out, and whether the body ends without an error.
    fn read(frames: Vec<Frame<Bytes>>) -> (Vec<u8>, bool) {
        let (mut body, mut read) = (checked(frames), Vec::new());
        loop {
            match body.frame().now_or_never().expect("all frames are there") {
                Some(Ok(frame)) => read.extend_from_slice(&frame.into_data().expect("no trailers come out")),
                Some(Err(_)) => return (read, false),
                None => return (read, true),
            }
        }
    }

    fn data(chunks: &[&'static str]) -> Vec<Frame<Bytes>> {
        chunks.iter().map(|chunk| Frame::data(Bytes::from_static(chunk.as_bytes()))).collect()
    }

    #[test]
    fn frames_without_data_push_nothing_out() {
        let wrong = data(&["[", "2]"]);
        assert_eq!(read(wrong), (b"[".to_vec(), false));
        let mut wrong_and_more = data(&["[", "2]", "", ""]);
        wrong_and_more.push(Frame::trailers(HeaderMap::new()));
        assert_eq!(read(wrong_and_more), (b"[".to_vec(), false));
        let mut honest = data(&["", "[", "", "1]", ""]);
        honest.push(Frame::trailers(HeaderMap::new()));
        assert_eq!(read(honest), (b"[1]".to_vec(), true));
    }

    #[test]
    fn a_length_is_told_with_what_is_withheld() {
        let mut body = checked(data(&["[1", "]"]));
        let _first = body.frame().now_or_never();
        let hint = http_body::Body::size_hint(&body);
        assert_eq!((hint.lower(), hint.upper()), (1, None), "the last chunk is known, the stream has no end");
    }
}
