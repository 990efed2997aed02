//! Answering in JSON; 401 and 403 mean the reverse of the usual.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Serialize;

use crate::media::Media;
use crate::verdict::{Refusal, Verdict};

#[derive(Serialize)]
struct Reference {
    id: &'static str,
    container_id: &'static str,
    active: bool,
}

#[derive(Serialize)]
struct Problem {
    message: &'static str,
}

pub(super) const READY: [(&str, StatusCode); 5] = [
    ("references", StatusCode::OK),
    ("unauthorized", StatusCode::UNAUTHORIZED),
    ("forbidden", StatusCode::FORBIDDEN),
    ("not-found", StatusCode::NOT_FOUND),
    ("too-many-requests", StatusCode::TOO_MANY_REQUESTS),
];

pub(super) fn reply(verdict: &Verdict) -> Response<Bytes> {
    ready(match verdict {
        Verdict::Accepted => "references",
        Verdict::Refused(Refusal::NoPermission) => "unauthorized",
        Verdict::Refused(_) => "forbidden",
    })
}

pub(super) fn ready(name: &str) -> Response<Bytes> {
    match READY.iter().find(|ready| ready.0 == name) {
        Some((_, status)) if *status != StatusCode::OK => {
            Media::Json.respond(*status, &Problem { message: status.canonical_reason().unwrap_or_default() })
        }
        _ => {
            let id = "5a4db0c5-0000-4000-8000-5a4db0c50003";
            Media::Json
                .respond(StatusCode::OK, &[Reference { id, container_id: "SBXU1234567", active: true }])
        }
    }
}
