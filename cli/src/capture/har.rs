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

/// A HAR file. The crate `har` refuses a file that lacks a member, also one that nobody needs here; real exports lack some.
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
    headers: Option<Vec<Field>>,
    post_data: Option<Content>,
}

#[derive(Deserialize)]
struct Response {
    /// Some exporters write -1 if there was no status.
    #[serde(default)]
    status: i64,
    headers: Option<Vec<Field>>,
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
/// When the text is no HAR file, with what it is.
pub fn read(text: &[u8]) -> Result<Vec<Entry>, Unreadable> {
    let text = in_utf8(text);
    if let Some(other) = instead(&text, Wanted::Har) {
        return Err(other);
    }
    // An error of serde's may quote a value.
    let refused = |error: serde_json::Error| match error.is_data() {
        true => Unreadable::new("it is JSON, but not a HAR file, which has log.entries"),
        false => Unreadable::new(format!(
            "it is cut off or no JSON: line {}, column {}",
            error.line(),
            error.column()
        )),
    };
    serde_json::from_slice(&text).map(|har: Har| har.log.entries).map_err(refused)
}

impl Entry {
    /// The method, and the URL without its query and without a password.
    #[must_use]
    pub fn summary(&self) -> (&str, String) {
        let url = self.request.url.split(['?', '#']).next().unwrap_or_default();
        let (scheme, rest) = url.split_once("//").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        let url = match authority.rfind('@').and_then(|at| rest.get(at..)) {
            Some(rest) => format!("{scheme}//(secret){rest}"),
            None => url.to_owned(),
        };
        (&self.request.method, url)
    }

    /// The request.
    ///
    /// # Errors
    /// When the method, the URL or a header is not valid, or the body is not base64 although the entry says so.
    pub fn request(&self) -> Result<Capture, Unreadable> {
        let request = &self.request;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Unreadable::new("its method is not valid"))?;
        let mut capture = Capture::new(method, absolute(&request.url)?);
        add(&mut capture, request.headers.as_deref().unwrap_or_default())?;
        if !capture.headers.contains_key(header::HOST) {
            // For HTTP/2, the host is in the URL.
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

    /// The status of the reply, if there is one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        let status = self.response.as_ref()?.status;
        StatusCode::from_u16(status.try_into().ok()?).ok()
    }

    /// The headers and the body of the reply.
    ///
    /// # Errors
    /// When there is no reply, a header is not valid, or the body is not base64 although the entry says so.
    pub fn response(&self) -> Result<(HeaderMap, Bytes), Unreadable> {
        let response = self.response.as_ref();
        let headers = response.and_then(|response| response.headers.as_deref()).unwrap_or_default();
        let response = response.filter(|_| !headers.is_empty());
        let response = response.ok_or_else(|| Unreadable::new("the entry has no reply"))?;
        let mut capture = Capture::new(Method::GET, http::Uri::default());
        add(&mut capture, headers)?;
        let body = response.content.as_ref().map(Content::bytes).transpose()?.unwrap_or_default();
        Ok((capture.headers, body))
    }
}

/// Shows only the method: everything else may hold a secret.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("method", &self.request.method).finish_non_exhaustive()
    }
}

/// Adds headers, without the pseudo-headers of HTTP/2. Browsers join those of one name by line ends.
fn add(capture: &mut Capture, fields: &[Field]) -> Result<(), Unreadable> {
    for Field { name, value } in fields.iter().filter(|field| !field.name.starts_with(':')) {
        for value in value.split('\n') {
            capture.header(name.as_bytes(), value.as_bytes())?;
        }
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
        assert_eq!(first.summary(), ("GET", "https://h:1/a".to_owned()));
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

    /// As proxies and older browsers export them.
    #[test]
    fn an_entry_without_a_reply_or_headers_and_with_joined_headers_is_read() {
        let text = r#"{"log":{"entries":[{"request":{"method":"GET","url":"https://me:canary@h/p?q","headers":null,"postData":null},
            "response":{"status":-1,"headers":[{"name":"Set-Cookie","value":"a=1\nb=2"}]}}]}}"#;
        let entries = read(text.as_bytes()).unwrap();
        assert_eq!(entries[0].summary(), ("GET", "https://(secret)@h/p".to_owned()));
        assert_eq!((entries[0].status(), entries[0].request().unwrap().headers.len()), (None, 1));
        assert_eq!(entries[0].response().unwrap().0.get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn what_is_no_file_of_the_kind_is_refused_without_its_content() {
        for (text, told) in [
            ("", "it is empty"),
            ("{\"canary\":1}", "not a HAR file"),
            ("{\"log\":{\"entries\":\"canary\"}}", "not a HAR file"),
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
