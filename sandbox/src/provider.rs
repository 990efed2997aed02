//! One vendor's part: a request is judged, answered and recorded.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::exchange::{Exchange, Record};
use crate::fault::Fault;
use crate::hosts::Hosts;
use crate::media::with_status;
use crate::request::Received;
use crate::shared::Shared;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

/// The longest body that is taken: 1 MiB.
const BODY_LIMIT: usize = 1024 * 1024;

/// Says, in the answer to a request that is refused, what is wrong with it.
const DIAGNOSIS: HeaderName = HeaderName::from_static("x-countersign-diagnosis");

/// What a vendor does with a request.
pub(crate) trait Play: Send + Sync + 'static {
    const VENDOR: Vendor;

    /// Judges a request by what arrived. The only place where that is done.
    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal>;

    /// Answers it as the vendor does, but for a signature.
    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes>;

    /// Signs an answer, where the vendor does.
    fn sign(&self, _: &Received, reply: Response<Bytes>) -> Response<Bytes> {
        reply
    }

    /// What a fault makes of an answer, where that depends on the vendor.
    fn forge(&self, _: &Fault, _: &Received, honest: Response<Bytes>) -> Response<Bytes> {
        honest
    }
}

pub(crate) struct Stage<P> {
    pub(crate) play: P,
    /// Whether the vendor's keys open nothing anywhere else.
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
    let verdict = Verdict::from(admitted.and_then(|()| stage.play.judge(&arrived, &mut workings)));
    let reply = stage.reply(&arrived, &verdict, &workings);
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
    // Before the answer leaves, so that whoever has it finds the record.
    let status = response.status();
    stage.shared.log.push(|number| {
        Exchange::new(Record { number, vendor: P::VENDOR, arrived, at, verdict, workings, status })
    });
    if let Some(fault) = fault {
        // Stopping does not wait for a slow answer.
        stage.stop.run_until_cancelled(tokio::time::sleep(fault.delay())).await;
    }
    response
}

impl<P: Play> Stage<P> {
    /// Whether whoever sent a request may have a signature. With real keys, only who has made one: the text that is signed
    /// is partly the asker's, and what is signed here may be right at the vendor's, or for a webhook.
    fn signs_for(&self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Accepted => true,
            Verdict::Refused(Refusal::Body | Refusal::ForeignHost) => false,
            Verdict::Refused(_) => self.demo_keys,
        }
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict, workings: &Workings) -> Response<Bytes> {
        let mut reply = match verdict {
            Verdict::Refused(Refusal::Body) => with_status(StatusCode::PAYLOAD_TOO_LARGE),
            Verdict::Refused(Refusal::ForeignHost) => with_status(StatusCode::MISDIRECTED_REQUEST),
            _ => self.play.reply(arrived, verdict),
        };
        if self.signs_for(verdict) {
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
