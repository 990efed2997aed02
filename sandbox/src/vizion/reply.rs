//! Answers in JSON; 401 and 403 mean the reverse of the usual.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Serialize;

use super::Vizion;
use crate::media::Media;
use crate::provider::Play;
use crate::request::Received;
use crate::vendor::Vendor;
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

const READY: [(&str, StatusCode); 5] = [
    ("references", StatusCode::OK),
    ("unauthorized", StatusCode::UNAUTHORIZED),
    ("forbidden", StatusCode::FORBIDDEN),
    ("not-found", StatusCode::NOT_FOUND),
    ("too-many-requests", StatusCode::TOO_MANY_REQUESTS),
];

impl Play for Vizion {
    const VENDOR: Vendor = Vendor::Vizion;

    fn ready_names() -> Vec<String> {
        READY.map(|(name, _)| name.to_owned()).into()
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        let name = match verdict {
            Verdict::Accepted => "references",
            Verdict::Refused(Refusal::NoPermission) => "unauthorized",
            Verdict::Refused(_) => "forbidden",
        };
        self.ready(name, arrived)
    }

    fn ready(&self, name: &str, _: &Received) -> Response<Bytes> {
        match READY.iter().find(|ready| ready.0 == name) {
            Some((_, status)) if *status != StatusCode::OK => {
                let message = status.canonical_reason().unwrap_or_default();
                Media::Json.respond(*status, &Problem { message })
            }
            _ => {
                let (id, container_id) = ("5a4db0c5-0000-4000-8000-5a4db0c50003", "SBXU1234567");
                Media::Json.respond(StatusCode::OK, &[Reference { id, container_id, active: true }])
            }
        }
    }
}
