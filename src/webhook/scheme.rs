//! What one provider adds to the common way of verifying.

use std::borrow::Cow;
use std::time::Duration;

use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri, header};

use super::origin::{AddedPrefix, PublicOrigin};
use super::window::Times;
use super::{DeliveryFault, headers};
use crate::explain::OwnMistake;
use crate::redact::quoted;
use crate::signing::{Encoding, MacKey, Signature, SignedText};

/// A provider's way of signing webhooks, for code that works with any [`Verifier`](super::Verifier). Other crates
/// cannot implement it: the verifier decides the order of the checks.
pub trait Scheme: Steps {}

impl<S: Steps> Scheme for S {}

/// The steps of verification that differ between providers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a way in which a provider signs webhooks",
    note = "use that of a provider, e.g. `countersign::vizion::webhook::Scheme`"
)]
pub trait Steps: Sized + Send + Sync + 'static {
    /// The provider's name.
    const NAME: &'static str;
    /// What to do about a signature that does not match what arrived.
    const AFTER_MISMATCH: &'static str;
    /// A prepared key.
    type Key: Send + Sync + 'static;
    /// What the signed text needs besides the body.
    type Stated<'r>;

    /// The provider's name in refusals. A declared scheme takes it from its file.
    fn name(&self) -> &str {
        Self::NAME
    }

    /// The provider's own names for some mistakes.
    #[must_use]
    fn own_mistakes() -> &'static [OwnMistake] {
        &[]
    }

    /// Whether a proxy that changes host or path breaks the signature.
    fn covers_url(&self) -> bool;

    /// Whether the body is needed before anything else can be read.
    fn reads_body(&self) -> bool {
        false
    }

    /// Reads the headers: presence and duplicates, parsing, coverage, algorithm.
    fn read<'r>(&'r self, delivery: &Delivery<'r>) -> Result<Claim<'r, Self::Stated<'r>>, DeliveryFault>;

    /// The digest of the body, if the signature covers a digest in place of the body.
    #[must_use]
    fn digest<'s>(_: &'s Self::Stated<'_>) -> Option<&'s [u8; 32]> {
        None
    }

    /// The body that the digest was made of, if the scheme has a digest. If that is not the received body, adapts what
    /// is stated to it.
    fn check_digest<'b>(
        &self,
        _: &mut Self::Stated<'_>,
        body: &'b [u8],
    ) -> Result<Cow<'b, [u8]>, DeliveryFault> {
        Ok(Cow::Borrowed(body))
    }

    /// The state that the MAC starts from.
    fn mac<'k>(stated: &Self::Stated<'_>, key: &'k Self::Key) -> Cow<'k, MacKey>;

    /// States the bytes of the key, for diagnoses. States nothing if the secret is part of the text.
    fn state_key(_: &Self::Stated<'_>, _: &Self::Key, _: &mut SignedText<'_>) {}

    /// States the signed text, for signing, verifying and explaining alike.
    fn state(stated: &Self::Stated<'_>, key: &Self::Key, body: &[u8], text: &mut SignedText<'_>);

    /// The right signature of a delivery.
    fn signature(stated: &Self::Stated<'_>, key: &Self::Key, body: &[u8]) -> Signature {
        let mut mac = Self::mac(stated, key).start();
        mac.text(|text| Self::state(stated, key, body, text));
        mac.finish()
    }

    /// Whether a signature has the form of this scheme, as far as that shows without a key.
    #[must_use]
    fn has_form(signature: &Received<'_>) -> bool {
        signature.digest.is_some()
    }

    /// Checks the signature with this key. Returns an identity of the delivery, which all its copies share.
    fn judge(
        signature: &Received<'_>,
        stated: &Self::Stated<'_>,
        key: &Self::Key,
        body: &[u8],
    ) -> Result<[u8; 32], DeliveryFault> {
        let signed = Self::signature(stated, key, body);
        signature.digest.filter(|digest| signed.matches(digest)).ok_or(DeliveryFault::SignatureMismatch)
    }

    /// Checks what else must hold of a body, once its signature was found right.
    fn check_signed_body(&self, _body: &[u8]) -> Result<(), DeliveryFault> {
        Ok(())
    }
}

/// What a delivery says about itself.
#[derive(Debug)]
pub struct Claim<'r, T> {
    pub(crate) signature: Received<'r>,
    pub(crate) key_id: Option<&'r str>,
    pub(crate) freshness: Freshness,
    pub(crate) stated: T,
}

/// A signature as it arrived.
#[derive(Clone, Debug)]
pub struct Received<'r> {
    pub(crate) text: Cow<'r, [u8]>,
    /// `None` unless the text is a whole digest in an encoding that the scheme allows.
    pub(crate) digest: Option<[u8; 32]>,
}

impl<'r> Received<'r> {
    pub(crate) fn new(text: &'r [u8], encoding: Encoding) -> Self {
        Self { text: Cow::Borrowed(text), digest: encoding.decode(text) }
    }
}

/// What tells a fresh delivery from an old one.
#[derive(Debug)]
pub(crate) enum Freshness {
    /// A signed time.
    Timed(Times),
    /// The replay store alone, which is told to remember for this long.
    Remembered(Duration),
}

static HOST: HeaderName = header::HOST;

/// A delivery as the sender sent it. It has no body before the body is read.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'r> {
    parts: &'r Parts,
    origin: Option<&'r PublicOrigin>,
    added: Option<&'r AddedPrefix>,
    body: Option<&'r [u8]>,
}

impl<'r> Delivery<'r> {
    pub(crate) fn new(parts: &'r Parts, origin: Option<&'r PublicOrigin>) -> Self {
        Self { parts, origin, added: None, body: None }
    }

    /// The same delivery, behind a proxy that puts a prefix in front of the path.
    pub(super) fn with_added(self, added: Option<&'r AddedPrefix>) -> Self {
        Self { added, ..self }
    }

    /// The same delivery, with its body.
    pub(crate) fn with_body(self, body: &'r [u8]) -> Self {
        Self { body: Some(body), ..self }
    }

    pub(crate) fn body(&self) -> Option<&'r [u8]> {
        self.body
    }

    pub(crate) fn extensions(&self) -> &'r http::Extensions {
        &self.parts.extensions
    }

    pub(crate) fn method(&self) -> &'r Method {
        &self.parts.method
    }

    pub(crate) fn headers(&self) -> &'r HeaderMap {
        &self.parts.headers
    }

    /// The value of a header that must occur exactly once.
    pub(crate) fn single(&self, header: &'static HeaderName) -> Result<&'r [u8], DeliveryFault> {
        headers::single(self.headers(), header)
    }

    /// The host that the sender meant: the public origin's, else the `host` header, else HTTP/2's `:authority`.
    ///
    /// If header and `:authority` differ, they count as two `host` headers: another program could route by the other host.
    pub(crate) fn host(&self) -> Result<&'r [u8], DeliveryFault> {
        match (self.origin, self.single(&HOST), self.authority()) {
            (_, Err(duplicate @ DeliveryFault::HeaderDuplicate { .. }), _) => Err(duplicate),
            (Some(origin), _, _) => Ok(origin.host().as_bytes()),
            (None, Err(missing), authority) => authority.ok_or(missing),
            (None, Ok(host), Some(authority)) if !host.trim_ascii().eq_ignore_ascii_case(authority) => {
                Err(DeliveryFault::HeaderDuplicate { name: HOST.as_str().into() })
            }
            (None, Ok(host), _) => Ok(host),
        }
    }

    /// The path and query that the sender meant.
    pub(crate) fn target(&self) -> Cow<'r, str> {
        match self.origin {
            Some(origin) => origin.target(self.handed_on_target()),
            None => Cow::Borrowed(self.handed_on_target()),
        }
    }

    /// The absolute URL that the sender meant; `None` without a public origin.
    pub(crate) fn url(&self) -> Option<String> {
        self.origin.map(|origin| origin.url(self.handed_on_target()))
    }

    /// The received address and the address that was checked, for a log. Leaves out the query, which may hold personal data.
    pub(super) fn addresses(&self) -> String {
        let received = self.received_host().unwrap_or_default();
        let checked = self.host().unwrap_or_default();
        let target = self.target();
        let path = target.split('?').next().unwrap_or_default();
        format!(
            "received as host {}, path {}; checked as host {}, path {}",
            quoted(cut(&String::from_utf8_lossy(received))),
            quoted(cut(self.uri().path())),
            quoted(cut(&String::from_utf8_lossy(checked))),
            quoted(cut(path)),
        )
    }

    /// The `host` header, else HTTP/2's `:authority`. Ignores the public origin.
    pub(super) fn received_host(&self) -> Option<&'r [u8]> {
        self.headers().get(&HOST).map(http::HeaderValue::as_bytes).or_else(|| self.authority())
    }

    pub(super) fn received_target(&self) -> &'r str {
        self.uri().path_and_query().map_or("/", |target| target.as_str())
    }

    /// The target without the prefix that a proxy adds.
    fn handed_on_target(&self) -> &'r str {
        let received = self.received_target();
        self.added.and_then(|added| added.strip(received)).unwrap_or(received)
    }

    /// Refuses a delivery without the proxy's prefix: it did not come through the proxy, and its signature may be for
    /// another path.
    pub(super) fn check_prefix(&self) -> Result<(), DeliveryFault> {
        match self.added.is_some_and(|added| added.strip(self.received_target()).is_none()) {
            true => Err(DeliveryFault::PrefixMissing),
            false => Ok(()),
        }
    }

    /// The host and port in the URI, without a user name.
    fn authority(&self) -> Option<&'r [u8]> {
        let authority = self.uri().authority()?.as_str();
        Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host).as_bytes())
    }

    fn uri(&self) -> &'r Uri {
        &self.parts.uri
    }
}

/// As much of a stranger's text as a log should hold.
pub(super) fn cut(text: &str) -> &str {
    const LONGEST: usize = 256;
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}
