//! Judging a reply.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Netgiro;
use super::signing::{NONCE, REFERENCE_ID, SIGNATURE};
use crate::error::{Class, Error, Fault};
use crate::signing::{Encoding, Mac, Outgoing, SignedText};

/// Longer nonces and reference ids than this are not taken from a reply.
const LONGEST_FIELD: usize = 128;

/// What of a signed request is needed to judge its reply.
#[derive(Clone)]
pub struct SentRequest {
    url: String,
    nonce: HeaderValue,
    signature: Option<[u8; 32]>,
}

impl SentRequest {
    /// Reads it off a request that [`sign_http`](crate::sign_http) has signed.
    #[must_use]
    pub fn new(signed: &Outgoing<'_>) -> Self {
        let header = |name| signed.headers().get(name).cloned();
        let signature = header(SIGNATURE).and_then(|value| Encoding::HexLower.decode(value.as_bytes()));
        let nonce = header(NONCE).unwrap_or_else(|| HeaderValue::from_static(""));
        Self { url: signed.url_as_sent().to_owned(), nonce, signature }
    }
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What was found out about a reply, kept in the response's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub(super) reference_id: Option<String>,
    pub(super) verdict: Verdict,
}

impl Reply {
    /// The `netgiro_referenceId`, which support asks for. Not covered by the signature; printable ASCII.
    #[must_use]
    pub fn reference_id(&self) -> Option<&str> {
        self.reference_id.as_deref()
    }

    /// Whether the reply verified.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// Whether a reply verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The signature covers the URL and the body that were handed on. The status is never covered.
    Verified,
    /// It does not, for the reason with this fault.
    Unverified(ReplyFault),
}

/// Why a reply did not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyFault {
    /// The header `netgiro_signature` is absent.
    #[error("the reply carries no signature")]
    SignatureMissing,
    /// The header `netgiro_nonce` is absent.
    #[error("the reply carries no nonce")]
    NonceMissing,
    /// The signature or the nonce is there twice.
    #[error("the reply carries a signature or nonce twice")]
    DuplicateHeader,
    /// The signature is not 64 hex digits.
    #[error("the reply's signature is not 64 hex digits")]
    SignatureMalformed,
    /// The nonce is not 1 to 128 ASCII letters, digits or `-`. Others could pass a part of the URL off as nonce.
    #[error("the reply's nonce is not 1 to 128 letters, digits or '-'")]
    NonceMalformed,
    /// The reply carries our own request's nonce or signature.
    #[error("the reply is our own request sent back")]
    Reflected,
    /// The signature does not cover what arrived.
    #[error("the reply's signature does not match its URL and body")]
    Mismatch,
    /// The body is not valid UTF-8: the mark of a length extension, which plain SHA-256 lets through.
    #[error("the reply's body is not valid UTF-8, as after a length extension")]
    NotUtf8,
    /// The body is neither empty, nor one JSON object or array, nor XML.
    #[error("the reply's body is not one JSON object or array, nor XML")]
    NotOneDocument,
    /// A reply with this nonce was verified before.
    #[error("the reply has been seen before")]
    Replayed,
    /// The body is longer than the limit.
    #[error("the reply's body is longer than the limit")]
    TooLong,
}

impl Fault for ReplyFault {
    fn code(&self) -> &'static str {
        match self {
            Self::SignatureMissing => "reply-signature-missing",
            Self::NonceMissing => "reply-nonce-missing",
            Self::DuplicateHeader => "reply-header-duplicate",
            Self::SignatureMalformed => "reply-signature-malformed",
            Self::NonceMalformed => "reply-nonce-malformed",
            Self::Reflected => "reply-reflected",
            Self::Mismatch => "reply-signature-mismatch",
            Self::NotUtf8 => "reply-not-utf8",
            Self::NotOneDocument => "reply-not-one-document",
            Self::Replayed => "reply-replayed",
            Self::TooLong => "reply-too-long",
        }
    }
    fn class(&self) -> Class {
        Class::Verification
    }
    fn next_step(&self) -> &'static str {
        match self {
            Self::SignatureMissing | Self::NonceMissing => {
                "See whether something between you and Netgíró answered or dropped headers with '_' in their names."
            }
            Self::Mismatch => {
                "Check the secret key, then ask Netgíró about the reference id; do not use the reply."
            }
            Self::TooLong => "Raise `body_limit` if replies of this size are expected.",
            _ => "Treat the reply as forged; ask Netgíró about the reference id before trying again.",
        }
    }
}

impl Netgiro {
    /// Starts to judge a reply: reads its headers, before its body is read.
    ///
    /// # Errors
    /// `reply-signature-missing`, `-malformed`, `reply-nonce-missing`, `-malformed`, `reply-header-duplicate`,
    /// `reply-reflected`. Each carries the reference id.
    pub fn begin_reply(&self, sent: &SentRequest, headers: &HeaderMap) -> Result<ReplyCheck, Error> {
        let reference_id = reference_id(headers);
        self.begin(sent, headers, reference_id.clone())
            .map_err(|fault| Error::new(fault).with_reference_id(reference_id))
    }

    /// Judges a whole reply.
    ///
    /// # Errors
    /// As [`Netgiro::begin_reply`] and [`ReplyCheck::finish`].
    pub fn verify_reply(&self, sent: &SentRequest, headers: &HeaderMap, body: &[u8]) -> Result<Reply, Error> {
        let mut check = self.begin_reply(sent, headers)?;
        check.update(body);
        check.finish(self, body)
    }

    fn begin(
        &self,
        sent: &SentRequest,
        headers: &HeaderMap,
        reference_id: Option<String>,
    ) -> Result<ReplyCheck, ReplyFault> {
        let signature = single(headers, SIGNATURE, ReplyFault::SignatureMissing)?;
        let nonce = single(headers, NONCE, ReplyFault::NonceMissing)?;
        let received =
            Encoding::HexLower.decode(signature.as_bytes()).ok_or(ReplyFault::SignatureMalformed)?;
        if !is_nonce(nonce.as_bytes()) {
            return Err(ReplyFault::NonceMalformed);
        }
        if *nonce == sent.nonce || Some(received) == sent.signature {
            return Err(ReplyFault::Reflected);
        }
        let mut mac = self.secret.mac().start();
        let mut absorb = |segment: crate::signing::Segment<'_>| mac.update(segment.bytes());
        // The body comes last in the text: it is taken in afterwards, as it arrives.
        self.secret.state_text(nonce.as_bytes(), &sent.url, b"", &mut SignedText::new(&mut absorb));
        Ok(ReplyCheck { mac, received, nonce: nonce.clone(), reference_id })
    }
}

/// A reply being judged while its body arrives.
pub struct ReplyCheck {
    mac: Mac,
    received: [u8; 32],
    nonce: HeaderValue,
    reference_id: Option<String>,
}

impl ReplyCheck {
    /// Takes in the next bytes of the body, as they arrived.
    pub fn update(&mut self, chunk: &[u8]) {
        self.mac.update(chunk);
    }

    /// Judges `body`, which must be all the bytes given to [`ReplyCheck::update`].
    ///
    /// # Errors
    /// `reply-signature-mismatch`, `reply-not-utf8`, `reply-not-one-document`, `reply-replayed`.
    pub fn finish(self, netgiro: &Netgiro, body: &[u8]) -> Result<Reply, Error> {
        let Self { mac, received, nonce, reference_id } = self;
        let judge = || {
            if !mac.finish().matches(&received) {
                return Err(ReplyFault::Mismatch);
            }
            // Only after the MAC: what was never signed says nothing about length extension.
            std::str::from_utf8(body).map_err(|_| ReplyFault::NotUtf8)?;
            if !is_one_document(body) {
                return Err(ReplyFault::NotOneDocument);
            }
            // Last of all: a forgery must not burn the nonce of the honest reply.
            if netgiro.seen.insert(nonce.as_bytes()) { Ok(()) } else { Err(ReplyFault::Replayed) }
        };
        match judge() {
            Ok(()) => Ok(Reply { reference_id, verdict: Verdict::Verified }),
            Err(fault) => Err(Error::new(fault).with_reference_id(reference_id)),
        }
    }
}

impl fmt::Debug for ReplyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyCheck").field("reference_id", &self.reference_id).finish_non_exhaustive()
    }
}

/// The reference id of a reply, unless it is something that should not reach a log.
pub(super) fn reference_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REFERENCE_ID)?.to_str().ok()?;
    (!text.is_empty() && text.len() <= LONGEST_FIELD && !text.contains('\t')).then(|| text.to_owned())
}

fn single(headers: &HeaderMap, name: HeaderName, missing: ReplyFault) -> Result<&HeaderValue, ReplyFault> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(missing)?;
    if values.next().is_some() { Err(ReplyFault::DuplicateHeader) } else { Ok(value) }
}

pub(super) fn is_nonce(nonce: &[u8]) -> bool {
    (1..=LONGEST_FIELD).contains(&nonce.len())
        && nonce.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Whether a body is empty, one JSON object or array, or XML. A text that was signed as the end of a longer URL, or
/// with something after it, is none of these. Judged by the bytes, since the content type is not signed.
pub(super) fn is_one_document(body: &[u8]) -> bool {
    match body.trim_ascii_start().first() {
        None | Some(b'<') => true,
        Some(b'{' | b'[') => serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok(),
        Some(_) => false,
    }
}
