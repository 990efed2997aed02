//! The servers: each provider on a port of its own, and the inspector on another.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::credentials::Credentials;
use crate::delivery::Sender;
use crate::error::StartError;
use crate::hosts::Hosts;
use crate::inspector::{self, Inspector};
use crate::provider::{Play, Stage, answer};
use crate::shared::Shared;
use crate::vendor::Vendor;

/// Servers that stop together, when this is dropped.
pub(crate) struct Servers {
    /// The first port.
    first: SocketAddr,
    credentials: Credentials,
    allowed_hosts: Vec<String>,
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: JoinSet<io::Result<()>>,
}

impl Servers {
    pub(crate) fn new(first: SocketAddr, credentials: Credentials, allowed_hosts: Vec<String>) -> Self {
        let shared = Arc::new(Shared::new(credentials.secrets()));
        let (stop, tasks) = (CancellationToken::new(), JoinSet::new());
        Self { first, credentials, allowed_hosts, shared, stop, tasks }
    }

    /// Opens a provider's port and returns its origin as `http://address:port`.
    pub(crate) async fn open<P: Play>(&mut self, play: P) -> Result<String, StartError> {
        let listen_error = |source| StartError::Listen { vendor: P::VENDOR, source };
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        let demo_keys = self.credentials.has_demo_keys(P::VENDOR);
        let router = |hosts| {
            let stage = Stage { play, demo_keys, hosts, shared, stop };
            Router::new().fallback(answer::<P>).with_state(Arc::new(stage))
        };
        let origin = self.serve(P::VENDOR as u16, router).await.map_err(listen_error)?;
        self.shared.add(P::VENDOR, origin.clone(), P::ready_names());
        Ok(origin)
    }

    /// Opens the inspector's port, which follows the providers', and returns its origin.
    pub(crate) async fn open_inspector(&mut self) -> Result<String, StartError> {
        let has_demo_keys = |vendor: &Vendor| self.credentials.has_demo_keys(*vendor);
        let sender = |vendor| Some((vendor, Sender::of(vendor, &self.credentials)?));
        let senders = Vendor::ALL.into_iter().filter(has_demo_keys).filter_map(sender).collect();
        let inspector = Inspector { shared: Arc::clone(&self.shared), stop: self.stop.clone(), senders };
        let router = |hosts| inspector::router(hosts, inspector);
        self.serve(Vendor::ALL.len() as u16, router).await.map_err(StartError::ListenInspector)
    }

    /// Serves on the port `offset` after the first.
    async fn serve(&mut self, offset: u16, router: impl FnOnce(Hosts) -> Router) -> io::Result<String> {
        let listener = TcpListener::bind(port(self.first, offset)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let stopped = self.stop.clone().cancelled_owned();
        let router = router(Hosts::of(&origin, &self.allowed_hosts));
        let served = axum::serve(listener, router).with_graceful_shutdown(stopped);
        self.tasks.spawn(served.into_future());
        Ok(origin)
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
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

/// Whether enough ports follow the first for all providers and the inspector.
pub(crate) fn fit(first: u16) -> bool {
    first.checked_add(Vendor::ALL.len() as u16).is_some()
}

/// The port `offset` after the first, or a free one. The ports [`fit`].
fn port(first: SocketAddr, offset: u16) -> SocketAddr {
    let offset = if first.port() == 0 { 0 } else { offset };
    SocketAddr::new(first.ip(), first.port().saturating_add(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_ports_are_in_a_row_and_free_ones_are_up_to_the_system() {
        for (first, ports) in [(0, [0, 0, 0, 0]), (8000, [8000, 8001, 8002, 8003])] {
            let first = SocketAddr::from(([127, 0, 0, 1], first));
            assert_eq!(Vendor::ALL.map(|vendor| port(first, vendor as u16).port()), ports);
        }
    }
}
