//! A provider's way of signing requests.

use url::Url;

use super::{Permit, Sent, Signer};
use crate::error::Error;
use crate::random::Randomness;
use crate::signing::{AuthHeaders, MacKey, RequestRef, Signature, SignedText};
use crate::time::Clock;

/// What is sent in place of a request's query and body; `None` leaves them as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rewritten<'s> {
    /// The query, without the `?`, as it is sent.
    pub query: Option<&'s str>,
    /// The body.
    pub body: Option<&'s [u8]>,
}

/// An API's way of authenticating requests: a list of segments plus its headers. A [`Signer`](crate::Signer) signs with it.
///
/// The four providers of this crate implement it; so can you, for an API of your own (`examples/custom_provider.rs`).
///
/// ```
/// use countersign::random::Randomness;
/// use countersign::RequestRef;
/// use countersign::signing::{AuthHeaders, Encoding, MacKey, Segment, SignedText, Source};
/// use countersign::time::Clock;
/// use countersign::{Error, Scheme, Signer};
/// use http::HeaderName;
///
/// /// HMAC-SHA256 of the body, in hex.
/// #[derive(Clone)]
/// struct Acme(MacKey);
///
/// impl Scheme for Acme {
///     /// What is drawn for each request: nothing.
///     type Stamp = ();
///
///     fn name(&self) -> &str {
///         "acme"
///     }
///
///     fn stamp(&self, _: &RequestRef<'_>, _: &dyn Clock, _: &dyn Randomness) -> Result<(), Error> {
///         Ok(())
///     }
///
///     fn mac(&self) -> Option<&MacKey> {
///         Some(&self.0)
///     }
///
///     fn signed_text(&self, request: &RequestRef<'_>, (): &(), text: &mut SignedText<'_>) -> Result<(), Error> {
///         text.push(Segment::public("body", request.body()?).with_source(Source::Body));
///         Ok(())
///     }
///
///     fn headers(&self, (): &(), headers: &mut AuthHeaders<'_>) {
///         headers.set_signature(HeaderName::from_static("x-acme-signature"));
///     }
/// }
///
/// let key = MacKey::hmac_sha256(b"as Acme issued it", Encoding::HexLower)?;
/// let acme = Signer::of(Acme(key), ["https://api.acme.example"])?;
/// let mut request = http::Request::post("https://api.acme.example/pay").body("{}")?;
/// acme.sign_http(&mut request)?;
/// assert!(request.headers().contains_key("x-acme-signature"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how a provider signs",
    note = "implement `countersign::Scheme`, as `examples/custom_provider.rs` does"
)]
pub trait Scheme: Clone + Send + Sync + 'static {
    /// What is drawn anew for each attempt: a timestamp, a nonce, a transaction id; `()` for nothing.
    type Stamp: Send + Sync;

    /// A short lower-case name for errors, logs and tools.
    fn name(&self) -> &str;

    /// Draws the stamp from `clock` and `randomness`, and refuses requests that the provider would not accept.
    ///
    /// # Errors
    /// Why this request cannot be signed. It is then not sent.
    fn stamp(
        &self,
        request: &RequestRef<'_>,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
    ) -> Result<Self::Stamp, Error>;

    /// The key state that the MAC starts from; `None` if requests carry a plain API key and no MAC.
    fn mac(&self) -> Option<&MacKey>;

    /// States the signed text, segment by segment, in order. Nothing else states it.
    ///
    /// # Errors
    /// If a segment is not available, e.g. the body of a stream.
    fn signed_text(
        &self,
        request: &RequestRef<'_>,
        stamp: &Self::Stamp,
        text: &mut SignedText<'_>,
    ) -> Result<(), Error>;

    /// The signature of a request, by [`mac`](Self::mac) and [`signed_text`](Self::signed_text); `None` without a MAC.
    ///
    /// # Errors
    /// As [`signed_text`](Self::signed_text).
    #[inline]
    fn signature(&self, request: &RequestRef<'_>, stamp: &Self::Stamp) -> Result<Option<Signature>, Error> {
        let Some(key) = self.mac() else { return Ok(None) };
        let mut mac = key.start();
        mac.text(|text| self.signed_text(request, stamp, text))?;
        Ok(Some(mac.finish()))
    }

    /// Signs a request that is about to be sent. A scheme that also writes the query or body keeps these in the stamp.
    /// Default: the [`signature`](Self::signature).
    ///
    /// # Errors
    /// As [`signature`](Self::signature).
    #[inline]
    fn sign(&self, request: &RequestRef<'_>, stamp: &mut Self::Stamp) -> Result<Option<Signature>, Error> {
        self.signature(request, stamp)
    }

    /// What is sent in place of the query and body of a signed request. Default: both stay as they are.
    fn rewritten<'s>(&self, _stamp: &'s Self::Stamp) -> Rewritten<'s> {
        Rewritten::default()
    }

    /// Writes the headers. Cannot fail: all that can fail comes before, so a request is changed wholly or not at all.
    fn headers(&self, stamp: &Self::Stamp, headers: &mut AuthHeaders<'_>);

    /// The query to send in place of `query`, if clients and servers of this API read some of its characters in more
    /// ways than one. Default: `None`, the query is sent as it is. The rewritten query goes into the URL before
    /// anything is signed: see [`Signer::prepare_url`](crate::Signer::prepare_url).
    fn query_to_send(&self, _query: &str) -> Option<String> {
        None
    }

    /// Waits for the turn of a call to `url`, before it is signed. The permit is dropped once the body of the reply was
    /// read to its end or dropped, or the call has failed. Default: does not wait.
    ///
    /// # Errors
    /// Why the call is not made. Nothing was sent.
    #[must_use]
    fn admit(
        _signer: &Signer<Self>,
        _url: &Url,
    ) -> impl Future<Output = Result<Option<Permit>, Error>> + Send {
        std::future::ready(Ok(None))
    }

    /// Judges a reply before the caller sees it. Default: it is handed on as it is.
    ///
    /// # Errors
    /// Why the reply is not handed on; transport errors as `reqwest_middleware::Error::Reqwest`.
    #[cfg(feature = "middleware")]
    fn judge(
        _signer: &Signer<Self>,
        _sent: Sent<Self>,
        response: reqwest::Response,
    ) -> impl Future<Output = reqwest_middleware::Result<reqwest::Response>> + Send {
        std::future::ready(Ok(response))
    }

    /// Whether a redirect that was judged may be followed. Default: yes.
    #[cfg(feature = "middleware")]
    #[must_use]
    fn may_follow(_redirect: &reqwest::Response) -> bool {
        true
    }
}
