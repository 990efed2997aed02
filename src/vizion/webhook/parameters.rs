//! The signature header, taken apart.

use crate::signing::Encoding;
use crate::webhook::{Received, Refused, integer};

/// More parameters than this are not read. The draft has six.
const MOST_PARAMETERS: usize = 16;

/// What the signature header says. Borrowed from it, not yet believed.
#[derive(Debug)]
pub(super) struct Parameters<'h> {
    pub(super) key_id: &'h str,
    pub(super) signature: Received<'h>,
    pub(super) algorithm: &'h str,
    pub(super) created: i64,
    pub(super) expires: Option<i64>,
    /// The covered headers, as listed: names with single spaces between them.
    pub(super) headers: &'h str,
}

#[derive(Clone, Copy)]
struct Value<'h> {
    text: &'h str,
    quoted: bool,
}

impl<'h> Parameters<'h> {
    pub(super) fn parse(header: &'h [u8]) -> Result<Self, Refused> {
        let header = std::str::from_utf8(header).map_err(|_| Refused::SignatureHeaderMalformed)?;
        let (scheme, rest) = header.split_once(' ').ok_or(Refused::SignatureHeaderMalformed)?;
        if !scheme.eq_ignore_ascii_case("Signature") {
            return Err(Refused::SignatureHeaderMalformed);
        }
        let list = list(rest)?;
        let find = |name| list.iter().find(|(found, _)| *found == name).map(|(_, value)| *value);
        let required = |name| find(name).ok_or(Refused::ParameterMissing { name });
        Ok(Self {
            key_id: required("keyId")?.text,
            signature: required("signature")?.signature(),
            algorithm: required("algorithm")?.text,
            created: integer("created", required("created")?.text)?,
            expires: find("expires").map(|value| integer("expires", value.text)).transpose()?,
            headers: required("headers")?.text,
        })
    }
}

impl<'h> Value<'h> {
    fn signature(self) -> Received<'h> {
        let text = self.text.as_bytes();
        let base64 = || if self.quoted { Encoding::Base64.decode(text) } else { None };
        Received { text, digest: Encoding::HexLower.decode(text).or_else(base64) }
    }
}

/// All parameters, each name once.
fn list(mut rest: &str) -> Result<Vec<(&str, Value<'_>)>, Refused> {
    let mut list: Vec<(&str, Value<'_>)> = Vec::with_capacity(6);
    loop {
        let (name, after) = rest.split_once('=').ok_or(Refused::SignatureHeaderMalformed)?;
        let (value, after) = value(after).ok_or(Refused::SignatureHeaderMalformed)?;
        if !is_name(name) || list.len() == MOST_PARAMETERS {
            return Err(Refused::SignatureHeaderMalformed);
        }
        if list.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(Refused::ParameterDuplicate);
        }
        list.push((name, value));
        if after.is_empty() {
            return Ok(list);
        }
        // Both forms separate by a comma; some writers put spaces after it.
        rest = after.strip_prefix(',').ok_or(Refused::SignatureHeaderMalformed)?.trim_start_matches(' ');
    }
}

/// One value and what follows it. Unquoted ones reach to the next comma, spaces included; quoted ones have no escapes.
fn value(text: &str) -> Option<(Value<'_>, &str)> {
    match text.strip_prefix('"') {
        Some(quoted) => {
            let (text, after) = quoted.split_once('"')?;
            (!text.contains('\\')).then_some((Value { text, quoted: true }, after))
        }
        None => {
            let (text, after) = text.split_at_checked(text.find(',').unwrap_or(text.len()))?;
            (!text.contains('"')).then_some((Value { text, quoted: false }, after))
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "485972b421a9b2a6fff6a61a2824249460efc209abc1f2044459f0b7ecaa3c9c";
    const BASE64: &str = "SFlytCGpsqb/9qYaKCQklGDvwgmrwfIERFnwt+yqPJw=";

    fn parse(text: &str) -> Result<Parameters<'_>, Refused> {
        Parameters::parse(text.as_bytes())
    }

    #[test]
    fn both_forms_say_the_same() {
        let headers = "(request-target) (created) host digest";
        let as_vizion = format!(
            "Signature keyId=hmac-key-1,signature={HEX},algorithm=SHA-256,created=5,expires=6,headers={headers}"
        );
        let as_the_draft = format!(
            "Signature keyId=\"hmac-key-1\", algorithm=\"SHA-256\", created=5, expires=6, headers=\"{headers}\", \
             signature=\"{BASE64}\""
        );
        for text in [as_vizion, as_the_draft] {
            let parsed = parse(&text).unwrap();
            assert_eq!((parsed.key_id, parsed.algorithm), ("hmac-key-1", "SHA-256"));
            assert_eq!((parsed.created, parsed.expires, parsed.headers), (5, Some(6), headers));
            assert_eq!(hex::encode(parsed.signature.digest.unwrap()), HEX);
        }
    }

    #[test]
    fn base64_needs_the_quotes() {
        let text = format!("Signature keyId=k,signature={BASE64},algorithm=SHA-256,created=5,headers=host");
        assert_eq!(parse(&text).unwrap().signature.digest, None);
    }

    #[test]
    fn an_unknown_parameter_is_ignored_and_a_repeated_one_is_not() {
        let base = format!("Signature keyId=k,signature={HEX},algorithm=SHA-256,created=5,headers=host");
        assert!(parse(&format!("{base},opaque=1")).is_ok());
        assert_eq!(parse(&format!("{base},opaque=1,Opaque=1")).unwrap_err(), Refused::ParameterDuplicate);
    }
}
