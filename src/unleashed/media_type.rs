//! The two media types that Unleashed accepts.

use http::{HeaderMap, HeaderName};

use crate::error::Error;
use crate::fault::faults;
use crate::header;

faults! {
    #[derive(Debug)]
    pub(super) enum MediaTypeFault {
        Unsupported { header: HeaderName } = Signing, "unsupported-media-type",
            "the header {header} is not exactly one of application/json and application/xml",
            "Leave the header out (it becomes application/json), or set application/json or application/xml.";
    }
}

/// Refuses a header that occurs twice or names another media type. Parameters are allowed.
pub(super) fn check(headers: &HeaderMap, name: HeaderName) -> Result<(), Error> {
    let supported = match header::only(headers, &name) {
        Ok(None) => true,
        Ok(Some(value)) => value.to_str().is_ok_and(is_supported),
        Err(_) => false,
    };
    if supported { Ok(()) } else { Err(Error::new(MediaTypeFault::Unsupported { header: name })) }
}

fn is_supported(value: &str) -> bool {
    let known = |text: &str| {
        ["application/json", "application/xml"].iter().any(|known| text.eq_ignore_ascii_case(known))
    };
    let essence = || value.split_once(';').map_or(value, |(essence, _)| essence).trim();
    // Nearly all requests have no parameters here.
    known(value) || !value.contains(',') && known(essence())
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;

    use super::*;

    #[test]
    fn json_and_xml_pass_and_all_else_is_refused() {
        let verdict = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ACCEPT, value.parse().unwrap());
            }
            check(&headers, ACCEPT).map_err(|error| error.code())
        };
        for values in [&[][..], &["application/json"], &["Application/XML; charset=utf-8"]] {
            assert_eq!(verdict(values), Ok(()), "{values:?}");
        }
        let twice = ["application/json", "application/json"];
        for values in [&["text/html"][..], &["*/*"], &["application/json, application/xml"], &[""], &twice] {
            assert_eq!(verdict(values), Err("unsupported-media-type"), "{values:?}");
        }
    }
}
