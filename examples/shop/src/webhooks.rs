//! Receives the providers' webhooks: verified, fresh, and accepted once by all machines together.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use countersign::webhook::RedisStore;
use countersign::{Error, SecretString, netgiro, unleashed, vizion};
use serde::Deserialize;

use crate::memory::State;
use crate::{Shop, ShopError};

/// The keys that the providers sign webhooks with.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Netgíró's secret key, which signs requests, too.
    pub netgiro: SecretString,
    /// The signing key of Unleashed's subscription.
    pub unleashed: SecretString,
    /// The id and the key of Vizion's, e.g. `hmac-key-1`.
    pub vizion: (String, SecretString),
}

/// The receivers, to nest below `/webhooks`. `public_origin` is the origin that the providers know, with the prefix that the
/// proxy takes off: with `https://shop.example.is/api`, Vizion delivers to `https://shop.example.is/api/webhooks/vizion`.
pub fn router(public_origin: &str, keys: &Keys, store: &RedisStore) -> Result<Router<Shop>, Error> {
    let netgiro = netgiro::webhook::Verifier::builder(public_origin)?.secret(keys.netgiro.clone())?;
    let netgiro = netgiro.replay_store(store.clone()).build();
    let unleashed = unleashed::webhook::Verifier::builder().signing_key(keys.unleashed.clone())?;
    let unleashed = unleashed.replay_store(store.clone()).build();
    let (key_id, key) = &keys.vizion;
    let vizion = vizion::webhook::Verifier::builder(public_origin)?.key(key_id, key.clone())?;
    let vizion = vizion.replay_store(store.clone()).build();
    // The signature also covers the part of the path that axum's `nest` takes off. If a handler fails, it runs again at the
    // provider's retry; each handler may safely run twice.
    Ok(Router::new()
        .route("/netgiro", post(paid).route_layer(netgiro.layer().nested_in_axum().forget_failed()))
        .route("/unleashed", post(changed).route_layer(unleashed.layer().nested_in_axum().forget_failed()))
        .route("/vizion", post(moved).route_layer(vizion.layer().nested_in_axum().forget_failed())))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Callback {
    success: bool,
    reference_number: String,
    total_amount: u32,
}

/// A payment was confirmed or cancelled. Netgíró takes only a 200 for an acknowledgement.
async fn paid(
    Shared(shop): Shared<Shop>,
    event: netgiro::webhook::Verified<Json<Callback>>,
) -> Result<StatusCode, ShopError> {
    let Callback { success, reference_number, total_amount } = &**event;
    if shop.memory.state(reference_number).await?.is_none() {
        return Err(ShopError::Unknown);
    }
    if *success {
        shop.memory.set(reference_number, State::Paid).await?;
        shop.book(reference_number, *total_amount).await?;
    } else {
        shop.memory.set(reference_number, State::Cancelled).await?;
    }
    Ok(StatusCode::OK)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    event_type: String,
    data: Data,
}

/// In some deliveries of Unleashed's an object, in others a string that holds an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Data {
    Object(serde_json::Map<String, serde_json::Value>),
    Text(String),
}

/// Something changed in Unleashed. A real shop would fetch it anew; this shop only checks that it can be read.
async fn changed(event: unleashed::webhook::Verified<Json<Change>>) -> StatusCode {
    let Change { event_type, data } = &**event;
    let is_readable = match data {
        Data::Object(object) => !object.is_empty(),
        Data::Text(text) => serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok(),
    };
    if is_readable && event_type.contains('.') {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

#[derive(Deserialize)]
struct Update {
    reference_id: String,
    payload: Journey,
}

#[derive(Deserialize)]
struct Journey {
    milestones: Vec<Milestone>,
}

#[derive(Deserialize)]
struct Milestone {
    description: String,
}

/// A container has moved.
async fn moved(
    Shared(shop): Shared<Shop>,
    event: vizion::webhook::Verified<Json<Update>>,
) -> Result<StatusCode, ShopError> {
    if let Some(milestone) = event.payload.milestones.last() {
        shop.memory.set_milestone(&event.reference_id, &milestone.description).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
