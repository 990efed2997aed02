//! Netgíró on the command line.

use std::fmt;

use countersign::error::{Class, Fault};
use countersign::netgiro::{Netgiro, Reply, SimpleResponse, Stamp, Verdict};
use countersign::{Error, Outgoing};
use http::HeaderName;

use super::{Answer, Proof, Tool, with_scope};
use crate::args::{Reproduction, Settings};
use crate::environment::Environment;
use crate::failure::Failure;

impl Tool for Netgiro {
    const VARIABLES: &'static [&'static str] = &["NETGIRO_APP_KEY", "NETGIRO_SECRET_KEY"];
    const SECRETS: &'static [&'static str] = &["NETGIRO_SECRET_KEY"];
    const FLAGS: &'static [&'static str] = &["--nonce"];
    const NEEDED_TO_REPRODUCE: &'static str = "--nonce";
    /// All of it: the library has verified it as a whole, and a document is read as a whole.
    const KEPT: usize = usize::MAX;

    fn build(environment: &Environment, _: &Settings) -> Result<Self, Failure> {
        Ok(environment.supply(|lookup| Self::from_variables(lookup))??)
    }

    with_scope!();

    fn given_stamp(
        &self,
        given: &Reproduction,
        _: &Outgoing<'_>,
        _: &Environment,
    ) -> Result<Option<Stamp>, Failure> {
        Ok(given.nonce.as_deref().map(Stamp::with_nonce).transpose()?)
    }

    fn is_reproduced(given: &Reproduction) -> bool {
        given.nonce.is_some()
    }

    fn sets_header(&self, name: &HeaderName) -> bool {
        matches!(name.as_str(), "netgiro_appkey" | "netgiro_nonce" | "netgiro_signature")
    }

    /// The middleware has verified it, but for a gateway's unsigned 429 or 5xx, which it only marks.
    fn proof(answer: &Answer<'_>) -> Result<Proof, Error> {
        match answer.extensions.get::<Reply>().map(Reply::verdict) {
            Some(Verdict::Unverified(fault)) => {
                let whose = format!(
                    "the answer is {}, and came from something in front of Netgíró, a gateway or proxy",
                    answer.status
                );
                Err(Error::new(fault).in_provider("netgiro").with_note(whose))
            }
            Some(Verdict::Verified) => Ok(Proof::Verified),
            // The tool does not stream; a reply that nothing is known of yet proves nothing.
            Some(Verdict::Pending) | None => Ok(Proof::Unsigned),
        }
    }

    /// A document without the three fields, or none, says neither yes nor no: then the status does.
    fn judge(answer: &Answer<'_>) -> Result<(), Error> {
        match SimpleResponse::from_slice(answer.start) {
            Ok(response) if !response.success => {
                let reference_id = answer.extensions.get::<Reply>().and_then(Reply::reference_id);
                let error = Error::new(NotSuccessful(response)).in_provider("netgiro");
                Err(reference_id
                    .map(|id| format!("reference id {id}"))
                    .into_iter()
                    .fold(error, Error::with_note))
            }
            _ => Ok(()),
        }
    }
}

/// A verified reply whose `Success` is false.
#[derive(Debug)]
struct NotSuccessful(SimpleResponse);

impl fmt::Display for NotSuccessful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SimpleResponse { result_code, message, .. } = &self.0;
        write!(f, "Netgíró answered Success: false, result code {}", i32::from(*result_code))?;
        message.as_ref().map_or(Ok(()), |message| write!(f, ": {message}"))
    }
}

impl Fault for NotSuccessful {
    fn code(&self) -> &'static str {
        "netgiro-failed"
    }
    fn class(&self) -> Class {
        Class::Refused
    }
    fn next_step(&self) -> &'static str {
        "Read the message, and look the result code up in the vendor's list; correct the request."
    }
}
