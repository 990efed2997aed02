//! W5 over a real Redis that speaks TLS.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use countersign::webhook::{RedisStore, ReplayStore};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, TlsCertificates};

use super::builder;
use super::once::{exactly_one_of_100_copies, forgotten_is_accepted_anew, numbered, receive};
use crate::support::redis_server::{RedisServer, free_port};

/// A server with a certificate for `localhost` of an authority that nobody knows.
struct TlsServer {
    _server: RedisServer,
    url: String,
    /// The authority's certificate, in PEM.
    authority: String,
}

impl TlsServer {
    fn start(test: &str) -> Option<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        let port = free_port();
        let settings = |directory: &Path| {
            let file = |name: &str, text: String| -> PathBuf {
                std::fs::write(directory.join(name), text).unwrap();
                directory.join(name)
            };
            let files = [
                ("--tls-cert-file", file("server.crt", certificate.pem())),
                ("--tls-key-file", file("server.key", key.serialize_pem())),
                ("--tls-ca-cert-file", file("authority.crt", authority.pem())),
            ];
            let files = files.map(|(name, path)| [name.to_owned(), path.display().to_string()]);
            let port = ["--tls-port".to_owned(), port.to_string(), "--tls-auth-clients".into(), "no".into()];
            files.concat().into_iter().chain(port).collect()
        };
        let server = RedisServer::start_with(test, settings)?;
        Some(Self { _server: server, url: format!("rediss://localhost:{port}/"), authority: authority.pem() })
    }

    fn store(&self) -> RedisStore {
        let root_cert = Some(self.authority.clone().into_bytes());
        let client = Client::build_with_tls(&*self.url, TlsCertificates { client_tls: None, root_cert });
        let patience = Some(Duration::from_secs(5));
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(patience)
            .set_response_timeout(patience)
            .set_number_of_retries(1);
        RedisStore::new(ConnectionManager::new_lazy_with_config(client.unwrap(), config).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn w5_redis_takes_each_delivery_once_over_tls() {
    let Some(server) = TlsServer::start("w5_redis_takes_each_delivery_once_over_tls") else { return };
    // What rustls computes with is chosen by whoever connects first.
    RedisStore::connect(&*server.url).unwrap();
    let store = || Arc::new(server.store()) as Arc<dyn ReplayStore>;
    exactly_one_of_100_copies([store(), store()]).await;
    forgotten_is_accepted_anew(Arc::new(server.store().prefix("forgotten:"))).await;
}

#[tokio::test]
async fn a_redis_whose_certificate_is_not_trusted_remembers_nothing() {
    let Some(server) = TlsServer::start("a_redis_whose_certificate_is_not_trusted_remembers_nothing") else {
        return;
    };
    let store = RedisStore::connect(&*server.url).unwrap();
    let verifier = builder().replay_store(store).build();
    assert_eq!(receive(&verifier, &numbered(0)).await, "webhook-store-unreachable");
    let trusting = builder().replay_store(server.store()).build();
    assert_eq!(receive(&trusting, &numbered(0)).await, "accepted");
}
