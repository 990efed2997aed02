//! Extractors for axum.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::Verified;
use super::report::Reporter;
use crate::error::Error;

/// The very bytes that the [layer](super::Verifier::layer) verified.
impl<State: Send + Sync> FromRequestParts<State> for Verified<Bytes> {
    type Rejection = VerifiedRejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, VerifiedRejection> {
        parts.extensions.get::<Self>().cloned().ok_or(VerifiedRejection::NoLayer)
    }
}

/// The verified bytes, read as JSON. The content type is not asked: it need not be signed.
impl<State: Send + Sync, T: DeserializeOwned> FromRequestParts<State> for Verified<Json<T>> {
    type Rejection = VerifiedRejection;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, VerifiedRejection> {
        let bytes = Verified::<Bytes>::from_request_parts(parts, state).await?;
        match bytes.read_json::<T>() {
            Ok(read) => Ok(read.map(Json)),
            Err((error, _)) => {
                let reporter = parts.extensions.get::<Reporter>().cloned().unwrap_or_default();
                reporter.report(&error, parts);
                Err(VerifiedRejection::NotThisJson(error))
            }
        }
    }
}

/// Why an extractor gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifiedRejection {
    /// The route has no verifying layer: a mistake of this service, answered 500.
    #[error("the route has no verifying layer; add `.route_layer(verifier.layer())`")]
    NoLayer,
    /// The delivery verified, and its body is not the JSON that the handler wants: `webhook-json`, reported like a refusal
    /// and answered by an empty 422. The error holds nothing of the body; [`Verified::json`] gives one that says more.
    ///
    /// No handler has seen it, so it is let in again where [failed ones](super::VerifyLayer::forget_failed) are: once
    /// the types are corrected, the sender's retry gets through.
    #[error(transparent)]
    NotThisJson(Error),
}

/// Marks the answer to a delivery that no handler has seen.
#[derive(Clone, Copy)]
pub(super) struct Unseen;

impl IntoResponse for VerifiedRejection {
    fn into_response(self) -> Response {
        match self {
            Self::NoLayer => {
                tracing::error!("webhook refused: {self}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::NotThisJson(_) => {
                let mut response = StatusCode::UNPROCESSABLE_ENTITY.into_response();
                response.extensions_mut().insert(Unseen);
                response
            }
        }
    }
}
