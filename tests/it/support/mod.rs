//! What several tests need.

pub(crate) mod chains;
pub(crate) mod in_memory;
pub(crate) mod length_extension;
pub(crate) mod netgiro;
pub(crate) mod server;
