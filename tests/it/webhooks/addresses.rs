//! W9: the address that was signed, as routers, protocols and proxies present it.

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use countersign::vizion::webhook::{Scheme, Verified, testing};
use countersign::webhook::Builder;
use http::Request;
use tower::ServiceExt as _;

use super::sender::Sender;
use super::{BODY, KEYS, builder, builder_at, now, verdict};

async fn accept(_: Verified<Bytes>) {}

async fn status(app: Router, request: Request<Bytes>) -> u16 {
    app.oneshot(request.map(axum::body::Body::from)).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn w9_a_nested_router_verifies_the_path_that_was_sent() {
    let [(id, secret), _] = KEYS;
    let url = "https://hooks.example.com/hooks/eu/vizion?tenant=7";
    let sign = |url| testing::sign(id, secret, url, BODY, now()).unwrap();
    let nested = |builder: Builder<Scheme>| {
        let inner =
            Router::new().route("/vizion", post(accept)).layer(builder.build().layer().nested_in_axum());
        Router::new().nest("/hooks", Router::new().nest("/eu", inner))
    };
    let public = || builder_at("https://hooks.example.com");
    for build in [builder as fn() -> Builder<Scheme>, public] {
        assert_eq!(status(nested(build()), sign(url)).await, 200);
        // Signed for the path that the inner router sees, which is not the one it was sent to.
        let mut moved = sign("https://hooks.example.com/vizion?tenant=7");
        *moved.uri_mut() = url.parse().unwrap();
        assert_eq!(status(nested(build()), moved).await, 401);
    }
}

#[test]
fn w9_two_hosts_that_differ_are_refused() {
    let at = |target: &str, host: Option<&str>| {
        let mut request = Sender::honest().send();
        *request.uri_mut() = target.parse().unwrap();
        match host {
            Some(host) => request.headers_mut().insert("host", host.parse().unwrap()),
            None => request.headers_mut().remove("host"),
        };
        verdict(&builder().build(), &request)
    };
    let signed = "hooks.example.com";
    for (authority, host, expected) in [
        (signed, Some(signed), "accepted"),
        ("HOOKS.example.com", Some(signed), "accepted"),
        (signed, None, "accepted"),
        ("other.example.com", Some(signed), "webhook-header-duplicate"),
        ("hooks.example.com:8443", Some(signed), "webhook-header-duplicate"),
        (signed, Some("other.example.com"), "webhook-header-duplicate"),
        ("other.example.com", None, "webhook-signature-mismatch"),
    ] {
        let target = format!("https://{authority}/vizion?tenant=7");
        assert_eq!(at(&target, host), expected, "{authority} {host:?}");
    }
    assert_eq!(at("https://name@hooks.example.com/vizion?tenant=7", None), "accepted");
}
