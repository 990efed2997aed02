//! Paying once.
//!
//! If the answer to a payment is lost, the payment may have been made. So the shop looks the order up by its reference, and
//! asks for the payment again only if Netgíró does not know the order. [`countersign::Effect`] says when to look.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign::netgiro::{self, ApiResponse};
use countersign::{Effect, effect_of};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::memory::State;
use crate::{Shop, ShopError};

/// The amount of a payment, and the customer.
#[derive(Clone, Debug, Deserialize)]
pub struct Payment {
    /// In Icelandic krónur, which have no decimals.
    pub amount: u32,
    /// The telephone number of the customer's Netgíró account.
    pub customer: String,
}

/// The body of `InsertCart`, as on Netgíró's page.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cart<'a> {
    amount: u32,
    reference: &'a str,
    customer_id: &'a str,
}

/// The list of sales. The fields of a sale are not published: these are the fields of `PaymentInfo`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sales {
    sales: Vec<Sale>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sale {
    reference_number: String,
    /// 1 is unconfirmed, 2 confirmed, 5 cancelled.
    status_id: u8,
}

/// `POST /orders/{reference}/pay`.
pub async fn pay(
    Shared(shop): Shared<Shop>,
    Path(reference): Path<String>,
    Json(payment): Json<Payment>,
) -> Result<Response, ShopError> {
    if reference.is_empty() || !reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, "a reference has letters, digits and hyphens").into_response()
        );
    }
    Ok(Json(shop.pay(&reference, &payment).await?).into_response())
}

/// `GET /orders/{reference}`.
pub async fn state(
    Shared(shop): Shared<Shop>,
    Path(reference): Path<String>,
) -> Result<Json<State>, ShopError> {
    shop.memory.state(&reference).await?.map(Json).ok_or(ShopError::Unknown)
}

impl Shop {
    /// Pays an order once, however often and wherever this is called. To try again after a refusal takes another order.
    pub async fn pay(&self, reference: &str, payment: &Payment) -> Result<State, ShopError> {
        if !self.memory.claim(reference).await? {
            return self.known(reference).await;
        }
        let state = self.ask_once(reference, payment).await;
        self.memory.set(reference, state).await?;
        Ok(state)
    }

    /// Asks for the payment. If the effect is unknown, looks the payment up, and asks again only if it is not there.
    async fn ask_once(&self, reference: &str, payment: &Payment) -> State {
        for _ in 0..2 {
            match self.ask(reference, payment).await {
                State::Unknown => match self.look_up(reference).await {
                    Some(Some(found)) => return found,
                    Some(None) => {}
                    None => return State::Unknown,
                },
                state => return state,
            }
        }
        State::Failed
    }

    /// The state of an order that was claimed before; if the state was left open, looks the order up.
    async fn known(&self, reference: &str) -> Result<State, ShopError> {
        let state = self.memory.state(reference).await?.ok_or(ShopError::Unknown)?;
        if !matches!(state, State::Asking | State::Unknown) {
            return Ok(state);
        }
        // If it is not found, the caller who claimed it may be asking just now.
        let Some(Some(found)) = self.look_up(reference).await else { return Ok(state) };
        self.memory.set(reference, found).await?;
        Ok(found)
    }

    /// Asks Netgíró for the payment.
    async fn ask(&self, reference: &str, payment: &Payment) -> State {
        let cart = Cart { amount: payment.amount, reference, customer_id: &payment.customer };
        let sent =
            self.netgiro.client.post(self.netgiro.url("/v1/checkout/InsertCart")).json(&cart).send().await;
        let answer = match sent {
            // A gateway's reply, which says nothing about Netgíró.
            Ok(answer) if !answer.status().is_success() => return State::Unknown,
            Ok(answer) => answer.bytes().await.map_err(reqwest_middleware::Error::from),
            Err(error) => Err(error),
        };
        match answer.map(|body| ApiResponse::<IgnoredAny>::from_slice(&body)) {
            Ok(Ok(_)) => State::Pending,
            Ok(Err(error)) => refused(&error),
            Err(error) => match effect_of(&error) {
                Effect::None => State::Failed,
                Effect::Done => State::Pending,
                Effect::Unknown => State::Unknown,
            },
        }
    }

    /// Looks an order up: its state, `Some(None)` if Netgíró does not know it, and `None` if nobody can tell.
    async fn look_up(&self, reference: &str) -> Option<Option<State>> {
        let url = self.netgiro.url("/v1/sales/GetList?AllForCompany=true");
        let answer = self.netgiro.client.get(url).send().await.ok()?;
        let sales = ApiResponse::<Sales>::from_slice(&answer.bytes().await.ok()?).ok()?.data.sales;
        let sale = sales.iter().find(|sale| sale.reference_number == reference);
        Some(sale.map(|sale| match sale.status_id {
            2 => State::Paid,
            5 => State::Cancelled,
            _ => State::Pending,
        }))
    }
}

/// The state after Netgíró's own refusal.
fn refused(error: &countersign::Error) -> State {
    let is_declined =
        error.fault::<netgiro::Failure>().is_some_and(|failure| failure.response.result_code.is_declined());
    match error.effect() {
        Effect::None if is_declined => State::Declined,
        Effect::None => State::Failed,
        // The payment was made, and the rest of the answer cannot be read.
        Effect::Done => State::Pending,
        Effect::Unknown => State::Unknown,
    }
}
