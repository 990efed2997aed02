//! The tower layer: nothing unverified gets past it.

mod retries;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Extensions, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

use self::retries::{Ending, Handling, Retries};
use super::builder::Reporter;
use super::scheme::Scheme;
use super::verifier::Taken;
use super::{DeliveryFault, Verified, Verifier};
use crate::error::{BoxError, Error};
use crate::whole_body::{ReadFault, read_whole};

impl<S: Scheme> Verifier<S> {
    /// A layer for tower, axum, hyper, tonic: hands on only what verified, with a [`Verified<Bytes>`] in the request's
    /// extensions and those very bytes as the body. Everything else is answered 401, in the same bytes whatever the
    /// reason, and reported as by [`Verifier::receive`]. What verified while the replay store is down is answered 503 with
    /// `Retry-After: 30`, since many senders take a 4xx as final.
    ///
    /// The [`Verified<Bytes>`] is of the verifier's own provider, as a handler names it:
    /// `vizion::webhook::Verified<Bytes>`. With axum, a handler on a route with another provider's layer answers 500, which is
    /// logged: what the one signed is never taken for what the other did.
    ///
    /// A delivery is taken at most once: it is spent, whatever becomes of it in the handler, unless
    /// [`forget_failed`](VerifyLayer::forget_failed) is chosen. A repetition is refused, unless
    /// [`acknowledge_duplicates`](VerifyLayer::acknowledge_duplicates) is.
    ///
    /// A delivery whose headers cannot verify is refused before its body is read, and any body is read up to the limit and no
    /// further. How long that may take is not limited here: put a time-out layer outside of this one.
    ///
    /// # When the sender hangs up
    /// A server drops a handler, at whichever `await` it has come to, when the connection closes before the answer: a sender
    /// that waits for 5 seconds ends what takes longer. So either store the delivery first (in a table or a queue), answer,
    /// and do the work from there; or do the work in a task of its own, which the handler waits for and which goes on
    /// without it:
    ///
    /// ```
    /// # mod of_axum {
    /// use axum::body::Bytes;
    /// use axum::http::StatusCode;
    /// use countersign::vizion::webhook::Verified;
    ///
    /// async fn handler(event: Verified<Bytes>) -> StatusCode {
    ///     match tokio::spawn(work(event)).await {
    ///         Ok(()) => StatusCode::OK,
    ///         Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    ///     }
    /// }
    /// # async fn work(_: Verified<Bytes>) {}
    /// # }
    /// ```
    ///
    /// A task ends with its process, a table does not. Whichever it is, go by the event's own id, as
    /// [`replay_key`](Verified::replay_key) shows: with `forget_failed`, a retry is let in while the task still runs.
    #[must_use]
    pub fn layer(&self) -> VerifyLayer<S> {
        VerifyLayer { verifier: self.clone(), retries: Retries::default(), original_uri: |_| None }
    }

    /// Verifies a delivery and takes it; `None` where it repeats one that was handled, and such are acknowledged.
    async fn let_in<B>(
        &self,
        retries: Retries,
        parts: &Parts,
        body: B,
    ) -> Result<Option<Verified<S, Bytes>>, Refused>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        self.ready(parts).await?;
        let limit = self.settings().body_limit;
        if let Err(fault) = self.check_head(parts) {
            let is_to_be_diagnosed = self.diagnoses() && fault.is_mismatch();
            let body = if is_to_be_diagnosed { read_whole(body, limit).await.ok() } else { None };
            return Err(Refused { error: self.refusal(fault, parts), body });
        }
        let body = read_whole(body, limit).await.map_err(|fault| match fault {
            ReadFault::TooLong => self.error(DeliveryFault::BodyTooLong { limit }, parts),
            ReadFault::OutOfMemory => self.error(DeliveryFault::OutOfMemory, parts),
            ReadFault::Transport(source) => {
                self.error(DeliveryFault::BodyUnreadable, parts).with_source(source)
            }
        })?;
        match self.take(parts, body.clone()).await.map_err(|error| Refused { error, body: Some(body) })? {
            Taken::First(accepted) => Ok(Some(accepted)),
            Taken::Again(repeated)
                if retries.acknowledge_duplicates && self.was_handled(&repeated, parts).await? =>
            {
                Ok(None)
            }
            Taken::Again(_) => Err(self.error(DeliveryFault::Replayed, parts).into()),
        }
    }
}

/// A delivery that is not let in.
struct Refused {
    error: Error,
    /// What a diagnosis takes, where it was read.
    body: Option<Bytes>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, body: None }
    }
}

/// Made by [`Verifier::layer`].
#[derive(Debug)]
pub struct VerifyLayer<S: Scheme> {
    verifier: Verifier<S>,
    retries: Retries,
    original_uri: OriginalUri,
}

// Derived, it would ask the scheme for a clone, which nothing needs.
impl<S: Scheme> Clone for VerifyLayer<S> {
    fn clone(&self) -> Self {
        Self { verifier: self.verifier.clone(), ..*self }
    }
}

/// Finds the URI as it was received, where a router has taken a prefix off that of the request.
type OriginalUri = fn(&Extensions) -> Option<&Uri>;

/// What a layer leaves in the request for the extractors, beside the delivery.
#[derive(Clone)]
// The extractors of axum read it.
#[cfg_attr(not(feature = "axum"), expect(dead_code))]
pub(super) struct Mounted {
    pub(super) provider: &'static str,
    pub(super) reporter: Reporter,
}

/// Marks the answer to a delivery that no handler has seen.
#[derive(Clone, Copy)]
pub(super) struct Unseen;

impl<S: Scheme> VerifyLayer<S> {
    /// Verifies the URL as it was received, for a layer below axum's `Router::nest`, which takes its prefix off the URL.
    ///
    /// ```
    /// # fn app(verifier: countersign::vizion::webhook::Verifier, handler: axum::routing::MethodRouter) -> axum::Router {
    /// let hooks = axum::Router::new().route("/vizion", handler.layer(verifier.layer().nested_in_axum()));
    /// axum::Router::new().nest("/hooks", hooks)
    /// # }
    /// ```
    #[cfg(feature = "axum")]
    #[must_use]
    pub fn nested_in_axum(mut self) -> Self {
        self.original_uri = |extensions| extensions.get().map(|axum::extract::OriginalUri(uri)| uri);
        self
    }

    /// Lets the sender's retry in where the handler failed: at least once, in place of at most once.
    ///
    /// A delivery is forgotten when its handler answers 5xx, 408 or 429, or ends in an error or a panic, or is dropped
    /// before it has answered, as when the sender hangs up or a time-out layer outside has had enough; also where the body
    /// is not the JSON that its `Verified<Json<_>>` wants. Any other answer leaves it spent. A retry with the same signature
    /// is let in as long as that is fresh. The handler must tolerate being run again after it has done all or a part of its
    /// work; of copies that arrive meanwhile, none is let in. Whoever recorded a delivery can be the one who retries it.
    ///
    /// A delivery is still lost where nobody is left to forget it: the process ends while the handler runs, or panics abort
    /// it; the sender hangs up while the store is asked, or the store's answer is lost; the store does not forget (which is
    /// logged). One whose handler was dropped is forgotten just after, by a task of the tokio runtime: a retry that comes
    /// sooner is refused, and the next is let in. Outside of tokio nothing is forgotten (which is logged).
    #[must_use]
    pub fn forget_failed(mut self) -> Self {
        self.retries.forget_failed = true;
        self
    }

    /// Answers a repetition of a delivery that was handled with an empty 200 in place of 401, and does not run the handler:
    /// for senders that retry when an answer was lost on its way.
    ///
    /// A repetition is verified like a first delivery, so it has the same signature over the same bytes; it must also have
    /// come in by the same method, at the same host and target, which not every scheme signs. The first was handled if its
    /// handler answered 2xx. While that runs, where it ended otherwise, and once it is
    /// [forgotten](Verifier::forget), a repetition is no more acknowledged than without this, on each machine that shares
    /// the replay store: 200 is never said of what may still be lost. It tells whoever recorded a delivery that it was
    /// handled.
    ///
    /// A sender that signs its retry anew sends another delivery, as far as the signature tells, and no repetition: neither is
    /// it acknowledged here nor kept from the handler, which has to go by the event's own id, as
    /// [`replay_key`](Verified::replay_key) shows.
    ///
    /// By itself this leaves it at most once; with [`forget_failed`](Self::forget_failed) it is at least once. That a
    /// delivery was handled is remembered beside it, before it is answered: one more write, and twice the room in the
    /// store. Where that write fails (which is logged), or outside of tokio, repetitions are refused.
    #[must_use]
    pub fn acknowledge_duplicates(mut self) -> Self {
        self.retries.acknowledge_duplicates = true;
        self
    }
}

impl<S: Scheme, Inner> Layer<Inner> for VerifyLayer<S> {
    type Service = VerifyService<S, Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        VerifyService { layer: self.clone(), inner }
    }
}

/// Made by [`VerifyLayer`].
#[derive(Debug)]
pub struct VerifyService<S: Scheme, Inner> {
    layer: VerifyLayer<S>,
    inner: Inner,
}

impl<S: Scheme, Inner: Clone> Clone for VerifyService<S, Inner> {
    fn clone(&self) -> Self {
        Self { layer: self.layer.clone(), inner: self.inner.clone() }
    }
}

impl<S, Inner, Received, Answer> Service<Request<Received>> for VerifyService<S, Inner>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>, Response = Response<Answer>> + Clone + Send + 'static,
    Inner::Future: Send,
    Inner::Error: Send,
    Received: Body + Send + 'static,
    Received::Data: Send,
    Received::Error: Into<BoxError>,
    Answer: Default + Send,
{
    type Response = Response<Answer>;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    /// Always: what is behind is asked once a delivery has verified. Asked here, it would keep a place free for whoever
    /// sends the rest of an unsigned body at leisure.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Received>) -> Self::Future {
        let mut inner = self.inner.clone();
        let VerifyLayer { verifier, retries, original_uri } = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let original = original_uri(&parts.extensions).cloned();
            let routed = original.map(|original| std::mem::replace(&mut parts.uri, original));
            let verified = match verifier.let_in(retries, &parts, body).await {
                Ok(Some(verified)) => verified,
                Ok(None) => {
                    tracing::info!(name: "countersign.webhook_acknowledged", provider = S::NAME, "webhook acknowledged again: it was handled before");
                    return Ok(empty(StatusCode::OK));
                }
                Err(Refused { error, body }) => {
                    verifier.report(&error, &parts, body);
                    return Ok(refusal(&error));
                }
            };
            let body = Full::new(Bytes::clone(&verified));
            // A body that was pretty-printed has become shorter than the header says.
            if let header::Entry::Occupied(mut length) = parts.headers.entry(header::CONTENT_LENGTH) {
                length.insert(verified.len().into());
            }
            parts
                .extensions
                .insert(Mounted { provider: S::NAME, reporter: verifier.settings().reporter.clone() });
            let place = retries.acknowledge_duplicates.then(|| verifier.place(&parts));
            let handling = Handling::new(retries.forget_failed, verifier, place, verified.clone());
            parts.extensions.insert(verified);
            if let Some(routed) = routed {
                parts.uri = routed;
            }
            let answer = match poll_fn(|context| inner.poll_ready(context)).await {
                Ok(()) => inner.call(Request::from_parts(parts, body)).await,
                Err(error) => Err(error),
            };
            handling.end(answer.as_ref().map_or(Ending::Failed, Ending::of)).await;
            answer
        })
    }
}

/// What a sender is asked to wait, in seconds, while the replay store is down.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");

/// The one answer to everything that did not verify, or did so before; another to what cannot be told now, for want of the
/// replay store or of keys.
fn refusal<Answer: Default>(error: &Error) -> Response<Answer> {
    if !matches!(error.fault(), Some(DeliveryFault::StoreUnreachable | DeliveryFault::KeysExpired)) {
        return empty(StatusCode::UNAUTHORIZED);
    }
    let mut response = empty(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

fn empty<Answer: Default>(status: StatusCode) -> Response<Answer> {
    let mut response = Response::new(Answer::default());
    *response.status_mut() = status;
    response
}
