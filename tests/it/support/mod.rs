//! What several tests need.

pub(crate) mod redis_server;
