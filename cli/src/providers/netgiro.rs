//! Netgíró on the command line.

use countersign::netgiro::{Netgiro, Reply, Stamp, Verdict};
use countersign::{Error, Outgoing};

use super::{Answer, Proof, Tool, with_scope};
use crate::args::{Reproduction, Settings};
use crate::environment::Environment;
use crate::failure::Failure;

impl Tool for Netgiro {
    const VARIABLES: &'static [&'static str] = &["NETGIRO_APP_KEY", "NETGIRO_SECRET_KEY"];
    const FLAGS: &'static [&'static str] = &["--nonce"];
    const NEEDED_TO_REPRODUCE: &'static str = "--nonce";

    const SECRETS: &'static [&'static str] = &["NETGIRO_SECRET_KEY"];
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

    /// The middleware has verified it, but for a gateway's unsigned 429 or 5xx, which it only marks.
    fn judge(answer: &Answer<'_>) -> Result<Proof, Error> {
        match answer.extensions.get::<Reply>().map(Reply::verdict) {
            Some(Verdict::Unverified(fault)) => Err(Error::new(fault).in_provider("netgiro")),
            Some(Verdict::Verified) => Ok(Proof::Verified),
            // The tool does not stream; a reply that nothing is known of yet proves nothing.
            Some(Verdict::Pending) | None => Ok(Proof::Unsigned),
        }
    }
}
