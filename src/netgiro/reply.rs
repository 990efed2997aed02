//! Judges replies.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::credentials::NAME;
use super::ends::Ends;
use super::seen::SeenNonces;
use super::signing::{NONCE, REFERENCE_ID, SIGNATURE};
use super::utf8::Utf8;
use super::{Netgiro, nonce};
use crate::Signed;
use crate::error::{Error, Fault as _};
use crate::fault::faults;
use crate::header::{self, note_renamed};
use crate::observer::{Event, Observed};
use crate::scope::printable_origin;
use crate::signing::{Encoding, Mac, RequestRef, as_sent};

/// Longer nonces and reference ids in a reply are ignored.
const LONGEST_FIELD: usize = 128;

/// The parts of a signed request that are needed to judge its reply.
///
/// ```
/// use bytes::Bytes;
/// use countersign::RequestRef;
/// use countersign::netgiro::testing::sign_reply;
/// use countersign::netgiro::{Netgiro, SentRequest, Verdict};
///
/// // Without the middleware: sign, send by any client, verify what came back.
/// let netgiro = Netgiro::new("an app key", "the secret key")?;
/// let url = "https://api.test.netgiro.is/v1/sales/GetList";
/// let mut request = http::Request::get(url).body(Bytes::new())?;
/// netgiro.sign_http(&mut request)?;
/// let sent = SentRequest::new(&RequestRef::from_http(&request)?);
///
/// let reply = sign_reply("the secret key", url, "{}", "635318618538563781")?; // as the server would
/// let reply = netgiro.verify_reply(&sent, reply.headers(), reply.body())?;
/// assert_eq!(reply.verdict(), Verdict::Verified);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SentRequest {
    pub(super) url: Url,
    pub(super) marks: Marks,
}

/// The values of a request that an honest reply does not repeat.
#[derive(Clone)]
pub(crate) struct Marks {
    pub(super) nonce: Option<HeaderValue>,
    pub(super) signature: Option<[u8; 32]>,
}

impl Marks {
    pub(super) fn of(signed: &Signed<super::Scheme>) -> Self {
        Self {
            nonce: Some(signed.stamp().nonce.clone()),
            signature: signed.signature().and_then(|signature| signature.digest().try_into().ok()),
        }
    }
}

impl SentRequest {
    /// Reads the parts of a request that [`sign_http`](crate::Signer::sign_http) has signed.
    #[must_use]
    pub fn new(signed: &RequestRef<'_>) -> Self {
        let signature = signed.headers().get(SIGNATURE);
        let marks = Marks {
            nonce: signed.headers().get(NONCE).cloned(),
            signature: signature.and_then(|value| Encoding::HexLower.decode(value.as_bytes())),
        };
        Self { url: signed.url().clone(), marks }
    }

    pub(super) fn url(&self) -> &str {
        as_sent(&self.url)
    }
}

/// Leaves out path and query, which may hold personal data.
impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentRequest").field("origin", &printable_origin(&self.url)).finish_non_exhaustive()
    }
}

/// The verdict about a reply, kept in the extensions of the response.
///
/// ```
/// # fn read(response: &reqwest::Response) {
/// use countersign::netgiro::{Reply, Verdict};
///
/// // `None` if the request was passed on unsigned.
/// let reply = response.extensions().get::<Reply>();
/// if reply.map(Reply::verdict) != Some(Verdict::Verified) {
///     eprintln!("not verified; Netgíró's support asks for {:?}", reply.and_then(Reply::reference_id));
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub(super) reference_id: Option<HeaderValue>,
    pub(super) verdict: Verdict,
}

impl Reply {
    /// The `netgiro_referenceId`, which support asks for. The signature does not cover it. Printable ASCII.
    #[must_use]
    pub fn reference_id(&self) -> Option<&str> {
        self.reference_id.as_ref()?.to_str().ok()
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
    /// The signature does not verify, with this fault.
    Unverified(ReplyFault),
    /// Not known yet, with [`Netgiro::dangerous_stream_replies`]: the reply verifies if its body ends without an error.
    Pending,
}

const FORGED: &str = "Treat the reply as forged; ask Netgíró about the reference id before trying again.";

faults! {
    /// Why a reply did not verify.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ReplyFault {
        /// The header `netgiro_signature` is absent.
        SignatureMissing = Verification, "reply-signature-missing", "the reply carries no signature",
            "See whether something between you and Netgíró answered or dropped headers with '_' in their names.";
        /// The header `netgiro_nonce` is absent.
        NonceMissing = Verification, "reply-nonce-missing", "the reply carries no nonce",
            "See whether something between you and Netgíró answered or dropped headers with '_' in their names.";
        /// The signature or the nonce occurs twice.
        DuplicateHeader = Verification, "reply-header-duplicate", "the reply carries a signature or nonce twice", FORGED;
        /// The signature is not 64 hex digits.
        SignatureMalformed = Verification, "reply-signature-malformed", "the reply's signature is not 64 hex digits", FORGED;
        /// The nonce is not 1 to 128 ASCII letters, digits or `-`. Other characters could pass a part of the URL off as
        /// the nonce.
        NonceMalformed = Verification, "reply-nonce-malformed", "the reply's nonce is not 1 to 128 letters, digits or '-'", FORGED;
        /// The reply carries the nonce or signature of the request that it answers, or a nonce in the form that this
        /// crate draws for requests: 19 digits, while the nonces of replies have 18.
        Reflected = Verification, "reply-reflected", "the reply is a request of our own sent back", FORGED;
        /// The signature does not cover what arrived.
        Mismatch = Verification, "reply-signature-mismatch", "the reply's signature does not match its URL and body",
            "Check the secret key, then ask Netgíró about the reference id; do not use the reply.";
        /// The body is not valid UTF-8: the mark of a length extension, which plain SHA-256 lets through.
        NotUtf8 = Verification, "reply-not-utf8", "the reply's body is not valid UTF-8, as after a length extension", FORGED;
        /// The body is not empty, and does not begin with `{`, `[` or `<` and end with `}`, `]` or `>` to match.
        NotOneDocument = Verification, "reply-not-one-document", "the reply's body is not one JSON object or array, nor XML", FORGED;
        /// A reply with this nonce was verified before.
        Replayed = Verification, "reply-replayed", "the reply has been seen before", FORGED;
        /// The body is longer than the limit.
        TooLong = Verification, "reply-too-long", "the reply's body is longer than the limit",
            "Raise `reply_limit` if replies of this size are expected.";
        /// The body does not fit into memory.
        OutOfMemory = Verification, "reply-out-of-memory", "there is not enough memory for the reply's body",
            "Lower `reply_limit` to what memory can hold, or read such replies as a stream.";
    }
}

/// For Netgíró only: `netgiro::Netgiro`.
impl Netgiro {
    /// Begins to judge a reply by its headers, before its body is read.
    pub(super) fn begin_reply(&self, sent: &SentRequest, headers: &HeaderMap) -> Result<ReplyCheck, Error> {
        self.begin(sent, headers).map_err(|fault| self.reply_refusal(fault, headers))
    }

    /// Judges a whole reply: `body` is the received body, decompressed. No refusal is diagnosed here:
    /// `Netgiro::diagnose_reply` does that, with the feature `diagnose`.
    ///
    /// # Errors
    /// One of [`ReplyFault`], with the reply's reference id.
    pub fn verify_reply(&self, sent: &SentRequest, headers: &HeaderMap, body: &[u8]) -> Result<Reply, Error> {
        let mut check = self.begin_reply(sent, headers)?;
        check.update(body);
        check.finish(&self.scheme().seen)
    }

    /// The refusal of a reply with these headers, reported to the observer.
    pub(super) fn reply_refusal(&self, fault: ReplyFault, headers: &HeaderMap) -> Error {
        self.tell(Event::ReplyFailed(fault.code().name));
        refusal(fault, headers)
    }

    fn begin(&self, sent: &SentRequest, headers: &HeaderMap) -> Result<ReplyCheck, ReplyFault> {
        let signature = single(headers, SIGNATURE, ReplyFault::SignatureMissing)?;
        let nonce = single(headers, NONCE, ReplyFault::NonceMissing)?;
        if !is_nonce(nonce.as_bytes()) {
            return Err(ReplyFault::NonceMalformed);
        }
        // Checked before the signature is read, so that a request that is sent back is recognised in any case.
        if nonce::is_drawn(nonce.as_bytes()) || Some(nonce) == sent.marks.nonce.as_ref() {
            return Err(ReplyFault::Reflected);
        }
        let received =
            Encoding::HexLower.decode(signature.as_bytes()).ok_or(ReplyFault::SignatureMalformed)?;
        if Some(received) == sent.marks.signature {
            return Err(ReplyFault::Reflected);
        }
        let mut mac = self.scheme().secret.mac().start();
        // The body comes last in the text, and is taken in as it arrives.
        mac.text(|text| self.scheme().secret.state_text(nonce.as_bytes(), as_sent(&sent.url), b"", text));
        Ok(ReplyCheck {
            mac,
            received,
            nonce: nonce.clone(),
            reference_id: reference_id(headers),
            observer: self.observer.clone(),
            utf8: Utf8::default(),
            ends: Ends::default(),
        })
    }
}

/// Judges a reply while its body arrives.
pub(super) struct ReplyCheck {
    mac: Mac,
    received: [u8; 32],
    nonce: HeaderValue,
    reference_id: Option<HeaderValue>,
    utf8: Utf8,
    ends: Ends,
    observer: Observed,
}

impl ReplyCheck {
    /// Takes in the next bytes of the body, as they arrived.
    pub(super) fn update(&mut self, chunk: &[u8]) {
        self.mac.update(chunk);
        self.utf8.update(chunk);
        self.ends.update(chunk);
    }

    /// Whether a body that begins like this can still verify.
    pub(super) fn is_possible(&self) -> bool {
        self.utf8.is_possible() && self.ends.is_possible()
    }

    /// The refusal of a body that is longer than the limit.
    pub(super) fn too_long(&self) -> Error {
        self.observer.tell(NAME, Event::ReplyFailed(ReplyFault::TooLong.code().name));
        of_reply(ReplyFault::TooLong, self.reference_id.clone())
    }

    /// Judges the body that was given to [`ReplyCheck::update`].
    pub(super) fn finish(self, seen: &SeenNonces) -> Result<Reply, Error> {
        let Self { mac, received, nonce, reference_id, utf8, ends, observer } = self;
        let judge = || {
            if !mac.finish().matches(&received) {
                return Err(ReplyFault::Mismatch);
            }
            // Only after the MAC: an unsigned body says nothing about length extension.
            if !utf8.is_whole() {
                return Err(ReplyFault::NotUtf8);
            }
            if !ends.is_pair() {
                return Err(ReplyFault::NotOneDocument);
            }
            // Last, so that a forgery cannot use up the nonce of the honest reply.
            if seen.admit(nonce.as_bytes()) { Ok(()) } else { Err(ReplyFault::Replayed) }
        };
        match judge() {
            Ok(()) => {
                observer.tell(NAME, Event::ReplyVerified);
                Ok(Reply { reference_id, verdict: Verdict::Verified })
            }
            Err(fault) => {
                observer.tell(NAME, Event::ReplyFailed(fault.code().name));
                Err(of_reply(fault, reference_id))
            }
        }
    }
}

/// The refusal of a reply with these headers.
pub(super) fn refusal(fault: ReplyFault, headers: &HeaderMap) -> Error {
    let error = of_reply(fault, reference_id(headers));
    match fault {
        ReplyFault::SignatureMissing => note_renamed(error, headers, super::headers::SIGNATURE),
        ReplyFault::NonceMissing => note_renamed(error, headers, super::headers::NONCE),
        _ => error,
    }
}

fn of_reply(fault: ReplyFault, reference_id: Option<HeaderValue>) -> Error {
    let reference_id = reference_id.and_then(|id| id.to_str().ok().map(str::to_owned));
    Error::new(fault).with_reference_id(reference_id).in_provider(NAME)
}

/// The reference id of a reply, unless it should not reach a log.
pub(super) fn reference_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(REFERENCE_ID)?;
    let printable = value.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~'));
    (printable && (1..=LONGEST_FIELD).contains(&value.len())).then(|| value.clone())
}

pub(super) fn single(
    headers: &HeaderMap,
    name: HeaderName,
    missing: ReplyFault,
) -> Result<&HeaderValue, ReplyFault> {
    header::only(headers, &name).map_err(|_| ReplyFault::DuplicateHeader)?.ok_or(missing)
}

pub(super) fn is_nonce(nonce: &[u8]) -> bool {
    (1..=LONGEST_FIELD).contains(&nonce.len())
        && nonce.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}
