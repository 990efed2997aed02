#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "each program runs one of the targets")]
mod targets;

// A search takes seconds here: one provider for each input leaves time for more inputs.
libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::diagnosis_of(input.len() % 3, input));
