//! Reads headers strictly.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;

/// A header is there more than once.
pub(crate) struct Repeated;

/// The value of a header that may occur once; `None` if it is absent.
pub(crate) fn only<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h HeaderValue>, Repeated> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() { Err(Repeated) } else { Ok(value) }
}

/// Adds to the refusal of a message without the header `missing`: the other name under which the header arrived, if it did.
pub(crate) fn note_renamed(error: Error, headers: &HeaderMap, missing: &str) -> Error {
    let Some(arrived) = renamed(headers, missing) else { return error };
    error
        .with_note(format!("a header {arrived} arrived in place of {missing}: a proxy or framework renamed it"))
        .with_next_step(format!(
            "Have the proxy or framework keep the header's name, or give the message its {missing} back before it is verified."
        ))
}

/// Proxies write `-` for `_`, since many drop names with `_`. Frameworks that follow CGI, like Django, Rack and PHP,
/// write `_` for `-`, and `HTTP_` in front.
fn renamed<'h>(headers: &'h HeaderMap, missing: &str) -> Option<&'h HeaderName> {
    let hyphenated = |name: &str| name.replace('_', "-");
    let wanted = hyphenated(missing);
    headers.keys().find(|name| {
        let name = hyphenated(name.as_str());
        name == wanted || name.strip_prefix("http-") == Some(&wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_the_spelling_of_proxies_and_of_cgi() {
        let found = |arrived: &'static str, missing| {
            let name = HeaderName::from_bytes(arrived.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static("x"))]);
            renamed(&headers, missing).map(|name| name.as_str().to_owned())
        };
        for (arrived, name) in [
            ("Netgiro-Signature", "netgiro-signature"),
            ("HTTP_NETGIRO_SIGNATURE", "http_netgiro_signature"),
            ("http-netgiro-signature", "http-netgiro-signature"),
        ] {
            assert_eq!(found(arrived, "netgiro_signature").as_deref(), Some(name));
        }
        assert_eq!(
            found("HTTP_X_VIZION_SIGNATURE", "x-vizion-signature").unwrap(),
            "http_x_vizion_signature"
        );
        for other in ["netgiro-nonce", "signature", "x-netgiro-signature", "netgirosignature"] {
            assert_eq!(found(other, "netgiro_signature"), None, "{other}");
        }
    }
}
