//! One provider: judges, answers and records a request.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::exchange::{Exchange, Record};
use crate::fault::Fault;
use crate::hosts::Hosts;
use crate::media::with_status;
use crate::replies::Reply;
use crate::request::Received;
use crate::shared::Shared;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

/// The longest body that is accepted: 1 MiB.
const BODY_LIMIT: usize = 1024 * 1024;

/// In the answer to a refused request, says what is wrong with the request.
const DIAGNOSIS: HeaderName = HeaderName::from_static("x-countersign-diagnosis");

/// How a provider judges a request.
pub(crate) trait Judge: Send + Sync + 'static {
    /// The headers that sign a request. A request without any of them is not signed at all.
    const SIGNED_BY: &'static [&'static str];

    /// Judges a request by what arrived. This is the only place that does.
    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal>;

    /// Processes an accepted request: uses up its nonce or id, or refuses it if that was used before.
    fn process(&self, _: &Received) -> Result<(), Refusal> {
        Ok(())
    }
}

/// How a provider answers.
pub(crate) trait Play: Judge {
    const VENDOR: Vendor;

    /// The names of its ready replies.
    fn ready_names() -> Vec<String>;

    /// Answers a request as the provider does, without a signature.
    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes>;

    /// The ready reply of this name, which is one of [`Self::ready_names`].
    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes>;

    /// Signs an answer, if the provider does.
    fn sign(&self, _: &Received, reply: Response<Bytes>) -> Response<Bytes> {
        reply
    }

    /// Applies a fault that depends on the provider to an answer.
    fn forge(&self, _: &Fault, _: &Received, honest: Response<Bytes>) -> Response<Bytes> {
        honest
    }
}

pub(crate) struct Stage<P> {
    pub(crate) play: P,
    /// Whether the provider's keys open nothing anywhere else.
    pub(crate) demo_keys: bool,
    pub(crate) hosts: Hosts,
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: CancellationToken,
}

pub(crate) async fn answer<P: Play>(State(stage): State<Arc<Stage<P>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let admitted = stage.hosts.admit(&parts);
    let arrived = Received::read(parts, body, BODY_LIMIT).await;
    let at = SystemClock.now();
    let mut workings = Workings::new(stage.demo_keys, &stage.shared.secrets);
    let admitted = if admitted { arrived.check() } else { Err(Refusal::ForeignHost) };
    let judged = admitted.and_then(|()| stage.judge(&arrived, &mut workings));
    let chosen = judged.and_then(|()| stage.process(&arrived));
    let processed = chosen.as_ref().is_ok_and(|chosen| !chosen.as_ref().is_some_and(Reply::is_before_effect));
    let (verdict, chosen) = match chosen {
        Ok(chosen) => (Verdict::Accepted, chosen),
        Err(refusal) => (Verdict::Refused(refusal), None),
    };
    let reply = stage.reply(&arrived, &verdict, &workings, chosen);
    let fault = stage.shared.next_fault().filter(|fault| fault.concerns(&verdict));
    let response = match &fault {
        None => reply.map(Body::from),
        Some(fault) => {
            let elsewhere = stage.shared.elsewhere(P::VENDOR).unwrap_or_default() + arrived.target();
            let forged =
                if stage.signs_for(&verdict) { stage.play.forge(fault, &arrived, reply) } else { reply };
            fault.transmit(forged, &elsewhere)
        }
    };
    // Recorded before the answer leaves, so that whoever has the answer finds the record.
    let status = response.status();
    stage.shared.log.push(|number| {
        Exchange::new(Record { number, vendor: P::VENDOR, arrived, at, verdict, processed, workings, status })
    });
    if let Some(fault) = fault {
        // Stopping does not wait for a slow answer.
        stage.stop.run_until_cancelled(tokio::time::sleep(fault.delay())).await;
    }
    response
}

impl<P: Play> Stage<P> {
    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        if P::SIGNED_BY.iter().any(|name| arrived.headers.contains_key(*name)) {
            self.play.judge(arrived, workings)
        } else {
            Err(Refusal::Unsigned(P::SIGNED_BY))
        }
    }

    /// Has the provider process a correct request, and returns the reply that was chosen for it.
    fn process(&self, arrived: &Received) -> Result<Option<Reply>, Refusal> {
        self.shared.replies.take(P::VENDOR.name(), arrived, || self.play.process(arrived))
    }

    /// Whether the sender of a request may get a signature. With real keys, only a sender who has made one: the asker chooses
    /// a part of the signed text, and a signature from here may be right at the real provider, or for a webhook.
    fn signs_for(&self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Accepted => true,
            Verdict::Refused(Refusal::Body | Refusal::ForeignHost) => false,
            Verdict::Refused(_) => self.demo_keys,
        }
    }

    fn reply(
        &self,
        arrived: &Received,
        verdict: &Verdict,
        workings: &Workings,
        chosen: Option<Reply>,
    ) -> Response<Bytes> {
        let is_gateways = chosen.as_ref().is_some_and(Reply::is_gateways);
        let mut reply = match (verdict, chosen) {
            (Verdict::Refused(Refusal::Body), _) => with_status(StatusCode::PAYLOAD_TOO_LARGE),
            (Verdict::Refused(Refusal::ForeignHost), _) => with_status(StatusCode::MISDIRECTED_REQUEST),
            (_, Some(chosen)) => chosen.make(|name| self.play.ready(name, arrived)),
            (_, None) => self.play.reply(arrived, verdict),
        };
        if arrived.method == Method::HEAD {
            // The signature covers the body that arrives, and the answer to HEAD has none.
            *reply.body_mut() = Bytes::new();
        }
        if self.signs_for(verdict) && !is_gateways {
            reply = self.play.sign(arrived, reply);
        }
        if let Verdict::Refused(refusal) = verdict {
            reply.headers_mut().insert(DIAGNOSIS, diagnosis(workings, refusal));
        }
        reply
    }
}

/// `code; sentence`, in printable ASCII.
fn diagnosis(workings: &Workings, refusal: &Refusal) -> HeaderValue {
    let (code, sentence) = workings.reason(refusal);
    let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let text: String = format!("{code}; {sentence}").chars().map(printable).collect();
    // Printable ASCII is always a header's value.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(refusal.code()))
}
