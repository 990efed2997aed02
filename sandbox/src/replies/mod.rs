//! Replies that a test or a script has chosen, in place of the sandbox's own.

mod script;

use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use url::form_urlencoded;

pub(crate) use script::Scripted;
pub use script::{Script, ScriptError};

use crate::lock::lock;
use crate::request::Received;
use crate::verdict::Refusal;

/// Which requests a chosen reply is for. A part that is not given matches anything.
///
/// ```
/// use countersign_sandbox::Matcher;
/// use http::Method;
///
/// let first_page = Matcher::any().method(Method::GET).path("/Customers/1").query("pageSize", "200");
/// let any_page = Matcher::any().path("/Customers/*");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Matcher {
    method: Option<Method>,
    path: Option<String>,
    query: Vec<(String, String)>,
}

impl Matcher {
    /// Matches every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Matches this method only.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Matches this path only, as it is sent. A `*` at its end stands for any rest.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Matches only if the query has this parameter, with name and value percent-decoded, among any others.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    fn matches(&self, arrived: &Received) -> bool {
        let (path, query) = arrived.target().split_once('?').unwrap_or((arrived.target(), ""));
        let has = |(name, value): &(String, String)| {
            form_urlencoded::parse(query.as_bytes()).any(|found| found.0 == *name && found.1 == *value)
        };
        self.method.as_ref().is_none_or(|method| *method == arrived.method)
            && self.path.as_ref().is_none_or(|wanted| match wanted.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == wanted,
            })
            && self.query.iter().all(has)
    }
}

/// A reply of your choice, for [`Sandbox::respond`](crate::Sandbox::respond). It is given as often as a request matches,
/// unless [`Reply::times`] says otherwise.
///
/// It is signed as the provider signs its own, unless a gateway gives it: see [`Reply::before_effect`].
///
/// ```
/// use countersign_sandbox::Reply;
/// use http::StatusCode;
///
/// let declined = Reply::ready("declined").once();
/// let shipped = Reply::new(StatusCode::OK, r#"{"Status":"shipped"}"#);
/// let lost = Reply::new(StatusCode::SERVICE_UNAVAILABLE, "").after_effect().once();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    content: Content,
    headers: HeaderMap,
    times: Option<usize>,
    gateway: Option<Effect>,
}

#[derive(Clone, Debug)]
enum Content {
    Written(StatusCode, Bytes),
    /// A ready reply, by its name.
    Ready(String),
}

/// Whether a gateway answers before or after the effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Before,
    After,
}

impl Reply {
    /// A reply with this status and body. If the body begins like JSON or XML, it gets that type, unless a header says otherwise.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::of(Content::Written(status, body.into()))
    }

    /// One of the provider's [ready replies](crate#replies-of-your-choice), by its name.
    pub fn ready(name: impl Into<String>) -> Self {
        Self::of(Content::Ready(name.into()))
    }

    fn of(content: Content) -> Self {
        Self { content, headers: HeaderMap::new(), times: None, gateway: None }
    }

    /// Adds a header. If the reply is signed, the headers of the signature are replaced by right ones.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Gives the reply at most this often. After that, the next matching reply is given, or else the sandbox's own.
    pub fn times(mut self, count: usize) -> Self {
        self.times = Some(count);
        self
    }

    /// Gives the reply to one request.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Has a gateway in front of the provider give the reply, unsigned, **before** the request gets there. The request has no
    /// effect, and neither its nonce nor its transaction id is used up.
    pub fn before_effect(mut self) -> Self {
        self.gateway = Some(Effect::Before);
        self
    }

    /// Has a gateway in front of the provider give the reply, unsigned, **after** the request took effect there.
    pub fn after_effect(mut self) -> Self {
        self.gateway = Some(Effect::After);
        self
    }

    pub(crate) fn is_gateways(&self) -> bool {
        self.gateway.is_some()
    }

    pub(crate) fn is_before_effect(&self) -> bool {
        self.gateway == Some(Effect::Before)
    }

    /// The reply as it is sent; `ready` makes a ready reply of the provider's.
    pub(crate) fn make(self, ready: impl FnOnce(&str) -> Response<Bytes>) -> Response<Bytes> {
        let mut response = match self.content {
            Content::Ready(name) => ready(&name),
            Content::Written(status, body) => {
                let mut response = Response::new(body);
                *response.status_mut() = status;
                if let Some(media_type) = media_type(response.body()) {
                    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
                }
                response
            }
        };
        for name in self.headers.keys() {
            response.headers_mut().remove(name);
        }
        response.headers_mut().extend(self.headers);
        response
    }

    /// Refuses a reply that no provider gives.
    fn check(&self, provider: &str, ready: &[String]) -> Result<(), ReplyError> {
        match &self.content {
            Content::Written(status, _) if status.is_informational() => {
                return Err(ReplyError::Informational(*status));
            }
            Content::Ready(name) if !ready.contains(name) => {
                let (provider, name) = (provider.to_owned(), name.clone());
                return Err(ReplyError::UnknownReady { provider, name, known: ready.join(", ") });
            }
            _ => {}
        }
        let framing = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
        match framing.into_iter().find(|name| self.headers.contains_key(name)) {
            Some(name) => Err(ReplyError::Framing(name)),
            None => Ok(()),
        }
    }
}

fn media_type(body: &[u8]) -> Option<HeaderValue> {
    match body.trim_ascii_start().first()? {
        b'{' | b'[' => Some(HeaderValue::from_static("application/json")),
        b'<' => Some(HeaderValue::from_static("application/xml")),
        _ => None,
    }
}

/// Why a reply cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// No provider of this name is played.
    #[error("there is no provider {name:?}: there are {known}")]
    UnknownProvider {
        /// The name that was given.
        name: String,
        /// The existing names.
        known: String,
    },
    /// The provider has no ready reply of this name.
    #[error("{provider} has no ready reply {name:?}: it has {known}")]
    UnknownReady {
        /// The provider that the reply was for.
        provider: String,
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A status from 100 to 199 does not end an exchange.
    #[error("a reply cannot have the status {0}: it would not end the exchange")]
    Informational(StatusCode),
    /// The server itself sets this header.
    #[error("a reply cannot set the header {0}: the server does")]
    Framing(HeaderName),
}

/// The chosen replies, in the order in which they are tried.
#[derive(Default)]
pub(crate) struct Replies(Mutex<Vec<Chosen>>);

struct Chosen {
    provider: String,
    matcher: Matcher,
    reply: Reply,
}

impl Replies {
    /// Adds a reply for a provider whose ready replies are these.
    pub(crate) fn add(
        &self,
        provider: &str,
        ready: &[String],
        matcher: Matcher,
        reply: Reply,
    ) -> Result<(), ReplyError> {
        reply.check(provider, ready)?;
        lock(&self.0).push(Chosen { provider: provider.to_owned(), matcher, reply });
        Ok(())
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The reply to a request, if one was chosen. Unless a gateway answers first, `process` has the provider process the
    /// request before the reply counts as given.
    pub(crate) fn take(
        &self,
        provider: &str,
        arrived: &Received,
        process: impl FnOnce() -> Result<(), Refusal>,
    ) -> Result<Option<Reply>, Refusal> {
        let mut replies = lock(&self.0);
        let chosen = replies.iter_mut().find(|chosen| {
            chosen.provider == provider && chosen.reply.times != Some(0) && chosen.matcher.matches(arrived)
        });
        if !chosen.as_ref().is_some_and(|chosen| chosen.reply.is_before_effect()) {
            process()?;
        }
        Ok(chosen.map(|chosen| {
            chosen.reply.times = chosen.reply.times.map(|left| left - 1);
            chosen.reply.clone()
        }))
    }
}
