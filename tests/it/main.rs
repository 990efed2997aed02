//! The integration tests: one binary, one module per topic.

mod autotraits;
mod construction;
mod diagnose;
mod errors;
mod netvisor_status;
mod support;
mod threats;
mod unsigned;
mod untouched;
mod variables;
mod wire;
