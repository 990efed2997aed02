//! Answering in XML.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use countersign::netvisor::FailureCode;
use countersign::time::{Clock as _, SystemClock};
use http::{Method, Response, StatusCode};
use serde::Serialize;

use super::Netvisor;
use super::judge::USE_STATUS_CODES;
use crate::media::Media;
use crate::request::Received;
use crate::verdict::{Refusal, Verdict};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Root {
    response_status: ResponseStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    replies: Option<Replies>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResponseStatus {
    /// One for `OK`; two for a failure.
    status: Vec<String>,
    time_stamp: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Replies {
    inserted_data_identifier: u64,
}

impl Netvisor {
    pub(super) fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        match verdict {
            Verdict::Accepted => respond(StatusCode::OK, vec!["OK".to_owned()], self.replies(arrived)),
            Verdict::Refused(refusal) => {
                let (code, text) = match refusal {
                    Refusal::Repeated(_) => {
                        (FailureCode::RequestNotUnique, "Transaction identifier has been used before")
                    }
                    _ => (FailureCode::AuthenticationFailed, "Integration keys are not valid"),
                };
                failed(arrived, &code, &format!("{text} ({refusal})"))
            }
        }
    }

    /// A write is answered with the identifier of what was inserted.
    fn replies(&self, arrived: &Received) -> Option<Replies> {
        let number = || 1 + self.inserted.fetch_add(1, Ordering::Relaxed);
        (arrived.method == Method::POST).then(|| Replies { inserted_data_identifier: number() })
    }
}

/// A failure: a 200, unless the client has asked for statuses.
pub(super) fn failed(arrived: &Received, code: &FailureCode, text: &str) -> Response<Bytes> {
    let status_code = match arrived.ascii(USE_STATUS_CODES) {
        Ok("1") => published_status(code),
        _ => StatusCode::OK,
    };
    respond(status_code, vec!["FAILED".to_owned(), format!("{} :: {text}", code.as_str())], None)
}

/// The vendor names a status for invalid data, for a failed authentication, for a service that is out of reach, and for its
/// own errors. Every other code that is known is about the data.
fn published_status(code: &FailureCode) -> StatusCode {
    match code {
        FailureCode::AuthenticationFailed => StatusCode::UNAUTHORIZED,
        FailureCode::ServiceAccessError => StatusCode::FORBIDDEN,
        FailureCode::SystemMaintenance | FailureCode::TechnicalError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn respond(status_code: StatusCode, status: Vec<String>, replies: Option<Replies>) -> Response<Bytes> {
    let now = DateTime::<Utc>::from(SystemClock.now());
    let time_stamp = now.format("%-d.%-m.%Y %-H.%M.%S").to_string();
    let root = Root { response_status: ResponseStatus { status, time_stamp }, replies };
    Media::Xml.respond(status_code, &root)
}
