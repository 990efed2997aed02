//! What the log says of a refusal, and what it never says.

use std::io::Write;
use std::sync::{Arc, Mutex};

use countersign::webhook::MemoryStore;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::once::receive;
use super::sender::Sender;
use super::{BODY, KEYS, builder, cases};

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was written since it was last asked.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

/// Listens to this thread's log for as long as the guard lives.
pub(crate) async fn listen() -> (Log, DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE);
    let guard = tracing::subscriber::set_default(subscriber.finish());
    // A callsite first met by a test without a subscriber is remembered as one that nobody listens to.
    receive(&builder().build(), &cases::w7_keys()[0].request).await;
    tracing::callsite::rebuild_interest_cache();
    log.take();
    (log, guard)
}

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
async fn the_log_says_what_a_full_memory_lacks() {
    let (log, _guard) = listen().await;
    let verifier = builder().replay_store(MemoryStore::new(0)).build();
    assert_eq!(receive(&verifier, &Sender::honest().send()).await, "webhook-store-unreachable");
    let text = log.take();
    assert!(text.contains("the memory for replays is full; raise its capacity"), "{text}");
}

#[tokio::test]
async fn w10_the_log_has_each_reason_and_no_secret() {
    let (log, _guard) = listen().await;
    let verifier = builder().build();
    for case in cases::all() {
        receive(&verifier, &case.request).await;
        let text = log.take();
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

#[tokio::test]
async fn the_log_holds_no_more_of_a_path_and_a_host_than_it_takes_to_find_them() {
    let (log, _guard) = listen().await;
    let mut sender = Sender::honest();
    sender.target = format!("/{}\u{85}", "\u{85}".repeat(5_000));
    sender.set("host", &"h".repeat(10_000)).secret = "another".to_owned();
    assert_eq!(receive(&builder().build(), &sender.send()).await, "webhook-signature-mismatch");
    let text = log.take();
    assert!(text.len() < 8_000, "{}", text.len());
}
