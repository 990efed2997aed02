//! Writing what authenticates a request.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Signature;

/// The headers of one request, being written by its provider.
///
/// Each value is marked sensitive, so that neither `Debug` nor HTTP/2's header tables keep it, and replaces whatever
/// the caller had under that name.
pub struct AuthHeaders<'a> {
    map: &'a mut HeaderMap,
    signature: Option<Signature>,
}

impl<'a> AuthHeaders<'a> {
    pub(super) fn new(map: &'a mut HeaderMap, signature: Option<Signature>) -> Self {
        Self { map, signature }
    }

    /// Sets a header.
    pub fn set(&mut self, name: HeaderName, mut value: HeaderValue) -> &mut Self {
        value.set_sensitive(true);
        self.map.insert(name, value);
        self
    }

    /// Sets a header unless the caller has set it.
    pub fn set_default(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        if self.map.contains_key(&name) { self } else { self.set(name, value) }
    }

    /// Sets the header that carries the signature. Does nothing for a provider without a MAC.
    pub fn set_signature(&mut self, name: HeaderName) -> &mut Self {
        match self.signature {
            Some(signature) => self.set(name, signature.header_value()),
            None => self,
        }
    }

    /// Makes room for `additional` headers at once.
    pub fn reserve(&mut self, additional: usize) -> &mut Self {
        self.map.reserve(additional);
        self
    }
}

impl fmt::Debug for AuthHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthHeaders").finish_non_exhaustive()
    }
}
