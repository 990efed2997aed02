//! The first line of a captured message, which tells what was captured, and with which tool.

use std::borrow::Cow;

/// What a message is wanted to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Response,
}

/// The message without a byte-order mark, which some editors add. Tools write `HTTP/2` above headers that are otherwise
/// those of HTTP/1.1, so that stands there then.
pub(super) fn as_http_1(message: &[u8]) -> Cow<'_, [u8]> {
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    let line = first(message);
    let rest = message.get(line.len()..).unwrap_or_default();
    let line = line.trim_ascii_end();
    for version in [b"HTTP/2".as_slice(), b"HTTP/2.0", b"HTTP/3", b"HTTP/3.0"] {
        if let Some(status) = line.strip_prefix(version).filter(|status| status.starts_with(b" ")) {
            // The blank of an empty reason phrase has to stay.
            return Cow::Owned([b"HTTP/1.1", status, b" ", rest].concat());
        }
        if let Some(target) = line.strip_suffix(version).filter(|target| target.ends_with(b" ")) {
            return Cow::Owned([target, b"HTTP/1.1", rest].concat());
        }
    }
    Cow::Borrowed(message)
}

impl Kind {
    /// What somebody handed over instead, where that can be told.
    pub(super) fn what_is_wrong(self, message: &[u8]) -> Option<&'static str> {
        let line = first(message).trim_ascii_end();
        let word = line.split(|byte| *byte == b' ').next().unwrap_or_default();
        let last_word = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        match self {
            _ if matches!(word, b">" | b"<" | b"*") => Some(
                "it is what `curl -v` prints, and that tells little of bodies: capture the bytes themselves, a reply with \
                 `curl -i`",
            ),
            _ if word.starts_with(b":") => Some(
                "its first line is a pseudo-header of HTTP/2: write POST /path HTTP/2 in place of :method and :path, and \
                 host in place of :authority",
            ),
            Self::Request if word.starts_with(b"HTTP/") => {
                Some("it is a response, and a webhook is a request")
            }
            Self::Response if last_word.starts_with(b"HTTP/") => {
                Some("it is a request, and a reply is a response")
            }
            Self::Request if word.contains(&b':') => {
                Some("its first line is missing, such as POST /path HTTP/1.1")
            }
            Self::Response if word.contains(&b':') => {
                Some("its first line is missing, such as HTTP/1.1 200 OK")
            }
            _ => None,
        }
    }
}

/// The first line, without its line end.
fn first(message: &[u8]) -> &[u8] {
    message.split(|byte| *byte == b'\n').next().unwrap_or_default()
}
