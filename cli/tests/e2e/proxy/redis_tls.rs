//! Deliveries that are remembered in a real Redis, over TLS.

use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use shop::redis_server::RedisServer;

use super::received::{before_recorded_with, deliver, delivery};
use super::support::{OK, Upstream};

#[tokio::test]
async fn a_delivery_is_taken_once_by_machines_that_share_a_redis_over_tls() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = file("server.crt", certificate.signed_by(&key, &authority).unwrap().pem());
    let (key, authority) = (file("server.key", key.serialize_pem()), file("authority.crt", authority.pem()));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let settings = [
        ["--tls-port", &port],
        ["--tls-cert-file", &certificate],
        ["--tls-key-file", &key],
        ["--tls-ca-cert-file", &authority],
        ["--tls-auth-clients", "no"],
    ];
    let Some(_redis) = RedisServer::start_with(settings.as_flattened()).await.unwrap() else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "redis-server is not installed");
        return;
    };
    let redis = format!("rediss://localhost:{port}");
    let sent = delivery("vizion", "/hook", &[]);
    let application = Upstream::answering(OK);
    let machine = |set: &dyn Fn(&mut Command)| {
        before_recorded_with(&application, &sent, |command| set(command.args(["--redis", &redis])))
    };
    let stranger = machine(&|_| ());
    assert_eq!(
        deliver(&stranger, &sent).status(),
        503,
        "nobody has said that the certificate is to be trusted"
    );
    assert!(stranger.note().contains("Redis does not answer"));
    assert!(stranger.note().contains("webhook-store-unreachable"));
    for _ in 0..2 {
        let trusting = machine(&|command| {
            command.env("SSL_CERT_FILE", &authority);
        });
        assert_eq!(deliver(&trusting, &sent).status(), 200);
    }
    application.request();
    assert_eq!(application.others(), 0, "the second has acknowledged what the first has handed on");
}
