//! What an observer is told, and what stable names the log has: all that `docs/observing.md` promises.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use countersign::Unsigned;
use countersign::netgiro::Netgiro;
use countersign::observer::{Event, Metrics, Observer};
use countersign::unleashed::Unleashed;

use crate::support::chains;
use crate::support::netgiro::{client, provider, reply_to};
use crate::support::server::{Answer, Server};
use crate::webhooks::once::numbered;
use crate::webhooks::{builder, cases};

const PAGE: &str = include_str!("../../docs/observing.md");

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, Event)>>>);

impl Told {
    fn take(&self) -> Vec<(String, Event)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observer for Told {
    fn observe(&self, provider: &str, event: &Event) {
        self.0.lock().unwrap().push((provider.to_owned(), event.clone()));
    }
}

fn of(provider: &str, events: impl IntoIterator<Item = Event>) -> Vec<(String, Event)> {
    events.into_iter().map(|event| (provider.to_owned(), event)).collect()
}

async fn server() -> Server {
    Server::start(|request, _| match &*request.target {
        "/forged" => reply_to(request).without("netgiro_nonce"),
        "/tampered" => Answer { body: b"{}".to_vec(), ..reply_to(request) },
        "/503" => Answer::new(503, "<html>"),
        "/elsewhere" => Answer::new(302, "").header("location", "https://elsewhere.example/"),
        "/dated" => Answer::new(200, "").header("date", "Thu, 01 Jan 1970 00:00:10 GMT"),
        _ => reply_to(request),
    })
    .await
}

#[tokio::test]
async fn each_reply_is_told_once_whether_it_was_read_whole_streamed_or_only_reported() {
    let server = server().await;
    let failed = |code| [Event::Signed, Event::ReplyFailed(code)];
    for set in [
        Netgiro::clone as fn(&Netgiro) -> Netgiro,
        |netgiro| netgiro.clone().dangerous_stream_replies(),
        |netgiro| netgiro.clone().dangerous_report_only(),
    ] {
        let told = Told::default();
        let client = client(set(&provider(server.origin())).observer(told.clone()));
        for (path, expected) in [
            ("/honest", [Event::Signed, Event::ReplyVerified]),
            ("/forged", failed("reply-nonce-missing")),
            ("/tampered", failed("reply-signature-mismatch")),
            ("/503", failed("reply-signature-missing")),
        ] {
            if let Ok(reply) = client.get(server.url(path)).send().await {
                let _ = reply.bytes().await;
            }
            assert_eq!(told.take(), of("netgiro", expected), "{path}");
        }
    }
    let told = Told::default();
    let limited = client(provider(server.origin()).reply_limit(3).observer(told.clone()));
    limited.get(server.url("/honest")).send().await.unwrap_err();
    assert_eq!(told.take(), of("netgiro", failed("reply-too-long")));
}

#[tokio::test]
async fn each_request_is_told_once_signed_or_refused() {
    let server = server().await;
    let told = Told::default();
    let unleashed = chains::unleashed().allow_origin(server.origin()).unwrap().observer(told.clone());
    let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(unleashed.clone().follow_redirects(1))
        .build();
    client.get("https://elsewhere.example/").send().await.unwrap_err();
    assert_eq!(told.take(), of("unleashed", [Event::Refused("origin-not-allowed")]));
    client.get(server.url("/elsewhere")).send().await.unwrap_err();
    assert_eq!(told.take(), of("unleashed", [Event::Signed, Event::Refused("redirect-cross-origin")]));
    client.get(server.url("/")).with_extension(Unsigned).send().await.unwrap();
    assert_eq!(told.take(), []);

    let mut request = http::Request::get("https://elsewhere.example/").body(()).unwrap();
    unleashed.sign_http(&mut request).unwrap_err();
    assert_eq!(told.take(), of("unleashed", [Event::Refused("origin-not-allowed")]));
    let mut request = http::Request::get("https://api.unleashedsoftware.com/a").body(()).unwrap();
    unleashed.sign_http(&mut request).unwrap();
    assert_eq!(told.take(), of("unleashed", [Event::Signed]));
}

#[tokio::test]
async fn how_far_the_clock_is_from_a_replys_date_is_told() {
    let server = server().await;
    for (now, skew) in [(100, 90), (10, 0), (0, -10)] {
        let told = Told::default();
        let at = move || std::time::UNIX_EPOCH + std::time::Duration::from_secs(now);
        let unleashed =
            chains::unleashed().allow_origin(server.origin()).unwrap().clock(at).observer(told.clone());
        let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build().unwrap())
            .with(unleashed)
            .build();
        client.get(server.url("/dated")).send().await.unwrap();
        assert_eq!(told.take(), of("unleashed", [Event::Signed, Event::ClockSkew(skew)]));
    }
}

#[tokio::test]
async fn each_webhook_is_told_accepted_replayed_or_refused() {
    let told = Told::default();
    let verifier = builder().observer(told.clone()).build();
    let receive = async |request: http::Request<Bytes>| {
        let (parts, body) = request.into_parts();
        verifier.receive(&parts, body).await.map(drop)
    };
    receive(numbered(1)).await.unwrap();
    assert_eq!(told.take(), of("vizion", [Event::WebhookAccepted]));
    receive(numbered(1)).await.unwrap_err();
    assert_eq!(
        told.take(),
        of("vizion", [Event::WebhookReplayed, Event::WebhookRefused("webhook-replayed")])
    );
    let case = cases::w7_keys().remove(0);
    receive(case.request).await.unwrap_err();
    assert_eq!(told.take(), of("vizion", [Event::WebhookRefused(case.code)]));
}

#[test]
fn every_figure_is_on_the_page_with_its_type_and_labels() {
    let metrics = Metrics::default();
    for event in [
        Event::Signed,
        Event::Refused("code"),
        Event::ReplyVerified,
        Event::ReplyFailed("code"),
        Event::WebhookAccepted,
        Event::WebhookRefused("code"),
        Event::WebhookReplayed,
        Event::ClockSkew(1),
        Event::Rotated,
        Event::RotationFailed("code"),
        Event::Waited(std::time::Duration::from_secs(1)),
    ] {
        metrics.observe("vizion", &event);
    }
    let text = metrics.to_string();
    let mut rows: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `countersign_")).collect();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        let has_code = text.contains(&format!("{name}{{provider=\"vizion\",code=\"code\"}}"));
        let labels = if has_code { "provider, code" } else { "provider" };
        let row = format!("| `{name}` | {kind} | {labels} |");
        let listed = rows.iter().position(|listed| listed.starts_with(&row));
        rows.remove(listed.unwrap_or_else(|| panic!("the page lacks {row}")));
    }
    assert!(rows.is_empty(), "no event makes {rows:?}");
}

#[test]
fn a_closure_is_an_observer() {
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    let observer = move |_: &str, _: &Event| *counted.lock().unwrap() += 1;
    let unleashed = Unleashed::new("api-id", "api-key").unwrap().observer(observer);
    let mut request = http::Request::get("https://api.unleashedsoftware.com/a").body(()).unwrap();
    unleashed.sign_http(&mut request).unwrap();
    assert_eq!(*count.lock().unwrap(), 1);
}

#[test]
fn figures_are_written_as_prometheus_reads_them() {
    let metrics = Metrics::default();
    assert_eq!(metrics.to_string(), "");
    for (provider, event) in [
        ("netgiro", Event::Signed),
        ("netgiro", Event::Signed),
        ("a\"b\\c\nd", Event::Signed),
        ("netgiro", Event::ReplyFailed("reply-replayed")),
        ("netgiro", Event::ReplyFailed("reply-not-utf8")),
        ("vizion", Event::ClockSkew(-90)),
        ("vizion", Event::ClockSkew(-1)),
        ("netvisor", Event::Waited(Duration::from_millis(1500))),
        ("netvisor", Event::Waited(Duration::from_millis(1000))),
    ] {
        metrics.observe(provider, &event);
    }
    assert_eq!(
        metrics.to_string(),
        r#"# HELP countersign_clock_skew_seconds Seconds the local clock is ahead of the latest reply's Date.
# TYPE countersign_clock_skew_seconds gauge
countersign_clock_skew_seconds{provider="vizion"} -1
# HELP countersign_replies_failed_total Replies that did not verify, by code.
# TYPE countersign_replies_failed_total counter
countersign_replies_failed_total{provider="netgiro",code="reply-not-utf8"} 1
countersign_replies_failed_total{provider="netgiro",code="reply-replayed"} 1
# HELP countersign_signed_total Requests signed.
# TYPE countersign_signed_total counter
countersign_signed_total{provider="a\"b\\c\nd"} 1
countersign_signed_total{provider="netgiro"} 2
# HELP countersign_wait_seconds_total Seconds that calls waited for their turn.
# TYPE countersign_wait_seconds_total counter
countersign_wait_seconds_total{provider="netvisor"} 2.5
# HELP countersign_waits_total Calls that waited for their turn.
# TYPE countersign_waits_total counter
countersign_waits_total{provider="netvisor"} 2
"#
    );
}
