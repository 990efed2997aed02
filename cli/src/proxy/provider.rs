//! A provider behind the proxy: where its requests go, and what is signed and verified on the way.

use std::sync::Arc;
use std::time::Duration;

use countersign::netvisor::TransactionId;
use countersign::{Effect, RequestRef, Scheme, Signer};
use http::header::{self, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, StatusCode};
use hyper::body::Body as _;
use reqwest::{Body, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use url::{Position, Url};

use super::answer::{self, Answer, Refusal};
use super::events::Events;
use crate::client;
use crate::code::Code;
use crate::declaration::Pair;
use crate::environment::sources::Sources;
use crate::failure::Failure;
use crate::headers::{for_next_hop, only};
use crate::listener::Arriving;
use crate::providers::{self, Proof, Tool, with_provider};
use crate::request_args::ProviderName;

/// The longest request body that is read whole, because it is signed; the same limit as for replies.
const BODY_LIMIT: usize = countersign::netgiro::DEFAULT_REPLY_LIMIT;

/// A provider that says nothing for so long is given up. Netvisor asks for this much. Sending the body counts too: the client
/// counts from the beginning of the request.
const SILENCE: Duration = countersign::netvisor::DEFAULT_TIMEOUT;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Sends and judges for one provider.
pub(super) struct Provider {
    name: String,
    /// Where all requests go, whatever they name.
    origin: String,
    client: ClientWithMiddleware,
    /// Whether the signer would change the spelling of a URL's query.
    rewrites: Box<dyn Fn(&Url) -> bool + Send + Sync>,
    proof: fn(&providers::Answer<'_>) -> Result<Proof, Failure>,
    signs_replies: bool,
    /// Whether a request's body is read whole before anything is sent.
    signs_bodies: bool,
    takes_transaction_ids: bool,
}

impl Provider {
    /// With credentials of `sources`. `upstreams`, by the provider's name, replace production hosts.
    pub(super) fn build(
        name: &ProviderName,
        upstreams: &[Pair],
        sources: &Sources,
        events: &Arc<Events>,
    ) -> Result<Self, Failure> {
        with_provider!(*name, P => {
            let signer = <P as Tool>::rotating(sources.of(&name.name()?), name)?;
            let takes_transaction_ids = *name == ProviderName::Netvisor;
            Ok(Self { takes_transaction_ids, ..Self::of(signer, upstreams, events)? })
        })
    }

    fn of<P: Tool>(mut signer: Signer<P>, upstreams: &[Pair], events: &Arc<Events>) -> Result<Self, Failure> {
        let upstream = upstreams.iter().find(|pair| pair.name == signer.name()).map(|pair| &pair.value);
        if let Some(origin) = upstream {
            signer = signer.allow_origin(origin).map_err(|error| Failure::from(error).in_arguments())?;
        }
        let origin = upstream.cloned().or_else(|| signer.scope().origins().next());
        let origin = origin.ok_or_else(|| Failure::usage(format!("{} has no origin", signer.name())))?;
        let url = Url::parse(&origin).map_err(|error| Failure::usage(error.to_string()))?;
        let signs_bodies = signs_bodies(&signer, &url);
        if signs_bodies {
            signer = signer.buffer_stream_bodies(BODY_LIMIT);
        }
        // Only now: the trial requests above must not be counted.
        signer = signer.observer(Arc::clone(&events.metrics));
        let (signs_replies, rewriting) = (P::signs_replies(&signer), signer.clone());
        Ok(Self {
            name: signer.name().to_owned(),
            origin: url[..Position::BeforePath].to_owned(),
            client: ClientBuilder::new(client::unchanging(&url, Some(SILENCE))?).with(signer).build(),
            rewrites: Box::new(move |url| rewriting.prepare_url(&mut url.clone())),
            proof: P::proof,
            signs_replies,
            signs_bodies,
            takes_transaction_ids: false,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Signs and sends a request for `target`, and returns the reply after it has verified.
    pub(super) async fn send(&self, parts: Parts, body: Arriving, target: &str) -> Result<Answer, Refusal> {
        let other_spelling = |step| Refusal::new(StatusCode::BAD_REQUEST, Code::TargetNotNormalised, step);
        let url = client::untouched(&self.origin, target).ok_or_else(|| {
            other_spelling(
                "Write the path and the query as a URL library does: no dot segments, percent-encoded.",
            )
        })?;
        if (self.rewrites)(&url) {
            return Err(other_spelling(
                "Write a blank in the query as %20, not as +, which the provider may read as either.",
            ));
        }
        let mut headers = for_next_hop(parts.headers);
        let mut extensions = Extensions::new();
        if self.takes_transaction_ids && headers.contains_key(IDEMPOTENCY_KEY) {
            // With two of this header, neither counts: the id is empty, and is refused.
            let id = only(&headers, &IDEMPOTENCY_KEY).unwrap_or_default();
            extensions.insert(TransactionId::new(id)?);
            headers.remove(IDEMPOTENCY_KEY);
        }
        if only(&headers, &header::ACCEPT) == Some("*/*") {
            // Most clients send this unasked, and it asks for nothing; Unleashed takes only JSON or XML.
            headers.remove(header::ACCEPT);
        }
        if self.signs_replies {
            // The signature covers the plain bytes, and the proxy decompresses nothing.
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        let mut request = Request::new(parts.method, url);
        *request.headers_mut() = headers;
        if !body.is_end_stream() {
            *request.body_mut() = Some(Body::wrap(body));
        }
        let answered = self.client.execute_with_extensions(request, &mut extensions).await;
        let response = answered.map_err(|error| {
            let mut refusal = Refusal::from(error);
            if self.signs_bodies && refusal.status.is_client_error() {
                refusal.effect = Effect::None;
            }
            refusal
        })?;
        self.check_verified(&response)?;
        answer::handed_on(response)
    }

    /// Refuses what the library returns unverified: the status of an unsigned 429 or 5xx.
    fn check_verified(&self, response: &Response) -> Result<(), Refusal> {
        let (status, url, extensions) = (response.status(), response.url(), response.extensions());
        let judged = (self.proof)(&providers::Answer { status, url, extensions, start: b"" });
        let judged = judged.and_then(|proof| {
            if self.signs_replies && proof != Proof::Verified {
                return Err(Failure::refused(
                    Code::ReplyNotJudged,
                    "the reply is not signed: it may be a gateway's",
                ));
            }
            Ok(())
        });
        judged.map_err(|failure| Refusal::of(StatusCode::BAD_GATEWAY, failure, Effect::Unknown))
    }
}

/// Whether the scheme needs the body of a request; true also if the scheme cannot tell from this trial request.
fn signs_bodies<S: Scheme>(signer: &Signer<S>, url: &Url) -> bool {
    let (headers, extensions) = (HeaderMap::new(), Extensions::new());
    let request = RequestRef::new(&Method::POST, url, &headers, &extensions, b"").with_stream();
    signer.sign(&request).is_err()
}
