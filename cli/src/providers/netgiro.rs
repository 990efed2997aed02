//! Netgíró on the command line.

use countersign::netgiro::{self, ApiResponse, Netgiro, Reply, Scheme, Stamp, Verdict, headers, variables};
use countersign::rotation::Rotation;
use countersign::{Error, RequestRef, Signer};
use serde::de::IgnoredAny;

use super::{Answer, Proof, Tool, captured, captured_signature, covered};
use crate::code::Code;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{ProviderName, Reproduction, Settings};

impl Tool for Scheme {
    const VARIABLES: &'static [&'static str] = &[variables::APP_KEY, variables::SECRET_KEY];
    const HEADERS: &'static [&'static str] = &[headers::APP_KEY, headers::NONCE, headers::SIGNATURE];
    const FLAGS: &'static [&'static str] = &["--nonce"];
    const NEEDED_TO_REPRODUCE: &'static str = "--nonce";
    /// The whole body: the library has verified it as a whole, and a document is parsed as a whole.
    const KEPT: usize = usize::MAX;

    fn build(environment: &Environment, _: &ProviderName, _: &Settings) -> Result<Signer<Self>, Failure> {
        Ok(environment.supply(|lookup| Netgiro::from_variables(lookup))??)
    }

    fn rotating(rotation: &Rotation, _: &ProviderName) -> Result<Signer<Self>, Failure> {
        Ok(Netgiro::from_rotation(rotation)?)
    }

    fn given_stamp(
        _: &Signer<Self>,
        given: &Reproduction,
        _: &Environment,
    ) -> Result<Option<Stamp>, Failure> {
        Ok(given.nonce.as_deref().map(Stamp::with_nonce).transpose()?)
    }

    fn is_reproduced(_: &Signer<Self>, given: &Reproduction) -> bool {
        given.nonce.is_some()
    }

    fn take_captured(
        signer: Signer<Self>,
        request: &RequestRef<'_>,
        given: &mut Reproduction,
    ) -> Result<(Signer<Self>, String), Failure> {
        let nonce = given.nonce.take().or_else(|| captured::<Self>(request, headers::NONCE));
        given.nonce = covered(nonce, headers::NONCE)?;
        Ok((signer, captured_signature::<Self>(request)))
    }

    fn signs_replies(_: &Signer<Self>) -> bool {
        true
    }

    /// The middleware has verified the reply, unless it is a gateway's unsigned 429 or 5xx, which is only marked.
    fn proof(answer: &Answer<'_>) -> Result<Proof, Failure> {
        match answer.extensions.get::<Reply>().map(Reply::verdict) {
            Some(Verdict::Unverified(fault)) => {
                let whose = format!(
                    "the answer is {}, and came from something in front of Netgíró, a gateway or proxy",
                    answer.status
                );
                Err(Error::new(fault).in_provider("netgiro").with_note(whose).into())
            }
            Some(Verdict::Verified) => Ok(Proof::Verified),
            // Nobody has looked at its signature, whatever the reply says.
            Some(Verdict::Pending) | None => {
                let message = "netgiro: the reply was not judged: nothing says that it is Netgíró's";
                let step = "Do not use the reply, and report this: the tool judges every reply of Netgíró's.";
                Err(Failure::refused(Code::ReplyNotJudged, message).with_next_step(step))
            }
        }
    }

    /// If the body is no document with the three fields, the status decides.
    fn check(answer: &Answer<'_>) -> Result<(), Error> {
        match ApiResponse::<IgnoredAny>::from_slice(answer.start) {
            Err(error) if error.fault::<netgiro::Failure>().is_some() => {
                let reference_id = answer.extensions.get::<Reply>().and_then(Reply::reference_id);
                Err(reference_id
                    .map(|id| format!("reference id {id:?}"))
                    .into_iter()
                    .fold(error, Error::with_note))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{Extensions, StatusCode};

    use super::*;

    fn judged(body: &str) -> Result<(), Error> {
        let url = "https://api.netgiro.is/v1/checkout".parse().unwrap();
        let (status, extensions) = (StatusCode::OK, Extensions::new());
        Scheme::check(&Answer { status, url: &url, extensions: &extensions, start: body.as_bytes() })
    }

    #[test]
    fn a_no_has_the_librarys_code_and_next_step() {
        for (body, code, step) in [
            (r#"{"Success":false,"ResultCode":10302}"#, "netgiro-declined", "Offer"),
            (r#"{"Success":false,"ResultCode":400}"#, "netgiro-failed", "Read"),
            ("<R><ResultCode>10302</ResultCode><Success>false</Success></R>", "netgiro-declined", "Offer"),
        ] {
            let error = judged(body).unwrap_err();
            assert_eq!(error.code(), code, "{body}");
            assert!(error.next_step().starts_with(step), "{body}: {}", error.next_step());
        }
    }

    #[test]
    fn a_reply_without_a_verdict_is_refused() {
        let url = "https://api.netgiro.is/v1/checkout".parse().unwrap();
        let (status, extensions) = (StatusCode::OK, Extensions::new());
        let answer = Answer { status, url: &url, extensions: &extensions, start: b"{}" };
        let failure = Scheme::proof(&answer).unwrap_err();
        assert!(format!("{failure:?}").contains("reply-not-judged"), "{failure:?}");
        assert_eq!(failure.exit_code(), std::process::ExitCode::from(1));
    }

    #[test]
    fn what_is_no_no_is_left_to_the_status() {
        for body in [
            "",
            "{}",
            r#"{"Success":true,"ResultCode":200}"#,
            "<R><ResultCode>200</ResultCode><Success>true</Success></R>",
        ] {
            judged(body).unwrap();
        }
    }
}
