#![no_main]

#[path = "../captures.rs"]
#[allow(dead_code, reason = "each program runs one of the targets")]
mod captures;

libfuzzer_sys::fuzz_target!(|input: &[u8]| captures::capture_raw(input));
