//! Integration tests: one binary, one module per topic.

mod faults;
mod support;
mod threats;
