//! Why a sandbox does not start.

use std::io;

use crate::replies::ScriptError;
use crate::vendor::Vendor;

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address to listen on is not loopback. The sandbox hands out signatures to whoever asks, so it stays local.
    #[error("the sandbox listens on loopback only")]
    NotLoopback,
    /// The providers and the inspector need five ports in a row, and fewer follow this port.
    #[error("there are no five ports in a row from {0} on: the last port is 65535")]
    PortsExhausted(u16),
    /// A port could not be bound.
    #[error("cannot listen for {vendor}")]
    Listen {
        /// The provider that the port was for.
        vendor: Vendor,
        /// Why not.
        source: io::Error,
    },
    /// The inspector's port could not be bound.
    #[error("cannot listen for the inspector")]
    ListenInspector(#[source] io::Error),
    /// The port of a declared provider could not be bound.
    #[error("cannot listen for the declared provider")]
    ListenDeclared(#[source] io::Error),
    /// A name to be allowed is not the name of a host.
    #[error("not the name of a host, with a port or without: {0}")]
    HostName(String),
    /// A script cannot be used.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// The library refuses a credential.
    #[error(transparent)]
    Credentials(#[from] countersign::Error),
}
