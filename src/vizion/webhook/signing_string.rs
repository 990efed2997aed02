//! What Vizion signs: one line per covered header.

use std::borrow::Cow;

use http::{HeaderMap, Method};

use super::few::Few;
use crate::signing::{Origin, Segment, SignedText};
use crate::webhook::{Delivery, Refused};

/// What must be covered. Without the first a delivery could go to another path, without the last have another body.
const REQUIRED: [&str; 4] = ["(request-target)", "(created)", "host", "digest"];

/// More covered headers than this are not read.
const MOST_LINES: usize = 64;

/// The lines of a signing string, in the order of the list. What they stand for is looked up as they are stated, so that
/// a delivery allocates nothing.
#[derive(Debug)]
pub(super) struct SigningString<'r> {
    list: &'r str,
    sources: Sources<'r>,
    /// The length of the body that was signed, where that is not the one received.
    signed_length: Option<String>,
}

/// What the names of a list stand for. The times are as printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sources<'r> {
    pub(super) host: &'r [u8],
    pub(super) created: &'r str,
    pub(super) expires: Option<&'r str>,
    pub(super) delivery: Delivery<'r>,
}

impl<'r> SigningString<'r> {
    /// The lines that `list` names, each of which stands for something.
    pub(super) fn new(list: &'r str, sources: Sources<'r>) -> Result<Self, Refused> {
        let mut names = Few::<_, MOST_LINES>::new();
        for name in list.split(' ') {
            if names.is_full() || !is_name(name) || names.iter().any(|known| known == name) {
                return Err(Refused::CoverageMalformed);
            }
            names.push(name);
        }
        for name in REQUIRED {
            if !names.iter().any(|listed| listed == name) {
                return Err(Refused::NotCovered { name });
            }
        }
        names.iter().try_for_each(|name| sources.check(name))?;
        Ok(Self { list, sources, signed_length: None })
    }

    /// States the length of the body that was signed, in place of the one that whoever pretty-printed it wrote. Vizion
    /// covers `content-length`, so the delivery could not verify otherwise.
    pub(super) fn restate_length(&mut self, length: usize) {
        self.signed_length = Some(length.to_string());
    }

    /// States it: `name: value`, LF between lines, none at the end.
    pub(super) fn state(&self, text: &mut SignedText<'_>) {
        for (index, name) in self.list.split(' ').enumerate() {
            if index > 0 {
                text.separator("\n");
            }
            self.state_value(name, text.separator(name).separator(": "));
        }
    }

    /// States a line's value with where it came from, so that diagnoses know which mistakes go with it.
    fn state_value(&self, name: &str, text: &mut SignedText<'_>) {
        let Sources { host, created, expires, delivery } = &self.sources;
        let (value, origin) = match (name, &self.signed_length) {
            ("(request-target)", _) => return state_target(delivery, text),
            ("(created)", _) => (created.as_bytes(), Origin::Clock),
            ("(expires)", _) => (expires.unwrap_or_default().as_bytes(), Origin::Clock),
            ("host", _) => (*host, Origin::RequestHost),
            ("content-length", Some(length)) => (length.as_bytes(), Origin::RequestHeader),
            _ => return state_instances(name, delivery.headers(), text),
        };
        text.push(Segment::public(name, value.trim_ascii()).with_origin(origin));
    }
}

impl Sources<'_> {
    /// Refuses a name that stands for nothing.
    fn check(&self, name: &str) -> Result<(), Refused> {
        match name {
            "(request-target)" | "(created)" | "host" => Ok(()),
            "(expires)" if self.expires.is_none() => Err(Refused::ParameterMissing { name: "expires" }),
            "(expires)" => Ok(()),
            _ if self.delivery.headers().contains_key(name) => Ok(()),
            _ => Err(Refused::CoveredHeaderMissing),
        }
    }
}

fn state_target(delivery: &Delivery<'_>, text: &mut SignedText<'_>) {
    let (method, target) = (lower_case(delivery.method()), delivery.target());
    text.push(Segment::public("method", method.as_bytes()).with_origin(Origin::RequestMethod))
        .separator(" ")
        .push(Segment::public("target", target.as_bytes()).with_origin(Origin::RequestTarget));
}

/// States all instances of a header, trimmed, joined by `, `. A header value cannot hold CR or LF: its type forbids it.
fn state_instances(name: &str, headers: &HeaderMap, text: &mut SignedText<'_>) {
    for (index, value) in headers.get_all(name).iter().enumerate() {
        if index > 0 {
            text.separator(", ");
        }
        text.push(Segment::public(name, value.as_bytes().trim_ascii()).with_origin(Origin::RequestHeader));
    }
}

fn lower_case(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::POST => Cow::Borrowed("post"),
        Method::PUT => Cow::Borrowed("put"),
        Method::GET => Cow::Borrowed("get"),
        _ => Cow::Owned(method.as_str().to_ascii_lowercase()),
    }
}

/// A pseudo-header of the draft, or a header's name in lower case: a token (RFC 9110, section 5.6.2).
fn is_name(name: &str) -> bool {
    matches!(name, "(request-target)" | "(created)" | "(expires)")
        || (!name.is_empty() && name.bytes().all(is_token_in_lower_case))
}

fn is_token_in_lower_case(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.')
        || matches!(byte, b'^' | b'_' | b'`' | b'|' | b'~')
}

#[cfg(test)]
mod tests {
    use http::request::Parts;
    use http::{HeaderValue, Request};

    use super::*;

    fn parts(method: &str) -> Parts {
        let request =
            Request::builder().method(method).uri("/in?a=1").header("host", "h").header("digest", "d");
        request.header("x-many", "1").header("x-many", " 2 ").body(()).unwrap().into_parts().0
    }

    /// The signing string of a delivery with this list.
    fn stated(list: &str, parts: &Parts) -> Result<String, Refused> {
        let sources =
            Sources { host: b"h", created: "5", expires: None, delivery: Delivery::new(parts, None) };
        let signing_string = SigningString::new(list, sources)?;
        let mut stated = Vec::new();
        let mut gather = |segment: Segment<'_>| stated.extend_from_slice(segment.public_bytes().unwrap());
        signing_string.state(&mut SignedText::new(&mut gather));
        Ok(String::from_utf8(stated).unwrap())
    }

    #[test]
    fn each_name_has_its_line_in_the_order_of_the_list() {
        let list = "digest x-many (created) host (request-target)";
        let expected = "digest: d\nx-many: 1, 2\n(created): 5\nhost: h\n(request-target): post /in?a=1";
        assert_eq!(stated(list, &parts("POST")), Ok(expected.to_owned()));
        assert!(stated(list, &parts("PURGE")).unwrap().ends_with(": purge /in?a=1"));
    }

    #[test]
    fn a_list_that_is_no_list_of_names_is_refused() {
        let required = REQUIRED.join(" ");
        for wrong in ["", " ", " host", "host  date", "Host", "h\u{f6}st", "(unknown)", "a:b", "host host"] {
            let refused =
                [stated(wrong, &parts("POST")), stated(&format!("{required} {wrong}"), &parts("POST"))];
            assert_eq!(
                refused,
                [Err(Refused::CoverageMalformed), Err(Refused::CoverageMalformed)],
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_refused() {
        let with = |name: &str| stated(&format!("{} {name}", REQUIRED.join(" ")), &parts("POST"));
        assert_eq!(with("x-absent"), Err(Refused::CoveredHeaderMissing));
        assert_eq!(with("(expires)"), Err(Refused::ParameterMissing { name: "expires" }));
        assert!(with("x-many").is_ok());
    }

    #[test]
    fn sixty_four_names_are_read_and_no_more() {
        let mut parts = parts("POST");
        let names: Vec<_> = (0..61).map(|n| format!("x-{n}")).collect();
        for name in &names {
            let name: http::HeaderName = name.parse().unwrap();
            parts.headers.insert(name, HeaderValue::from_static("v"));
        }
        let list = |more: usize| format!("{} {}", REQUIRED.join(" "), names[..more].join(" "));
        assert_eq!(stated(&list(60), &parts).unwrap().lines().count(), MOST_LINES);
        assert_eq!(stated(&list(61), &parts), Err(Refused::CoverageMalformed));
    }
}
