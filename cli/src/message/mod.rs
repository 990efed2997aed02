//! A captured HTTP message, as raw bytes: head, empty line, body.

mod first_line;

use std::cmp::Ordering;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header, request};

use crate::failure::Failure;
use first_line::Kind;

/// More headers than this are not taken for a message of ours.
const MOST_HEADERS: usize = 128;

/// Takes a request apart. Line ends may be LF alone, as text editors leave them.
pub(crate) fn read_request(message: &[u8]) -> Result<(request::Parts, Bytes), Failure> {
    let message = &first_line::as_http_1(message);
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut fields);
    let length = head_length(parsed.parse(message), message, Kind::Request)?;
    let headers = headers(parsed.headers)?;
    let mut request = Request::builder()
        .method(parsed.method.unwrap_or_default())
        .uri(parsed.path.unwrap_or_default())
        .body(())
        .map_err(|error| malformed(&error.to_string()))?;
    let body = body(message, length, &headers)?;
    *request.headers_mut() = headers;
    Ok((request.into_parts().0, body))
}

/// The headers and the body of a response, whose status is nothing that a signature covers.
pub(crate) fn read_response(message: &[u8]) -> Result<(HeaderMap, Bytes), Failure> {
    let message = &first_line::as_http_1(message);
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut fields);
    let length = head_length(parsed.parse(message), message, Kind::Response)?;
    let headers = headers(parsed.headers)?;
    let body = body(message, length, &headers)?;
    Ok((headers, body))
}

fn head_length(parsed: httparse::Result<usize>, message: &[u8], wanted: Kind) -> Result<usize, Failure> {
    match parsed {
        Ok(httparse::Status::Complete(length)) => Ok(length),
        Ok(httparse::Status::Partial) if message.is_empty() => Err(malformed("it is empty")),
        Ok(httparse::Status::Partial) => Err(malformed("it ends before the empty line after its headers")),
        Err(error) => Err(malformed(wanted.what_is_wrong(message).unwrap_or(&error.to_string()))),
    }
}

fn headers(fields: &[httparse::Header<'_>]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name: HeaderName = field.name.parse().map_err(|_| malformed("a header has no valid name"))?;
        let value =
            HeaderValue::from_bytes(field.value).map_err(|_| malformed("a header has no valid value"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn body(message: &[u8], head_length: usize, headers: &HeaderMap) -> Result<Bytes, Failure> {
    let rest = message.get(head_length..).unwrap_or_default();
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(malformed("its body is compressed; capture it decompressed"));
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        // Tools like `curl -i` keep the header of a body that they have put together.
        return Ok(joined_chunks(rest).unwrap_or_else(|| Bytes::copy_from_slice(rest)));
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

/// Refuses a body of another length than its headers say: asked where it verified all the same. One that did not is diagnosed,
/// since whatever changed its length may be why.
pub(crate) fn check_length(headers: &HeaderMap, body: &[u8]) -> Result<(), Failure> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    match length
        .filter(|_| !headers.contains_key(header::TRANSFER_ENCODING))
        .map(|length| body.len().cmp(&length))
    {
        Some(Ordering::Less) => Err(malformed("its body is shorter than its content-length")),
        Some(Ordering::Greater) => Err(malformed("its body is longer than its content-length")),
        Some(Ordering::Equal) | None => Ok(()),
    }
}

/// The chunks of a whole body in `transfer-encoding: chunked`; `None` where it is no such thing.
fn joined_chunks(mut rest: &[u8]) -> Option<Bytes> {
    let mut body = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(rest) else {
            return None;
        };
        if length == 0 {
            return Some(body.into());
        }
        let (chunk, after) = rest.get(start..)?.split_at_checked(usize::try_from(length).ok()?)?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n")?;
    }
}

fn malformed(why: &str) -> Failure {
    Failure::usage(format!("the message is not HTTP as it goes over the wire: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(message: &str) -> Option<String> {
        let (parts, body) = read_request(message.as_bytes()).ok()?;
        check_length(&parts.headers, &body).ok()?;
        Some(String::from_utf8_lossy(&body).into_owned())
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
        assert_eq!(body_of(&format!("{chunked}{{\"put\":\"together\"}}")).unwrap(), "{\"put\":\"together\"}");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for message in [
            "",
            "hello",
            "POST /p HTTP/1.1\r\nhost: h\r\n",
            "POST /p HTTP/1.1\r\ncontent-encoding: gzip\r\n\r\n",
        ] {
            assert!(body_of(message).is_none(), "{message}");
        }
    }

    #[test]
    fn a_response_of_http_2_as_curl_prints_it_is_read() {
        let (headers, body) =
            read_response(b"HTTP/2 200 \r\nnetgiro_nonce: 7\r\n\r\n{}").unwrap_or_else(|_| panic!());
        assert_eq!((headers["netgiro_nonce"].as_bytes(), &*body), (b"7".as_slice(), b"{}".as_slice()));
    }
}
