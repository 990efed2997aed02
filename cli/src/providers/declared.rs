//! A provider that a file declares, on the command line.

use bytes::Bytes;
use countersign::declared::{Declared, Scheme, Stamp, VerifiedReply};
use countersign::rotation::Rotation;
use countersign::{Error, RequestRef, Signer};
use http::{HeaderName, HeaderValue};

use super::{Answer, Proof, Tool, WHERE_LOST, media_type};
use crate::declaration::{DeclarationFile, Pair};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{ProviderName, Reproduction, Settings};

impl Tool for Scheme {
    /// None here: the environment learnt the file's variables when the file was read.
    const VARIABLES: &'static [&'static str] = &[];
    const FLAGS: &'static [&'static str] = &["--stamp", "--credential"];
    const NEEDED_TO_REPRODUCE: &'static str = "--stamp for each stamp of the file";

    fn build(
        environment: &Environment,
        provider: &ProviderName,
        settings: &Settings,
    ) -> Result<Declared, Failure> {
        let ProviderName::File(path) = provider else {
            return Err(Failure::usage("a file is needed"));
        };
        DeclarationFile::read(path, &settings.keys.credential)?.signer(environment)
    }

    fn rotating(rotation: &Rotation, provider: &ProviderName) -> Result<Declared, Failure> {
        Ok(provider.file()?.declaration.from_rotation(rotation)?)
    }

    fn given_stamp(
        signer: &Declared,
        given: &Reproduction,
        _: &Environment,
    ) -> Result<Option<Stamp>, Failure> {
        if given.stamp.is_empty() {
            return Ok(None);
        }
        let stamps = given.stamp.iter().map(|pair| (pair.name.as_str(), pair.value.as_str()));
        Ok(Some(signer.scheme().given_stamps(stamps)?.into()))
    }

    fn is_reproduced(signer: &Declared, given: &Reproduction) -> bool {
        !given.stamp.is_empty() || signer.scheme().declaration().stamps().next().is_none()
    }

    fn take_captured(
        signer: Declared,
        request: &RequestRef<'_>,
        given: &mut Reproduction,
    ) -> Result<(Declared, String), Failure> {
        let scheme = signer.scheme();
        let claim = scheme.declaration().read(request).map_err(|error| {
            // The library's advice is for receivers of messages.
            let is_missing = error.code() == "declared-missing";
            let failure = Failure::from(error.in_provider(signer.name().to_owned()));
            if is_missing { failure.with_next_step(WHERE_LOST) } else { failure }
        })?;
        for (name, text) in claim.stamps() {
            if !given.stamp.iter().any(|pair| pair.name == name) {
                given.stamp.push(Pair { name: name.to_owned(), value: text.to_owned() });
            }
        }
        let signature = claim.signatures().next().map(|text| String::from_utf8_lossy(text).into_owned());
        Ok((signer, signature.unwrap_or_default()))
    }

    fn sets_header(signer: &Declared, name: &HeaderName) -> bool {
        signer.scheme().declaration().places_header(name)
    }

    fn signs_replies(signer: &Declared) -> bool {
        signer.scheme().declaration().signs_replies()
    }

    /// A form, if the file places something in one.
    fn media_type(signer: &Signer<Self>, body: Option<&Bytes>) -> Option<HeaderValue> {
        if signer.scheme().declaration().places_in_form() {
            return Some(HeaderValue::from_static("application/x-www-form-urlencoded"));
        }
        body.filter(|body| !body.is_empty()).map(|body| media_type(body))
    }

    /// The middleware returns no unverified reply, except for the bare status of a gateway.
    fn proof(answer: &Answer<'_>) -> Result<Proof, Failure> {
        let is_verified = answer.extensions.get::<VerifiedReply>().is_some();
        Ok(if is_verified { Proof::Verified } else { Proof::Unsigned })
    }

    fn check(_: &Answer<'_>) -> Result<(), Error> {
        Ok(())
    }
}
