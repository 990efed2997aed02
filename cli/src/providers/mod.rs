//! What the tool has to know of each provider. Everything else is generic over [`Tool`].

mod declared;
pub(crate) mod delivery;
mod netgiro;
mod netvisor;
mod unleashed;
mod vizion;
pub(crate) mod webhooks;

use bytes::Bytes;
use countersign::explain::Explained;
use countersign::rotation::Rotation;
use countersign::{Error, RequestRef, Signed, Signer};
use http::{Extensions, HeaderName, HeaderValue, StatusCode};
use url::Url;

use crate::environment::Environment;
use crate::failure::Failure;
use crate::headers;
use crate::request_args::{ProviderName, Reproduction, Settings};

/// A provider as the tool drives it.
pub(crate) trait Tool: Explained {
    /// The variables that its credentials come from.
    const VARIABLES: &'static [&'static str];

    /// The headers that it sets, replacing any of these names; the signature's is the last.
    const HEADERS: &'static [&'static str] = &[];

    /// Those flags for some providers only that this provider uses.
    const FLAGS: &'static [&'static str] = &[];

    /// The flags that `--expect` needs to reproduce the signature.
    const NEEDED_TO_REPRODUCE: &'static str = "nothing";

    /// Whether it sets `content-type` on every request.
    const SETS_CONTENT_TYPE: bool = false;

    /// Whether the provider demands the headers that signing adds if a request lacks them.
    const ASKS_FOR_DEFAULTS: bool = true;

    /// How much of a body is looked at: at least as much as `ResponseStatus::from_slice` does.
    const KEPT: usize = 64 * 1024;

    /// Makes the signer from its credentials and from the settings, except for the scope.
    fn build(
        environment: &Environment,
        provider: &ProviderName,
        settings: &Settings,
    ) -> Result<Signer<Self>, Failure>;

    /// Makes the signer with rotating credentials, without settings.
    fn rotating(rotation: &Rotation, provider: &ProviderName) -> Result<Signer<Self>, Failure>;

    /// The stamp that the flags ask for; `None` if a fresh stamp is to be drawn.
    fn given_stamp(
        _: &Signer<Self>,
        _: &Reproduction,
        _: &Environment,
    ) -> Result<Option<Self::Stamp>, Failure> {
        Ok(None)
    }

    /// Whether the flags give every value that is otherwise drawn anew.
    fn is_reproduced(_: &Signer<Self>, _: &Reproduction) -> bool {
        true
    }

    /// Takes the stamp from a captured request, as far as the flags do not give it, and returns the signature of the request.
    fn take_captured(
        signer: Signer<Self>,
        request: &RequestRef<'_>,
        _: &mut Reproduction,
    ) -> Result<(Signer<Self>, String), Failure> {
        Ok((signer, captured_signature::<Self>(request)))
    }

    /// Whether it sets this header, replacing any of this name.
    fn sets_header(_: &Signer<Self>, name: &HeaderName) -> bool {
        Self::HEADERS.contains(&name.as_str())
    }

    /// Whether it signs its replies; the library verifies them.
    fn signs_replies(_: &Signer<Self>) -> bool {
        false
    }

    /// The media type of a body, if neither the user nor the provider's headers give it.
    fn media_type(_: &Signer<Self>, body: Option<&Bytes>) -> Option<HeaderValue> {
        body.filter(|body| !Self::SETS_CONTENT_TYPE && !body.is_empty()).map(|body| media_type(body))
    }

    /// A header's value as text, in the provider's charset.
    fn header_text(value: &HeaderValue) -> String {
        headers::utf8(value)
    }

    /// Whether the answer proves where it came from.
    fn proof(_: &Answer<'_>) -> Result<Proof, Failure> {
        Ok(Proof::Unsigned)
    }

    /// Whether the answer says yes, once its body has arrived.
    fn check(answer: &Answer<'_>) -> Result<(), Error>;
}

/// Makes the signer, after refusing a URL that the credentials may not go to.
pub(crate) fn signer<P: Tool>(
    settings: &Settings,
    environment: &Environment,
    provider: &ProviderName,
    url: &Url,
) -> Result<Signer<P>, Failure> {
    let mut signer = P::build(environment, provider, settings)?;
    if settings.keys.dangerous_allow_http {
        signer = signer.dangerous_allow_http();
    }
    for origin in &settings.keys.allow_origin {
        signer = signer.allow_origin(origin)?;
    }
    signer.scope().check(url).map_err(|error| error.in_provider(signer.name().to_owned()))?;
    Ok(signer)
}

/// Signs with the stamp that the flags ask for, or else with a fresh one.
pub(crate) fn sign<P: Tool>(
    signer: &Signer<P>,
    request: &RequestRef<'_>,
    given: &Reproduction,
    environment: &Environment,
) -> Result<Signed<P>, Failure> {
    Ok(match P::given_stamp(signer, given, environment)? {
        Some(stamp) => signer.sign_with(request, stamp)?,
        None => signer.sign(request)?,
    })
}

/// The parts of an answer that decide whether it says yes.
pub(crate) struct Answer<'a> {
    pub(crate) status: StatusCode,
    pub(crate) url: &'a Url,
    pub(crate) extensions: &'a Extensions,
    /// The first [`Tool::KEPT`] bytes of the body, or the whole body.
    pub(crate) start: &'a [u8],
}

/// Whether an answer proves where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Its signature was verified.
    Verified,
    /// The provider does not sign its answers.
    Unsigned,
}

/// The text of a captured header, the first of several.
fn captured<P: Tool>(request: &RequestRef<'_>, name: &str) -> Option<String> {
    request.headers().get(name).map(P::header_text)
}

/// The signature of a captured request; empty if it has none.
fn captured_signature<P: Tool>(request: &RequestRef<'_>) -> String {
    P::HEADERS.last().and_then(|name| captured::<P>(request, name)).unwrap_or_default()
}

const WHERE_LOST: &str =
    "If it was sent with one, the capture lost it: look for another that has all headers. If not, add it.";

/// A header that the signature covers: without it, nothing can be compared.
fn covered(value: Option<String>, name: &str) -> Result<Option<String>, Failure> {
    let missing = || {
        Failure::usage(format!("the captured request has no {name}, which its signature covers"))
            .with_next_step(WHERE_LOST)
    };
    value.map(Some).ok_or_else(missing)
}

/// Most providers speak JSON; the others read XML.
fn media_type(body: &[u8]) -> HeaderValue {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    HeaderValue::from_static(if text.starts_with(b"<") { "application/xml" } else { "application/json" })
}

/// Runs `$body` with `$provider` being the type that a [`ProviderName`](crate::request_args::ProviderName) stands for.
macro_rules! with_provider {
    ($name:expr, $provider:ident => $body:expr) => {
        match &$name {
            $crate::request_args::ProviderName::Netvisor => {
                type $provider = countersign::netvisor::Scheme;
                $body
            }
            $crate::request_args::ProviderName::Netgiro => {
                type $provider = countersign::netgiro::Scheme;
                $body
            }
            $crate::request_args::ProviderName::Unleashed => {
                type $provider = countersign::unleashed::Scheme;
                $body
            }
            $crate::request_args::ProviderName::Vizion => {
                type $provider = countersign::vizion::Scheme;
                $body
            }
            $crate::request_args::ProviderName::File(_) => {
                type $provider = countersign::declared::Scheme;
                $body
            }
        }
    };
}
pub(crate) use with_provider;
