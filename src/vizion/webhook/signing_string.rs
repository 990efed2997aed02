//! The signed text of Vizion: one line for each covered header.

use http::HeaderMap;

use crate::signing::{Segment, SignedText, Source};
use crate::webhook::{Delivery, DeliveryFault};

/// What must be covered. Without the first, a delivery could go to another path; without the last, it could have another body.
const REQUIRED: [&str; 4] = ["(request-target)", "(created)", "host", "digest"];

/// More covered headers than this are refused.
const MOST_LINES: usize = 64;

/// The lines of a signing string, in the order of the list.
#[derive(Debug)]
pub(super) struct SigningString<'r> {
    lines: Vec<Line<'r>>,
    delivery: Delivery<'r>,
    /// The length of the signed body, if another body was received.
    signed_length: Option<String>,
}

/// The values for the names of a list. The times are texts, as received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sources<'r> {
    pub(super) host: &'r [u8],
    pub(super) digest: &'r [u8],
    pub(super) created: &'r str,
    pub(super) expires: Option<&'r str>,
    pub(super) delivery: Delivery<'r>,
}

#[derive(Debug)]
struct Line<'r> {
    name: &'r str,
    value: Value<'r>,
}

/// The value of a name.
#[derive(Debug)]
enum Value<'r> {
    /// The method and the target.
    Target,
    Bytes(&'r [u8], Source),
    /// All instances of a header that occurs more than once.
    Instances,
}

impl<'r> SigningString<'r> {
    /// The lines that `list` names. Each name must have a value.
    pub(super) fn new(list: &'r str, sources: Sources<'r>) -> Result<Self, DeliveryFault> {
        let mut lines = Vec::<Line<'r>>::with_capacity(8);
        for name in list.split(' ') {
            if lines.len() == MOST_LINES || !is_name(name) || lines.iter().any(|line| line.name == name) {
                return Err(DeliveryFault::CoverageMalformed);
            }
            // Its value is looked up below, once the whole list is known to be valid.
            lines.push(Line { name, value: Value::Target });
        }
        for name in REQUIRED {
            if !lines.iter().any(|line| line.name == name) {
                return Err(DeliveryFault::NotCovered { name: name.into() });
            }
        }
        for line in &mut lines {
            line.value = sources.value(line.name)?;
        }
        Ok(Self { lines, delivery: sources.delivery, signed_length: None })
    }

    /// States the length of the signed body, in place of the length that the pretty-printing program wrote. Vizion
    /// covers `content-length`, so the delivery could not verify otherwise.
    pub(super) fn restate_length(&mut self, length: usize) {
        self.signed_length = Some(length.to_string());
    }

    /// States the text: `name: value`, with LF between lines and none at the end. Each value has its source, so that
    /// diagnoses know which mistakes to try.
    pub(super) fn state(&self, text: &mut SignedText<'_>) {
        for (index, Line { name, value }) in self.lines.iter().enumerate() {
            if index > 0 {
                text.separator("\n");
            }
            text.separator(name).separator(": ");
            match (&self.signed_length, value) {
                (Some(length), _) if *name == "content-length" => {
                    state_value(name, length.as_bytes(), Source::RequestHeader, text);
                }
                (_, Value::Target) => state_target(&self.delivery, text),
                (_, Value::Bytes(bytes, source)) => state_value(name, bytes, *source, text),
                (_, Value::Instances) => state_instances(name, self.delivery.headers(), text),
            }
        }
    }
}

impl<'r> Sources<'r> {
    /// The value of a name, or why it has none.
    fn value(&self, name: &str) -> Result<Value<'r>, DeliveryFault> {
        match name {
            "(request-target)" => Ok(Value::Target),
            "(created)" => Ok(Value::Bytes(self.created.as_bytes(), Source::Clock)),
            "(expires)" => {
                let expires =
                    self.expires.ok_or(DeliveryFault::ParameterMissing { name: "expires".into() })?;
                Ok(Value::Bytes(expires.as_bytes(), Source::Clock))
            }
            "host" => Ok(Value::Bytes(self.host, Source::RequestHost)),
            "digest" => Ok(Value::Bytes(self.digest, Source::RequestHeader)),
            _ => {
                let mut instances = self.delivery.headers().get_all(name).iter();
                let first = instances.next().ok_or(DeliveryFault::CoveredHeaderMissing)?;
                let is_only = instances.next().is_none();
                let only = Value::Bytes(first.as_bytes(), Source::RequestHeader);
                Ok(if is_only { only } else { Value::Instances })
            }
        }
    }
}

fn state_target(delivery: &Delivery<'_>, text: &mut SignedText<'_>) {
    let (method, target) = (delivery.method().as_str().to_ascii_lowercase(), delivery.target());
    text.push(Segment::public("method", method.as_bytes()).with_source(Source::RequestMethod))
        .separator(" ")
        .push(Segment::public("target", target.as_bytes()).with_source(Source::RequestTarget));
}

/// States all instances of a header, joined by `, `. A header value cannot hold CR or LF: its type forbids it.
fn state_instances(name: &str, headers: &HeaderMap, text: &mut SignedText<'_>) {
    for (index, value) in headers.get_all(name).iter().enumerate() {
        if index > 0 {
            text.separator(", ");
        }
        state_value(name, value.as_bytes(), Source::RequestHeader, text);
    }
}

fn state_value(name: &str, value: &[u8], source: Source, text: &mut SignedText<'_>) {
    text.push(Segment::public(name, value.trim_ascii()).with_source(source));
}

/// A pseudo-header of the draft, or a header's name in lower case: a token (RFC 9110, section 5.6.2).
fn is_name(name: &str) -> bool {
    let is_token = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9') || b"!#$%&'*+-.^_`|~".contains(&byte);
    matches!(name, "(request-target)" | "(created)" | "(expires)")
        || (!name.is_empty() && name.bytes().all(is_token))
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
    fn stated(list: &str, parts: &Parts) -> Result<String, DeliveryFault> {
        let sources = Sources {
            host: b"h",
            digest: b"d",
            created: "5",
            expires: None,
            delivery: Delivery::new(parts, None),
        };
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
                [Err(DeliveryFault::CoverageMalformed), Err(DeliveryFault::CoverageMalformed)],
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_refused() {
        let with = |name: &str| stated(&format!("{} {name}", REQUIRED.join(" ")), &parts("POST"));
        assert_eq!(with("x-absent"), Err(DeliveryFault::CoveredHeaderMissing));
        assert_eq!(with("(expires)"), Err(DeliveryFault::ParameterMissing { name: "expires".into() }));
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
        assert_eq!(stated(&list(61), &parts), Err(DeliveryFault::CoverageMalformed));
    }
}
