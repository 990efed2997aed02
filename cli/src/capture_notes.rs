//! Notes on a captured request besides its signature: what was passed over, and which headers it should have.

use std::fmt;

use countersign::explain::Explanation;
use countersign::redact::{Secrets, printable};
use countersign::signing::{Signature, Source};
use countersign::{Signed, Signer};
use countersign_cli::capture::{Capture, raw};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use crate::failure::Failure;
use crate::providers::Tool;

/// Has the names of headers, and no value.
#[derive(Serialize)]
pub(crate) struct CaptureNotes {
    method: String,
    /// Headers that the provider asks for, and the request lacks.
    missing: Vec<String>,
    /// Headers with another value than the credentials of the environment give.
    other: Vec<String>,
    /// Headers that are there more than once.
    repeated: Vec<String>,
    /// Other notes, in whole sentences.
    notes: Vec<String>,
    /// Where the body is, if the capture lacks it.
    #[serde(skip)]
    body_is: Option<String>,
}

impl CaptureNotes {
    pub(crate) fn of(capture: &Capture, has_body: bool) -> Self {
        Self {
            method: capture.method.to_string(),
            missing: Vec::new(),
            other: Vec::new(),
            repeated: Vec::new(),
            notes: capture.notes.clone(),
            body_is: capture.body_is.clone().filter(|_| !has_body),
        }
    }

    /// Compares the headers with those that the provider sets. The signature is left to the diagnosis.
    pub(crate) fn compare<P: Tool>(
        &mut self,
        provider: &Signer<P>,
        captured: &HeaderMap,
        signed: &Signed<P>,
    ) {
        let others = captured.iter().filter(|(name, _)| !P::sets_header(provider, name));
        let mut expected: HeaderMap = others.map(|(name, value)| (name.clone(), value.clone())).collect();
        signed.apply(&mut expected);
        let signature = signed.signature().map(Signature::expose_text).unwrap_or_default();
        for (name, value) in &expected {
            let mut values = captured.get_all(name).iter();
            let has_signature =
                !signature.is_empty() && String::from_utf8_lossy(value.as_bytes()).contains(&*signature);
            match (values.next(), values.next()) {
                // Others are set where the request has none.
                (None, _) if P::ASKS_FOR_DEFAULTS || P::sets_header(provider, name) => {
                    self.missing.push(name.to_string());
                }
                (Some(_), Some(_)) if P::sets_header(provider, name) => self.repeated.push(name.to_string()),
                (Some(one), None)
                    if !has_signature && !bool::from(one.as_bytes().ct_eq(value.as_bytes())) =>
                {
                    self.other.push(name.to_string());
                }
                _ => {}
            }
        }
    }

    /// Notes a body of another length than its headers say.
    pub(crate) fn compare_length(&mut self, headers: &HeaderMap, body: &[u8]) {
        if let Some(stated) =
            raw::stated_length(headers).filter(|stated| *stated != body.len() && self.body_is.is_none())
        {
            self.notes.push(format!(
                "The body has {} bytes, and its content-length is {stated}: it is cut off, or was changed.",
                body.len()
            ));
        }
    }

    /// Asks for the body if the capture lacks it and the signature covers it.
    pub(crate) fn judge_body(mut self, explanation: &Explanation) -> Result<Self, Failure> {
        let Some(place) = self.body_is.take() else { return Ok(self) };
        // A declaration does not say where a computed value comes from.
        let may_be_body = |source| matches!(source, Source::Body | Source::Unstated);
        if explanation.segments().iter().any(|segment| may_be_body(segment.source())) {
            let message = format!("the body is {place}: it is not read, and the signature covers it");
            return Err(Failure::usage(message).with_next_step("Hand the body over with -d @FILE."));
        }
        self.notes.push(format!("The body is {place}: it is not read, and the signature does not cover it."));
        Ok(self)
    }

    /// Adds to a failure what was passed over, which may be the cause.
    pub(crate) fn told_with(&self, failure: Failure) -> Failure {
        self.notes.iter().fold(failure, |failure, note| failure.with_note(note.trim_end_matches('.')))
    }

    /// Whether the headers are those that the provider asks for.
    pub(crate) fn is_complete(&self) -> bool {
        [&self.missing, &self.other, &self.repeated].into_iter().all(Vec::is_empty)
    }
}

impl fmt::Display for CaptureNotes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (what, names) in [
            ("Besides the signature, it lacks headers that the provider asks for", &self.missing),
            ("Besides the signature, headers have another value than the credentials here give", &self.other),
            ("Besides the signature, headers are there more than once", &self.repeated),
        ] {
            if !names.is_empty() {
                lines.push(format!("{what}: {}.", names.join(", ")));
            }
        }
        if self.is_complete() {
            lines.push(
                "It has all headers that the provider asks for, and they agree with your credentials."
                    .to_owned(),
            );
        }
        lines.extend(self.notes.iter().map(|note| printable(note)));
        write!(f, "{}", lines.join("\n"))
    }
}

/// What must not be shown anywhere: cookies and tokens, each whole and in its parts.
pub(crate) fn secrets(headers: &HeaderMap) -> Secrets {
    let names = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];
    let values = names.iter().flat_map(|name| headers.get_all(name)).map(HeaderValue::as_bytes);
    values.fold(Secrets::new(), |secrets, value| {
        let cookies = value.split(|byte| *byte == b';').filter_map(|pair| behind(pair, b'='));
        // A shorter value is a choice, such as a language, and may equal a nonce or a method by chance.
        let tokens = behind(value, b' ').into_iter().chain(cookies).filter(|token| token.len() >= 6);
        tokens.fold(secrets.hide(value), Secrets::hide)
    })
}

/// What follows the first `sign`.
fn behind(text: &[u8], sign: u8) -> Option<&[u8]> {
    let at = text.iter().position(|byte| *byte == sign)?;
    text.get(at + 1..).map(<[u8]>::trim_ascii)
}
