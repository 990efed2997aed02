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

pub(super) fn reply(verdict: &Verdict) -> Response<Bytes> {
    let refuse = |status, message| Media::Json.respond(status, &Problem { message });
    match verdict {
        Verdict::Accepted => {
            let id = "5a4db0c5-0000-4000-8000-5a4db0c50003";
            Media::Json
                .respond(StatusCode::OK, &[Reference { id, container_id: "SBXU1234567", active: true }])
        }
        Verdict::Refused(Refusal::NoPermission) => refuse(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Verdict::Refused(_) => refuse(StatusCode::FORBIDDEN, "Forbidden"),
    }
}
