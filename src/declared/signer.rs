//! The signer of a declared provider.

use http::Request;

use super::evaluate::Placed;
use super::fault::{Kind, fault};
use super::scheme::{Scheme, Stamps};
use super::{Declaration, Result};
use crate::error::Error;
use crate::random::Randomness;
use crate::signing::{AuthHeaders, MacKey, RequestRef, Signature, SignedText};
use crate::time::Clock;
use crate::{Rewritten, Signer};

/// Signs the requests of a declared provider, and verifies replies if its file has `[reply]`.
///
/// ```no_run
/// # fn client(client: reqwest::Client) -> Result<(), countersign::Error> {
/// use countersign::declared::Declared;
///
/// let paytrail = Declared::from_toml(include_str!("../../declarations/paytrail.toml"))?.from_env()?;
/// let client = reqwest_middleware::ClientBuilder::new(client).with(paytrail).build();
/// # Ok(()) }
/// ```
pub type Declared = Signer<Scheme>;

/// For a provider from a file: `declared::Declared`.
impl Declared {
    /// Reads a file: see [`Declaration::from_toml`].
    ///
    /// # Errors
    /// As [`Declaration::from_toml`].
    pub fn from_toml(text: &str) -> Result<Declaration> {
        Declaration::from_toml(text)
    }

    /// Refuses replies longer than `bytes`, counted after decompression, if replies are verified. Default: 10 MiB.
    #[must_use]
    pub fn reply_limit(self, bytes: usize) -> Self {
        self.with_scheme(|scheme| scheme.reply_limit = bytes)
    }
}

/// The stamps of a request and, once it is signed, all that is placed in it.
#[derive(Debug)]
pub struct Stamp {
    pub(super) stamps: Stamps,
    placed: Option<Placed>,
    /// The request, kept if its reply is verified.
    pub(super) sent: Option<Box<Request<Vec<u8>>>>,
}

/// Copies a request before it is signed, so that its reply can be verified with it.
fn copy(request: &RequestRef<'_>) -> Result<Request<Vec<u8>>> {
    let copy = Request::builder().method(request.method()).uri(request.url_as_sent());
    let copy = copy.body(request.body().unwrap_or_default().to_vec());
    let mut copy = copy.map_err(|_| fault(Kind::Unwritable, "url"))?;
    *copy.headers_mut() = request.headers().clone();
    Ok(copy)
}

impl From<Stamps> for Stamp {
    fn from(stamps: Stamps) -> Self {
        Self { stamps, placed: None, sent: None }
    }
}

impl crate::Scheme for Scheme {
    type Stamp = Stamp;

    fn name(&self) -> &str {
        self.declaration().name()
    }

    fn stamp(&self, _: &RequestRef<'_>, clock: &dyn Clock, randomness: &dyn Randomness) -> Result<Stamp> {
        self.draw(clock, randomness).map(Into::into)
    }

    fn mac(&self) -> Option<&MacKey> {
        self.prepared_key()
    }

    fn signed_text(&self, request: &RequestRef<'_>, stamp: &Stamp, text: &mut SignedText<'_>) -> Result {
        self.state(request, &stamp.stamps, text)
    }

    fn signature(&self, request: &RequestRef<'_>, stamp: &Stamp) -> Result<Option<Signature>> {
        self.place(request, &stamp.stamps).map(|(_, signature)| Some(signature))
    }

    fn sign(&self, request: &RequestRef<'_>, stamp: &mut Stamp) -> Result<Option<Signature>> {
        let (placed, signature) = self.place(request, &stamp.stamps)?;
        stamp.placed = Some(placed);
        let signs_replies = self.declaration().signs_replies();
        stamp.sent = signs_replies.then(|| copy(request).map(Box::new)).transpose()?;
        Ok(Some(signature))
    }

    fn headers(&self, stamp: &Stamp, headers: &mut AuthHeaders<'_>) {
        for (name, value) in stamp.placed.iter().flat_map(|placed| &placed.headers) {
            if value.is_sensitive() {
                headers.set(name.clone(), value.clone());
            } else {
                headers.set_public(name.clone(), value.clone());
            }
        }
    }

    fn rewritten<'s>(&self, stamp: &'s Stamp) -> Rewritten<'s> {
        let placed = stamp.placed.as_ref();
        Rewritten {
            query: placed.and_then(|placed| placed.query.as_deref()),
            body: placed.and_then(|placed| placed.body.as_deref()),
        }
    }

    #[cfg(feature = "middleware")]
    fn judge(
        signer: &Declared,
        sent: crate::Sent<Self>,
        response: reqwest::Response,
    ) -> impl Future<Output = reqwest_middleware::Result<reqwest::Response>> + Send {
        super::reply::judge(signer, sent, response)
    }
}

impl crate::explain::Explained for Scheme {
    fn mac_of(&self, request: &RequestRef<'_>, stamp: &Stamp) -> Result<Option<MacKey>, Error> {
        self.sending(request, &stamp.stamps)?.signature_key().map(Some)
    }

    fn key_text(&self, request: &RequestRef<'_>, stamp: &Stamp, key: &mut SignedText<'_>) {
        // A key that cannot be made is not stated; making the signature has already failed.
        let _ = self.sending(request, &stamp.stamps).and_then(|mut context| context.state_key(key));
    }
}
