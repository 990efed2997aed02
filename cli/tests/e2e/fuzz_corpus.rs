//! The fuzzer's corpus of the readers as an ordinary test: no fuzzer is needed to see that what was found once stays mended.

#[path = "../../../fuzz/captures.rs"]
mod captures;

use std::path::Path;

fn replay(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let files: Vec<_> = std::fs::read_dir(corpus).unwrap().collect();
    assert!(!files.is_empty(), "{name} has no corpus");
    for file in files {
        target(&std::fs::read(file.unwrap().path()).unwrap());
    }
}

#[test]
fn the_readers_hold_for_what_the_fuzzer_found() {
    replay("capture_curl", captures::capture_curl);
    replay("capture_har", captures::capture_har);
    replay("capture_raw", captures::capture_raw);
}
