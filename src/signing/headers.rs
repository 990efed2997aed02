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
    /// Where an explanation is being made: what was set, and whether it may be shown.
    #[cfg(feature = "explain")]
    written: Option<&'a mut Vec<(HeaderName, bool)>>,
}

impl<'a> AuthHeaders<'a> {
    pub(super) fn new(map: &'a mut HeaderMap, signature: Option<Signature>) -> Self {
        Self {
            map,
            signature,
            #[cfg(feature = "explain")]
            written: None,
        }
    }

    #[cfg(feature = "explain")]
    pub(crate) fn explained(
        map: &'a mut HeaderMap,
        signature: Option<Signature>,
        written: &'a mut Vec<(HeaderName, bool)>,
    ) -> Self {
        Self { map, signature, written: Some(written) }
    }

    /// Sets a header whose value may be a secret: explanations mask it.
    pub fn set(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        self.write(name, value, false)
    }

    /// Sets a header whose value says who asks and when, but lets nobody ask in their name: explanations show it.
    pub fn set_public(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        self.write(name, value, true)
    }

    /// Sets a public header unless the caller has set it.
    pub fn set_default(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        if self.map.contains_key(&name) { self } else { self.set_public(name, value) }
    }

    /// The signature, for a header that holds more than it; `None` for a provider without a MAC.
    ///
    /// ```
    /// # use countersign::signing::AuthHeaders;
    /// fn write(app_id: &str, headers: &mut AuthHeaders<'_>) {
    ///     let Some(signature) = headers.signature() else { return };
    ///     let value = format!("ACME {app_id}:{}", signature.expose_text());
    ///     // The id was checked when the provider was made, so that this holds.
    ///     if let Ok(value) = value.try_into() {
    ///         headers.set(http::header::AUTHORIZATION, value);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Sets the header that is the signature and nothing else. Does nothing for a provider without a MAC.
    pub fn set_signature(&mut self, name: HeaderName) -> &mut Self {
        match self.signature {
            Some(signature) => self.set(name, signature.header_value()),
            None => self,
        }
    }

    #[cfg_attr(not(feature = "explain"), allow(unused_variables))]
    fn write(&mut self, name: HeaderName, mut value: HeaderValue, public: bool) -> &mut Self {
        #[cfg(feature = "explain")]
        if let Some(written) = &mut self.written {
            written.push((name.clone(), public));
        }
        value.set_sensitive(true);
        self.map.insert(name, value);
        self
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_text_has_no_header() {
        let mut map = HeaderMap::new();
        let mut headers = AuthHeaders::new(&mut map, None);
        assert!(headers.signature().is_none());
        headers.set(http::header::AUTHORIZATION, HeaderValue::from_static("secret"));
        assert_eq!(format!("{headers:?}"), "AuthHeaders { .. }");
    }
}
