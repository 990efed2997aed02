//! One vendor's part: a request is judged, answered and recorded.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::arrived::Arrived;
use crate::exchange::{Exchange, Record};
use crate::fault::Fault;
use crate::server::Shared;
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
    fn judge(&self, arrived: &Arrived, workings: &mut Workings) -> Result<(), Refusal>;

    /// Answers it as the vendor does.
    fn reply(&self, arrived: &Arrived, verdict: &Verdict) -> Response<Bytes>;

    /// What a fault makes of an answer, where that depends on the vendor.
    fn forge(&self, _: &Fault, _: &Arrived, honest: Response<Bytes>) -> Response<Bytes> {
        honest
    }
}

pub(crate) struct Stage<P> {
    pub(crate) play: P,
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: CancellationToken,
}

pub(crate) async fn answer<P: Play>(State(stage): State<Arc<Stage<P>>>, request: Request) -> Response<Body> {
    let arrived = Arrived::read(request, BODY_LIMIT).await;
    let at = SystemClock.now();
    let mut workings = Workings::default();
    let judged = arrived.check().and_then(|()| stage.play.judge(&arrived, &mut workings));
    let verdict = Verdict::from(judged);
    let reply = stage.reply(&arrived, &verdict, &workings);
    let fault = stage.shared.next_fault().filter(|fault| fault.concerns(&verdict));
    let response = match &fault {
        None => reply.map(Body::from),
        Some(fault) => {
            let elsewhere = stage.shared.elsewhere(P::VENDOR).unwrap_or_default() + arrived.target();
            fault.transmit(stage.play.forge(fault, &arrived, reply), &elsewhere)
        }
    };
    // Before the answer leaves, so that whoever has it finds the record.
    let status = response.status();
    let secrets = stage.shared.secrets.clone();
    stage.shared.log.push(|number| {
        Exchange::new(Record { number, vendor: P::VENDOR, arrived, at, verdict, workings, status, secrets })
    });
    if let Some(fault) = fault {
        // Stopping does not wait for a slow answer.
        stage.stop.run_until_cancelled(tokio::time::sleep(fault.delay())).await;
    }
    response
}

impl<P: Play> Stage<P> {
    fn reply(&self, arrived: &Arrived, verdict: &Verdict, workings: &Workings) -> Response<Bytes> {
        let mut reply = match verdict {
            Verdict::Refused(Refusal::Body) => with_status(StatusCode::PAYLOAD_TOO_LARGE),
            _ => self.play.reply(arrived, verdict),
        };
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

/// An answer without a body.
pub(crate) fn with_status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
