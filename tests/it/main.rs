//! The integration tests: one binary, one module per topic.

mod construction;
mod support;
mod wire;
