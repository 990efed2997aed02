//! The proxy's own answers, and what it removes from the answers of others.

use countersign::fault::Kind;
use countersign::{Effect, Error, effect_of};
use http::header::{self, HeaderName};
use http::{HeaderValue, StatusCode};
use reqwest::{Body, Response};
use serde_json::json;

use crate::code::Code;
use crate::failure::{Failure, Told, chain};
use crate::headers::remove_hop_by_hop;
use crate::listener::BodyFault;

pub(super) type Answer = http::Response<Body>;

/// The code of the proxy's own answer. The header is removed from the answers of others.
const CODE: HeaderName = HeaderName::from_static("countersign-code");

/// Why a request was not sent, or its reply not handed on.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
    next_step: Option<String>,
    pub(super) effect: Effect,
}

impl Refusal {
    /// A refusal before anything was sent.
    pub(super) fn new(status: StatusCode, code: Code, next_step: &str) -> Self {
        let next_step = Some(next_step.to_owned());
        Self {
            status,
            code: code.name().to_owned(),
            message: code.sentence(),
            next_step,
            effect: Effect::None,
        }
    }

    pub(super) fn of(status: StatusCode, failure: Failure, effect: Effect) -> Self {
        let told = failure.told();
        let text = |part: fn(&Told) -> &String| told.map(part).cloned().unwrap_or_default();
        let next_step = told.and_then(|told| told.next_step.clone());
        Self { status, code: text(|told| &told.code), message: text(|told| &told.message), next_step, effect }
    }

    /// The client's own body failed; a part of it may have been sent.
    fn of_body(fault: &BodyFault) -> Self {
        let (status, code) = match fault {
            BodyFault::Late => (StatusCode::REQUEST_TIMEOUT, Code::RequestBodyLate),
            BodyFault::Broken(_) => (StatusCode::BAD_REQUEST, Code::RequestBodyBroken),
        };
        let step = "See why the client did not send the whole body.";
        Self { effect: Effect::Unknown, ..Self::new(status, code, step) }
    }

    /// As a problem of RFC 9457.
    pub(super) fn into_answer(self) -> Answer {
        let problem = json!({
            "type": "about:blank",
            "title": self.message,
            "status": self.status.as_u16(),
            "detail": self.next_step,
            "code": self.code,
            "effect": self.effect.to_string(),
        });
        let mut answer = own(self.status, "application/problem+json", problem.to_string());
        // Codes are lower-case letters, digits and hyphens.
        if let Ok(code) = HeaderValue::try_from(self.code) {
            answer.headers_mut().insert(CODE, code);
        }
        answer
    }
}

/// A fault of the request is a 4xx, a fault beyond the proxy a 5xx.
impl From<reqwest_middleware::Error> for Refusal {
    fn from(error: reqwest_middleware::Error) -> Self {
        if let reqwest_middleware::Error::Reqwest(sending) = &error {
            let fault = chain(sending).find_map(|cause| cause.downcast_ref());
            if let Some(fault) = fault {
                return Self::of_body(fault);
            }
        }
        let effect = effect_of(&error);
        let status = Error::find(&error).map_or(StatusCode::BAD_GATEWAY, status_of);
        Self::of(status, error.into(), effect)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let effect = error.effect();
        Self::of(status_of(&error), error.into(), effect)
    }
}

fn status_of(error: &Error) -> StatusCode {
    match error.code() {
        "stream-too-long" => StatusCode::PAYLOAD_TOO_LARGE,
        "netvisor-busy" => StatusCode::SERVICE_UNAVAILABLE,
        code if code.starts_with("credentials-") => StatusCode::SERVICE_UNAVAILABLE,
        _ if matches!(error.kind(), Kind::Signing | Kind::Configuration) => StatusCode::BAD_REQUEST,
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// An answer of the proxy's own.
pub(super) fn own(status: StatusCode, media_type: &'static str, body: String) -> Answer {
    let mut answer = Answer::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// An empty answer, which does not say why.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    answer
}

/// The answer of a provider or of the application, with its body still under way.
pub(super) fn handed_on(response: Response) -> Result<Answer, Refusal> {
    let (parts, body) = Answer::from(response).into_parts();
    if parts.status == StatusCode::SWITCHING_PROTOCOLS {
        let step = "Do not ask for an upgrade: the proxy removes the headers that ask for it.";
        let refusal = Refusal::new(StatusCode::BAD_GATEWAY, Code::ProtocolSwitched, step);
        return Err(Refusal { effect: Effect::Unknown, ..refusal });
    }
    let mut answer = Answer::new(body);
    *answer.status_mut() = parts.status;
    *answer.headers_mut() = parts.headers;
    remove_hop_by_hop(answer.headers_mut());
    answer.headers_mut().remove(CODE);
    Ok(answer)
}
