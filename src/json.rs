//! JSON's white space.

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
