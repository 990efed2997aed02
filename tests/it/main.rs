//! Integration tests: one binary, one module per topic.

mod support;
mod threats;
