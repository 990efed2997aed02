//! The shop's memory in Redis, which all its machines share.

use redis::aio::ConnectionManager;
use redis::{AsyncCommands as _, Client, ExistenceCheck, RedisResult, SetOptions};
use serde::{Deserialize, Serialize};

/// How far the payment of an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The payment is being asked for, or the shop stopped while asking.
    Asking,
    /// Nobody can tell whether Netgíró has the payment.
    Unknown,
    /// Netgíró has it, and the customer has not confirmed yet.
    Pending,
    /// The money is there.
    Paid,
    /// The customer declined.
    Declined,
    /// The customer or the shop cancelled it.
    Cancelled,
    /// Netgíró refused it.
    Failed,
}

/// A connection to Redis, which comes back by itself.
#[derive(Clone)]
pub struct Memory(ConnectionManager);

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

fn order(reference: &str) -> String {
    format!("shop:order:{reference}")
}

fn container(reference: &str) -> String {
    format!("shop:container:{reference}")
}

impl Memory {
    /// Connects to `redis://host:port/`.
    pub async fn connect(url: &str) -> RedisResult<Self> {
        Client::open(url)?.get_connection_manager().await.map(Self)
    }

    /// Claims an order for the first caller on any machine: only that caller may ask for its payment. Returns whether the
    /// claim is yours.
    pub async fn claim(&self, reference: &str) -> RedisResult<bool> {
        let absent = SetOptions::default().conditional_set(ExistenceCheck::NX);
        self.0.clone().set_options(order(reference), written(State::Asking), absent).await
    }

    /// Records the state of an order.
    pub async fn set(&self, reference: &str, state: State) -> RedisResult<()> {
        self.0.clone().set(order(reference), written(state)).await
    }

    /// The state of an order; `None` if nobody has claimed it.
    pub async fn state(&self, reference: &str) -> RedisResult<Option<State>> {
        let text: Option<String> = self.0.clone().get(order(reference)).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Records the last milestone of a container.
    pub async fn set_milestone(&self, reference: &str, milestone: &str) -> RedisResult<()> {
        self.0.clone().set(container(reference), milestone).await
    }

    /// The last milestone of a container.
    pub async fn milestone(&self, reference: &str) -> RedisResult<Option<String>> {
        self.0.clone().get(container(reference)).await
    }
}

fn written(state: State) -> String {
    // A unit variant is a string in JSON.
    serde_json::to_string(&state).unwrap_or_default()
}
