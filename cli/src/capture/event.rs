//! A request in the JSON of services that receive webhooks for others: webhook.site, and AWS API Gateway or a Lambda URL.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{Method, Uri};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Capture, Unreadable, absolute};

/// The members of all these formats.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event {
    headers: Option<BTreeMap<String, Values>>,
    multi_value_headers: Option<BTreeMap<String, Values>>,
    #[serde(alias = "content")]
    body: Option<String>,
    is_base64_encoded: bool,
    /// Of webhook.site.
    url: Option<String>,
    #[serde(alias = "httpMethod")]
    method: Option<String>,
    /// Of API Gateway's version 2.
    raw_path: Option<String>,
    raw_query_string: String,
    request_context: Context,
    /// Of its version 1.
    path: Option<String>,
    query_string_parameters: Option<BTreeMap<String, IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Context {
    http: Http,
    /// With the stage.
    path: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Http {
    method: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// Reads an event; `None` if the text is no event.
pub(super) fn read(text: &[u8]) -> Result<Option<Capture>, Unreadable> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return Ok(None);
    }
    let Ok(event) = serde_json::from_slice::<Event>(text) else { return Ok(None) };
    let headers = event.multi_value_headers.or(event.headers).unwrap_or_default();
    let method = event.method.or(event.request_context.http.method);
    let (Some(method), false) = (method, headers.is_empty()) else { return Ok(None) };
    let is_v1 = event.raw_path.is_none();
    let path = event.raw_path.or(event.request_context.path).or(event.path);
    let uri = match (event.url, path) {
        (Some(url), _) => absolute(&url)?,
        (None, Some(_)) if is_v1 && event.query_string_parameters.is_some_and(|query| !query.is_empty()) => {
            let message = "its query is taken apart, as by version 1 of API Gateway, and signatures cover the query as it was sent";
            return Err(Unreadable::new(message).step(
                "Ask the sender for it, and hand over POST /path?query HTTP/1.1, the headers, an empty line and the body.",
            ));
        }
        (None, Some(path)) => target(&path, &event.raw_query_string)?,
        (None, None) => return Ok(None),
    };
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|_| Unreadable::new("its method is not valid"))?;
    let mut capture = Capture::new(method, uri);
    for (name, values) in &headers {
        let values = match values {
            Values::One(value) => std::slice::from_ref(value),
            Values::Many(values) => values,
        };
        for value in values {
            capture.header(name.as_bytes(), value.as_bytes())?;
        }
    }
    let body = event.body.unwrap_or_default();
    capture.body = match event.is_base64_encoded {
        true => BASE64.decode(&body).map_err(|_| Unreadable::new("its body is not base64"))?.into(),
        false => body.into(),
    };
    Ok(Some(capture))
}

fn target(path: &str, query: &str) -> Result<Uri, Unreadable> {
    let question_mark = if query.is_empty() { "" } else { "?" };
    let target = format!("{path}{question_mark}{query}");
    target.parse().map_err(|_| Unreadable::new("its path is not valid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(event: &str) -> String {
        match read(event.as_bytes()) {
            Ok(None) => "none".to_owned(),
            Err(refused) => refused.message.into_owned(),
            Ok(Some(capture)) => {
                let headers =
                    capture.headers.iter().map(|(name, value)| format!("{name}={}", value.to_str().unwrap()));
                let (headers, body) =
                    (headers.collect::<Vec<_>>().join(" "), String::from_utf8_lossy(&capture.body));
                format!("{} {} {headers} {body}", capture.method, capture.uri)
            }
        }
    }

    #[test]
    fn the_request_of_an_event_is_read() {
        for (event, expected) in [
            (
                r#"{"uuid":"u","type":"web","method":"POST","content":"{\"a\":1}","query":{"x":"1"},
                    "headers":{"host":["h"],"x-a":["1","2"]},"url":"https://h/u?x=1"}"#,
                r#"POST https://h/u?x=1 host=h x-a=1 x-a=2 {"a":1}"#,
            ),
            (
                r#"{"version":"2.0","rawPath":"/p","rawQueryString":"a=%20","headers":{"host":"h"},"isBase64Encoded":true,
                    "requestContext":{"http":{"method":"PUT","path":"/p"}},"body":"aGk=","queryStringParameters":{"a":" "}}"#,
                "PUT /p?a=%20 host=h hi",
            ),
            (
                r#"{"resource":"/p","path":"/p","httpMethod":"POST","headers":{"Host":"h"},"multiValueHeaders":{"Host":["h"]},
                    "queryStringParameters":null,"requestContext":{"path":"/stage/p"},"body":"b","isBase64Encoded":false}"#,
                "POST /stage/p host=h b",
            ),
            (
                r#"{"path":"/p","httpMethod":"GET","headers":{"a":"b"},"queryStringParameters":{}}"#,
                "GET /p a=b ",
            ),
            (r#"{"event":"arrived"}"#, "none"),
            ("[1]", "none"),
        ] {
            assert_eq!(shown(event), expected);
        }
        let queried =
            r#"{"path":"/p","httpMethod":"GET","headers":{"a":"b"},"queryStringParameters":{"a":"1"}}"#;
        assert!(shown(queried).contains("its query is taken apart"), "{}", shown(queried));
    }
}
