//! Answering, with a signature over the request's URL and the reply's body under a nonce of the reply's own.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use countersign::Provider as _;
use countersign::netgiro::Stamp;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use serde::Serialize;

use super::Netgiro;
use crate::media::{Media, with_status};
use crate::request::Received;
use crate::verdict::Verdict;

const REFERENCE_ID: HeaderName = HeaderName::from_static("netgiro_referenceid");

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiResponse {
    success: bool,
    message: String,
    result_code: i32,
    /// What a write gives back.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
}

impl Netgiro {
    /// Success and failure alike are a 200: which statuses Netgíró uses is not published, and none is signed.
    pub(super) fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        let number = 1 + self.answered.fetch_add(1, Ordering::Relaxed);
        let id = format!("5A4DB0C5-0000-4000-8000-{number:012X}");
        let document = match verdict {
            Verdict::Accepted => ApiResponse {
                success: true,
                message: "Success".to_owned(),
                result_code: 200,
                transaction_id: (arrived.method == Method::POST).then(|| id.clone()),
            },
            Verdict::Refused(refusal) => ApiResponse {
                success: false,
                message: refusal.to_string(),
                result_code: 400,
                transaction_id: None,
            },
        };
        let mut reply = Media::wanted_by(&arrived.headers).respond(StatusCode::OK, &document);
        if arrived.method == Method::HEAD {
            // What is signed is what arrives, and the answer to HEAD has no body.
            *reply.body_mut() = Bytes::new();
        }
        if let Ok(id) = HeaderValue::try_from(id) {
            reply.headers_mut().insert(REFERENCE_ID, id);
        }
        reply
    }

    pub(super) fn sign(&self, arrived: &Received, mut reply: Response<Bytes>) -> Response<Bytes> {
        let body = reply.body().clone();
        let (Ok(provider), Ok(signed_text)) = (self.provider(arrived), arrived.with_body(&body)) else {
            return with_status(StatusCode::BAD_REQUEST);
        };
        // Writes the same three headers as a client does: the formula is one.
        let signed = provider.stamp(&signed_text).and_then(|drawn| {
            // Plain ticks, which is what the nonce of a request is without its last digit.
            let ticks: String = drawn.nonce().chars().take(18).collect();
            countersign::sign_with(&provider, &signed_text, Stamp::with_nonce(&ticks)?)
        });
        match signed {
            Ok(signed) => {
                signed.apply(reply.headers_mut());
                reply
            }
            Err(_) => with_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}
