//! What was handed over in place of what was asked for, and how to hand it over.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Unreadable;
use super::shell_words::AS_BASH;

/// What a reader was asked to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Curl,
    Har,
    Request,
    Response,
}

/// A HAR file, by its form.
#[derive(Deserialize)]
struct Har {
    #[serde(rename = "log")]
    _log: IgnoredAny,
}

/// What the text is, where it is not what was asked for and that can be told.
pub(super) fn instead(text: &[u8], wanted: Wanted) -> Option<Unreadable> {
    use Wanted::{Curl, Har as WantedHar, Request, Response};
    let text = text.trim_ascii();
    let begins = |words: &[&str]| words.iter().any(|word| text.starts_with(word.as_bytes()));
    let told = |message: &'static str, step| Some(Unreadable::new(message).step(step));
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let first = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    let is_request = is_request_line(line);
    let head =
        || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).take_while(|line| !line.is_empty());
    let is_json = begins(&["{", "["]);
    match wanted {
        _ if text.is_empty() => Some(Unreadable::new("it is empty")),
        WantedHar if is_json => None,
        Curl if matches!(first, b"curl" | b"curl.exe") => None,
        _ if is_json && serde_json::from_slice::<Har>(text).is_ok() => {
            told("it is a HAR file", "Hand it over with --har FILE.")
        }
        _ if begins(&["HTTP_", "[HTTP_", "SERVER_", "REQUEST_"])
            || is_json && contains(text, b"\"HTTP_HOST\"") =>
        {
            told("its headers have the names that CGI gives them", AS_MESSAGE_FROM_CGI)
        }
        _ if is_json => told("it is JSON alone, as of a body", AS_MESSAGE),
        _ if begins(&["fetch(", "await fetch("]) => told("it is a call of fetch in JavaScript", AS_BASH),
        _ if is_powershell(text) => told("it is a command of PowerShell", AS_BASH),
        Request | Response | WantedHar if matches!(first, b"curl" | b"curl.exe") => {
            told("it is a curl command", "Hand it over with --curl @FILE.")
        }
        Curl | WantedHar if is_request => told("it is a raw request", "Hand it over with --message FILE."),
        _ if matches!(first, b">" | b"<" | b"*") => told(
            "it is what `curl -v` prints",
            "Hand a request over with --message FILE, a reply as `curl -i` prints it.",
        ),
        WantedHar => {
            told("it is not JSON, which a HAR file is", "Export it with \"Save all as HAR\" in the browser.")
        }
        Curl => None,
        _ if first.starts_with(b"<") => told("it is XML alone, as of a body", AS_MESSAGE),
        _ if head().any(|line| line.starts_with(b":")) => told(
            "it has pseudo-headers of HTTP/2",
            "Write POST /path HTTP/2 in place of :method and :path, and host in place of :authority.",
        ),
        Request if first.starts_with(b"HTTP/") => {
            told("it is a response", "Hand over the request; of `verify`, netgiro-reply takes a response.")
        }
        Response if is_request => told("it is a request", "Hand over the reply, as `curl -i` prints it."),
        Request if first.contains(&b':') => {
            told("its first line is missing", "Write it above the headers, such as POST /path HTTP/1.1.")
        }
        Response if first.contains(&b':') => {
            told("its first line is missing", "Write it above the headers, such as HTTP/1.1 200 OK.")
        }
        _ if head().any(|line| line.starts_with(b" ") || line.starts_with(b"\t")) => {
            told("a header goes on in the next line", "Write each header on one line.")
        }
        Request if !is_request && first.iter().all(u8::is_ascii_uppercase) => {
            told("its first line does not end with HTTP/1.1", "Write it such as POST /path HTTP/1.1.")
        }
        _ => None,
    }
}

/// Whether a line ends as the first one of a request does.
pub(super) fn is_request_line(line: &[u8]) -> bool {
    line.rsplit(|byte| *byte == b' ').next().is_some_and(|last| last.starts_with(b"HTTP/"))
}

const AS_MESSAGE: &str = "Its headers are needed, too: write POST /path HTTP/1.1 above it, each header on a line of its own, and an \
     empty line, and hand it over with --message FILE.";

pub(super) const AS_MESSAGE_FROM_CGI: &str = "Write POST /path HTTP/1.1 above them, and x-vizion-signature: … for \
     HTTP_X_VIZION_SIGNATURE, netgiro_nonce: … for HTTP_NETGIRO_NONCE; then an empty line and the body.";

fn is_powershell(text: &[u8]) -> bool {
    let start = text.get(..text.len().min(4096)).unwrap_or_default().to_ascii_lowercase();
    start.starts_with(b"$session")
        || [&b"invoke-webrequest"[..], b"invoke-restmethod"].iter().any(|word| contains(&start, word))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
