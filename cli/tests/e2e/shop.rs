//! `trigger --public-origin --event` against the shop of `examples/shop`.

use std::time::Duration;

use countersign::webhook::RedisStore;
use countersign_sandbox::{Credentials, Sandbox};
use shop::memory::{Memory, State};
use shop::payment::Payment;
use shop::redis_server::RedisServer;
use shop::webhooks::{self, Keys};
use shop::{Origins, Patience, Shop};

use crate::support::{Ran, RunningSandbox, run, tool};

const PUBLIC: &str = "https://shop.example.is/api";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_takes_events_by_hand_under_its_public_address_and_no_others() {
    let Some(redis) = RedisServer::start().await.unwrap() else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "redis-server is not installed");
        return;
    };
    let (sandbox, demo) = (Sandbox::start().await.unwrap(), Credentials::demo());
    let memory = Memory::connect(&redis.url()).await.unwrap();
    let origins = Origins {
        netgiro: sandbox.netgiro_url().to_owned(),
        netvisor: sandbox.netvisor_url().to_owned(),
        unleashed: sandbox.unleashed_url().to_owned(),
        vizion: sandbox.vizion_url().to_owned(),
    };
    let signers = (sandbox.netgiro(), sandbox.netvisor(), sandbox.unleashed(), sandbox.vizion());
    let patience = Patience { answer: Duration::from_secs(5), retry: Duration::from_millis(10) };
    let shop = Shop::new(signers, &origins, patience, memory.clone()).unwrap();
    let keys = Keys {
        netgiro: demo.netgiro.secret_key,
        unleashed: demo.unleashed.webhook_key,
        vizion: (demo.vizion.webhook_key.id, demo.vizion.webhook_key.secret),
    };
    let store = RedisStore::connect(redis.url()).unwrap();
    let router = shop.clone().router(webhooks::router(PUBLIC, &keys, &store).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });

    // Only for the file with its keys, which are those of any sandbox.
    let keys_of = RunningSandbox::start(&[]);
    let trigger = |provider: &str, arguments: &[&str]| -> Ran {
        let to = format!("http://{address}/webhooks/{provider}");
        run(tool()
            .args(["trigger", provider, "--to", &to, "--env-file"])
            .arg(keys_of.env_file())
            .args(arguments))
    };
    let public = ["--public-origin", PUBLIC];

    shop.pay("order-1841", &Payment { amount: 4200, customer: "8223281".to_owned() }).await.unwrap();
    let misdirected = trigger("netgiro", &["--event", "confirmed"]);
    assert!(misdirected.code == 1 && misdirected.stdout.contains("401"), "{}", misdirected.stdout);
    assert_eq!(memory.state("order-1841").await.unwrap(), Some(State::Pending));
    let confirmed = trigger("netgiro", &["--event", "confirmed", public[0], public[1]]);
    assert_eq!(confirmed.code, 0, "{}{}", confirmed.stdout, confirmed.stderr);
    assert_eq!(memory.state("order-1841").await.unwrap(), Some(State::Paid));

    for (provider, event) in [("vizion", "vessel-arrived"), ("unleashed", "salesorder.created-as-string")] {
        let sent = trigger(provider, &["--event", event, public[0], public[1]]);
        assert_eq!(sent.code, 0, "{event}: {}{}", sent.stdout, sent.stderr);
    }
    let milestone = memory.milestone("5a4db0c5-0000-4000-8000-5a4db0c50003").await.unwrap();
    assert_eq!(milestone.as_deref(), Some("Vessel arrived"));

    let other = trigger("vizion", &["--event", "estimated-date-alert", public[0], public[1]]);
    assert!(other.code == 1 && other.stdout.contains("422"), "{}", other.stdout);
    assert!(other.stdout.contains("it did not refuse the signature"), "{}", other.stdout);
    for fault in ["wrong-key", "tampered", "stale"] {
        let forged = trigger("vizion", &["--fault", fault, public[0], public[1]]);
        assert_eq!(forged.code, 0, "{fault}: {}", forged.stdout);
    }
}
