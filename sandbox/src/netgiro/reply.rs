//! Answers, with a signature over the request's URL and the reply's body under a nonce of the reply's own.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use countersign::netgiro::Stamp;
use countersign::netgiro::headers::{NONCE, REFERENCE_ID};
use http::{HeaderValue, Method, Response, StatusCode};
use serde::Serialize;

use super::{Netgiro, SignedNonce};
use crate::fault::Fault;
use crate::media::{Media, with_status};
use crate::provider::Play;
use crate::request::Received;
use crate::vendor::Vendor;
use crate::verdict::Verdict;

/// An id that no cart has: a request for it ends in an error.
const NOBODYS_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A ready reply, as Netgíró's pages on `InsertCart` and `CheckCart` describe it.
struct Ready {
    name: &'static str,
    success: bool,
    message: &'static str,
    result_code: i32,
    payment_successful: Option<bool>,
}

const READY: [Ready; 5] = [
    Ready::new("paid", true, "Success", 10200, Some(true)),
    Ready::new("pending", true, "Pending", 10425, Some(false)),
    Ready::new("cancelled", true, "Cancelled", 10201, Some(false)),
    Ready::new("declined", false, "Declined", 10302, None),
    Ready::new("failed", false, "Failed", 400, None),
];

impl Ready {
    const fn new(
        name: &'static str,
        success: bool,
        message: &'static str,
        result_code: i32,
        payment_successful: Option<bool>,
    ) -> Self {
        Self { name, success, message, result_code, payment_successful }
    }
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiResponse {
    success: bool,
    message: String,
    result_code: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_successful: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_info: Option<PaymentInfo>,
    /// What a write gives back.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PaymentInfo {
    transaction_id: String,
    invoice_number: u32,
    reference_number: &'static str,
    status_id: u8,
    created: &'static str,
    total_amount: u32,
}

impl PaymentInfo {
    fn confirmed(transaction_id: String) -> Self {
        let (reference_number, created) = ("order-1841", "2026-08-03T10:15:00");
        Self {
            transaction_id,
            invoice_number: 12345,
            reference_number,
            status_id: 2,
            created,
            total_amount: 4200,
        }
    }
}

impl Play for Netgiro {
    const VENDOR: Vendor = Vendor::Netgiro;

    fn ready_names() -> Vec<String> {
        READY.iter().map(|ready| ready.name.to_owned()).collect()
    }

    /// Success and failure alike are a 200: Netgíró does not publish its statuses, and no status is signed. Only a request for
    /// [the id of no cart](NOBODYS_ID) gets the status of an error.
    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        if *verdict == Verdict::Accepted && arrived.target().contains(NOBODYS_ID) {
            let message = "there is no cart with this id".to_owned();
            let document = ApiResponse { message, result_code: 10424, ..ApiResponse::default() };
            return self.respond(arrived, StatusCode::NOT_FOUND, |_| document);
        }
        self.respond(arrived, StatusCode::OK, |id| match verdict {
            Verdict::Accepted => ApiResponse {
                success: true,
                message: "Success".to_owned(),
                result_code: 200,
                transaction_id: (arrived.method == Method::POST).then_some(id),
                ..ApiResponse::default()
            },
            Verdict::Refused(refusal) => {
                ApiResponse { message: refusal.to_string(), result_code: 400, ..ApiResponse::default() }
            }
        })
    }

    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes> {
        let Some(ready) = READY.iter().find(|ready| ready.name == name) else {
            return with_status(StatusCode::NOT_IMPLEMENTED);
        };
        self.respond(arrived, StatusCode::OK, |id| ApiResponse {
            success: ready.success,
            message: ready.message.to_owned(),
            result_code: ready.result_code,
            payment_successful: ready.payment_successful,
            payment_info: (ready.payment_successful == Some(true)).then(|| PaymentInfo::confirmed(id)),
            transaction_id: None,
        })
    }

    fn sign(&self, arrived: &Received, reply: Response<Bytes>) -> Response<Bytes> {
        let signed = self.signed(arrived, reply);
        self.first_reply(arrived, signed.clone());
        signed
    }

    fn forge(&self, fault: &Fault, arrived: &Received, honest: Response<Bytes>) -> Response<Bytes> {
        self.forged(fault, arrived, honest)
    }
}

impl Netgiro {
    /// Answers with the document of a transaction id.
    fn respond(
        &self,
        arrived: &Received,
        status: StatusCode,
        document: impl FnOnce(String) -> ApiResponse,
    ) -> Response<Bytes> {
        let number = 1 + self.answered.fetch_add(1, Ordering::Relaxed);
        let id = format!("5A4DB0C5-0000-4000-8000-{number:012X}");
        let reference_id = HeaderValue::try_from(&id);
        let mut reply = Media::wanted_by(&arrived.headers).respond(status, &document(id));
        if let Ok(id) = reference_id {
            reply.headers_mut().insert(REFERENCE_ID, id);
        }
        reply
    }

    fn signed(&self, arrived: &Received, mut reply: Response<Bytes>) -> Response<Bytes> {
        if !self.signs.errors && (reply.status().is_client_error() || reply.status().is_server_error()) {
            return reply;
        }
        let body = reply.body().clone();
        let (Ok(provider), Ok(signed_text)) = (self.provider(arrived), arrived.with_body(&body)) else {
            return with_status(StatusCode::BAD_REQUEST);
        };
        // Writes the same three headers as a client does: the formula is the same.
        let signed = provider.stamp(&signed_text).and_then(|drawn| {
            // Plain ticks: the nonce of a request without its last digit.
            let ticks: String = drawn.nonce().chars().take(18).collect();
            let nonce = match self.signs.nonce {
                SignedNonce::OfReply => &*ticks,
                SignedNonce::OfRequest => arrived.ascii(NONCE).unwrap_or_default(),
            };
            Ok((provider.sign_with(&signed_text, Stamp::with_nonce(nonce)?)?, HeaderValue::try_from(&ticks)))
        });
        match signed {
            Ok((signed, Ok(nonce))) => {
                signed.apply(reply.headers_mut());
                reply.headers_mut().insert(NONCE, nonce);
                reply
            }
            _ => with_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}
