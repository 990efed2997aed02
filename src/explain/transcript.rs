//! A record of all that goes into a signature.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};
use url::{Position, Url};
use zeroize::Zeroizing;

use super::{Explained, ExplainedHeader, ExplainedSegment, Explanation, MacSummary, OwnMistake, Value};
use crate::Signer;
use crate::error::Error;
use crate::redact::Secrets;
use crate::signing::{
    AuthHeaders, Charset, MacKey, RequestRef, Segment, SegmentKind, Signature, SignedText, Source,
};

/// Headers that hold a credential, such as the static one that Vizion can be configured to send along.
pub(crate) const CREDENTIAL_HEADERS: [&str; 4] =
    ["authorization", "cookie", "proxy-authorization", "x-api-key"];

/// A longer header is not tried, since a stranger chooses its length.
const LONGEST_HEADER: usize = 4 << 10;

/// Everything that goes into one signature, kept so that it can be explained and diagnosed: the segments of the
/// signed text and of the key, the MAC, the URL, the body and the headers.
///
/// It holds secrets, which are wiped on drop, and shows none: only an [`Explanation`] or a `diagnose::Diagnosis` leaves
/// it. It is made from a request with [`Transcript::of`], or from any segments with [`Transcript::new`]:
///
/// ```
/// use countersign::explain::Transcript;
/// use countersign::signing::{Encoding, MacKey, Source, Segment};
///
/// let key = MacKey::hmac_sha256(b"signing key", Encoding::Base64)?;
/// let transcript = Transcript::new("my-webhooks", &key)
///     .key(|key| { key.secret("signing_key", b"signing key"); })
///     .text(|text| {
///         let body = Segment::public("body", b"{}").with_source(Source::Body);
///         text.push(Segment::public("timestamp", b"1705312800").with_source(Source::Clock)).separator(".").push(body);
///     });
/// assert_eq!(transcript.explain().signed_length(), 13);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct Transcript {
    name: String,
    pub(crate) mac: Option<MacKey>,
    pub(crate) text: Vec<Part>,
    pub(crate) key: Vec<Part>,
    /// The text and key of the provider's other algorithm, if it has one.
    pub(crate) other_algorithm: Option<Box<Self>>,
    pub(crate) method: Option<Method>,
    /// With the fragment.
    pub(crate) url: Option<Url>,
    /// The body, signed or not; empty if there is none.
    pub(crate) body: Arc<[u8]>,
    headers: Vec<SentHeader>,
    /// The URL as somebody typed it, before it was parsed.
    pub(crate) typed_url: Option<String>,
    pub(crate) other_urls: Vec<String>,
    /// URLs of hosts that the message must not be for.
    pub(crate) foreign_urls: Vec<String>,
    /// The origins that the provider's credentials may go to, and those that they are kept from.
    pub(crate) origins: Vec<String>,
    pub(crate) other_keys: Vec<(String, MacKey)>,
    /// Headers of the message that the provider does not set.
    message_headers: Vec<(String, Vec<u8>)>,
    /// Other credentials, under the names of their settings.
    pub(crate) credentials: Vec<Part>,
    /// The provider's own names for mistakes with its parts.
    pub(crate) own_mistakes: &'static [OwnMistake],
    /// What may be stated wrongly here, and how to correct it. Reported if nothing explains the signature.
    pub(crate) in_doubt: Option<&'static str>,
    /// Secrets of other providers.
    hidden: Secrets,
}

impl Transcript {
    /// An empty text, to be signed with `mac`. `name` is the name of the provider, e.g. `netgiro`.
    #[must_use]
    pub fn new(name: &str, mac: &MacKey) -> Self {
        Self::empty(name, Some(mac.clone()))
    }

    /// The signature that a request gets with a fresh stamp.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn of<S: Explained>(signer: &Signer<S>, request: &RequestRef<'_>) -> Result<Self, Error> {
        signer.check(request).map_err(|error| signer.named(error))?;
        let stamp = signer.stamp(request).map_err(|error| signer.named(error))?;
        Self::with_stamp(signer, request, stamp)
    }

    /// The signature that a request gets with a given stamp.
    ///
    /// # Errors
    /// As [`Signer::sign_with`].
    pub fn with_stamp<S: Explained>(
        signer: &Signer<S>,
        request: &RequestRef<'_>,
        mut stamp: S::Stamp,
    ) -> Result<Self, Error> {
        let (named, scheme) = (|error: Error| signer.named(error), signer.scheme());
        signer.scope().check(request.url()).map_err(named)?;
        let mut transcript = Self::stated(&*scheme, request, &stamp).map_err(named)?;
        if let Some(other) = scheme.other_algorithm() {
            let other = Self::stated(&other, request, &stamp).map_err(named)?;
            transcript.other_algorithm = Some(Box::new(other));
        }
        transcript.own_mistakes = S::own_mistakes();
        transcript.origins = signer.scope().known_origins().collect();
        transcript.method = Some(request.method().clone());
        transcript.url = Some(request.url().clone());
        // A stream has no bytes yet; a provider that signs the body has already refused it.
        transcript.body = request.body().unwrap_or_default().into();
        let signature = scheme.sign(request, &mut stamp).map_err(named)?;
        let (mut map, mut written) = (request.headers().clone(), Vec::new());
        scheme.headers(&stamp, &mut AuthHeaders::explained(&mut map, signature, &mut written));
        let header = |(name, public): (HeaderName, bool)| {
            let value = map.get(&name)?.clone();
            Some(SentHeader { name, value, public })
        };
        transcript.headers = written.into_iter().filter_map(header).collect();
        transcript = transcript.message_headers(request.headers());
        transcript.place_body_and_url();
        Ok(transcript)
    }

    /// Only the text and the key that a provider states.
    fn stated<S: Explained>(scheme: &S, request: &RequestRef<'_>, stamp: &S::Stamp) -> Result<Self, Error> {
        let mut transcript = Self::empty(scheme.name(), scheme.mac_of(request, stamp)?);
        if transcript.mac.is_some() {
            let mut take = |segment: Segment<'_>| transcript.text.push(Part::of(segment));
            scheme.signed_text(request, stamp, &mut SignedText::new(&mut take))?;
        }
        Ok(transcript.key(|key| scheme.key_text(request, stamp, key)))
    }

    /// Finds the body and the URL among the parts without a source: the only part with the same bytes.
    fn place_body_and_url(&mut self) {
        let Some(url) = &self.url else { return };
        let known: [(Source, &[u8]); 4] = [
            (Source::Body, &self.body),
            (Source::RequestUrl, url[..Position::AfterQuery].as_bytes()),
            (Source::RequestTarget, url[Position::BeforePath..Position::AfterQuery].as_bytes()),
            (Source::RequestQuery, url.query().unwrap_or_default().as_bytes()),
        ];
        let texts = std::iter::once(&mut self.text)
            .chain(self.other_algorithm.iter_mut().map(|other| &mut other.text));
        for text in texts {
            for (source, bytes) in known.iter().filter(|(_, bytes)| !bytes.is_empty()) {
                let is_it =
                    |part: &&mut Part| part.kind == SegmentKind::Public && part.bytes.as_slice() == *bytes;
                let mut alike = text.iter_mut().filter(is_it);
                if let (Some(part), None) = (alike.next(), alike.next())
                    && part.source == Source::Unstated
                {
                    part.source = *source;
                }
            }
        }
    }

    fn empty(name: &str, mac: Option<MacKey>) -> Self {
        Self {
            name: name.to_owned(),
            mac,
            text: Vec::new(),
            key: Vec::new(),
            other_algorithm: None,
            method: None,
            url: None,
            body: Arc::default(),
            headers: Vec::new(),
            typed_url: None,
            other_urls: Vec::new(),
            foreign_urls: Vec::new(),
            origins: Vec::new(),
            other_keys: Vec::new(),
            message_headers: Vec::new(),
            credentials: Vec::new(),
            own_mistakes: &[],
            in_doubt: None,
            hidden: Secrets::new(),
        }
    }

    /// Adds to the signed text what `state` states.
    #[must_use]
    pub fn text(mut self, state: impl FnOnce(&mut SignedText<'_>)) -> Self {
        state(&mut SignedText::new(&mut |segment| self.text.push(Part::of(segment))));
        self
    }

    /// Adds to the key what `state` states: the bytes that the [`MacKey`] was made of.
    #[must_use]
    pub fn key(mut self, state: impl FnOnce(&mut SignedText<'_>)) -> Self {
        state(&mut SignedText::new(&mut |segment| self.key.push(Part::of(segment))));
        self
    }

    /// Says which URL the message went to, so that diagnoses can try other forms of it.
    #[must_use]
    pub fn url(mut self, url: &Url) -> Self {
        self.url = Some(url.clone());
        self
    }

    /// Gives diagnoses the URL as somebody typed it: some programs sign that text, and parse it only to send it.
    #[must_use]
    pub fn typed_url(mut self, url: impl Into<String>) -> Self {
        self.typed_url = Some(url.into());
        self
    }

    /// Gives diagnoses another URL that may have been signed, e.g. the public one of a service behind a proxy.
    #[must_use]
    pub fn other_url(mut self, url: impl Into<String>) -> Self {
        self.other_urls.push(url.into());
        self
    }

    /// Gives diagnoses a URL of somebody else that the message may have been signed for.
    pub(crate) fn foreign_url(mut self, url: impl Into<String>) -> Self {
        self.foreign_urls.push(url.into());
        self
    }

    /// Gives diagnoses another key that may have signed, with its key id.
    #[must_use]
    pub fn other_key(mut self, key_id: impl Into<String>, key: &MacKey) -> Self {
        self.other_keys.push((key_id.into(), key.clone()));
        self
    }

    /// Gives diagnoses the headers of the message, whose values may have been signed. Headers that hold a credential
    /// are left out.
    #[must_use]
    pub fn message_headers(mut self, headers: &http::HeaderMap) -> Self {
        let is_shown = |(name, value): &(&HeaderName, &HeaderValue)| {
            let is_short = value.len() <= LONGEST_HEADER;
            is_short && !value.is_sensitive() && !CREDENTIAL_HEADERS.contains(&name.as_str())
        };
        let shown = headers.iter().filter(is_shown);
        self.message_headers =
            shown.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
        self
    }

    /// Gives diagnoses the body, for a text that does not state it.
    pub(crate) fn body(self, body: &[u8]) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Gives diagnoses another credential, by the name of its setting: it may have been used in place of the right one.
    /// Unless it is an id, it is masked wherever it occurs.
    #[must_use]
    pub fn credential(mut self, name: &str, value: &[u8], is_secret: bool) -> Self {
        let segment = if is_secret { Segment::secret(name, value) } else { Segment::public(name, value) };
        if is_secret {
            self.hidden = self.hidden.hide(value);
        }
        self.credentials.push(Part::of(segment.with_source(Source::Credential)));
        self
    }

    /// Also masks these secrets, e.g. those of other providers, in explanations and diagnoses.
    #[must_use]
    pub fn hiding(mut self, secrets: &Secrets) -> Self {
        self.hidden = self.hidden.and(secrets);
        self
    }

    /// Marks the named parts of the text as secrets.
    pub(crate) fn hide(mut self, is_secret: impl Fn(&str) -> bool) -> Self {
        for part in self.text.iter_mut().filter(|part| is_secret(&part.name)) {
            part.kind = SegmentKind::Secret;
        }
        self
    }

    /// The headers that are going to be sent and may be shown.
    pub(crate) fn public_headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().filter(|header| header.public).map(|header| (&header.name, &header.value))
    }

    /// All headers of the message that may be shown.
    pub(crate) fn all_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let set = self.public_headers().map(|(name, value)| (name.as_str(), value.as_bytes()));
        set.chain(self.message_headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())))
    }

    /// Whether these bytes are a part of the message, or the value of a header, that may be shown.
    pub(crate) fn is_public(&self, bytes: &[u8]) -> bool {
        let mut parts = self.text.iter().chain(&self.key).filter(|part| part.kind == SegmentKind::Public);
        parts.any(|part| part.bytes.as_slice() == bytes)
            || self.all_headers().any(|(_, value)| value == bytes)
    }

    /// What must not be shown: the secrets in the message, the signatures that they make, and the secrets that were to be hidden.
    pub(crate) fn secrets(&self) -> Secrets {
        let mut secrets = self.hidden.clone();
        for one in [Some(self), self.other_algorithm.as_deref()].into_iter().flatten() {
            let parts = one.text.iter().chain(&one.key).filter(|part| part.kind == SegmentKind::Secret);
            secrets = parts.fold(secrets, |secrets, part| secrets.hide(&part.bytes));
            // Also the signature of an empty text: with Unleashed, it is valid for every request without a query.
            let empty = one.mac.as_ref().filter(|mac| mac.algorithm().is_keyed());
            let signatures = [one.signature(), empty.map(|mac| mac.start().finish())];
            secrets = signatures
                .iter()
                .flatten()
                .fold(secrets, |secrets, signature| secrets.hide(signature.expose_text().as_bytes()));
        }
        let sent = self.headers.iter().filter(|header| !header.public);
        sent.fold(secrets, |secrets, header| secrets.hide(header.value.as_bytes()))
    }

    /// Explains what is signed and sent, with secrets masked.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let secrets = self.secrets();
        let explain_header = |header| self.explain_header(header, &secrets);
        let mut headers: Vec<_> = self.headers.iter().map(explain_header).collect();
        headers.sort_by(|a, b| a.name.cmp(&b.name));
        Explanation {
            provider: self.name.clone(),
            mac: self
                .mac
                .as_ref()
                .map(|mac| MacSummary { algorithm: mac.algorithm(), encoding: mac.encoding() }),
            signed_text: self.text.iter().map(|part| ExplainedSegment::of(part, &secrets)).collect(),
            mac_key: self.key.iter().map(|part| ExplainedSegment::of(part, &secrets)).collect(),
            headers,
        }
    }

    /// Explains another text of the same message, with secrets masked.
    pub(crate) fn explain_parts(&self, parts: &[Part]) -> Vec<ExplainedSegment> {
        let secrets = self.secrets();
        parts.iter().map(|part| ExplainedSegment::of(part, &secrets)).collect()
    }

    /// `text` without secrets that were put into the message by mistake.
    pub(crate) fn without_secrets(&self, text: &str) -> String {
        self.secrets().redact(text).into_owned()
    }

    fn explain_header(&self, header: &SentHeader, secrets: &Secrets) -> ExplainedHeader {
        let bytes = header.value.as_bytes();
        let value = match header.public {
            true => Value::shown(bytes, self.header_charset(bytes), secrets),
            false => Value::masked(bytes),
        };
        ExplainedHeader { name: header.name.as_str().to_owned(), value }
    }

    /// A header that is signed is in the charset of its segment.
    fn header_charset(&self, value: &[u8]) -> Charset {
        let signed = self.text.iter().find(|part| part.kind == SegmentKind::Public && **part.bytes == *value);
        signed.map_or(Charset::Utf8, |part| part.charset)
    }

    /// The signature of the text; `None` without a MAC.
    pub(crate) fn signature(&self) -> Option<Signature> {
        let mut mac = self.mac.as_ref()?.start();
        self.text.iter().for_each(|part| mac.update(&part.bytes));
        Some(mac.finish())
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript").field("name", &self.name).field("mac", &self.mac).finish_non_exhaustive()
    }
}

/// A header that the provider sets.
#[derive(Clone)]
struct SentHeader {
    name: HeaderName,
    value: HeaderValue,
    /// Whether it may be shown.
    public: bool,
}

/// A segment with its bytes. Cheap to clone, and wiped with the last clone.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) name: Arc<str>,
    pub(crate) bytes: Arc<Zeroizing<Vec<u8>>>,
    pub(crate) kind: SegmentKind,
    pub(crate) source: Source,
    pub(crate) charset: Charset,
}

impl Part {
    pub(crate) fn of(segment: Segment<'_>) -> Self {
        Self {
            name: segment.name().into(),
            bytes: Arc::new(Zeroizing::new(segment.bytes().to_vec())),
            kind: segment.kind(),
            source: segment.source(),
            charset: segment.charset(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is an issued secret. A hidden header is not: its sender chooses the value.
    pub(crate) fn is_issued_secret(&self) -> bool {
        self.kind == SegmentKind::Secret && self.source != Source::RequestHeader
    }

    /// The same part with other bytes.
    pub(crate) fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        Self { bytes: Arc::new(Zeroizing::new(bytes)), ..self.clone() }
    }

    /// The bytes as text in their charset. For public parts only: a copy of a secret would not be wiped.
    pub(crate) fn text(&self) -> String {
        self.charset.decode(&self.bytes).into_owned()
    }
}

impl Charset {
    /// Reads bytes as text. Malformed bytes become U+FFFD.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 | Self::Bytes => String::from_utf8_lossy(bytes),
            Self::Latin9 => encoding_rs::ISO_8859_15.decode_without_bom_handling(bytes).0,
        }
    }
}
