//! Integration tests: one binary, one module per topic.

mod faults;
mod fuzz_corpus;
mod refusals;
mod support;
mod threats;
