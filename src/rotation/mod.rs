//! Credentials that rotate: signers and webhook verifiers take new keys without a restart.
//!
//! A [`Rotation`] asks a [`CredentialSource`] (the environment, a file, a command, or your own) and gives the
//! credentials to all signers and verifiers made from it. Id and secret change together. A request that is under way
//! keeps its pair, and Netgíró's memory of reply nonces stays.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::netgiro::Netgiro;
//! use countersign::rotation::{FileSource, Rotation};
//!
//! let rotation = Rotation::start(FileSource::new("/run/secrets/netgiro.json")).await?;
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(Netgiro::from_rotation(&rotation)?)
//!     .build();
//! # Ok(()) }
//! ```
//!
//! # When a source is asked
//! A source is asked while calls are made; there is no task that polls. After
//! [`fresh_for`](CredentialSource::fresh_for), or after four fifths of the time to the expiry, the next call asks in
//! the background and does not wait. Only a call after the expiry waits, for at most 30 s; without new credentials it
//! ends in `credentials-expired`, and was not sent. There is one question at a time, which all callers share. A failure
//! changes nothing: in the background, the source is asked again after 5 s; a call that needs the answer asks at once.
//!
//! The source is also asked, at most once a minute, after a 401 or 403, after Netvisor's `AUTHENTICATION_FAILED` if
//! your program looks for it, and after a webhook whose key is unknown or whose signature does not match.
//! [`Rotation::refresh`] asks at once.
//!
//! [`Signer::sign`](crate::Signer::sign) and [`Verifier::verify`](crate::webhook::Verifier) never wait: they use the
//! present credentials and do not ask the source.

mod credentials;
mod flight;
#[cfg(feature = "webhook")]
mod keys;
mod rotating;
mod signer;
mod sources;

pub use credentials::{CredentialSet, CredentialSource};
pub use flight::Rotation;
pub use sources::{CommandSource, EnvironmentSource, FileSource};

use rotating::{Rotating, Source};

use crate::error::Code;
use crate::fault::faults;

pub(crate) const CODES: [&[(Code, &str)]; 1] = [RotationFault::CODES];

faults! {
    #[derive(Debug)]
    pub(crate) enum RotationFault {
        Expired = Signing, "credentials-expired", "the credentials have expired, and no new ones could be had",
            "See why the source gives no credentials: the log has `countersign.rotation_failed` with the reason.";
        Unavailable = Configuration, "credentials-unavailable", "no new credentials could be had",
            "See the error underneath, in the log as `countersign.rotation_failed`; the credentials in use stay.";
        Malformed = Configuration, "credentials-malformed",
            "the source did not give JSON with `credentials` and, if they expire, `expires_at`",
            r#"Write it like {"credentials": {"NAME": "value"}, "expires_at": "2026-01-31T12:00:00Z"}."#;
        TooLong = Configuration, "credentials-too-long", "the source gave more than 64 KiB",
            "Let the source give the credentials and nothing else.";
        File = Configuration, "credentials-file", "the file of the credentials cannot be read",
            "See that the file is there, and that this process may read it.";
        Command = Configuration, "credentials-command", "the command that prints the credentials failed",
            "Run the command by hand as the same user, and see what it prints.";
        TimedOut = Configuration, "credentials-timeout", "the source gave no credentials within 30 s",
            "See what the source waits for.";
        NoRuntime = Configuration, "no-tokio-runtime", "a rotation was started outside of a tokio runtime",
            "Call it in an async function that tokio runs, such as `#[tokio::main]`.";
    }
}
