//! A declaration with its credentials, which signs and verifies.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, Request, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};

use super::Declaration;
use super::Result;
use super::evaluate::{Context, Inputs, Placed, Prepared, prepare};
use super::fault::{Kind, fault};
use super::formula::Formula;
use super::receive::Claim;
use crate::field;
use crate::random::Randomness;
use crate::signing::{MacKey, RequestRef, Signature, SignedText};
use crate::time::Clock;

/// A declared scheme with its credentials. Cheap to clone; clones share the counters of `rising` stamps.
#[derive(Clone)]
pub struct Scheme {
    declaration: Declaration,
    bound: Arc<Bound>,
    pub(super) reply_limit: usize,
}

struct Bound {
    credentials: Vec<SecretString>,
    prepared: Prepared,
    prepared_reply: Option<Prepared>,
}

/// The stamps of one message, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamps(pub(super) Vec<Box<str>>);

/// A request that was sent and the status of the reply to it, for [`Scheme::verify_reply`].
#[derive(Clone, Copy, Debug)]
pub struct Sent<'c> {
    /// The request, as it was before it was signed.
    pub request: &'c RequestRef<'c>,
    /// The stamps of the request.
    pub stamps: &'c Stamps,
    /// The status of the reply.
    pub status: StatusCode,
}

impl Declaration {
    /// Reads what is placed in a message.
    ///
    /// # Errors
    /// `declared-missing`, `declared-duplicate`, `declared-malformed` or `declared-not-covered`, with the name of the place.
    pub fn read(&self, message: &RequestRef<'_>) -> Result<Claim<'_>> {
        Claim::read(self, &self.0.formula, message)
    }

    fn reply_formula(&self) -> Option<&Formula> {
        self.0.reply.as_ref().map(|reply| reply.formula(&self.0.formula))
    }
}

impl Scheme {
    pub(super) fn new(declaration: Declaration, credentials: Vec<SecretString>) -> Result<Self> {
        let names = &declaration.0.names;
        for ((name, _), value) in names.credentials.iter().zip(&credentials) {
            field::check(name.to_string(), value.expose_secret())?;
        }
        let prepare = |formula| prepare(names, formula, &credentials);
        let prepared = prepare(&declaration.0.formula)?;
        let prepared_reply = declaration.reply_formula().map(prepare).transpose()?;
        Ok(Self {
            bound: Arc::new(Bound { credentials, prepared, prepared_reply }),
            declaration,
            reply_limit: 10 << 20,
        })
    }

    /// This scheme with the credentials of `new`.
    #[cfg(feature = "rotation")]
    pub(super) fn renewed(&self, new: &Self) -> Self {
        Self { bound: Arc::clone(&new.bound), ..self.clone() }
    }

    /// The declaration.
    #[must_use]
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// Draws the stamps of a message, from one reading of the clock.
    ///
    /// # Errors
    /// `clock-out-of-range` and `randomness-unavailable`.
    pub fn draw(&self, clock: &dyn Clock, randomness: &dyn Randomness) -> Result<Stamps> {
        let (stamps, now) = (self.declaration.0.names.stamps.iter(), clock.now());
        let drawn = stamps.map(|stamp| stamp.format.draw(now, randomness).map(Into::into));
        drawn.collect::<Result<_>>().map(Stamps)
    }

    /// Takes the given stamps, by name, to reproduce a known case. Never send a stamp twice.
    ///
    /// # Errors
    /// `declared-stamp`, for a stamp that is not given, given twice, or not in the file.
    pub fn given_stamps<'s>(&self, given: impl IntoIterator<Item = (&'s str, &'s str)>) -> Result<Stamps> {
        let stamps = &self.declaration.0.names.stamps;
        let mut found: Vec<Option<Box<str>>> = vec![None; stamps.len()];
        for (name, text) in given {
            let place =
                stamps.iter().zip(&mut found).find(|(stamp, _)| *stamp.name == *name).map(|(_, place)| place);
            let place = place.filter(|place| place.is_none()).ok_or_else(|| fault(Kind::Stamp, name))?;
            *place = Some(text.into());
        }
        let stamps = found.into_iter().zip(stamps);
        let stamps = stamps.map(|(text, stamp)| text.ok_or_else(|| fault(Kind::Stamp, stamp.name.clone())));
        stamps.collect::<Result<_>>().map(Stamps)
    }

    /// States the signed text of a message that is about to be sent.
    ///
    /// # Errors
    /// `stream-body`, where the body is signed; and those of [`Scheme::place`].
    pub fn state(&self, message: &RequestRef<'_>, stamps: &Stamps, text: &mut SignedText<'_>) -> Result {
        self.sending(message, stamps)?.state_signature(text)
    }

    /// States the signed text of a message that was received.
    ///
    /// # Errors
    /// As [`Scheme::state`].
    pub fn state_received(
        &self,
        claim: &Claim<'_>,
        message: &RequestRef<'_>,
        text: &mut SignedText<'_>,
    ) -> Result {
        self.received(claim, message)?.state_signature(text)
    }

    /// The key of the signature, if it is the same for each message.
    pub(super) fn prepared_key(&self) -> Option<&MacKey> {
        self.bound.prepared.keys.get(self.declaration.0.formula.signature)?.as_ref()
    }

    /// A message that is about to be sent.
    pub(super) fn sending<'c>(
        &'c self,
        message: &'c RequestRef<'c>,
        stamps: &'c Stamps,
    ) -> Result<Context<'c>> {
        Context::new(self.inputs(stamps), message)
    }

    /// A message that was received.
    pub(super) fn received<'c>(
        &'c self,
        claim: &'c Claim<'_>,
        message: &'c RequestRef<'c>,
    ) -> Result<Context<'c>> {
        Context::new(Inputs { reading: Some(claim), ..self.inputs(&claim.stamps) }, message)
    }

    /// The secrets, by name.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        let names = self.declaration.credentials().zip(&self.bound.credentials);
        names.filter(|((_, is_secret), _)| *is_secret).map(|((name, _), value)| (name, value))
    }

    /// Signs a message, and makes everything that is placed in it. The message itself is unchanged.
    ///
    /// # Errors
    /// `stream-body`, where the body is signed; a code that begins with `declared-`, where the message cannot be signed.
    pub fn place(&self, message: &RequestRef<'_>, stamps: &Stamps) -> Result<(Placed, Signature)> {
        place(self.sending(message, stamps)?)
    }

    /// Signs the reply to a request, for programs that play the server. `reply` has the method and URL of the request,
    /// and the headers and body of the reply.
    ///
    /// # Errors
    /// As [`Scheme::place`]; `declared-no-reply`, where the file declares no reply.
    pub fn place_reply(
        &self,
        sent: &Sent<'_>,
        reply: &RequestRef<'_>,
        stamps: &Stamps,
    ) -> Result<(Placed, Signature)> {
        let request = self.sending(sent.request, sent.stamps)?;
        place(Context::new(self.inputs_of_reply(sent, &request, stamps)?, reply)?)
    }

    /// Signs a message in place. On an error it is unchanged.
    ///
    /// # Errors
    /// As [`Scheme::place`] and [`RequestRef::from_http`].
    pub fn sign_http(&self, message: &mut Request<Vec<u8>>, stamps: &Stamps) -> Result {
        let (placed, _) = self.place(&RequestRef::from_http(message)?, stamps)?;
        placed.apply(message)
    }

    /// Checks that these credentials would have made this very message.
    ///
    /// # Errors
    /// `declared-id-unknown`, where the message names somebody else's id; `declared-value-mismatch`,
    /// `declared-signature-mismatch`.
    pub fn confirm(&self, claim: &Claim<'_>, message: &RequestRef<'_>) -> Result {
        self.confirm_by(self.inputs(&claim.stamps), claim, message)
    }

    fn confirm_by(&self, inputs: Inputs<'_>, claim: &Claim<'_>, message: &RequestRef<'_>) -> Result {
        let names = &self.declaration.0.names.credentials;
        let ours = |index: usize| self.bound.credentials.get(index).map(SecretString::expose_secret);
        if let Some((index, _)) = claim.ids.iter().find(|(index, id)| ours(*index) != Some(id)) {
            return Err(fault(Kind::UnknownId, names.get(*index).map_or("", |(name, _)| name)));
        }
        let inputs = Inputs { reading: Some(claim), ..inputs };
        let mut context = Context::new(inputs, message)?;
        context.sign()?;
        claim.compare(&context)
    }

    /// Reads and confirms a message.
    ///
    /// # Errors
    /// As [`Declaration::read`] and [`Scheme::confirm`].
    pub fn verify(&self, message: &RequestRef<'_>) -> Result<Claim<'_>> {
        let claim = self.declaration.read(message)?;
        self.confirm(&claim, message).map(|()| claim)
    }

    /// Reads and confirms the reply to a request. `reply` has the method and URL of the request, and the headers and
    /// body of the reply.
    ///
    /// # Errors
    /// As [`Scheme::verify`]; `declared-reflected`, for our own request sent back; `declared-no-reply`, where the file
    /// declares no reply.
    pub fn verify_reply(&self, sent: &Sent<'_>, reply: &RequestRef<'_>) -> Result<Claim<'_>> {
        let formula = self.declaration.reply_formula().ok_or_else(|| fault(Kind::NoReply, "reply"))?;
        let claim = Claim::read(&self.declaration, formula, reply)?;
        let mut request = self.sending(sent.request, sent.stamps)?;
        // A copy of our own request proves nothing.
        let ours = request.sign()?.expose_text();
        if claim.signatures().any(|received| received.eq_ignore_ascii_case(ours.as_bytes())) {
            return Err(fault(Kind::Reflected, "signature"));
        }
        self.confirm_by(self.inputs_of_reply(sent, &request, &claim.stamps)?, &claim, reply).map(|()| claim)
    }

    pub(super) fn inputs<'c>(&'c self, stamps: &'c Stamps) -> Inputs<'c> {
        let (names, formula) = (&self.declaration.0.names, &self.declaration.0.formula);
        let Bound { credentials, prepared, .. } = &*self.bound;
        Inputs { names, formula, prepared, credentials, stamps: &stamps.0, reading: None, reply_to: None }
    }

    pub(super) fn inputs_of_reply<'c>(
        &'c self,
        sent: &Sent<'_>,
        request: &'c Context<'c>,
        stamps: &'c Stamps,
    ) -> Result<Inputs<'c>> {
        let declared = self.declaration.reply_formula().zip(self.bound.prepared_reply.as_ref());
        let (formula, prepared) = declared.ok_or_else(|| fault(Kind::NoReply, "reply"))?;
        Ok(Inputs {
            formula,
            prepared,
            reply_to: Some((sent.status.as_u16(), request)),
            ..self.inputs(stamps)
        })
    }
}

fn place(mut context: Context<'_>) -> Result<(Placed, Signature)> {
    let signature = context.sign()?;
    Ok((context.place()?, signature))
}

impl Placed {
    /// Writes what is placed into a message.
    ///
    /// # Errors
    /// `declared-unwritable`, where the query does not fit into a URL.
    pub fn apply(self, message: &mut Request<Vec<u8>>) -> Result {
        if let Some(query) = self.query {
            let uri = message.uri().to_string();
            let uri = format!("{}?{query}", uri.split('?').next().unwrap_or_default());
            *message.uri_mut() = uri.parse().map_err(|_| fault(Kind::Unwritable, "query"))?;
        }
        if let Some(body) = self.body {
            *message.body_mut() = body;
        }
        for (name, mut value) in self.headers {
            value.set_sensitive(true);
            message.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

impl<'c> Sent<'c> {
    /// The reply as a message, with the method and URL of the request.
    #[must_use]
    pub fn reply(&self, headers: &'c HeaderMap, body: &'c [u8]) -> RequestRef<'c> {
        let request = self.request;
        let reply = RequestRef::new(request.method(), request.url(), headers, request.extensions(), body);
        reply.as_received(request.url_as_sent())
    }
}

impl Stamps {
    /// The texts, in the order of the file.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|text| &**text)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme").field("declaration", &self.declaration).finish_non_exhaustive()
    }
}
