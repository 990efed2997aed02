//! Recognises a capture in another format than the expected one, and says how to hand it over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
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

/// How other captures begin, what they are, and how to hand them over.
#[rustfmt::skip]
static BEGINNINGS: [(&[&[u8]], &str, &str); 11] = [
    (&[b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\x28\xb5\x2f\xfd"], "it is compressed", "Unpack it first."),
    (&[b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF"], "it is a picture or a document", "Its text is needed: copy that."),
    (&[b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"], "it is packets, as tcpdump and Wireshark save them", AS_STREAM),
    (&[b"0x0000"], "it is packets, as tcpdump prints them", AS_STREAM),
    (&[b"== Info:", b"=> Send", b"Info:"], "it is what `curl --trace-ascii` prints", "Use -v in its place, or hand over the lines under `=> Send header` without their numbers."),
    (&[b"Request URL", b"General", b"Request Headers", b"Response Headers", b"Request Method"], "it is a table of the browser's tools", "Choose \"Copy as cURL (bash)\" there, which `explain` takes with --curl @FILE."),
    (&[b"Array\n", b"Array\r\n", b"Array (", b"array (", b"array(", b"array:", b"stdClass"], "it is what PHP prints of an array", AS_MESSAGE_FROM_CGI),
    (&[b"ImmutableMultiDict", b"EnvironHeaders", b"Headers {", b"Headers({"], "it is what a program prints of its headers", AS_HEADERS),
    (&[b"wget "], "it is a command of wget", AS_BASH),
    (&[b"http GET", b"http POST", b"http PUT", b"http PATCH", b"http DELETE", b"https GET", b"https POST"], "it is a command of HTTPie", "Run it with --offline, which prints the request, and hand that over with --message FILE."),
    (&[b"fetch(", b"await fetch("], "it is a call of fetch in JavaScript", AS_BASH),
];

/// Names that only headers have, as in JSON.
const HEADERS: [&[u8]; 4] = [b"\"host\"", b"\"Host\"", b"\"content-type\"", b"\"Content-Type\""];

/// What the text is, if it is recognised as another format than the expected one.
pub(super) fn instead(text: &[u8], wanted: Wanted) -> Option<Unreadable> {
    use Wanted::{Curl, Har as WantedHar, Request, Response};
    let text = text.trim_ascii();
    let begins = |words: &[&str]| words.iter().any(|word| text.starts_with(word.as_bytes()));
    let told = |message: &'static str, step| Some(Unreadable::new(message).step(step));
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let first = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    let is_request = is_request_line(line);
    let start = text.get(..text.len().min(4096)).unwrap_or_default();
    let head =
        || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).take_while(|line| !line.is_empty());
    let is_json = begins(&["{", "["]);
    let known =
        BEGINNINGS.into_iter().find(|(starts, ..)| starts.iter().any(|start| text.starts_with(start)));
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
        _ if is_json && contains(text, b"schema.getpostman.com") => told(
            "it is a collection of Postman's",
            "Copy its request as cURL there, which `explain` takes with --curl @FILE.",
        ),
        _ if is_json
            && (contains(text, b"\"headers\"") || HEADERS.iter().any(|name| contains(text, name))) =>
        {
            told("it is JSON with headers in it, in a form that is not read", AS_HEADERS)
        }
        _ if is_json => told("it is JSON alone, as of a body", AS_MESSAGE),
        _ if contains(line, b" IP ") && contains(start, b"0x0000:") => {
            told("it is packets, as tcpdump prints them", AS_STREAM)
        }
        _ if known.is_some() => known.and_then(|(_, what, step)| told(what, step)),
        _ if is_powershell(start) => told("it is a command of PowerShell", AS_BASH),
        Request | Response | WantedHar if matches!(first, b"curl" | b"curl.exe") => {
            told("it is a curl command", AS_CURL)
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
        Request | Response if is_base64_of_message(text) => {
            told("it is base64", "Decode it first, with `base64 -d`.")
        }
        _ if contains(line, b" HTTP/1.1\" ") => told(
            "it is a line of a server's log",
            "It has neither headers nor body: capture the request itself.",
        ),
        _ if first.starts_with(b"<") => told("it is XML alone, as of a body", AS_MESSAGE),
        _ if head().any(|line| line.starts_with(b":")) => told(
            "it has pseudo-headers of HTTP/2",
            "Write POST /path HTTP/2 in place of :method and :path, and host in place of :authority.",
        ),
        Request if first.starts_with(b"HTTP/") => {
            told("it is a response", "Hand over the request; only `verify netgiro-reply` takes a response.")
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

/// Whether a line ends as the first line of a request does.
pub(super) fn is_request_line(line: &[u8]) -> bool {
    line.rsplit(|byte| *byte == b' ').next().is_some_and(|last| last.starts_with(b"HTTP/"))
}

const AS_CURL: &str = "Hand it over to `explain` or `infer` with --curl @FILE; `verify` takes a webhook as it arrived, with --message FILE.";

const AS_STREAM: &str = "Open the capture in Wireshark, follow the stream, save it as raw, and hand that over with --message FILE.";

const AS_HEADERS: &str = "Write POST /path HTTP/1.1, each header on a line of its own, an empty line and the body as it arrived, and hand \
     that over with --message FILE.";

const AS_MESSAGE: &str = "Its headers are needed, too: write POST /path HTTP/1.1 above it, each header on a line of its own, and an \
     empty line, and hand it over with --message FILE.";

pub(super) const AS_MESSAGE_FROM_CGI: &str = "Write POST /path HTTP/1.1 above them, and x-vizion-signature: … for \
     HTTP_X_VIZION_SIGNATURE, netgiro_nonce: … for HTTP_NETGIRO_NONCE; then an empty line and the body.";

/// Whether it is a message in base64, by its first line.
fn is_base64_of_message(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| !byte.is_ascii_whitespace()).take(1 << 10).copied();
    let start: Vec<u8> = letters.collect();
    let decoded = BASE64.decode(start.get(..start.len() & !3).unwrap_or_default()).unwrap_or_default();
    let line = decoded.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    is_request_line(line) || line.starts_with(b"HTTP/")
}

fn is_powershell(start: &[u8]) -> bool {
    let start = start.to_ascii_lowercase();
    start.starts_with(b"$session")
        || [&b"invoke-webrequest"[..], b"invoke-restmethod"].iter().any(|word| contains(&start, word))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
