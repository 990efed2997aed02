//! E10: the replay key taken for an idempotency key. Documented where it is met: a sender that signs its retry anew sends
//! the same event under another replay key, so that a handler has to go by the event's own id.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use countersign::vizion::webhook::{Verified, Verifier, testing};
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::noon;

const SECRET: &str = "an example secret";
const URL: &str = "https://hooks.example.com/vizion";

#[derive(serde::Deserialize)]
struct Event {
    id: String,
}

/// As the documentation of the replay key has it.
#[derive(Default)]
struct Handled {
    replay_keys: HashSet<String>,
    ids: HashSet<String>,
    booked: usize,
}

impl Handled {
    fn handle(&mut self, delivery: &Verified<Bytes>) -> Result<(), countersign::Error> {
        self.replay_keys.insert(delivery.replay_key().to_string());
        let event = delivery.json::<Event>()?;
        if self.ids.insert(event.id.clone()) {
            self.booked += 1;
        }
        Ok(())
    }
}

#[tokio::test]
async fn e10_a_retry_that_is_signed_anew_is_no_repetition_and_is_told_by_the_id_of_its_event() {
    let handled = Arc::new(Mutex::new(Handled::default()));
    let keep = Arc::clone(&handled);
    let handler = service_fn(move |request: Request<Full<Bytes>>| {
        let delivery: &Verified<Bytes> = request.extensions().get().unwrap();
        keep.lock().unwrap().handle(delivery).unwrap();
        std::future::ready(Ok::<_, Infallible>(Response::new(String::new())))
    });
    let verifier = Verifier::builder("https://hooks.example.com").unwrap().key("hmac-key-1", SECRET).unwrap();
    let clock = || noon() + Duration::from_secs(10);
    let layer = verifier.clock(clock).build().layer().acknowledge_duplicates();
    let service = layer.layer(handler);
    for (seconds, body) in
        [(0, r#"{"id":"7"}"#), (5, r#"{"id":"7"}"#), (5, r#"{"id":"7"}"#), (5, r#"{"id":"8"}"#)]
    {
        let signed_at = noon() + Duration::from_secs(seconds);
        let request = testing::sign("hmac-key-1", SECRET, URL, body, signed_at).unwrap();
        let answer = service.clone().oneshot(request.map(Full::new)).await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    let handled = handled.lock().unwrap();
    assert_eq!(handled.replay_keys.len(), 3, "the store knew the exact copy alone");
    assert_eq!((handled.ids.len(), handled.booked), (2, 2));
}

/// Where somebody meets it, and what has to be said there.
#[test]
fn e10_it_is_said_where_the_replay_key_and_repetitions_are_met() {
    for (place, source, said) in [
        ("replay_key", include_str!("../../../src/webhook/verified.rs"), "It is **no idempotency key**"),
        (
            "acknowledge_duplicates",
            include_str!("../../../src/webhook/layer/mod.rs"),
            "A retry that was signed anew is another delivery",
        ),
        ("webhooks", include_str!("../../../docs/webhooks.md"), "by the event's own id"),
    ] {
        let words = |text: &str| text.replace("///", " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(source).contains(said), "{place}");
    }
}
