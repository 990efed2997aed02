//! Reads captured requests. This is a library only so that a fuzzer can reach it; nothing here is for other crates.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod capture;
