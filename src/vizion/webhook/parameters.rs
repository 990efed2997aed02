//! Takes the signature header apart.

use std::borrow::Cow;

use crate::signing::Encoding;
use crate::webhook::{DeliveryFault, Integer, Received};

/// More parameters than this are refused. The draft has six.
const MOST_PARAMETERS: usize = 16;

/// The parameters of the signature header, not yet verified.
#[derive(Debug)]
pub(super) struct Parameters<'h> {
    pub(super) key_id: &'h str,
    pub(super) signature: Received<'h>,
    pub(super) algorithm: &'h str,
    pub(super) created: Integer<'h>,
    pub(super) expires: Option<Integer<'h>>,
    /// The covered headers, as listed: names with single spaces between them.
    pub(super) headers: &'h str,
}

#[derive(Clone, Copy)]
struct Value<'h> {
    text: &'h str,
    quoted: bool,
}

impl<'h> Parameters<'h> {
    pub(super) fn parse(header: &'h [u8]) -> Result<Self, DeliveryFault> {
        let header = std::str::from_utf8(header).map_err(|_| DeliveryFault::SignatureHeaderMalformed)?;
        let (scheme, rest) = header.split_once(' ').ok_or(DeliveryFault::SignatureHeaderMalformed)?;
        if !scheme.eq_ignore_ascii_case("Signature") {
            return Err(DeliveryFault::SignatureHeaderMalformed);
        }
        let Known { key_id, signature, algorithm, created, expires, headers } = Known::read(rest)?;
        let required = |name: &'static str, value: Option<Value<'h>>| {
            value.ok_or(DeliveryFault::ParameterMissing { name: name.into() })
        };
        Ok(Self {
            key_id: required("keyId", key_id)?.text,
            signature: required("signature", signature)?.signature(),
            algorithm: required("algorithm", algorithm)?.text,
            created: Integer::parse("created", required("created", created)?.text)?,
            expires: expires.map(|value| Integer::parse("expires", value.text)).transpose()?,
            headers: required("headers", headers)?.text,
        })
    }
}

impl<'h> Value<'h> {
    fn signature(self) -> Received<'h> {
        let text = self.text.as_bytes();
        let base64 = || if self.quoted { Encoding::Base64.decode(text) } else { None };
        Received { text: Cow::Borrowed(text), digest: Encoding::HexLower.decode(text).or_else(base64) }
    }
}

/// The parameters that the draft names, if present.
#[derive(Default)]
struct Known<'h> {
    key_id: Option<Value<'h>>,
    signature: Option<Value<'h>>,
    algorithm: Option<Value<'h>>,
    created: Option<Value<'h>>,
    expires: Option<Value<'h>>,
    headers: Option<Value<'h>>,
}

impl<'h> Known<'h> {
    /// Reads all parameters, each name once.
    fn read(mut rest: &'h str) -> Result<Self, DeliveryFault> {
        let mut known = Self::default();
        let mut names = Vec::<&str>::with_capacity(8);
        loop {
            let (name, after) = rest.split_once('=').ok_or(DeliveryFault::SignatureHeaderMalformed)?;
            let (value, after) = value(after).ok_or(DeliveryFault::SignatureHeaderMalformed)?;
            known.keep(name, value)?;
            if names.len() == MOST_PARAMETERS {
                return Err(DeliveryFault::SignatureHeaderMalformed);
            }
            if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                return Err(DeliveryFault::ParameterDuplicate);
            }
            names.push(name);
            if after.is_empty() {
                return Ok(known);
            }
            // A comma separates parameters in both forms. Some programs write white space after it.
            rest = after.strip_prefix(',').ok_or(DeliveryFault::SignatureHeaderMalformed)?.trim_ascii_start();
        }
    }

    fn keep(&mut self, name: &str, value: Value<'h>) -> Result<(), DeliveryFault> {
        let place = match name {
            "keyId" => &mut self.key_id,
            "signature" => &mut self.signature,
            "algorithm" => &mut self.algorithm,
            "created" => &mut self.created,
            "expires" => &mut self.expires,
            "headers" => &mut self.headers,
            _ if is_name(name) => return Ok(()),
            _ => return Err(DeliveryFault::SignatureHeaderMalformed),
        };
        *place = Some(value);
        Ok(())
    }
}

/// A value, and what follows it. An unquoted value ends at the next comma, and may have spaces; a quoted value has no escapes.
fn value(text: &str) -> Option<(Value<'_>, &str)> {
    match text.strip_prefix('"') {
        Some(quoted) => {
            let (text, after) = quoted.split_at_checked(quoted.find(['"', '\\'])?)?;
            Some((Value { text, quoted: true }, after.strip_prefix('"')?))
        }
        None => {
            let end = text.find([',', '"']).unwrap_or(text.len());
            let (text, after) = text.split_at_checked(end)?;
            (!after.starts_with('"')).then_some((Value { text, quoted: false }, after))
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

    fn parse(text: &str) -> Result<Parameters<'_>, DeliveryFault> {
        Parameters::parse(text.as_bytes())
    }

    #[test]
    fn both_forms_say_the_same() {
        let headers = "(request-target) (created) host digest";
        let as_vizion = format!(
            "Signature keyId=hmac-key-1,signature={HEX},algorithm=SHA-256,created=5,expires=6,headers={headers}"
        );
        let as_the_draft = format!(
            "Signature keyId=\"hmac-key-1\", algorithm=\"SHA-256\",\tcreated=5,  expires=6, headers=\"{headers}\", \
             signature=\"{BASE64}\""
        );
        for text in [as_vizion, as_the_draft] {
            let parsed = parse(&text).unwrap();
            assert_eq!((parsed.key_id, parsed.algorithm), ("hmac-key-1", "SHA-256"));
            let (created, expires) = (parsed.created, parsed.expires.unwrap());
            assert_eq!((created.value, created.text, expires.value, expires.text), (5, "5", 6, "6"));
            assert_eq!(parsed.headers, headers);
            assert_eq!(hex::encode(parsed.signature.digest.unwrap()), HEX);
        }
    }

    #[test]
    fn base64_needs_the_quotes() {
        let text = format!("Signature keyId=k,signature={BASE64},algorithm=SHA-256,created=5,headers=host");
        assert_eq!(parse(&text).unwrap().signature.digest, None);
    }

    #[test]
    fn sixteen_parameters_are_read_and_no_more() {
        let base = format!("Signature keyId=k,signature={HEX},algorithm=SHA-256,created=5,headers=host");
        let with = |more: usize| {
            parse(&(0..more).fold(base.clone(), |text, n| format!("{text},x{n}=1"))).map(|_| ())
        };
        assert_eq!((with(11), with(12)), (Ok(()), Err(DeliveryFault::SignatureHeaderMalformed)));
    }

    #[test]
    fn an_unknown_parameter_is_ignored_and_a_repeated_one_is_not() {
        let base = format!("Signature keyId=k,signature={HEX},algorithm=SHA-256,created=5,headers=host");
        assert!(parse(&format!("{base},opaque=1")).is_ok());
        assert_eq!(
            parse(&format!("{base},opaque=1,Opaque=1")).unwrap_err(),
            DeliveryFault::ParameterDuplicate
        );
    }
}
