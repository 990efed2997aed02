//! Webhooks delivered to a program under test, which verifies them with the library's layer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use countersign::webhook::{Scheme, Verified};
use countersign::{netgiro, unleashed, vizion};
use countersign_sandbox::{Credentials, Delivered, DeliveryError, Sandbox, Unanswered};
use http::StatusCode;
use tokio::net::TcpListener;

const BODY: &str = r#"{"event":"arrived"}"#;

/// Answers the first two verified deliveries with 503 and each later one with 202.
fn busy_twice<S: Scheme>() -> (Arc<AtomicUsize>, Router) {
    let verified = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&verified);
    let handler = move |event: Verified<S, Bytes>| async move {
        assert_eq!(&**event, BODY.as_bytes());
        match count.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::ACCEPTED,
        }
    };
    (verified, Router::new().route("/hook", post(handler)))
}

fn vizion_verifier() -> vizion::webhook::Verifier {
    let key = Credentials::demo().vizion.webhook_key;
    vizion::webhook::Verifier::builder_for_any_host().key(&key.id, key.secret).unwrap().build()
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    (listener, origin)
}

fn serve(listener: TcpListener, app: Router) {
    tokio::spawn(async move { axum::serve(listener, app).await });
}

fn statuses(delivered: &Delivered) -> Vec<u16> {
    delivered.attempts().iter().map(|attempt| attempt.as_ref().unwrap().as_u16()).collect()
}

const PAUSE: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_receiver_that_is_busy_twice_accepts_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let (verified, app) = busy_twice::<vizion::webhook::Scheme>();
    let (listener, origin) = listen().await;
    serve(listener, app.layer(vizion_verifier().layer()));

    let delivery = sandbox.vizion_webhook(&format!("{origin}/hook"), BODY).attempts(5).pause(PAUSE);
    let delivered = delivery.send().await.unwrap();
    assert!(delivered.is_acknowledged());
    assert_eq!(statuses(&delivered), [503, 503, 202]);
    assert_eq!(verified.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn without_a_pause_each_attempt_is_still_another_delivery() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, app) = busy_twice::<vizion::webhook::Scheme>();
    let (listener, origin) = listen().await;
    serve(listener, app.layer(vizion_verifier().layer()));

    let delivery = sandbox.vizion_webhook(&format!("{origin}/hook"), BODY).attempts(3).pause(Duration::ZERO);
    assert_eq!(statuses(&delivery.send().await.unwrap()), [503, 503, 202]);
}

#[tokio::test]
async fn repeated_unchanged_it_is_a_replay_once_it_was_taken() {
    let sandbox = Sandbox::start().await.unwrap();
    let (verified, app) = busy_twice::<vizion::webhook::Scheme>();
    let (listener, origin) = listen().await;
    serve(listener, app.layer(vizion_verifier().layer()));

    let delivery = sandbox.vizion_webhook(&format!("{origin}/hook"), BODY).attempts(3).pause(PAUSE);
    let delivered = delivery.repeat_unchanged().send().await.unwrap();
    assert!(!delivered.is_acknowledged());
    assert_eq!(statuses(&delivered), [503, 401, 401]);
    assert_eq!(verified.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_callback_of_netgiro_s_is_delivered_alike() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, app) = busy_twice::<netgiro::webhook::Scheme>();
    let (listener, origin) = listen().await;
    let verifier = netgiro::webhook::Verifier::builder(&origin).unwrap();
    let verifier = verifier.secret(Credentials::demo().netgiro.secret_key).unwrap().build();
    serve(listener, app.layer(verifier.layer()));

    let delivery = sandbox.netgiro_callback(&format!("{origin}/hook"), BODY).attempts(3).pause(PAUSE);
    assert_eq!(statuses(&delivery.send().await.unwrap()), [503, 503, 202]);
}

#[tokio::test]
async fn a_callback_of_netgiro_s_is_received_only_where_the_answer_is_200() {
    let sandbox = Sandbox::start().await.unwrap();
    let (listener, origin) = listen().await;
    let answers = [StatusCode::NO_CONTENT, StatusCode::ACCEPTED, StatusCode::OK];
    let asked = Arc::new(AtomicUsize::new(0));
    let answer = move || async move { answers[asked.fetch_add(1, Ordering::SeqCst) % answers.len()] };
    serve(listener, Router::new().route("/hook", post(answer)));

    let callback = || sandbox.netgiro_callback(&format!("{origin}/hook"), BODY).pause(PAUSE);
    let cut_short = callback().attempts(2).send().await.unwrap();
    assert_eq!((statuses(&cut_short), cut_short.is_acknowledged()), (vec![204, 202], false));
    let received = callback().attempts(3).send().await.unwrap();
    assert_eq!((statuses(&received), received.is_acknowledged()), (vec![200], true));
    let webhook = sandbox.vizion_webhook(&format!("{origin}/hook"), BODY).attempts(3);
    assert_eq!(statuses(&webhook.send().await.unwrap()), [204], "any 2xx will do elsewhere");
}

#[tokio::test]
async fn it_is_tried_once_unless_told_otherwise_and_no_redirect_is_followed() {
    let sandbox = Sandbox::start().await.unwrap();
    let (verified, app) = busy_twice::<vizion::webhook::Scheme>();
    let (listener, origin) = listen().await;
    let moved = || async { axum::response::Redirect::temporary("/hook") };
    serve(listener, app.route("/moved", post(moved)));

    let delivered = sandbox.vizion_webhook(&format!("{origin}/moved"), BODY).send().await.unwrap();
    assert_eq!((statuses(&delivered).as_slice(), delivered.is_acknowledged()), ([307].as_slice(), false));
    assert_eq!(verified.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_tried_as_often_as_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let (listener, origin) = listen().await;
    drop(listener);
    let delivered = sandbox.vizion_webhook(&origin, BODY).attempts(3).pause(PAUSE).send().await.unwrap();
    assert!(!delivered.is_acknowledged());
    assert_eq!(delivered.attempts().len(), 3);
    assert!(delivered.attempts().iter().all(|attempt| matches!(attempt, Err(Unanswered::Connection(_)))));
}

#[tokio::test]
async fn deliveries_stay_on_loopback_unless_allowed_aloud() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, app) = busy_twice::<vizion::webhook::Scheme>();
    let (listener, origin) = listen().await;
    serve(listener, app.layer(vizion_verifier().layer()));
    // The unspecified address is no loopback address, though it leads to this machine.
    let url = format!("{}/hook", origin.replace("127.0.0.1", "0.0.0.0"));

    let refused = sandbox.vizion_webhook(&url, BODY).send().await;
    assert!(matches!(refused, Err(DeliveryError::NotLoopback)), "{refused:?}");
    let allowed = sandbox.vizion_webhook(&url, BODY).dangerous_allow_any_host().send().await.unwrap();
    assert_eq!(statuses(&allowed), [503]);
}

/// As behind a proxy that has the public name and takes the prefix off.
#[tokio::test]
async fn a_delivery_that_is_signed_for_a_public_address_verifies_behind_the_proxy_and_nowhere_else() {
    const PUBLIC: &str = "https://shop.example.is/hooks";
    let sandbox = Sandbox::start().await.unwrap();
    let demo = Credentials::demo();
    let taken = || post(async || StatusCode::OK);
    let app = |origin: &str| {
        let key = demo.vizion.webhook_key.clone();
        let vizion =
            vizion::webhook::Verifier::builder(origin).unwrap().key(&key.id, key.secret).unwrap().build();
        let netgiro = netgiro::webhook::Verifier::builder(origin).unwrap();
        let netgiro = netgiro.secret(demo.netgiro.secret_key.clone()).unwrap().build();
        let unleashed = unleashed::webhook::Verifier::builder();
        let unleashed = unleashed.signing_key(demo.unleashed.webhook_key.clone()).unwrap().build();
        Router::new()
            .route("/vizion", taken().route_layer(vizion.layer()))
            .route("/netgiro", taken().route_layer(netgiro.layer()))
            .route("/unleashed", taken().route_layer(unleashed.layer()))
    };
    for (origin, accepted) in [(PUBLIC, 200), ("https://shop.example.is", 401)] {
        let (listener, address) = listen().await;
        serve(listener, app(origin));
        let url = |path: &str| format!("{address}/{path}?order=7");
        for delivery in
            [sandbox.vizion_webhook(&url("vizion"), BODY), sandbox.netgiro_callback(&url("netgiro"), BODY)]
        {
            assert_eq!(
                statuses(&delivery.public_origin(PUBLIC).send().await.unwrap()),
                [accepted],
                "{origin}"
            );
        }
        // Its signature covers no URL.
        let delivery = sandbox.unleashed_webhook(&url("unleashed"), BODY).public_origin(PUBLIC);
        assert_eq!(statuses(&delivery.send().await.unwrap()), [200]);
    }
    let delivery = sandbox.vizion_webhook("http://127.0.0.1:1/", BODY).public_origin("shop.example.is");
    let error = delivery.send().await.unwrap_err();
    assert!(
        matches!(&error, DeliveryError::Unsigned(error) if error.code() == "invalid-public-origin"),
        "{error}"
    );
}
