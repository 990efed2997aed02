//! What the fuzzer runs of the tool's readers, and `cli/tests/e2e/fuzz_corpus.rs` over the corpus. Each panics when something does not
//! hold.

use countersign_cli::capture::{Capture, MOST_HEADERS, curl, har, raw};

/// Any text is read or refused, and what is read is bounded. Any bytes, quoted for a shell, are the body that they were.
pub(crate) fn capture_curl(input: &[u8]) {
    if let Ok(capture) = curl::read(input) {
        assert!(matches!(capture.uri.scheme_str(), Some("http" | "https")));
        is_bounded(&capture);
    }
    let quoted = input.split(|byte| *byte == b'\'').collect::<Vec<_>>().join(&br"'\''"[..]);
    let escaped: String = input.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    for body in [[b"'", &*quoted, b"'"].concat(), format!("$'{escaped}'").into_bytes()] {
        let command = [b"curl https://h/ --data-raw ", &*body, b" -H 'a: b' | jq ."].concat();
        let capture = curl::read(&command).unwrap();
        assert_eq!((&*capture.body, capture.headers.len()), (input, 2));
    }
}

/// Any file is read or refused, and so is each entry; a text is the body that it was.
pub(crate) fn capture_har(input: &[u8]) {
    for entry in har::read(input).into_iter().flatten() {
        let _ = (entry.summary(), entry.status(), entry.response());
        if let Ok(capture) = entry.request() {
            is_bounded(&capture);
        }
    }
    let text = String::from_utf8_lossy(input);
    let request = serde_json::json!({ "method": "POST", "url": "https://h/", "postData": { "text": text } });
    let file = serde_json::json!({ "log": { "entries": [{ "request": request }] } }).to_string();
    let [entry] = &*har::read(file.as_bytes()).unwrap() else { panic!() };
    assert_eq!(&*entry.request().unwrap().body, text.as_bytes());
}

/// Any message is read or refused; any bytes behind a head are the body that they were.
pub(crate) fn capture_raw(input: &[u8]) {
    let _ = raw::read_response(input);
    if let Ok(capture) = raw::read_request(input) {
        is_bounded(&capture);
    }
    let head = format!("POST /p HTTP/1.1\r\ncontent-length: {}\r\n\r\n", input.len());
    let capture = raw::read_request(&[head.as_bytes(), input].concat()).unwrap();
    assert_eq!(&*capture.body, input);
}

fn is_bounded(capture: &Capture) {
    assert!(capture.headers.len() <= MOST_HEADERS && capture.notes.len() <= 4096);
    let _ = capture.url();
    let shown = format!("{capture:?}");
    assert_eq!(shown, format!("Capture {{ method: {:?}, .. }}", capture.method));
}
