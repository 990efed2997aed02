//! Extractors for axum.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::Verified;

/// The very bytes that the [layer](super::Verifier::layer) verified.
impl<State: Send + Sync> FromRequestParts<State> for Verified<Bytes> {
    type Rejection = Unverified;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Unverified> {
        parts.extensions.get::<Self>().cloned().ok_or(Unverified::NoLayer)
    }
}

/// The verified bytes, read as JSON. The content type is not asked: it need not be signed.
impl<State: Send + Sync, T: DeserializeOwned> FromRequestParts<State> for Verified<Json<T>> {
    type Rejection = Unverified;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Unverified> {
        let bytes = Verified::<Bytes>::from_request_parts(parts, state).await?;
        bytes.read_as(|bytes| Json::from_bytes(&bytes)).map_err(Unverified::NotThisJson)
    }
}

/// Why an extractor gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unverified {
    /// The route has no verifying layer: a mistake of this service, answered 500.
    #[error("the route has no verifying layer; add `.layer(verifier.layer())`")]
    NoLayer,
    /// The delivery verified, and its body is not the JSON that the handler wants: answered 400 or 422.
    #[error("the verified body is not the JSON that was expected")]
    NotThisJson(#[source] JsonRejection),
}

impl IntoResponse for Unverified {
    fn into_response(self) -> Response {
        match self {
            Self::NoLayer => {
                tracing::error!("webhook refused: {self}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::NotThisJson(rejection) => {
                // Without the rejection's text, which may hold a value out of the body.
                tracing::warn!("webhook not understood: the verified body is not the JSON that was expected");
                rejection.into_response()
            }
        }
    }
}
