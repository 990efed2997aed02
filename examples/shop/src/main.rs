//! Runs the shop with settings from the environment: the providers' variables as `countersign --help` lists them, and
//! `SHOP_PUBLIC_ORIGIN`, `SHOP_LISTEN` and `SHOP_REDIS`.

use std::env::var;
use std::time::Duration;

use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::webhook::RedisStore;
use shop::memory::Memory;
use shop::webhooks::{self, Keys};
use shop::{Origins, Patience, Shop};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let origins = Origins {
        netgiro: "https://api.netgiro.is".to_owned(),
        netvisor: "https://integration.netvisor.fi".to_owned(),
        unleashed: "https://api.unleashedsoftware.com".to_owned(),
        vizion: "https://prod.vizionapi.com".to_owned(),
    };
    let signers = (Netgiro::from_env()?, Netvisor::from_env()?, Unleashed::from_env()?, Vizion::from_env()?);
    let vizion_keys = var("VIZION_WEBHOOK_KEYS")?;
    let (key_id, key) = vizion_keys.split_once('=').ok_or("VIZION_WEBHOOK_KEYS is not id=key")?;
    let keys = Keys {
        netgiro: var("NETGIRO_SECRET_KEY")?.into(),
        unleashed: var("UNLEASHED_WEBHOOK_KEY")?.into(),
        vizion: (key_id.to_owned(), key.into()),
    };
    let redis = var("SHOP_REDIS")?;
    let patience = Patience { answer: Duration::from_secs(30), retry: Duration::from_secs(1) };
    let shop = Shop::new(signers, &origins, patience, Memory::connect(&redis).await?)?;
    let webhooks = webhooks::router(&var("SHOP_PUBLIC_ORIGIN")?, &keys, &RedisStore::connect(redis)?)?;
    let listener = tokio::net::TcpListener::bind(var("SHOP_LISTEN")?).await?;
    println!("the shop listens on {}", listener.local_addr()?);
    axum::serve(listener, shop.router(webhooks)).await?;
    Ok(())
}
