//! Integration tests: one binary, one module per topic.

mod faults;
mod fuzz_corpus;
mod support;
mod threats;
