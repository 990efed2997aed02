//! The integration tests: one binary, one module per topic.

mod autotraits;
mod codes;
mod construction;
mod diagnose;
mod effects;
mod errors;
mod explain;
mod faults;
mod fuzz_corpus;
mod log;
mod netvisor_status;
mod readme;
mod refusals;
mod renamed_headers;
mod signed_replies;
mod streamed_replies;
mod support;
mod tables;
mod threats;
mod timeouts;
mod unleashed_query;
mod unsigned;
mod untouched;
mod variables;
mod webhooks;
mod wire;
