//! JSON or XML.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n";

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Xml,
}

impl Media {
    /// The first of the two that `Accept` names; JSON if it names neither.
    pub(crate) fn wanted_by(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT);
        let ranges = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        ranges.filter_map(Self::of).next().unwrap_or(Self::Json)
    }

    /// Reads a media type, without its parameters.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let essence = text.split_once(';').map_or(text, |(essence, _)| essence).trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/json" | "text/json" => Some(Self::Json),
            "application/xml" | "text/xml" => Some(Self::Xml),
            _ => None,
        }
    }

    /// An answer in this format. In XML the root element is named as the type.
    pub(crate) fn respond(self, status: StatusCode, document: &impl Serialize) -> Response<Bytes> {
        let written = match self {
            Self::Json => serde_json::to_string(document).ok(),
            Self::Xml => quick_xml::se::to_string(document).ok(),
        };
        written.map_or_else(
            || with_status(StatusCode::INTERNAL_SERVER_ERROR),
            |document| self.respond_with(status, document),
        )
    }

    /// An answer with a serialised document; in XML, from its root on.
    pub(crate) fn respond_with(self, status: StatusCode, document: String) -> Response<Bytes> {
        let (start, media_type) = match self {
            Self::Json => ("", "application/json; charset=utf-8"),
            Self::Xml => (DECLARATION, "application/xml; charset=utf-8"),
        };
        let mut response = with_status(status).map(|_| Bytes::from(start.to_owned() + &document));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    }
}

/// An answer without a body.
pub(crate) fn with_status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_named_format_is_taken() {
        for (accept, media) in [
            ("application/xml", Media::Xml),
            ("text/html, text/xml;q=0.9, application/json", Media::Xml),
            ("Application/JSON, application/xml", Media::Json),
            ("*/*", Media::Json),
            ("", Media::Json),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(Media::wanted_by(&headers), media, "{accept}");
        }
    }
}
