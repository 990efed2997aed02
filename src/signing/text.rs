//! Labelled segments, in order.

use std::fmt;

/// What a segment is, for those who show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentKind {
    /// Known to both sides and to whoever reads the wire.
    Public,
    /// A key or password: never shown.
    Secret,
    /// Literal text between two segments.
    Separator,
}

/// One labelled part of a signed text: its name and the very bytes that the MAC takes in.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    name: &'a str,
    bytes: &'a [u8],
    kind: SegmentKind,
}

impl<'a> Segment<'a> {
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

    /// The bytes, in the charset that the provider signs. Those of a secret stay inside the crate.
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

/// Takes a signed text, segment by segment. What happens to them is up to who made it: a MAC, an explanation.
///
/// The bytes are taken at once and not kept, so a segment may come from a temporary.
pub struct SignedText<'s> {
    sink: &'s mut dyn FnMut(Segment<'_>),
}

impl<'s> SignedText<'s> {
    /// A text whose segments go to `sink`, in order.
    pub fn new(sink: &'s mut dyn FnMut(Segment<'_>)) -> Self {
        Self { sink }
    }

    /// Adds bytes that anyone may see.
    pub fn public(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        self.push(name, bytes, SegmentKind::Public)
    }

    /// Adds the bytes of a secret, which are never shown.
    pub fn secret(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        self.push(name, bytes, SegmentKind::Secret)
    }

    /// Adds literal text between two segments.
    pub fn separator(&mut self, literal: &str) -> &mut Self {
        self.push("separator", literal.as_bytes(), SegmentKind::Separator)
    }

    fn push(&mut self, name: &str, bytes: &[u8], kind: SegmentKind) -> &mut Self {
        (self.sink)(Segment { name, bytes, kind });
        self
    }
}

impl fmt::Debug for SignedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedText").finish_non_exhaustive()
    }
}
