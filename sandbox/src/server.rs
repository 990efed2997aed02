//! The servers: one vendor on one port.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use http::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::arrived::Arrived;
use crate::builder::StartError;
use crate::exchange::Exchange;
use crate::fault::{Fault, Injected};
use crate::log::Log;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};

/// The longest body that is taken: 1 MiB.
const BODY_LIMIT: usize = 1024 * 1024;

/// What a vendor does with a request.
pub(crate) trait Play: Send + Sync + 'static {
    const VENDOR: Vendor;

    /// Judges a request by what arrived. The only place where that is done.
    fn judge(&self, arrived: &Arrived) -> Result<(), Refusal>;

    /// Answers it as the vendor does.
    fn reply(&self, arrived: &Arrived, verdict: &Verdict) -> Response<Bytes>;

    /// What a fault makes of an answer, where the answer proves something and can be forged.
    fn forge(&self, _: &Fault, _: &Arrived, honest: Response<Bytes>) -> Response<Bytes> {
        honest
    }
}

/// What the servers have in common.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) log: Log,
    injected: Mutex<Injected>,
    origins: Mutex<Vec<(Vendor, String)>>,
}

impl Shared {
    pub(crate) fn inject(&self, injected: Injected) {
        *lock(&self.injected) = injected;
    }

    /// The origin of a vendor other than this one.
    fn elsewhere(&self, vendor: Vendor) -> Option<String> {
        let origins = lock(&self.origins);
        origins.iter().find(|(other, _)| *other != vendor).map(|(_, origin)| origin.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Values are replaced whole, so what a panic elsewhere left behind is whole too.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Servers that stop together: when this is dropped.
pub(crate) struct Servers {
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: JoinSet<io::Result<()>>,
}

impl Servers {
    pub(crate) fn new() -> Self {
        Self { shared: Arc::default(), stop: CancellationToken::new(), tasks: JoinSet::new() }
    }

    /// Opens a vendor's port, counted from `first`, and returns its origin as `http://address:port`.
    pub(crate) async fn open<P: Play>(&mut self, first: SocketAddr, play: P) -> Result<String, StartError> {
        let listen_error = |source| StartError::Listen { vendor: P::VENDOR, source };
        let listener = TcpListener::bind(port_of(P::VENDOR, first)).await.map_err(listen_error)?;
        let origin = format!("http://{}", listener.local_addr().map_err(listen_error)?);
        lock(&self.shared.origins).push((P::VENDOR, origin.clone()));
        let stage = Stage { play, shared: Arc::clone(&self.shared), stop: self.stop.clone() };
        let router = Router::new().fallback(answer::<P>).with_state(Arc::new(stage));
        let stopped = self.stop.clone().cancelled_owned();
        self.tasks.spawn(axum::serve(listener, router).with_graceful_shutdown(stopped).into_future());
        Ok(origin)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Stops listening, and returns when the requests under way are answered.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // Reaches the connections too, which live in tasks of their own.
        self.stop.cancel();
    }
}

fn port_of(vendor: Vendor, first: SocketAddr) -> SocketAddr {
    let offset = if first.port() == 0 { 0 } else { vendor as u16 };
    SocketAddr::new(first.ip(), first.port().saturating_add(offset))
}

struct Stage<P> {
    play: P,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

async fn answer<P: Play>(State(stage): State<Arc<Stage<P>>>, request: Request) -> Response<Body> {
    let arrived = Arrived::read(request, BODY_LIMIT).await;
    let at = SystemClock.now();
    let verdict = Verdict::from(arrived.check().and_then(|()| stage.play.judge(&arrived)));
    let reply = match verdict {
        Verdict::Refused(Refusal::Body) => with_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => stage.play.reply(&arrived, &verdict),
    };
    let fault = lock(&stage.shared.injected).next().filter(|fault| fault.concerns(&verdict));
    let response = match &fault {
        None => reply.map(Body::from),
        Some(fault) => {
            let elsewhere = stage.shared.elsewhere(P::VENDOR).unwrap_or_default() + arrived.target();
            fault.transmit(stage.play.forge(fault, &arrived, reply), &elsewhere)
        }
    };
    // Before the answer leaves, so that whoever has it finds the record.
    stage.shared.log.push(Exchange::new(P::VENDOR, arrived, at, verdict, response.status()));
    if let Some(fault) = fault {
        // Stopping does not wait for a slow answer.
        stage.stop.run_until_cancelled(tokio::time::sleep(fault.delay())).await;
    }
    response
}

/// An answer without a body.
pub(crate) fn with_status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_ports_are_in_a_row_and_free_ones_are_up_to_the_system() {
        for (first, ports) in [(0, [0, 0, 0, 0]), (8000, [8000, 8001, 8002, 8003])] {
            let first = SocketAddr::from(([127, 0, 0, 1], first));
            assert_eq!(Vendor::ALL.map(|vendor| port_of(vendor, first).port()), ports);
        }
    }
}
