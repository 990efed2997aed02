//! A HAR file, as browsers and proxies write it: JSON with one entry for each exchange.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde::Deserialize;
use url::Url;

use super::recognise::{Wanted, instead};
use super::{Capture, Unreadable, absolute, in_utf8};

/// A HAR file. The crate `har` reads none that leaves out a member that nobody needs here, which exports do.
#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

/// One exchange.
#[derive(Deserialize)]
pub struct Entry {
    request: Request,
    response: Option<Response>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Field>,
    post_data: Option<Content>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: Vec<Field>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Content {
    text: Option<String>,
    encoding: Option<String>,
}

/// Reads the entries of a file.
///
/// # Errors
/// When it is none, with what it is.
pub fn read(text: &[u8]) -> Result<Vec<Entry>, Unreadable> {
    let text = in_utf8(text);
    if let Some(other) = instead(&text, Wanted::Har) {
        return Err(other);
    }
    // What serde says of a value may quote it.
    let refused = |error: serde_json::Error| match error.is_data() {
        true => Unreadable::new("it is JSON, but not of a HAR file, which has log.entries"),
        false => Unreadable::new(format!(
            "it is cut off or no JSON: line {}, column {}",
            error.line(),
            error.column()
        )),
    };
    serde_json::from_slice(&text).map(|har: Har| har.log.entries).map_err(refused)
}

impl Entry {
    /// The method, and the URL without its query.
    #[must_use]
    pub fn summary(&self) -> (&str, &str) {
        (&self.request.method, self.request.url.split(['?', '#']).next().unwrap_or_default())
    }

    /// The request.
    ///
    /// # Errors
    /// When its method, URL or a header is none, or its body is not the base64 that it says.
    pub fn request(&self) -> Result<Capture, Unreadable> {
        let request = &self.request;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Unreadable::new("its method is none"))?;
        let mut capture = Capture::new(method, absolute(&request.url)?);
        add(&mut capture, &request.headers)?;
        if !capture.headers.contains_key(header::HOST) {
            // Of HTTP/2, it is in the URL.
            let host = Url::parse(&request.url).ok();
            let host = host.as_ref().map(|url| &url[url::Position::BeforeHost..url::Position::AfterPort]);
            capture.header(b"host", host.unwrap_or_default().as_bytes())?;
        }
        if let Some(content) = &request.post_data {
            capture.body = content.bytes()?;
            capture.body_is = content.text.is_none().then(|| "not in the HAR file".to_owned());
        }
        Ok(capture)
    }

    /// The status of the reply, where there is one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().and_then(|response| StatusCode::from_u16(response.status).ok())
    }

    /// The headers and the body of the reply.
    ///
    /// # Errors
    /// When there is none, a header is none, or the body is not the base64 that it says.
    pub fn response(&self) -> Result<(HeaderMap, Bytes), Unreadable> {
        let response = self.response.as_ref().filter(|response| !response.headers.is_empty());
        let response = response.ok_or_else(|| Unreadable::new("the entry has no reply"))?;
        let mut capture = Capture::new(Method::GET, http::Uri::default());
        add(&mut capture, &response.headers)?;
        let body = response.content.as_ref().map(Content::bytes).transpose()?.unwrap_or_default();
        Ok((capture.headers, body))
    }
}

/// Only the method: all else may hold a secret.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("method", &self.request.method).finish_non_exhaustive()
    }
}

/// Adds headers, without the pseudo-headers of HTTP/2.
fn add(capture: &mut Capture, fields: &[Field]) -> Result<(), Unreadable> {
    for Field { name, value } in fields.iter().filter(|field| !field.name.starts_with(':')) {
        capture.header(name.as_bytes(), value.as_bytes())?;
    }
    Ok(())
}

impl Content {
    fn bytes(&self) -> Result<Bytes, Unreadable> {
        let text = self.text.as_deref().unwrap_or_default();
        match self.encoding.as_deref() {
            Some("base64") => {
                BASE64.decode(text).map(Bytes::from).map_err(|_| Unreadable::new("its body is not base64"))
            }
            _ => Ok(Bytes::copy_from_slice(text.as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"log":{"version":"1.2","entries":[
        {"request":{"method":"GET","url":"https://h:1/a?b=c#d","headers":[{"name":":method","value":"GET"}]}},
        {"request":{"method":"POST","url":"https://h/p","headers":[{"name":"Host","value":"i"},{"name":"X","value":"1"}],
            "postData":{"mimeType":"a/b","text":"aGk=","encoding":"base64"}},
         "response":{"status":200,"headers":[{"name":"Y","value":"2"}],"content":{"text":"{}"}}}]}}"#;

    #[test]
    fn requests_and_replies_are_read() {
        let entries = read(TWO.as_bytes()).unwrap();
        let [first, second] = &*entries else { panic!() };
        assert_eq!(first.summary(), ("GET", "https://h:1/a"));
        let request = first.request().unwrap();
        assert_eq!(
            (request.uri.to_string().as_str(), &request.headers["host"]),
            ("https://h:1/a?b=c", &"h:1".parse().unwrap())
        );
        assert_eq!(first.response().unwrap_err().message, "the entry has no reply");
        let request = second.request().unwrap();
        assert_eq!((&*request.body, &request.headers["host"]), (&b"hi"[..], &"i".parse().unwrap()));
        let (headers, body) = second.response().unwrap();
        assert_eq!((headers["y"].as_bytes(), &*body), (&b"2"[..], &b"{}"[..]));
    }

    #[test]
    fn what_is_no_file_of_the_kind_is_refused_without_its_content() {
        for (text, told) in [
            ("", "it is empty"),
            ("{\"canary\":1}", "not of a HAR file"),
            ("{\"log\":{\"entries\":\"canary\"}}", "not of a HAR file"),
            (&TWO[..200], "it is cut off or no JSON: line"),
            ("curl https://h/?canary", "it is a curl command"),
            ("GET /canary HTTP/1.1\nhost: h\n\n", "it is a raw request"),
            ("canary", "it is not JSON"),
        ] {
            let refused = read(text.as_bytes()).err().unwrap();
            assert!(refused.message.contains(told) && !refused.message.contains("canary"), "{refused:?}");
        }
    }
}
