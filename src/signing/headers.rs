//! Writes the headers that authenticate a request.

use std::fmt;
use std::io::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Signature;
use super::fault::SigningFault;
use crate::error::{BoxError, Error};

/// Writes the provider's headers of one request.
///
/// Each value replaces the caller's value of that name. It is marked sensitive, so that neither `Debug` nor HTTP/2's
/// header tables keep it.
pub struct AuthHeaders<'a> {
    map: &'a mut HeaderMap,
    signature: Option<Signature>,
    /// For an explanation: the headers that were set, and whether each may be shown.
    written: Option<&'a mut Vec<(HeaderName, bool)>>,
}

impl<'a> AuthHeaders<'a> {
    pub(crate) fn new(map: &'a mut HeaderMap, signature: Option<Signature>) -> Self {
        Self { map, signature, written: None }
    }

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

    /// Sets a header whose value says who asks and when, but is no secret: explanations show it.
    pub fn set_public(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        self.write(name, value, true)
    }

    /// Sets a public header unless the caller has set it.
    pub fn set_default(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        if self.map.contains_key(&name) { self } else { self.set_public(name, value) }
    }

    /// The signature, for a header that holds more than the signature; `None` for a provider without a MAC.
    ///
    /// ```
    /// # use countersign::signing::AuthHeaders;
    /// fn write(app_id: &str, headers: &mut AuthHeaders<'_>) {
    ///     let Some(signature) = headers.signature() else { return };
    ///     let value = format!("ACME {app_id}:{}", signature.expose_text());
    ///     // This cannot fail: the id was checked when the provider was made.
    ///     if let Ok(value) = value.try_into() {
    ///         headers.set(http::header::AUTHORIZATION, value);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Sets a header to the signature alone. Does nothing for a provider without a MAC.
    pub fn set_signature(&mut self, name: HeaderName) -> &mut Self {
        match self.signature {
            Some(signature) => self.set(name, signature.header_value()),
            None => self,
        }
    }

    fn write(&mut self, name: HeaderName, mut value: HeaderValue, public: bool) -> &mut Self {
        if let Some(written) = &mut self.written {
            written.push((name.clone(), public));
        }
        value.set_sensitive(true);
        self.map.insert(name, value);
        self
    }

    /// Makes room for `additional` headers at once.
    pub(crate) fn reserve(&mut self, additional: usize) -> &mut Self {
        self.map.reserve(additional);
        self
    }
}

impl fmt::Debug for AuthHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthHeaders").finish_non_exhaustive()
    }
}

/// Room for a timestamp, a 64-bit number and a UUID.
const ROOM: usize = 96;

/// Writes all values into one buffer, so that together they cost one allocation, and their clones none.
///
/// # Errors
/// If the values are longer than 96 bytes together, or no header can hold one of them.
pub(crate) fn write_values<const N: usize>(
    values: [&dyn fmt::Display; N],
) -> Result<[HeaderValue; N], Error> {
    let unwritable = |source: BoxError| Error::new(SigningFault::Unwritable).with_source(source);
    let (mut buffer, mut lengths) = ([0; ROOM], [0; N]);
    let mut rest = &mut buffer[..];
    for (value, length) in values.iter().zip(&mut lengths) {
        let before = rest.len();
        write!(rest, "{value}").map_err(|source| unwritable(source.into()))?;
        *length = before - rest.len();
    }
    let mut shared = Bytes::from_owner(buffer);
    let mut written = [const { HeaderValue::from_static("") }; N];
    for (value, length) in written.iter_mut().zip(lengths) {
        *value = HeaderValue::from_maybe_shared(shared.split_to(length))
            .map_err(|source| unwritable(source.into()))?;
    }
    Ok(written)
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

    #[test]
    fn values_come_out_one_by_one() {
        let [number, text, empty] = write_values([&42, &"text", &""]).unwrap();
        assert_eq!([number, text, empty], ["42", "text", ""]);
    }

    #[test]
    fn too_long_or_unfit_is_an_error() {
        assert_eq!(write_values([&"x".repeat(ROOM)]).unwrap(), ["x".repeat(ROOM)]);
        assert_eq!(write_values([&"x".repeat(ROOM + 1)]).unwrap_err().code(), "header-unwritable");
        let unfit = write_values([&"line\n"]).unwrap_err();
        assert_eq!(unfit.code(), "header-unwritable");
        assert!(unfit.next_step().starts_with("Report this"));
    }
}
