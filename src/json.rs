//! JSON's white space, and the members of an object.

/// Space, tab and line ends (RFC 8259, section 2).
pub(crate) fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// JSON without the white space outside its strings. Numbers and strings keep their bytes.
pub(crate) fn without_white_space(json: &[u8]) -> Vec<u8> {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |byte: &u8| {
        let kept = in_string || !is_white_space(*byte);
        if *byte == b'"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && *byte == b'\\' && !escaped;
        kept
    };
    json.iter().copied().filter(keep).collect()
}

/// The members of a JSON object, each value as it is written; `None` if the text is no object.
#[cfg(any(feature = "declared", feature = "diagnose"))]
pub(crate) fn members(text: &[u8]) -> Option<Vec<(String, &serde_json::value::RawValue)>> {
    use std::fmt;

    use serde::Deserializer as _;
    use serde::de::{MapAccess, Visitor};
    use serde_json::value::RawValue;

    struct Members;
    impl<'t> Visitor<'t> for Members {
        type Value = Vec<(String, &'t RawValue)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            Ok(members)
        }
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let members = json.deserialize_map(Members).ok()?;
    json.end().ok().map(|()| members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_outside_strings_goes() {
        let pretty = b"{\r\n\t\"a b\" : [ 1.0e3 , \"x \\\" y\\\\\" ] ,\n \"c\": \" d\\n\" }\n";
        let single_line = br#"{"a b":[1.0e3,"x \" y\\"],"c":" d\n"}"#;
        assert_eq!(without_white_space(pretty), single_line);
        assert_eq!(without_white_space(single_line), single_line);
    }
}
