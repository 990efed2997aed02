//! The body of a request, with a limit on the time to wait for it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

/// Fails if the client breaks the body off, or does not go on with it in time.
pub(crate) struct Arriving {
    body: Incoming,
    within: Duration,
    /// Whether `within` is for the whole body, and not for each piece.
    is_for_all: bool,
    /// Starts when a reader first waits for a piece: before that, the client is not to blame.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, within: Duration, is_for_all: bool) -> Self {
        Self { body, within, is_for_all, alarm: None }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let arrived = Pin::new(&mut self.body).poll_frame(context);
        if arrived.is_ready() && !self.is_for_all {
            self.alarm = None;
        }
        if let Poll::Ready(frame) = arrived {
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyFault::Broken)));
        }
        let within = self.within;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(within)));
        alarm.as_mut().poll(context).map(|()| Some(Err(BodyFault::Late)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Why there is no more of a body.
#[derive(Debug)]
pub(crate) enum BodyFault {
    /// The body did not come in time.
    Late,
    /// The body broke off, or is not framed as HTTP demands.
    Broken(hyper::Error),
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "the body did not come in time",
            Self::Broken(_) => "the body broke off",
        })
    }
}

impl Error for BodyFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Late => None,
            Self::Broken(error) => Some(error),
        }
    }
}
