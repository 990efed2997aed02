//! Replies from a file.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use toml::Spanned;

use super::{Matcher, Reply};

/// The replies of a TOML file, for [`Builder::script`](crate::Builder::script). A request gets the first reply that matches
/// and is not used up.
///
/// ```toml
/// [[reply]]
/// provider = "netgiro"
/// method = "POST"                       # any, if it is left out; so with path and query
/// path = "/v1/checkout/InsertCart"      # with * at its end, any rest
/// ready = "declined"                    # a ready reply, by its name
/// times = 1                             # always, if it is left out
///
/// [[reply]]
/// provider = "unleashed"
/// path = "/Customers/*"
/// query = { pageSize = "200" }
/// status = 200                          # 200, if it is left out
/// headers = { x-note = "from a script" }
/// file = "customers.json"               # beside the script; or body = '…'
///
/// [[reply]]
/// provider = "netvisor"
/// status = 503
/// effect = "after"                      # a gateway's, after the request took effect; or "before" it
/// ```
#[derive(Clone, Debug)]
pub struct Script(Vec<Scripted>);

/// A reply, and its line in the script.
#[derive(Clone, Debug)]
pub(crate) struct Scripted {
    pub(crate) line: usize,
    pub(crate) provider: String,
    pub(crate) matcher: Matcher,
    pub(crate) reply: Reply,
}

/// A script that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the script, line {line}: {reason}")]
pub struct ScriptError {
    line: usize,
    reason: String,
}

impl ScriptError {
    pub(crate) fn new(line: usize, reason: impl ToString) -> Self {
        Self { line, reason: reason.to_string() }
    }

    /// The line of the fault, counted from 1; 0 if the script cannot be read at all.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    reply: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    provider: String,
    method: Option<String>,
    path: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    ready: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    file: Option<String>,
    times: Option<NonZeroUsize>,
    effect: Option<Effect>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Effect {
    Before,
    After,
}

impl Script {
    /// Reads a script, and the files beside it that the script names.
    ///
    /// # Errors
    /// When the script cannot be read, is not TOML, has an unknown word or a wrong value, or names a file that is not in its
    /// folder. Names of providers and ready replies are checked when the sandbox starts.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ScriptError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|error| ScriptError::new(0, error))?;
        let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let document: Document = toml::from_str(&text).map_err(|error| {
            ScriptError::new(line(error.span().map_or(0, |span| span.start)), error.message())
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let replies = document.reply.into_iter().map(|entry| {
            let line = line(entry.span().start);
            entry.into_inner().read(line, folder).map_err(|reason| ScriptError::new(line, reason))
        });
        replies.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn into_replies(self) -> Vec<Scripted> {
        self.0
    }
}

impl Entry {
    fn read(self, line: usize, folder: &Path) -> Result<Scripted, String> {
        let mut matcher = Matcher::any();
        if let Some(method) = &self.method {
            let method = method.to_ascii_uppercase();
            let read = Method::from_bytes(method.as_bytes()).map_err(|_| "`method` is not one of HTTP's")?;
            matcher = matcher.method(read);
        }
        if let Some(path) = self.path {
            matcher = matcher.path(path);
        }
        matcher = self.query.into_iter().fold(matcher, |matcher, (name, value)| matcher.query(name, value));

        let written = self.status.is_some() || self.body.is_some() || self.file.is_some();
        let mut reply = match (self.ready, self.body, self.file) {
            (Some(name), None, None) if !written => Reply::ready(name),
            (Some(_), ..) => return Err("`ready` has its own status and body".to_owned()),
            (None, Some(_), Some(_)) => return Err("give `body` or `file`, not both".to_owned()),
            (None, body, file) => {
                let status = StatusCode::from_u16(self.status.unwrap_or(200));
                let status = status.map_err(|_| "`status` is not one of HTTP's")?;
                let body = match file {
                    Some(name) => beside(folder, &name).map_err(|reason| format!("`file`: {reason}"))?,
                    None => body.unwrap_or_default().into(),
                };
                Reply::new(status, body)
            }
        };
        for (name, value) in self.headers {
            let header = name.parse::<HeaderName>().ok().zip(HeaderValue::try_from(value).ok());
            let (name, value) = header
                .ok_or_else(|| format!("`headers`: {name:?} is no header's name, or its value no value"))?;
            reply = reply.header(name, value);
        }
        if let Some(times) = self.times {
            reply = reply.times(times.get());
        }
        reply = match self.effect {
            Some(Effect::Before) => reply.before_effect(),
            Some(Effect::After) => reply.after_effect(),
            None => reply,
        };
        Ok(Scripted { line, provider: self.provider, matcher, reply })
    }
}

/// A file in the script's folder or below, after following links.
fn beside(folder: &Path, name: &str) -> Result<Bytes, String> {
    let outside = || "it is not in the script's folder".to_owned();
    let read = |error: std::io::Error| error.to_string();
    let (folder, file) =
        (folder.canonicalize().map_err(read)?, folder.join(name).canonicalize().map_err(read)?);
    match (file.starts_with(&folder), file.is_file()) {
        (false, _) => Err(outside()),
        (true, false) => Err("it is not a file".to_owned()),
        (true, true) => fs::read(&file).map(Bytes::from).map_err(read),
    }
}
