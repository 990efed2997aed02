//! What the log says of a refusal, and what it never says.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use super::once::receive;
use super::{BODY, KEYS, builder, cases};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn w10_the_log_has_each_reason_and_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE);
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let verifier = builder().build();
    // A callsite first met by a test without a subscriber is remembered as one that nobody listens to.
    receive(&verifier, &cases::w7_keys()[0].request).await;
    tracing::callsite::rebuild_interest_cache();
    log.0.lock().unwrap().clear();
    for case in cases::all() {
        receive(&verifier, &case.request).await;
        let text = String::from_utf8(std::mem::take(&mut *log.0.lock().unwrap())).unwrap();
        assert!(
            text.contains("WARN") && text.contains(&format!("code=\"{}\"", case.code)),
            "{}: {text}",
            case.name
        );
        let signature =
            case.request.headers().get("x-vizion-signature").map_or(&b""[..], |value| value.as_bytes());
        let secrets = KEYS.iter().map(|(_, secret)| *secret).chain([BODY, "tenant=7"]);
        for secret in secrets.chain(std::str::from_utf8(signature).ok().filter(|text| text.len() > 30)) {
            assert!(!text.contains(secret), "{}: {text}", case.name);
        }
    }
}
