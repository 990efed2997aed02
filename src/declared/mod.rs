//! Providers that a TOML file declares.
//!
//! A [`Declaration`] is read from TOML, checked and compiled once. With credentials it becomes a [`Declared`], a signer
//! like those of the built-in providers. Its [`Scheme`] verifies messages, and states the signed text segment by
//! segment.
//!
//! ```
//! use countersign::declared::Declaration;
//! use countersign::RequestRef;
//!
//! let file = r#"
//!     name = "acme"
//!     origins = ["https://api.acme.example"]
//!
//!     [credentials]
//!     account = "id"
//!     secret = "secret"       # from ACME_ACCOUNT and ACME_SECRET
//!
//!     [stamp]
//!     time = "unix"
//!
//!     [let]
//!     signature = { text = "{time}.{method}.{url}.{body}", mac = "sha256", as = "hex" }
//!
//!     [send.header]
//!     x-account = "{account}"
//!     x-signature = { text = ["t={time}", "v1={signature}"], join = "," }
//! "#;
//! let declaration = Declaration::from_toml(file)?;
//! let signer = declaration.with_credentials(|name| Some(format!("the {name}").into()))?;
//!
//! let mut request = http::Request::post("https://api.acme.example/pay").body(b"{}".to_vec())?;
//! signer.sign_http(&mut request)?;
//!
//! let scheme = signer.scheme();
//! let claim = scheme.verify(&RequestRef::from_http(&request)?)?;
//! assert!(claim.ids().eq([("account", "the account")]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The format of the files follows; `declarations/` has files that teach it.
//!
#![doc = include_str!("../../docs/declarations.md")]

mod check;
mod compile;
mod document;
mod evaluate;
mod fault;
mod formula;
#[cfg(feature = "diagnose")]
pub mod infer;
mod list;
mod message;
mod receive;
#[cfg(feature = "middleware")]
mod reply;
mod scheme;
mod signer;
mod template;
mod vectors;
#[cfg(feature = "webhook")]
pub mod webhook;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::FixedOffset;
use secrecy::SecretString;

pub use evaluate::Placed;
pub(crate) use fault::WARNINGS;
pub use fault::Warning;
pub use receive::Claim;
#[cfg(feature = "middleware")]
pub use reply::VerifiedReply;
pub use scheme::{Scheme, Sent, Stamps};
pub use signer::{Declared, Stamp};
pub use vectors::{Outcome, Report, Vector};

use self::document::{Document, Node, Table, Word};
use self::fault::Kind;
use self::formula::{Formula, NamedStamp, Names};
use crate::env::{self, Variables};
use crate::error::{Code, Error};
use crate::scope::Scope;
use crate::signing::stamp::{self, Format};

pub(crate) const CODES: [&[(Code, &str)]; 1] = [Kind::CODES];

type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Names that a file cannot take: those of the built-in providers.
const RESERVED: [&str; 4] = ["netvisor", "netgiro", "unleashed", "vizion"];

const LONGEST_NAME: usize = 40;

/// A scheme as a file declares it, without credentials. Cheap to clone.
#[derive(Clone)]
pub struct Declaration(Arc<Compiled>);

struct Compiled {
    name: Box<str>,
    scope: Scope,
    names: Names,
    formula: Formula,
    reply: Option<Reply>,
    webhook: Option<Webhook>,
    vectors: Vec<Vector>,
    warnings: Vec<Warning>,
}

/// How replies are signed.
enum Reply {
    /// As requests are signed, with the headers and body of the reply.
    Same,
    Own(Formula),
}

impl Reply {
    fn formula<'f>(&'f self, of_request: &'f Formula) -> &'f Formula {
        match self {
            Self::Same => of_request,
            Self::Own(formula) => formula,
        }
    }
}

/// How fresh webhooks are told from old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Webhook {
    /// By the signed time, which may be this far from ours.
    Tolerance(Duration),
    /// By a replay store alone, which remembers webhooks for this long.
    Remember(Duration),
}

impl Declaration {
    /// Reads a file. The file is not trusted: it cannot name other files, nor variables that do not begin with its own
    /// name, and credentials go to its own origins only.
    ///
    /// # Errors
    /// A code that begins with `declaration-`, or `invalid-origin` or `plain-http`, for the first mistake: the message
    /// has the line, the word, and what was expected.
    pub fn from_toml(text: &str) -> Result<Self> {
        let document = Document::new(text);
        let root = document::parse(text)?;
        let mut root = document.table(Word { text: "file", at: 0 }, root.get_ref());
        let (name, origins) = (root.text("name")?, root.texts("origins")?.unwrap_or_default());
        let (credentials, stamps) = (root.table("credentials")?, root.table("stamp")?);
        let (steps, send) = (root.table("let")?, root.table("send")?);
        let (replies, webhooks, vectors) =
            (root.table("reply")?, root.table("webhook")?, root.take("vector"));
        // Before the tables are read: otherwise a misspelled table shows up only as missing names.
        root.finish()?;
        let name = root.required("name", name)?;
        let scope = scope(document, origins)?;
        let names = names(root.required("credentials", credentials)?, stamps)?;
        let formula = compile::formula(&names, root.required("let", steps)?, send, false)?;
        let mut warnings = check::check(&formula, &names, false)?;
        let reply = replies.map(|table| reply(&names, table, &mut warnings)).transpose()?.flatten();
        let webhook = webhooks.map(|table| webhook(&names, table)).transpose()?;
        let replies = reply.as_ref().map(|reply| reply.formula(&formula));
        let vectors =
            vectors.map(|(word, node)| vectors::vectors(document, word, node, &names, (&formula, replies)));
        let compiled = Compiled {
            name: own_name(document, name)?,
            scope,
            names,
            formula,
            reply,
            webhook,
            vectors: vectors.transpose()?.unwrap_or_default(),
            warnings,
        };
        Ok(Self(Arc::new(compiled)))
    }

    /// The provider's name, as the file has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the credentials may go.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// How webhooks are verified; `None` where the file declares none.
    #[must_use]
    pub fn webhook(&self) -> Option<Webhook> {
        self.0.webhook
    }

    /// Whether replies are signed.
    #[must_use]
    pub fn signs_replies(&self) -> bool {
        self.0.reply.is_some()
    }

    /// Weak points of the declared scheme.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }

    /// The messages that prove the file.
    #[must_use]
    pub fn vectors(&self) -> &[Vector] {
        &self.0.vectors
    }

    /// The names of the credentials, and whether each is a secret.
    pub fn credentials(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.names.credentials.iter().map(|(name, is_secret)| (&**name, *is_secret))
    }

    /// The names of the stamps, in the order of the file.
    pub fn stamps(&self) -> impl Iterator<Item = &str> {
        self.0.names.stamps.iter().map(|stamp| &*stamp.name)
    }

    /// Whether it always places a header of this name, in place of a header that the request has.
    #[must_use]
    pub fn places_header(&self, name: &http::HeaderName) -> bool {
        self.0.formula.header(name).is_some()
    }

    /// The header that the signature is placed in, if it is in a header.
    #[must_use]
    pub fn signature_header(&self) -> Option<http::HeaderName> {
        let formula = &self.0.formula;
        let signed = formula.read().filter(|one| formula.holds_signature(&one.value));
        signed.map(|one| &one.place).find_map(|place| match place {
            formula::Place::Header(name) => Some(name.clone()),
            _ => None,
        })
    }

    /// Whether it places something in a form, so that the body is a form.
    #[must_use]
    pub fn places_in_form(&self) -> bool {
        self.0.formula.read().any(|one| matches!(one.place, formula::Place::Form(_)))
    }

    /// The variable that a credential is read from: the names of the file and the credential, joined by `_` and in upper case.
    #[must_use]
    pub fn variable(&self, credential: &str) -> String {
        format!("{}_{credential}", self.0.name).replace('-', "_").to_ascii_uppercase()
    }

    /// Makes a signer with credentials from the environment, e.g. `ACME_ACCOUNT`.
    ///
    /// # Errors
    /// `missing-variables`, listing all that are not set; and as [`Declaration::with_credentials`].
    pub fn from_env(&self) -> Result<Declared> {
        self.from_variables(env::process)
    }

    /// Makes a signer with credentials from variables that `lookup` finds.
    ///
    /// # Errors
    /// As [`Declaration::from_env`].
    pub fn from_variables(&self, lookup: impl Fn(&str) -> Option<String>) -> Result<Declared> {
        let mut variables = Variables::new(lookup);
        let names = self.0.names.credentials.iter();
        let values: Vec<_> = names.map(|(name, _)| variables.secret(self.variable(name))).collect();
        variables.finish()?;
        self.signer(values)
    }

    /// Takes the variables of [`Declaration::from_env`] from `rotation`, now and whenever they change. A `rising` stamp
    /// goes on from its last value.
    ///
    /// # Errors
    /// As [`Declaration::from_env`].
    #[cfg(feature = "rotation")]
    pub fn from_rotation(&self, rotation: &crate::rotation::Rotation) -> Result<Declared> {
        let declaration = self.clone();
        let read =
            move |set: &crate::rotation::CredentialSet| declaration.from_variables(|name| set.text(name));
        Declared::taken_from(rotation, read, Scheme::renewed)
    }

    /// Makes a signer with the credentials that `lookup` finds by the names of `[credentials]`.
    ///
    /// # Errors
    /// `field-empty` and the like, for a value that no provider issues; `declared-unwritable`, where a filter of the
    /// file cannot read a value.
    pub fn with_credentials(&self, lookup: impl Fn(&str) -> Option<SecretString>) -> Result<Declared> {
        let names = self.0.names.credentials.iter();
        self.signer(names.map(|(name, _)| lookup(name).unwrap_or_default()).collect())
    }

    fn signer(&self, credentials: Vec<SecretString>) -> Result<Declared> {
        Ok(Declared::new_in(Scheme::new(self.clone(), credentials)?, self.0.scope.clone()))
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Declaration").field("name", &self.0.name).finish_non_exhaustive()
    }
}

fn own_name(document: Document<'_>, word: Word<'_>) -> Result<Box<str>> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = word.text.bytes().all(is_letter)
        && word.text.starts_with(|first: char| first.is_ascii_lowercase())
        && word.text.len() <= LONGEST_NAME;
    if !is_name {
        let expected = "1 to 40 lower-case letters, digits and hyphens, the first a letter";
        return Err(document.refuse(Kind::FileName, word, expected));
    }
    if RESERVED.contains(&word.text) {
        return Err(document.refuse(
            Kind::FileName,
            word,
            "the name is taken by a provider that is built in",
        ));
    }
    Ok(word.text.into())
}

fn scope(document: Document<'_>, origins: Vec<Word<'_>>) -> Result<Scope> {
    let mut scope = Scope::new([])?;
    for word in origins {
        scope.allow(word.text).map_err(|error| {
            let expected = "https://host or https://host:port; http for loopback only";
            document.refuse(Kind::Origin, word, expected).with_source(error)
        })?;
    }
    Ok(scope)
}

fn names(credentials: Table<'_>, stamps: Option<Table<'_>>) -> Result<Names> {
    let document = credentials.document;
    let mut names = Names::default();
    let entries = credentials.entries();
    compile::own_names(document, entries.iter().map(|(word, _)| *word), &names)?;
    for (word, node) in entries {
        let kind = document.as_text(word, node)?;
        let is_secret = compile::one_of(document, kind, &[("id", false), ("secret", true)])?;
        names.credentials.push((word.text.into(), is_secret));
    }
    let entries = stamps.map(Table::entries).unwrap_or_default();
    compile::own_names(document, entries.iter().map(|(word, _)| *word), &names)?;
    for (word, node) in entries {
        let format = stamp_format(document, word, node)?;
        names.stamps.push(NamedStamp { name: word.text.into(), line: document.line(word.at), format });
    }
    Ok(names)
}

/// The format of a stamp: a word, or a table that may have a zone and a span to add.
fn stamp_format<'d>(document: Document<'d>, word: Word<'d>, node: &'d Node<'d>) -> Result<Format> {
    let mut table = document.short(word, node, "format")?;
    let (format, zone, plus) = (table.needed_text("format")?, table.text("zone")?, table.text("plus")?);
    table.finish()?;
    let malformed = |word, expected| document.refuse(Kind::Malformed, word, expected);
    let zone = zone.unwrap_or(Word { text: "+00:00", ..format });
    let zone: FixedOffset =
        zone.text.parse().map_err(|_| malformed(zone, "a zone is written like +08:00"))?;
    let plus =
        plus.map(|word| stamp::span(word.text).ok_or_else(|| malformed(word, "a span is written like 60s")));
    let plus = plus.transpose()?.unwrap_or_default();
    Format::parse(format.text, zone, plus).ok_or_else(|| {
        document.refuse(Kind::UnknownName, format, format!("expected one of {}", stamp::FORMATS))
    })
}

/// `same = true`, or a formula for replies. `same = false` means the same as no table.
fn reply(names: &Names, mut table: Table<'_>, warnings: &mut Vec<Warning>) -> Result<Option<Reply>> {
    let (document, place) = (table.document, table.place);
    let (same, steps, send) = (table.is_true("same")?, table.table("let")?, table.table("send")?);
    table.finish()?;
    match (same, steps) {
        (same, None) if send.is_none() => Ok(same.then_some(Reply::Same)),
        (false, Some(steps)) => {
            let formula = compile::formula(names, steps, send, true)?;
            warnings.extend(check::check(&formula, names, true)?);
            Ok(Some(Reply::Own(formula)))
        }
        _ => {
            let expected = "a reply has either `same = true`, or [reply.let] and [reply.send]";
            Err(document.refuse(Kind::Malformed, place, expected))
        }
    }
}

fn webhook(names: &Names, mut table: Table<'_>) -> Result<Webhook> {
    let (document, place) = (table.document, table.place);
    let (tolerance, remember) = (table.text("tolerance")?, table.text("remember")?);
    table.finish()?;
    let span = |word: Word<'_>| {
        let expected = "a span is written like 5m";
        stamp::span(word.text).ok_or_else(|| document.refuse(Kind::Webhook, word, expected))
    };
    match (tolerance, remember) {
        (Some(word), None) if names.has_time() => span(word).map(Webhook::Tolerance),
        (None, Some(word)) if !names.has_time() => span(word).map(Webhook::Remember),
        _ => {
            let expected = "`tolerance` where a stamp is a time, else `remember`";
            Err(document.refuse(Kind::Webhook, place, expected))
        }
    }
}
