//! Mistakes with the URL besides its query's encoding and order.

use ::url::{Position, Url};

use super::attempt::{Attempt, Variant, Variants};
use crate::explain::{Part, Transcript};
use crate::redact::printable;
use crate::signing::{Charset, SegmentKind, Source};

/// Whether a part is the URL or a piece of it.
pub(super) fn is_address(part: &Part) -> bool {
    part.kind == SegmentKind::Public
        && matches!(part.source, Source::RequestUrl | Source::RequestQuery | Source::RequestTarget)
}

/// Whether an address is a query by itself: neither a URL nor a path.
pub(super) fn is_query(address: &str) -> bool {
    after_scheme(address).is_none() && !address.starts_with('/')
}

/// What follows `scheme://`, where an address begins with it: a query may hold another URL as it is.
pub(super) fn after_scheme(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(rest)
}

/// The attempt with its addresses rewritten, one variant for each form that changes something.
pub(super) fn rewritten<'a>(
    attempt: &'a Attempt,
    forms: &'static [fn(&str) -> Option<String>],
) -> Variants<'a> {
    Box::new(forms.iter().filter_map(|form| rewrite(attempt, |_, address| form(address)).map(Variant::from)))
}

/// The attempt with its addresses rewritten, as text, then put back in the charset they are signed in.
pub(super) fn rewrite(attempt: &Attempt, form: impl Fn(&Part, &str) -> Option<String>) -> Option<Attempt> {
    rewrite_parts(attempt, |part| if is_address(part) { form(part, &part.text()) } else { None })
}

fn rewrite_parts(attempt: &Attempt, form: impl Fn(&Part) -> Option<String>) -> Option<Attempt> {
    attempt.with_text(|part| {
        let rewritten = form(part)?;
        match part.charset {
            Charset::Utf8 | Charset::Bytes => Some(rewritten.into_bytes()),
            Charset::Latin9 => Some(encoding_rs::ISO_8859_15.encode(&rewritten).0.into_owned()),
        }
    })
}

/// The address with its query rewritten.
pub(super) fn with_query(address: &str, form: impl Fn(&str) -> Option<String>) -> Option<String> {
    match address.split_once('?') {
        Some((before, query)) if !is_query(address) => Some(format!("{before}?{}", form(query)?)),
        _ if is_query(address) => form(address),
        _ => None,
    }
}

/// The address with its path rewritten.
pub(super) fn with_path(address: &str, form: impl Fn(&str) -> Option<String>) -> Option<String> {
    if is_query(address) {
        return None;
    }
    let rest = after_scheme(address).unwrap_or(address);
    let scheme = address.strip_suffix(rest)?;
    let (host, rest) = rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len()))?;
    let (path, query) = rest.split_at_checked(rest.find('?').unwrap_or(rest.len()))?;
    Some(format!("{scheme}{host}{}{query}", form(path)?))
}

pub(super) fn question_mark<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[
            |url| is_query(url).then(|| format!("?{url}")),
            |url| (!is_query(url) && !url.contains('?')).then(|| format!("{url}?")),
        ],
    )
}

pub(super) fn origin_missing<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[
            |url| url.split_once("://")?.1.split_once('/').map(|(_, path)| format!("/{path}")),
            |url| url.split_once("://")?.1.split_once('/').map(|(_, path)| path.to_owned()),
            |url| url.split_once("://").map(|(_, rest)| rest.to_owned()),
        ],
    )
}

pub(super) fn trailing_slash<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[
            |url| with_path(url, |path| (!path.ends_with('/')).then(|| format!("{path}/"))),
            |url| with_path(url, |path| path.strip_suffix('/').map(str::to_owned)),
            |url| Some(format!("{url}/")),
        ],
    )
}

/// Each slash of the path written twice; the first is where people join a base and a path.
pub(super) fn doubled_slash<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    const MOST_SLASHES: usize = 8;
    Box::new((0..MOST_SLASHES).filter_map(|number| {
        let double = |path: &str| {
            let (place, _) = path.match_indices('/').nth(number)?;
            let (before, from) = path.split_at_checked(place)?;
            Some(format!("{before}/{from}"))
        };
        rewrite(attempt, |_, url| with_path(url, double)).map(Variant::from)
    }))
}

pub(super) fn fragment<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let fragment = transcript.url.as_ref().and_then(Url::fragment);
    let included = fragment.and_then(|fragment| rewrite(attempt, |_, url| Some(format!("{url}#{fragment}"))));
    Box::new(included.map(Variant::from).into_iter())
}

/// The port written out where it is the scheme's default, or left out where it is not.
pub(super) fn port<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Some(url) = &transcript.url else { return Box::new(std::iter::empty()) };
    let Some((host, port)) = url.host_str().zip(url.port_or_known_default()) else {
        return Box::new(std::iter::empty());
    };
    let with_port = format!("://{host}:{port}");
    let without_port = format!("://{host}");
    let written = match url.port() {
        None => rewrite(attempt, |_, url| Some(url.replacen(&without_port, &with_port, 1))),
        Some(_) => rewrite(attempt, |_, url| Some(url.replacen(&with_port, &without_port, 1))),
    };
    Box::new(written.map(Variant::from).into_iter())
}

pub(super) fn scheme<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    rewritten(
        attempt,
        &[
            |url| url.strip_prefix("https:").map(|rest| format!("http:{rest}")),
            |url| url.strip_prefix("http:").map(|rest| format!("https:{rest}")),
        ],
    )
}

/// The URL as somebody typed it, who may have typed the fragment too.
pub(super) fn typed_url<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let typed = transcript.typed_url.as_deref();
    let without_fragment = typed.and_then(|typed| typed.split('#').next());
    let variants = without_fragment.into_iter().chain(typed).filter_map(|typed| with_url(attempt, typed));
    Box::new(variants.map(Variant::from))
}

/// One of the other URLs that the transcript was given, in the address and in a host that is signed beside it.
pub(super) fn other_url<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    one_of(&transcript.other_urls, attempt)
}

/// One of the URLs of hosts that the message must not be for.
pub(super) fn foreign_url<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    one_of(&transcript.foreign_urls, attempt)
}

fn one_of<'a>(urls: &'a [String], attempt: &'a Attempt) -> Variants<'a> {
    Box::new(urls.iter().filter_map(|other| {
        let attempt = with_url(attempt, other)?;
        // Without the query, which may hold personal data.
        let shown = other.split('?').next().unwrap_or_default();
        Some(Variant { attempt, detail: Some(printable(shown)) })
    }))
}

/// The same URL at another origin of those that the provider's credentials may go to.
pub(super) fn other_environment<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Some(origin) = transcript.url.as_ref().map(|url| &url[..Position::BeforePath]) else {
        return Box::new(std::iter::empty());
    };
    Box::new(transcript.origins.iter().filter_map(move |other| {
        let attempt = rewrite(attempt, |_, url| Some(format!("{other}{}", url.strip_prefix(origin)?)))?;
        Some(Variant { attempt, detail: Some(other.clone()) })
    }))
}

fn with_url(attempt: &Attempt, url: &str) -> Option<Attempt> {
    rewrite_parts(attempt, |part| {
        let known = part.kind == SegmentKind::Public && !part.bytes.is_empty();
        if known { piece(url, part.source).map(str::to_owned) } else { None }
    })
}

/// What of `url` stands in a part that comes from `source`. One that is not absolute stands for the address as a whole.
fn piece(url: &str, source: Source) -> Option<&str> {
    let is_address = matches!(source, Source::RequestUrl | Source::RequestQuery | Source::RequestTarget);
    let Some((host, target)) = host_and_target(url) else { return is_address.then_some(url) };
    match source {
        Source::RequestUrl => Some(url),
        Source::RequestHost => Some(host),
        Source::RequestTarget => Some(target),
        Source::RequestQuery => Some(target.split_once('?').map_or("", |(_, query)| query)),
        _ => None,
    }
}

/// The two sides of an absolute URL, byte for byte: nothing is normalised.
fn host_and_target(url: &str) -> Option<(&str, &str)> {
    let rest = after_scheme(url)?;
    rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_inside_a_query_is_no_scheme() {
        assert!(is_query("next=https://a.example/b"));
        assert!(
            !is_query("https://a.example/?next=https://b.example/") && !is_query("/?next=http://b.example")
        );
        let slashed = |address| with_path(address, |path| Some(format!("{path}/")));
        assert_eq!(slashed("/in?next=http://b/c").unwrap(), "/in/?next=http://b/c");
        assert_eq!(slashed("https://a/in?next=http://b/c").unwrap(), "https://a/in/?next=http://b/c");
        assert_eq!(host_and_target("https://a:1/b?c=d://e"), Some(("a:1", "/b?c=d://e")));
        assert_eq!(host_and_target("/b?c=d://e"), None);
    }
}
