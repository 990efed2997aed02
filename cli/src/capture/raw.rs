//! A captured HTTP message, as raw bytes: head, empty line, body. Requests are also read from what `curl -v` prints, and from the
//! JSON of services that receive webhooks for others.

use std::borrow::Cow;
use std::cmp::Ordering;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use super::recognise::{AS_MESSAGE_FROM_CGI, Wanted, instead, is_request_line};
use super::{Capture, MOST_HEADERS, Unreadable, event, in_utf8, with_path};

/// Takes a request apart. Line ends may be LF alone, as text editors leave them.
///
/// # Errors
/// When the message is no request, with what it is.
pub fn read_request(message: &[u8]) -> Result<Capture, Unreadable> {
    let message = in_utf8(message);
    if let Some(capture) = event::read(&message)? {
        return Ok(capture);
    }
    let printed_by_curl = printed_by_curl(&message);
    let message = as_http_1(printed_by_curl.as_deref().unwrap_or(&message));
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut fields);
    let length = head_length(parsed.parse(&message), &message, Wanted::Request)?;
    let method = Method::from_bytes(parsed.method.unwrap_or_default().as_bytes());
    let method = method.map_err(|_| malformed("its method is not valid"))?;
    let target = with_path(parsed.path.unwrap_or_default());
    let uri: Uri = target.parse().map_err(|_| malformed("its target is not a URL"))?;
    let headers = headers(parsed.headers)?;
    if headers.keys().any(|name| name.as_str().starts_with("http_")) {
        return Err(
            Unreadable::new("its headers have the names that CGI gives them").step(AS_MESSAGE_FROM_CGI)
        );
    }
    let body = body(&message, length, &headers)?;
    let has_body = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
        || headers.contains_key(header::TRANSFER_ENCODING);
    let body_is = printed_by_curl.filter(|_| has_body).map(|_| "not in what `curl -v` prints".to_owned());
    Ok(Capture { headers, body, body_is, ..Capture::new(method, uri) })
}

/// The headers and the body of a response. No signature covers its status.
///
/// # Errors
/// When the message is no response, with what it is.
pub fn read_response(message: &[u8]) -> Result<(HeaderMap, Bytes), Unreadable> {
    let message = in_utf8(message);
    let message = as_http_1(&message);
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut fields);
    let length = head_length(parsed.parse(&message), &message, Wanted::Response)?;
    let headers = headers(parsed.headers)?;
    let body = body(&message, length, &headers)?;
    Ok((headers, body))
}

/// The head of the first request, if the text is what `curl -v` printed, also below the command or a progress meter.
fn printed_by_curl(message: &[u8]) -> Option<Vec<u8>> {
    let mut lines = message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).peekable();
    if lines.peek().is_some_and(|line| !line.starts_with(b">") && is_request_line(line)) {
        return None;
    }
    let sent = lines.skip_while(|line| !line.starts_with(b"> ") || !is_request_line(line));
    let sent = sent.filter_map(|line| line.strip_prefix(b">")).map(<[u8]>::trim_ascii_start);
    let head: Vec<_> = sent.take_while(|line| !line.is_empty()).collect();
    let is_found = !head.is_empty();
    is_found.then(|| [head.join(&b"\r\n"[..]), b"\r\n\r\n".to_vec()].concat())
}

/// Replaces the version by `HTTP/1.1`: tools write `HTTP/2` above headers in the form of HTTP/1.1.
fn as_http_1(message: &[u8]) -> Cow<'_, [u8]> {
    let line = message.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let rest = message.get(line.len()..).unwrap_or_default();
    let line = line.trim_ascii_end();
    for version in [b"HTTP/2".as_slice(), b"HTTP/2.0", b"HTTP/3", b"HTTP/3.0"] {
        if let Some(status) = line.strip_prefix(version).filter(|status| status.starts_with(b" ")) {
            // The blank in front of an empty reason phrase has to stay.
            return Cow::Owned([b"HTTP/1.1", status, b" ", rest].concat());
        }
        if let Some(target) = line.strip_suffix(version).filter(|target| target.ends_with(b" ")) {
            return Cow::Owned([target, b"HTTP/1.1", rest].concat());
        }
    }
    Cow::Borrowed(message)
}

/// Where the head ends.
fn head_length(parsed: httparse::Result<usize>, message: &[u8], wanted: Wanted) -> Result<usize, Unreadable> {
    let why = match parsed {
        Ok(httparse::Status::Complete(length)) => return Ok(length),
        Ok(httparse::Status::Partial) => "it ends before the empty line after its headers".to_owned(),
        Err(error) => error.to_string(),
    };
    let why = instead(message, wanted).unwrap_or_else(|| Unreadable::new(why));
    Err(Unreadable { next_step: why.next_step, ..malformed(&why.message) })
}

fn headers(fields: &[httparse::Header<'_>]) -> Result<HeaderMap, Unreadable> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name: HeaderName = field.name.parse().map_err(|_| malformed("a header has no valid name"))?;
        let value =
            HeaderValue::from_bytes(field.value).map_err(|_| malformed("a header has no valid value"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn body(message: &[u8], head_length: usize, headers: &HeaderMap) -> Result<Bytes, Unreadable> {
    let rest = message.get(head_length..).unwrap_or_default();
    if headers.contains_key(header::CONTENT_ENCODING) && !rest.is_empty() {
        return Err(malformed("its body is compressed; capture it decompressed"));
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        // Tools like `curl -i` join the chunks and keep the header.
        return if chunk_size(rest).is_some() {
            joined_chunks(rest)
        } else {
            Ok(Bytes::copy_from_slice(rest))
        };
    }
    let Some(length) = headers.get(header::CONTENT_LENGTH) else {
        return Ok(Bytes::copy_from_slice(rest));
    };
    let length = length.to_str().ok().and_then(|text| text.parse().ok());
    let length: usize = length.ok_or_else(|| malformed("its content-length is no number"))?;
    match rest.split_at_checked(length) {
        // A line end that an editor has added.
        Some((body, b"\n" | b"\r\n")) => Ok(Bytes::copy_from_slice(body)),
        _ => Ok(Bytes::copy_from_slice(rest)),
    }
}

/// The length of the body by the headers, if they speak of the captured bytes.
#[must_use]
pub fn stated_length(headers: &HeaderMap) -> Option<usize> {
    let is_coded =
        [header::TRANSFER_ENCODING, header::CONTENT_ENCODING].iter().any(|name| headers.contains_key(name));
    let length = headers.get(header::CONTENT_LENGTH).filter(|_| !is_coded)?;
    length.to_str().ok()?.parse().ok()
}

/// Refuses a body of another length than its headers say. Called only for a message that verified: one that did not is
/// diagnosed, since whatever changed the length may be the cause.
///
/// # Errors
/// When the two lengths differ.
pub fn check_length(headers: &HeaderMap, body: &[u8]) -> Result<(), Unreadable> {
    match stated_length(headers).map(|length| body.len().cmp(&length)) {
        Some(Ordering::Less) => Err(malformed("its body is shorter than its content-length")),
        Some(Ordering::Greater) => Err(malformed("its body is longer than its content-length")),
        Some(Ordering::Equal) | None => Ok(()),
    }
}

/// Joins the chunks of a body in `transfer-encoding: chunked`. Line ends may be LF alone.
fn joined_chunks(mut rest: &[u8]) -> Result<Bytes, Unreadable> {
    let mut body = Vec::new();
    loop {
        let (length, after) = chunk_size(rest).ok_or_else(other_chunks)?;
        if length == 0 {
            return Ok(body.into());
        }
        let (chunk, after) = after.split_at_checked(length).ok_or_else(other_chunks)?;
        body.extend_from_slice(chunk);
        let after = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"));
        rest = after.ok_or_else(other_chunks)?;
    }
}

/// The size in front of a chunk, and what follows its line.
fn chunk_size(rest: &[u8]) -> Option<(usize, &[u8])> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = rest.split_at_checked(end)?;
    let size = std::str::from_utf8(line).ok()?.split(';').next()?.trim_ascii();
    let is_hex = size.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = usize::from_str_radix(size, 16).ok().filter(|_| is_hex)?;
    Some((size, after.get(1..)?))
}

fn other_chunks() -> Unreadable {
    malformed("its chunks are not as long as they say: it is cut off, or an editor changed its line ends")
}

fn malformed(why: &str) -> Unreadable {
    Unreadable::new(format!("the message is not HTTP as it goes over the wire: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(message: &str) -> Option<String> {
        let capture = read_request(message.as_bytes()).ok()?;
        check_length(&capture.headers, &capture.body).ok()?;
        Some(String::from_utf8_lossy(&capture.body).into_owned())
    }

    #[test]
    fn a_body_ends_where_its_headers_say() {
        let long = "POST /p?q HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\n";
        for (rest, expected) in
            [("hello", Some("hello")), ("hello\n", Some("hello")), ("hell", None), ("hello you", None)]
        {
            assert_eq!(body_of(&format!("{long}{rest}")).as_deref(), expected, "{rest}");
        }
        assert_eq!(body_of("POST /p HTTP/1.1\nhost: h\n\nall\nof it\n").unwrap(), "all\nof it\n");
        let chunked = "POST /p HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(body_of(&format!("{chunked}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")).unwrap(), "abcde");
        assert_eq!(body_of(&format!("{chunked}3\nabc\n2\nde\n0\n\n")).unwrap(), "abcde");
        for cut in ["3\r\nabc\r\n5\r\nxy", "3\r\nabc\r\n", "3\nab\n0\n\n"] {
            assert!(body_of(&format!("{chunked}{cut}")).is_none(), "{cut}");
        }
        assert_eq!(body_of(&format!("{chunked}{{\"put\":\"together\"}}")).unwrap(), "{\"put\":\"together\"}");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for message in [
            "",
            "hello",
            "POST /p HTTP/1.1\r\nhost: h\r\n",
            "POST /p HTTP/1.1\r\ncontent-encoding: gzip\r\n\r\nx",
        ] {
            assert!(body_of(message).is_none(), "{message}");
        }
    }

    #[test]
    fn what_curl_prints_is_read_below_other_lines() {
        for above in ["", "* Connected\n", "$ curl -v https://h/p\n  % Total    % Received\n"] {
            let printed = format!("{above}> POST /p HTTP/2\r\n> Host: h\n> X: 1\n>\n< HTTP/2 200\n< y: 2\n");
            let capture = read_request(printed.as_bytes()).unwrap();
            assert_eq!(
                (capture.url().unwrap().as_str(), capture.headers.len()),
                ("https://h/p", 2),
                "{above}"
            );
        }
        let quoted = "POST /p HTTP/1.1\nhost: h\n\n> GET /q HTTP/1.1\n> host: i\n>\n";
        assert_eq!(read_request(quoted.as_bytes()).unwrap().uri, "/p");
    }

    #[test]
    fn a_request_without_one_host_or_a_path_has_no_url() {
        for (head, told) in [
            ("GET /p HTTP/1.1\r\n", "no host header"),
            ("GET /p HTTP/1.1\r\nhost: a\r\nhost: b\r\n", "more than one host header"),
            ("GET /p HTTP/1.1\r\nhost: a/b?\r\n", "names no host"),
            ("OPTIONS * HTTP/1.1\r\nhost: a\r\n", "not a path"),
            ("GET p HTTP/1.1\r\nhost: a\r\n", "not a path"),
        ] {
            let refused = read_request(format!("{head}\r\n").as_bytes()).unwrap().url().unwrap_err();
            assert!(refused.message.contains(told), "{head}: {refused:?}");
        }
        let absolute = read_request(b"GET https://h?q HTTP/1.1\r\n\r\n").unwrap();
        assert_eq!(absolute.url().unwrap(), "https://h/?q");
    }

    #[test]
    fn a_head_that_is_no_longer_sent_so_is_told() {
        for (head, told) in [
            ("GET /p HTTP/1.1\r\nx: a\r\n b\r\n", "goes on in the next line"),
            ("GET /p HTTP/2\r\n:authority: h\r\n", "pseudo-headers"),
            (":method: GET\n:path: /p\n", "pseudo-headers"),
            ("GET /p\r\nhost: h\r\n", "does not end with HTTP/1.1"),
        ] {
            let refused = read_request(format!("{head}\r\n").as_bytes()).unwrap_err();
            assert!(refused.message.contains(told) && refused.next_step.is_some(), "{head}: {refused:?}");
        }
    }

    #[test]
    fn a_response_of_http_2_as_curl_prints_it_is_read() {
        let (headers, body) = read_response(b"HTTP/2 200 \r\nnetgiro_nonce: 7\r\n\r\n{}").unwrap();
        assert_eq!((headers["netgiro_nonce"].as_bytes(), &*body), (b"7".as_slice(), b"{}".as_slice()));
    }
}
