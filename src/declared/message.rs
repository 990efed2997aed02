//! What the names of a template stand for in a message.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::ExposeSecret as _;

use super::Result;
use super::evaluate::{Context, Each};
use super::fault::{Kind, fault};
use super::formula::{Part, Place, Source};
use crate::signing::members::{json_text, json_values, values};

/// The parts of an absolute URL.
pub(super) struct Address<'c> {
    pub(super) whole: &'c str,
    scheme: &'c str,
    host: &'c str,
    path: &'c str,
}

impl<'c> Address<'c> {
    pub(super) fn new(whole: &'c str) -> Self {
        let address = whole.split_once('?').map_or(whole, |(address, _)| address);
        let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
        let (host, path) = rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, "/"));
        Self { whole, scheme, host, path }
    }

    /// The host without its port, and the port, which may be the default of the scheme.
    fn hostname_and_port(&self) -> (&'c str, &'c str) {
        let port =
            self.host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        port.unwrap_or((self.host, if self.scheme == "http" { "80" } else { "443" }))
    }
}

/// The values at a place of a message. Values of headers are trimmed.
pub(super) fn values_at<'m>(
    place: &Place,
    headers: &'m HeaderMap,
    query: &'m str,
    body: impl FnOnce() -> Result<&'m [u8]>,
) -> Result<Vec<Cow<'m, [u8]>>> {
    Ok(match place {
        Place::Header(name) => {
            headers.get_all(name).iter().map(|value| Cow::Borrowed(value.as_bytes().trim_ascii())).collect()
        }
        Place::Query(name) => values(query, name).collect(),
        Place::Form(name) => values(form(headers, body()?).unwrap_or_default(), name).collect(),
        Place::Json(path) => json_values(body()?, path).into_iter().map(json_text).collect(),
    })
}

/// The body, if it may be a form: its media type says so, or is missing.
fn form<'m>(headers: &HeaderMap, body: &'m [u8]) -> Option<&'m str> {
    let form = "application/x-www-form-urlencoded";
    let media_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let essence = media_type.and_then(|text| text.split(|byte| *byte == b';').next());
    let is_form = essence.is_none_or(|text| text.trim_ascii().eq_ignore_ascii_case(form.as_bytes()));
    std::str::from_utf8(body).ok().filter(|_| is_form)
}

impl Context<'_> {
    pub(super) fn source(&self, source: &Source, each: Each<'_>) -> Result<Cow<'_, [u8]>> {
        Ok(match source {
            Source::Part(part) => return self.part(*part),
            Source::At(Place::Header(name)) => self.header(name)?.unwrap_or_default(),
            Source::At(place) => {
                self.charge(self.query().len() + self.body().map_or(0, <[u8]>::len))?;
                let mut values = values_at(place, self.message.headers(), self.query(), || self.body())?;
                // A received message may have one value only: other programs may read the last.
                if values.len() > 1 && self.inputs.reading.is_some() {
                    return Err(fault(Kind::Duplicate, place.name()));
                }
                values.drain(..).next().unwrap_or_default()
            }
            Source::Stamp(index) => Cow::Borrowed(
                self.inputs.stamps.get(*index).map(|stamp| stamp.as_bytes()).unwrap_or_default(),
            ),
            Source::Credential(index) => {
                let credential = self.inputs.credentials.get(*index);
                Cow::Borrowed(credential.map(|one| one.expose_secret().as_bytes()).unwrap_or_default())
            }
            Source::Step(index) => self.kept(*index)?.unwrap_or_default(),
            Source::Names(index) => Cow::Owned(self.listed_names(*index)?),
            Source::Each(is_value) => {
                let bytes = each.map(|((name, value), _)| if *is_value { value } else { name });
                Cow::Owned(bytes.map(|bytes| bytes.to_vec()).unwrap_or_default())
            }
            Source::Request(source) => match self.inputs.reply_to {
                Some((_, request)) => request.source(source, None)?,
                None => Cow::default(),
            },
            Source::Status => {
                let status = self.inputs.reply_to.map(|(status, _)| status.to_string());
                Cow::Owned(status.unwrap_or_default().into_bytes())
            }
        })
    }

    fn part(&self, part: Part) -> Result<Cow<'_, [u8]>> {
        let text = match part {
            Part::Method => self.message.method().as_str(),
            Part::Scheme => self.url.scheme,
            Part::Host => self.url.host,
            Part::Hostname => self.url.hostname_and_port().0,
            Part::Port => self.url.hostname_and_port().1,
            Part::Path => self.url.path,
            Part::Query => self.query(),
            Part::Url if matches!(self.query, Some(Cow::Borrowed(_))) => self.url.whole,
            Part::Target | Part::Url => {
                let address = self.url.whole.split('?').next().unwrap_or_default();
                let front = if part == Part::Url { address } else { self.url.path };
                let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
                return Ok(Cow::Owned([front, &query].concat().into_bytes()));
            }
            Part::Body => return self.body().map(Cow::Borrowed),
        };
        Ok(Cow::Borrowed(text.as_bytes()))
    }

    pub(super) fn query(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    /// The body that is signed.
    ///
    /// # Errors
    /// `stream-body`, for a stream.
    pub(super) fn body(&self) -> Result<&[u8]> {
        self.body.as_deref().map_or_else(|| self.message.body(), Ok)
    }

    /// The body, if it may be a form: its media type says so, or is missing.
    pub(super) fn form(&self) -> Result<Option<&str>> {
        Ok(form(self.message.headers(), self.body()?))
    }

    /// The values of a header, trimmed and joined. A header that the file places counts as set.
    pub(super) fn header(&self, name: &HeaderName) -> Result<Option<Cow<'_, [u8]>>> {
        if let Some(placement) = self.inputs.formula.header(name).filter(|_| self.inputs.reading.is_none()) {
            return Ok(Some(Cow::Owned(self.bytes(&placement.value)?.to_vec())));
        }
        let values = self.message.headers().get_all(name).iter().map(|value| value.as_bytes().trim_ascii());
        Ok(match &*values.collect::<Vec<_>>() {
            // The host of the URL: a proxy may have changed the header. Two headers are not replaced.
            [] | [_] if *name == header::HOST => Some(Cow::Borrowed(self.url.host.as_bytes())),
            [] => None,
            [one] => Some(Cow::Borrowed(*one)),
            several => Some(Cow::Owned(several.join(&b", "[..]))),
        })
    }
}
