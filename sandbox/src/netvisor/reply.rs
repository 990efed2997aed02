//! Answering in XML.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use countersign::time::{Clock as _, SystemClock};
use http::{Method, Response, StatusCode};
use serde::Serialize;

use super::Netvisor;
use super::judge::USE_STATUS_CODES;
use crate::arrived::Arrived;
use crate::media::Media;
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
    pub(super) fn reply(&self, arrived: &Arrived, verdict: &Verdict) -> Response<Bytes> {
        let now = DateTime::<Utc>::from(SystemClock.now());
        let time_stamp = now.format("%-d.%-m.%Y %-H.%M.%S").to_string();
        let (status_code, status, replies) = match verdict {
            Verdict::Accepted => (StatusCode::OK, vec!["OK".to_owned()], self.replies(arrived)),
            Verdict::Refused(refusal) => {
                (refused_status(arrived, refusal), vec!["FAILED".to_owned(), failure(refusal)], None)
            }
        };
        let root = Root { response_status: ResponseStatus { status, time_stamp }, replies };
        Media::Xml.respond(status_code, &root)
    }

    /// A write is answered with the identifier of what was inserted.
    fn replies(&self, arrived: &Arrived) -> Option<Replies> {
        let number = || 1 + self.inserted.fetch_add(1, Ordering::Relaxed);
        (arrived.method == Method::POST).then(|| Replies { inserted_data_identifier: number() })
    }
}

/// Netvisor's code and text, with the sandbox's reason behind them.
fn failure(refusal: &Refusal) -> String {
    let text = match refusal {
        Refusal::Repeated(_) => "REQUEST_NOT_UNIQUE :: Transaction identifier has been used before",
        _ => "AUTHENTICATION_FAILED :: Integration keys are not valid",
    };
    format!("{text} ({refusal})")
}

/// A failure is a 200, unless the client has asked for statuses. Which ones Netvisor then uses is not published.
fn refused_status(arrived: &Arrived, refusal: &Refusal) -> StatusCode {
    match (arrived.ascii(USE_STATUS_CODES), refusal) {
        (Ok("1"), Refusal::Repeated(_)) => StatusCode::BAD_REQUEST,
        (Ok("1"), _) => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    }
}
