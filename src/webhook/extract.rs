//! Extractors for axum.

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::Verified;
use super::layer::{Mounted, Unseen};
use super::scheme::Scheme;
use crate::error::Error;

/// The bytes that the [layer](super::Verifier::layer) of the same provider verified.
impl<State: Send + Sync, S: Scheme> FromRequestParts<State> for Verified<S, Bytes> {
    type Rejection = VerifiedRejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, VerifiedRejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| match parts.extensions.get::<Mounted>() {
            Some(other) => VerifiedRejection::OtherProvider { wanted: S::NAME, mounted: other.provider },
            None => VerifiedRejection::NoLayer,
        })
    }
}

/// The verified bytes, read as JSON. The content type does not matter: it need not be signed.
impl<State: Send + Sync, S: Scheme, T: DeserializeOwned> FromRequestParts<State> for Verified<S, Json<T>> {
    type Rejection = VerifiedRejection;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, VerifiedRejection> {
        let bytes = Verified::<S, Bytes>::from_request_parts(parts, state).await?;
        match bytes.read_json::<T>() {
            Ok(read) => Ok(read.map(Json)),
            Err((error, _)) => {
                if let Some(mounted) = parts.extensions.get::<Mounted>() {
                    // Below axum's `nest`, the URL in the parts lacks its prefix.
                    let mut received = parts.clone();
                    if let Some(OriginalUri(uri)) = parts.extensions.get() {
                        received.uri = uri.clone();
                    }
                    mounted.reporter.report(&error, &received);
                }
                Err(VerifiedRejection::NotThisJson(error))
            }
        }
    }
}

/// Why an extractor refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifiedRejection {
    /// The route has no verifying layer: a mistake of this service, answered 500.
    #[error("the route has no verifying layer; add `.route_layer(verifier.layer())`")]
    NoLayer,
    /// The layer of the route verifies another provider than the handler names: a mistake of this service, answered
    /// 500. The delivery is not handed on.
    #[error("the handler takes what {wanted} signed, and the route has the verifying layer of {mounted}")]
    OtherProvider {
        /// The provider whose `Verified` the handler takes.
        wanted: &'static str,
        /// The provider whose layer has verified the delivery.
        mounted: &'static str,
    },
    /// The delivery verified, but its body is not the JSON that the handler wants: `webhook-json`, reported like a
    /// refusal and answered with an empty 422. The error holds nothing of the body; the error of [`Verified::json`]
    /// says more.
    ///
    /// No handler has seen the delivery, so [`forget_failed`](super::VerifyLayer::forget_failed) lets it in again: the
    /// sender's retry gets through once the types are corrected.
    #[error(transparent)]
    NotThisJson(Error),
}

impl IntoResponse for VerifiedRejection {
    fn into_response(self) -> Response {
        match self {
            Self::NoLayer | Self::OtherProvider { .. } => {
                tracing::error!(name: "countersign.webhook_misrouted", "webhook refused: {self}");
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
