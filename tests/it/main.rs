//! The integration tests: one binary, one module per topic.

mod autotraits;
mod construction;
mod errors;
mod netvisor_status;
mod support;
mod unsigned;
mod untouched;
mod variables;
mod wire;
