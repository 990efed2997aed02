//! Verifies webhooks of declared providers.
//!
//! ```
//! use countersign::declared::{Declaration, webhook::testing};
//! use std::time::SystemTime;
//!
//! let stripe = Declaration::from_toml(include_str!("../../declarations/stripe.toml"))?;
//! let key = || stripe.with_credentials(|_| Some("whsec_an_example_secret".into()));
//! let verifier = stripe.webhooks("https://hooks.example.com")?.key(&key()?)?.build();
//!
//! let now = SystemTime::now();
//! let delivery = http::Request::post("https://hooks.example.com/stripe").body(b"{}".to_vec())?;
//! let (parts, body) = testing::sign(&key()?, delivery, now)?.into_parts();
//! let event = verifier.verify(&parts, &body, now)?;
//! assert_eq!((&**event, event.provider()), (&b"{}"[..], "stripe"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Deliveries of all declared providers have one type. A handler that serves several providers asks
//! [`Verified::provider`](crate::webhook::Verified::provider).

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::fault::{Declared as DeclaredFault, Kind, fault};
use super::formula::{Expr, Part, Place, Source};
use super::{Claim, Declaration, Declared, Result, Webhook, scheme};
use crate::error::Error;
use crate::signing::{Encoding, MacKey, RequestRef, SignedText};
use crate::webhook::{self, Delivery, DeliveryFault, Freshness, PublicOrigin, Received, Times, Window};

/// Verifies the webhooks of a declared provider.
pub type Verifier = webhook::Verifier<Scheme>;

/// A value from a declared provider whose signature was verified.
pub type Verified<T> = webhook::Verified<Scheme, T>;

/// The credentials that deliveries may be signed with: usually one set, or two while a secret is exchanged.
pub type Keys = webhook::Keys<Scheme>;

/// A declared provider's way of signing webhooks.
#[derive(Clone, Debug)]
pub struct Scheme(Declaration);

/// What a delivery says about itself, and the parts of it that may be signed.
#[derive(Debug)]
pub struct Stated<'r> {
    claim: Claim<'r>,
    method: &'r Method,
    url: Url,
    received: String,
    headers: &'r HeaderMap,
    extensions: &'r http::Extensions,
}

impl Declaration {
    /// A verifier without keys, for deliveries to `public_origin`: `https://host[:port][/prefix]`, as the sender knows
    /// this service. `/prefix` is the part of the path that a proxy takes off. The window of the verifier is the
    /// `tolerance` of the file.
    ///
    /// # Errors
    /// `invalid-public-origin`; `declared-no-webhook`, where the file declares no webhooks.
    pub fn webhooks(&self, public_origin: &str) -> Result<webhook::Builder<Scheme>> {
        let named = |error: Error| error.in_provider(self.name().to_owned());
        let declared = self.webhook().ok_or_else(|| named(fault(Kind::NoWebhook, "webhook")))?;
        let builder =
            webhook::Builder::new(Scheme(self.clone()), Some(PublicOrigin::new(public_origin, "declared")?));
        Ok(match declared {
            Webhook::Tolerance(past) => builder.window(Window::new(past, Duration::from_secs(60))),
            Webhook::Remember(_) => builder,
        })
    }
}

/// For a provider from a file: made by `Declaration::webhooks`.
impl webhook::Builder<Scheme> {
    /// Accepts deliveries that are signed with these credentials.
    ///
    /// # Errors
    /// `webhook-key-too-short`, when a secret has fewer than 16 bytes.
    pub fn key(mut self, credentials: &Declared) -> Result<Self> {
        self.keys = self.keys.with(credentials)?;
        Ok(self)
    }

    /// As [`key`](Self::key), but also accepts secrets of fewer than 16 bytes. Whoever has recorded one delivery may
    /// find such a secret by trying, and can then sign anything.
    ///
    /// # Errors
    /// None so far.
    pub fn dangerous_short_key(mut self, credentials: &Declared) -> Result<Self> {
        self.keys = self.keys.dangerous_short_key(credentials)?;
        Ok(self)
    }
}

/// For a provider from a file: `declared::webhook::Keys`.
impl Keys {
    /// Adds credentials.
    ///
    /// # Errors
    /// As [`Builder::key`](webhook::Builder::key).
    pub fn with(self, credentials: &Declared) -> Result<Self> {
        for (name, secret) in credentials.scheme().secrets() {
            webhook::check_key(name.to_owned(), secret)?;
        }
        self.dangerous_short_key(credentials)
    }

    /// Adds credentials whose secrets have any length: see
    /// [`Builder::dangerous_short_key`](webhook::Builder::dangerous_short_key).
    ///
    /// # Errors
    /// None so far.
    pub fn dangerous_short_key(self, credentials: &Declared) -> Result<Self> {
        self.add(None, (*credentials.scheme()).clone())
    }
}

impl Stated<'_> {
    fn message<'m>(&'m self, body: &'m [u8]) -> RequestRef<'m> {
        RequestRef::new(self.method, &self.url, self.headers, self.extensions, body)
            .as_received(&self.received)
    }
}

impl webhook::Steps for Scheme {
    const NAME: &'static str = "declared";
    const AFTER_MISMATCH: &'static str =
        "Check the secret, then the public origin, and whether something in between changes what is signed.";
    type Key = scheme::Scheme;
    type Stated<'r> = Stated<'r>;

    fn name(&self) -> &str {
        self.0.name()
    }

    fn covers_url(&self) -> bool {
        let is_of_url = |one: &Expr| matches!(one, Expr::Name(_, Source::Part(part)) if !matches!(part, Part::Method | Part::Body));
        self.0.0.formula.steps.iter().any(|step| step.value.all().into_iter().any(is_of_url))
    }

    fn reads_body(&self) -> bool {
        let is_in_body = |place: &Place| matches!(place, Place::Form(_) | Place::Json(_));
        self.0.0.formula.read().any(|one| is_in_body(&one.place))
    }

    fn read<'r>(&'r self, delivery: &Delivery<'r>) -> Result<webhook::Claim<'r, Stated<'r>>, DeliveryFault> {
        let received = delivery.url().ok_or(DeliveryFault::TargetNotNormalised)?;
        let url = Url::parse(&received).map_err(|_| DeliveryFault::TargetNotNormalised)?;
        let (method, headers, extensions) = (delivery.method(), delivery.headers(), delivery.extensions());
        let message = RequestRef::new(method, &url, headers, extensions, delivery.body().unwrap_or_default());
        let claim = self.0.read(&message.as_received(&received)).map_err(refused)?;
        let freshness = match self.0.webhook() {
            Some(Webhook::Remember(span)) => Freshness::Remembered(span),
            _ => Freshness::Timed(
                times(&claim).ok_or(DeliveryFault::TimeMalformed { name: "the time".into() })?,
            ),
        };
        let text = claim.signatures().next().unwrap_or_default().to_vec();
        let signature = Received { text: Cow::Owned(text), digest: None };
        let stated = Stated { claim, method, url, received, headers, extensions };
        Ok(webhook::Claim { signature, key_id: None, freshness, stated })
    }

    fn has_form(_: &Received<'_>) -> bool {
        true
    }

    fn mac<'k>(stated: &Stated<'_>, key: &'k scheme::Scheme) -> Cow<'k, MacKey> {
        if let Some(key) = key.prepared_key() {
            return Cow::Borrowed(key);
        }
        let message = stated.message(&[]);
        let made = key.received(&stated.claim, &message).and_then(|mut context| context.signature_key());
        Cow::Owned(made.unwrap_or_else(|_| MacKey::sha256(Encoding::HexLower)))
    }

    fn state_key(stated: &Stated<'_>, key: &scheme::Scheme, text: &mut SignedText<'_>) {
        // A key that cannot be made is not stated; judging the delivery has told why.
        let message = stated.message(&[]);
        let _ = key.received(&stated.claim, &message).and_then(|mut context| context.state_key(text));
    }

    fn state(stated: &Stated<'_>, key: &scheme::Scheme, body: &[u8], text: &mut SignedText<'_>) {
        let _ = key.state_received(&stated.claim, &stated.message(body), text);
    }

    /// The identity is the signed text, which stays the same if unsigned parts of a delivery change.
    fn judge(
        _: &Received<'_>,
        stated: &Stated<'_>,
        key: &scheme::Scheme,
        body: &[u8],
    ) -> Result<[u8; 32], DeliveryFault> {
        let message = stated.message(body);
        key.confirm(&stated.claim, &message).map_err(refused)?;
        let mut identity = Sha256::new_with_prefix(key.declaration().name()).chain_update([0]);
        let mut take = |segment: crate::signing::Segment<'_>| {
            identity.update(segment.public_bytes().unwrap_or_default());
        };
        key.state_received(&stated.claim, &message, &mut SignedText::new(&mut take)).map_err(refused)?;
        Ok(identity.finalize().into())
    }
}

fn refused(error: Error) -> DeliveryFault {
    let Some(DeclaredFault { kind, word, .. }) = error.fault() else { return DeliveryFault::TextUnmakeable };
    let name = word.to_string();
    match kind {
        Kind::Missing => DeliveryFault::ValueMissing { name },
        Kind::Duplicate => DeliveryFault::ValueDuplicate { name },
        Kind::Illegible => DeliveryFault::ValueMalformed { name },
        Kind::Mismatch => DeliveryFault::ValueMismatch { name },
        Kind::NotCovered => DeliveryFault::NotCovered { name: name.into() },
        Kind::UnknownId | Kind::WrongSignature => DeliveryFault::SignatureMismatch,
        _ => DeliveryFault::TextUnmakeable,
    }
}

/// When a delivery was made, by the earliest of its times, and when it expires.
fn times(claim: &Claim<'_>) -> Option<Times> {
    let millis = |time: SystemTime| i64::try_from(crate::time::unix_nanos(time).div_euclid(1_000_000)).ok();
    let times = claim.times().into_iter().collect::<Option<Vec<_>>>()?;
    let moments = times.iter().filter(|(_, life)| life.is_none());
    let created =
        moments.map(|(time, _)| *time).min().or_else(|| times.iter().map(|(time, _)| *time).min())?;
    let ends = times.iter().filter_map(|(time, life)| life.and_then(|life| time.checked_add(life)));
    let expires = ends.min().map(millis);
    Some(Times::in_milliseconds(millis(created)?, expires.map_or(Some(None), |end| end.map(Some))?))
}

pub mod testing {
    //! Signed deliveries for your tests, so that nobody turns verification off there.

    use super::*;
    use crate::random::OsRandomness;

    /// A delivery as the declared provider sends it at `signed_at`: the request, with all that the file places in it.
    ///
    /// # Errors
    /// As [`Scheme::place`](scheme::Scheme::place), and `url-not-absolute`.
    pub fn sign(
        credentials: &Declared,
        mut request: http::Request<Vec<u8>>,
        signed_at: SystemTime,
    ) -> Result<http::Request<Vec<u8>>> {
        let scheme = credentials.scheme();
        let stamps = scheme.draw(&move || signed_at, &OsRandomness)?;
        scheme.sign_http(&mut request, &stamps).map(|()| request)
    }
}
