//! The fuzzer's corpus as ordinary tests: no fuzzer is needed to see that what was found once stays mended.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::path::Path;

fn replay(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut replayed = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        target(&std::fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 0, "{name} has no corpus");
}

#[test]
fn fuzz_corpus_holds() {
    replay("reply_verification", targets::reply_verification);
    replay("response_status", targets::response_status);
    replay("url_to_signed_text", targets::url_to_signed_text);
    replay("charset", targets::charset);
    replay("webhook_header", targets::webhook_header);
    replay("webhook_verify", targets::webhook_verify);
    replay("diagnosis", targets::diagnosis);
    replay("declaration", targets::declaration);
}
