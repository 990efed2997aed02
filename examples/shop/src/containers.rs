//! Vizion: where the shop's containers are.

use axum::Json;
use axum::extract::{Path, State as Shared};
use countersign::vizion;
use serde::{Deserialize, Serialize};

use crate::{Shop, ShopError};

/// What the shop knows of a container.
#[derive(Debug, Serialize)]
pub struct Container {
    id: String,
    last_milestone: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
    container_id: String,
}

/// `GET /containers/{reference}`: the container of a reference, and the last milestone from a webhook.
pub async fn last_milestone(
    Shared(shop): Shared<Shop>,
    Path(reference): Path<String>,
) -> Result<Json<Container>, ShopError> {
    let answer = shop.vizion.client.get(shop.vizion.url("/references")).send().await?;
    let answer = vizion::error_for_status(answer).await?;
    let references: Vec<Reference> = answer.json().await.map_err(reqwest_middleware::Error::from)?;
    let found = references.into_iter().find(|found| found.id == reference).ok_or(ShopError::Unknown)?;
    Ok(Json(Container { id: found.container_id, last_milestone: shop.memory.milestone(&reference).await? }))
}
