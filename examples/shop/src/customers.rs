//! Unleashed: the shop's customers.

use axum::Json;
use axum::extract::State as Shared;
use countersign::unleashed;
use futures_util::TryStreamExt as _;
use serde::Deserialize;

use crate::{Shop, ShopError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Customer {
    customer_name: String,
}

/// `GET /customers`: the names, page by page.
pub async fn list(Shared(shop): Shared<Shop>) -> Result<Json<Vec<String>>, ShopError> {
    let pages =
        unleashed::pages::<Customer>(&shop.unleashed.client, &shop.unleashed.url("/Customers?pageSize=2"));
    let pages: Vec<_> = pages.try_collect().await?;
    Ok(Json(pages.into_iter().flat_map(|page| page.items).map(|customer| customer.customer_name).collect()))
}
