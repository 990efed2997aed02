//! The pure core: what is signed is data.
//!
//! A [`Provider`] states its signed text once, as labelled segments handed to a [`SignedText`]. Signing walks them
//! into a MAC; verifying and explaining walk the same ones, so they cannot drift apart. Nothing here knows
//! reqwest, does I/O or reads a clock by itself.
//!
//! ```text
//! request ──▶ scope ──▶ stamp ──▶ segments ──▶ MAC ──▶ headers
//! ```

mod fault;
#[cfg(feature = "declared")]
pub(crate) mod filter;
mod gathered;
#[cfg(feature = "declared")]
mod hash;
mod headers;
mod mac;
#[cfg(feature = "declared")]
pub(crate) mod members;
mod request;
mod signed_form;
mod source;
#[cfg(feature = "declared")]
pub(crate) mod stamp;
mod text;

use std::fmt;

use http::{HeaderMap, Uri};

pub(crate) use fault::SigningFault;
pub use headers::AuthHeaders;
pub(crate) use headers::write_values;
pub use mac::{Encoding, Mac, MacAlgorithm, MacKey, Signature};
#[cfg(feature = "webhook")]
pub(crate) use request::absolute;
pub(crate) use request::as_sent;
pub use request::{Payload, RequestRef};
pub use signed_form::SignedForm;
pub use source::{Charset, Source};
pub use text::{Segment, SegmentKind, SignedText};

use url::Url;

use crate::error::Error;
use crate::scope::Scope;

/// An API's way of authenticating requests: a list of segments plus its headers.
///
/// The four providers of this crate implement it; so can you, for an API of your own (`examples/custom_provider.rs`).
pub trait Provider: Send + Sync + 'static {
    /// What is drawn anew for each attempt: a timestamp, a nonce, a transaction id. `()` where nothing is.
    type Stamp: Send;

    /// A short lower-case name for errors, logs and tools.
    fn name(&self) -> &'static str;

    /// Where the credentials may go.
    fn scope(&self) -> &Scope;

    /// Draws the stamp, and refuses requests that the provider would not accept.
    ///
    /// # Errors
    /// Whatever makes signing this request impossible; it is then not sent.
    fn stamp(&self, request: &RequestRef<'_>) -> Result<Self::Stamp, Error>;

    /// The key state that the MAC starts from; `None` where a request carries a plain API key and no MAC.
    fn mac(&self) -> Option<&MacKey>;

    /// States the bytes of the key that [`Provider::mac`] was made of, for explanations and diagnoses. Where it is left
    /// out, as by default, mistakes made with the key are not tried. Signing does not call it.
    fn mac_key_text(&self, _key: &mut SignedText<'_>) {}

    /// The query to send in place of `query`, where that has something which an API's clients and servers read in more
    /// ways than one; `None`, as by default, where it is sent as it is. Whoever can change the request puts it into the
    /// URL before anything is signed: see [`prepare_url`].
    fn query_to_send(&self, _query: &str) -> Option<String> {
        None
    }

    /// The same provider with the other algorithm that its API knows; `None`, as by default, where there is one only.
    /// Diagnoses try what would be signed with it. Signing does not call it.
    fn other_algorithm(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// States the signed text, segment by segment, in order. The only place where it is stated.
    ///
    /// # Errors
    /// When a segment cannot be had, e.g. the body of a stream.
    fn signed_text(
        &self,
        request: &RequestRef<'_>,
        stamp: &Self::Stamp,
        text: &mut SignedText<'_>,
    ) -> Result<(), Error>;

    /// Writes the headers. Cannot fail: what can fail has happened by then, so a request is changed whole or not.
    fn headers(&self, stamp: Self::Stamp, headers: &mut AuthHeaders<'_>);
}

/// A computed signature that waits to be applied to the request it was computed for.
#[must_use = "the request is unchanged until `apply` is called"]
pub struct Signed<'p, P: Provider> {
    provider: &'p P,
    stamp: P::Stamp,
    signature: Option<Signature>,
}

impl<P: Provider> Signed<'_, P> {
    /// Writes the headers, replacing any of the same name.
    pub fn apply(self, headers: &mut HeaderMap) {
        self.provider.headers(self.stamp, &mut AuthHeaders::new(headers, self.signature));
    }

    /// The signature; `None` where the provider has none.
    #[must_use]
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// The stamp that was signed.
    #[must_use]
    pub fn stamp(&self) -> &P::Stamp {
        &self.stamp
    }
}

impl<P: Provider> fmt::Debug for Signed<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("provider", &self.provider.name()).finish_non_exhaustive()
    }
}

/// Puts the query that the [provider wants sent](Provider::query_to_send) into a URL that is about to be signed; returns
/// whether that changed it. The middleware and [`sign_http`] do so; before [`sign`] it is up to you.
pub fn prepare_url<P: Provider>(provider: &P, url: &mut Url) -> bool {
    match url.query().and_then(|query| provider.query_to_send(query)) {
        Some(query) => {
            url.set_query(Some(&query));
            true
        }
        None => false,
    }
}

/// Signs a request with a fresh stamp.
///
/// # Errors
/// When the URL is out of the provider's [`Scope`]; `query-ambiguous` when its query is not [prepared](prepare_url); or
/// when the provider cannot sign the request.
pub fn sign<'p, P: Provider>(provider: &'p P, request: &RequestRef<'_>) -> Result<Signed<'p, P>, Error> {
    check(provider, request).map_err(|error| error.in_provider(provider.name()))?;
    sign_in_scope(provider, request)
}

/// Whether a request may go where it is to go, and be sent as it is.
pub(crate) fn check<P: Provider>(provider: &P, request: &RequestRef<'_>) -> Result<(), Error> {
    provider.scope().check(request.url())?;
    match request.url().query().and_then(|query| provider.query_to_send(query)) {
        Some(_) => Err(Error::new(SigningFault::AmbiguousQuery)),
        None => Ok(()),
    }
}

/// The same for a request whose URL is known to be in the scope.
pub(crate) fn sign_in_scope<'p, P: Provider>(
    provider: &'p P,
    request: &RequestRef<'_>,
) -> Result<Signed<'p, P>, Error> {
    let signed = provider.stamp(request).and_then(|stamp| compute(provider, request, stamp));
    signed.map_err(|error| error.in_provider(provider.name()))
}

/// Signs a request with a given stamp: to reproduce a known case. A stamp must not be sent twice.
///
/// # Errors
/// As [`sign`].
pub fn sign_with<'p, P: Provider>(
    provider: &'p P,
    request: &RequestRef<'_>,
    stamp: P::Stamp,
) -> Result<Signed<'p, P>, Error> {
    let checked = provider.scope().check(request.url());
    let signed = checked.and_then(|()| compute(provider, request, stamp));
    signed.map_err(|error| error.in_provider(provider.name()))
}

/// Signs a request that may be signed.
fn compute<'p, P: Provider>(
    provider: &'p P,
    request: &RequestRef<'_>,
    stamp: P::Stamp,
) -> Result<Signed<'p, P>, Error> {
    let signature = signature(provider, request, &stamp)?;
    Ok(Signed { provider, stamp, signature })
}

/// The signature alone, wherever the request would go; `None` where the provider has none. For those who recompute
/// one: a request is signed with [`sign`].
///
/// # Errors
/// When the provider cannot sign the request.
#[inline]
pub fn signature<P: Provider>(
    provider: &P,
    request: &RequestRef<'_>,
    stamp: &P::Stamp,
) -> Result<Option<Signature>, Error> {
    let Some(key) = provider.mac() else { return Ok(None) };
    let mut mac = key.start();
    mac.text(|text| provider.signed_text(request, stamp, text))?;
    Ok(Some(mac.finish()))
}

/// Signs an `http::Request` in place, for any client that sends one. On an error it is unchanged. Its query may become
/// another: see [`prepare_url`].
///
/// ```
/// use countersign::unleashed::Unleashed;
///
/// let provider = Unleashed::new("api-id", "api-key")?;
/// let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers?pageSize=1").body(())?;
/// countersign::sign_http(&provider, &mut request)?;
/// assert!(request.headers().contains_key("api-auth-signature"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`sign`]; also `url-not-absolute` and `url-not-normalised` (see [`RequestRef::from_http`]).
pub fn sign_http<P: Provider, B: Payload>(provider: &P, request: &mut http::Request<B>) -> Result<(), Error> {
    let in_provider = |error: Error| error.in_provider(provider.name());
    let mut outgoing = RequestRef::from_http(request).map_err(in_provider)?;
    let uri = outgoing.prepare(provider).then(|| outgoing.url_as_sent().parse::<Uri>()).transpose();
    // Longer than before, it may be too long.
    let uri =
        uri.map_err(|source| in_provider(Error::new(SigningFault::AmbiguousQuery).with_source(source)))?;
    let signed = sign(provider, &outgoing)?;
    if let Some(uri) = uri {
        *request.uri_mut() = uri;
    }
    signed.apply(request.headers_mut());
    Ok(())
}

#[cfg(all(test, feature = "unleashed"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_names_its_provider_and_nothing_else() {
        let provider = crate::unleashed::Unleashed::new("api-id", "api-key").unwrap();
        let request = http::Request::get("https://api.unleashedsoftware.com/Customers?a=1").body(()).unwrap();
        let signed = sign(&provider, &RequestRef::from_http(&request).unwrap()).unwrap();
        assert_eq!(format!("{signed:?}"), r#"Signed { provider: "unleashed", .. }"#);
    }
}
