//! Labelled segments, in order.

use std::fmt;

use super::gathered::Gathered;
use super::{Charset, Mac, Source};

/// What a segment is, for programs that show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SegmentKind {
    /// Known to both sides, and to anybody who can read the message.
    Public,
    /// A key or password: never shown.
    Secret,
    /// Literal text between two segments.
    Separator,
}

impl SegmentKind {
    /// `public`, `secret` or `separator`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Secret => "secret",
            Self::Separator => "separator",
        }
    }
}

impl fmt::Display for SegmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One labelled part of a signed text: its name, and the bytes that the MAC takes in.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    name: &'a str,
    bytes: &'a [u8],
    kind: SegmentKind,
    source: Source,
    charset: Charset,
}

impl<'a> Segment<'a> {
    /// Bytes that anyone may see, in UTF-8, without a source.
    #[inline]
    #[must_use]
    pub fn public(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, kind: SegmentKind::Public, source: Source::Unstated, charset: Charset::Utf8 }
    }

    /// The bytes of a secret, a credential in UTF-8, which are never shown.
    #[inline]
    #[must_use]
    pub fn secret(name: &'a str, bytes: &'a [u8]) -> Self {
        let kind = SegmentKind::Secret;
        Self { kind, source: Source::Credential, ..Self::public(name, bytes) }
    }

    /// Literal text between two segments.
    #[inline]
    #[must_use]
    pub fn separator(literal: &'a str) -> Self {
        let kind = SegmentKind::Separator;
        Self { kind, source: Source::Literal, ..Self::public("separator", literal.as_bytes()) }
    }

    /// The same segment with its source, which explanations show. Diagnoses try the mistakes that go with a source.
    #[inline]
    #[must_use]
    pub fn with_source(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// The same segment, with bytes in `charset`. They are not converted.
    #[inline]
    #[must_use]
    pub fn with_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// The label, e.g. `url`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// What this segment is.
    #[must_use]
    pub fn kind(&self) -> SegmentKind {
        self.kind
    }

    /// Where its bytes came from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The charset of its bytes.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// The bytes, in the charset that the provider signs; `None` for a secret, whose bytes stay inside the crate.
    #[must_use]
    pub fn public_bytes(&self) -> Option<&'a [u8]> {
        (self.kind != SegmentKind::Secret).then_some(self.bytes)
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Segment");
        debug.field("name", &self.name).field("kind", &self.kind).field("length", &self.bytes.len());
        if let Some(bytes) = self.public_bytes() {
            debug.field("bytes", &String::from_utf8_lossy(bytes));
        }
        debug.finish()
    }
}

/// Takes a signed text, segment by segment. Its creator decides what happens to the segments: a MAC, an explanation.
///
/// The bytes are taken at once and not kept, so a segment may come from a temporary.
///
/// ```
/// use countersign::signing::{Segment, SignedText};
///
/// let mut shown = String::new();
/// let mut show = |segment: Segment<'_>| match segment.public_bytes() {
///     Some(bytes) => shown.push_str(&String::from_utf8_lossy(bytes)),
///     None => shown.push_str("(secret)"),
/// };
/// SignedText::new(&mut show).secret("key", b"of nobody").separator("&").public("url", b"https://h/");
/// assert_eq!(shown, "(secret)&https://h/");
/// ```
pub struct SignedText<'s> {
    sink: Sink<'s>,
}

/// Signing does not go through a closure, so that the compiler can inline the MAC where a segment is stated.
enum Sink<'s> {
    Mac(&'s mut Mac, &'s mut Gathered),
    Each(&'s mut dyn FnMut(Segment<'_>)),
}

impl<'s> SignedText<'s> {
    /// A text whose segments go to `sink`, in order.
    pub fn new(sink: &'s mut dyn FnMut(Segment<'_>)) -> Self {
        Self { sink: Sink::Each(sink) }
    }

    #[inline]
    pub(super) fn of_mac(mac: &'s mut Mac, gathered: &'s mut Gathered) -> Self {
        Self { sink: Sink::Mac(mac, gathered) }
    }

    /// Adds a segment with all that is known about it.
    #[inline]
    pub fn push(&mut self, segment: Segment<'_>) -> &mut Self {
        match &mut self.sink {
            Sink::Mac(mac, gathered) => mac.update_through(gathered, segment.bytes),
            Sink::Each(sink) => sink(segment),
        }
        self
    }

    /// Adds bytes that anyone may see; short for [`push`](Self::push) of a [`Segment::public`].
    #[inline]
    pub fn public(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        self.push(Segment::public(name, bytes))
    }

    /// Adds the bytes of a secret, which are never shown; short for [`push`](Self::push) of a [`Segment::secret`].
    #[inline]
    pub fn secret(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        self.push(Segment::secret(name, bytes))
    }

    /// Adds literal text between two segments.
    #[inline]
    pub fn separator(&mut self, literal: &str) -> &mut Self {
        self.push(Segment::separator(literal))
    }
}

impl fmt::Debug for SignedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedText").finish_non_exhaustive()
    }
}
