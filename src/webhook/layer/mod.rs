//! The tower layer, which lets only verified deliveries through.

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
    /// A layer for tower, axum, hyper and tonic. The inner service gets only deliveries that verified, with a
    /// [`Verified<Bytes>`] in the request's extensions and the same bytes as the body. Every other request is answered
    /// 401, with the same bytes for every reason, and reported as by [`Verifier::receive`]. If a delivery verified and
    /// the replay store is down, the answer is 503 with `Retry-After: 30`, since many senders take a 4xx as final.
    ///
    /// The [`Verified<Bytes>`] belongs to the verifier's provider, as a handler names it:
    /// `vizion::webhook::Verified<Bytes>`. With axum, a handler on a route with another provider's layer answers 500,
    /// which is logged.
    ///
    /// By default, a delivery is accepted at most once, even if the handler fails;
    /// [`forget_failed`](VerifyLayer::forget_failed) changes that. A copy is refused;
    /// [`acknowledge_duplicates`](VerifyLayer::acknowledge_duplicates) changes that.
    ///
    /// A delivery whose headers cannot verify is refused before its body is read, and no body is read beyond the limit.
    /// The layer does not limit how long that may take: put a time-out layer outside.
    ///
    /// # When the sender hangs up
    /// A server drops a handler at its next `await` if the connection closes before the answer: a sender that waits for
    /// 5 seconds ends any handler that takes longer. So store the delivery first (in a table or a queue), answer, and
    /// do the work from there. Or do the work in a separate task, which the handler waits for but which goes on without
    /// the handler:
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
    /// A task ends with its process; a table does not. In both cases, check the event's own id, as
    /// [`replay_key`](Verified::replay_key) shows: with `forget_failed`, a retry is accepted while the task still runs.
    #[must_use]
    pub fn layer(&self) -> VerifyLayer<S> {
        VerifyLayer { verifier: self.clone(), retries: Retries::default(), original_uri: |_| None }
    }

    /// Verifies a delivery and takes it. `None` if it repeats a delivery that was handled, and duplicates are acknowledged.
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

/// A refused delivery.
struct Refused {
    error: Error,
    /// The body, which a diagnosis needs, if it was read.
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

// A derived `Clone` would needlessly require `S: Clone`.
impl<S: Scheme> Clone for VerifyLayer<S> {
    fn clone(&self) -> Self {
        Self { verifier: self.verifier.clone(), ..*self }
    }
}

/// Finds the received URI, if a router has taken a prefix off the URI of the request.
type OriginalUri = fn(&Extensions) -> Option<&Uri>;

/// What the layer leaves in the request for the extractors, beside the delivery.
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

    /// Accepts the sender's retry after the handler failed: at least once, instead of at most once.
    ///
    /// A delivery is forgotten if its handler answers 5xx, 408 or 429, ends in an error or a panic, or is dropped
    /// before it has answered, because the sender hung up or an outer time-out layer gave up. It is also forgotten if
    /// the body is not the JSON that the handler's `Verified<Json<_>>` wants. After any other answer, a retry is
    /// refused. A retry with the same signature is accepted while that signature is fresh. The handler must tolerate a
    /// second run after it has done all or part of its work. Copies that arrive while the handler runs are refused.
    /// Somebody who recorded a delivery can be the one who retries it.
    ///
    /// A delivery is still lost if nothing is left to forget it: the process ends while the handler runs, or panics
    /// abort it; the sender hangs up while the store is asked; the store's answer is lost; or the store does not forget
    /// (which is logged). A dropped handler's delivery is forgotten just afterwards, by a task of the tokio runtime: a
    /// retry that comes sooner is refused, the next is accepted. Outside of tokio, nothing is forgotten (which is
    /// logged).
    #[must_use]
    pub fn forget_failed(mut self) -> Self {
        self.retries.forget_failed = true;
        self
    }

    /// Answers a copy of a delivery that was handled with an empty 200 instead of 401, and does not run the handler.
    /// This is for senders that retry when an answer was lost.
    ///
    /// A copy is verified like a first delivery, so it has the same signature over the same bytes. It must also arrive
    /// by the same method, at the same host and target, which not every scheme signs. The first delivery counts as
    /// handled if its handler answered 2xx. While that handler runs, after any other answer, and after the delivery was
    /// [forgotten](Verifier::forget), a copy is refused, on each machine that shares the replay store: nobody answers
    /// 200 for a delivery that may still be lost. Somebody who recorded a delivery learns from the 200 that it was
    /// handled.
    ///
    /// A retry that was signed anew is another delivery, as far as the signature tells. It is not acknowledged here and
    /// reaches the handler, which must check the event's own id, as [`replay_key`](Verified::replay_key) shows.
    ///
    /// By itself, this keeps "at most once"; with [`forget_failed`](Self::forget_failed), it is "at least once". The
    /// store remembers that a delivery was handled in a second entry, before the answer: one more write, and twice the
    /// room. If that write fails (which is logged), and outside of tokio, copies are refused.
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

    /// Always ready. The inner service is polled once a delivery has verified: polled here, it would reserve capacity
    /// while a stranger slowly sends an unsigned body.
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
            // A body that was pretty-printed on the way is now shorter than the header says.
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

/// How long a sender should wait, in seconds, while the replay store is down.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");

/// One answer to all deliveries that did not verify or are copies; another if the replay store or the keys are missing.
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
