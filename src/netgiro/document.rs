//! Whether a body is one document, told while it arrives.

mod brackets;
mod json;
mod runs;

use json::Json;
use runs::is_space;

/// Whether a body is empty, one JSON object or array (RFC 8259), or XML, which is told by its first character and not
/// looked into. Judged by the bytes, since the content type is not signed.
///
/// A text that was signed as the end of a longer URL, or with something after it, is none of these, unless the URL ended
/// in a whole array or object: a border between URL and body is not signed.
pub(super) struct Document(Kind);

enum Kind {
    Empty,
    Json(Json),
    Xml,
    Neither,
}

impl Document {
    pub(super) fn new() -> Self {
        Self(Kind::Empty)
    }

    /// Takes in the next bytes, however they are cut.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        if matches!(self.0, Kind::Empty) {
            self.0 = match bytes.iter().find(|byte| !is_space(**byte)) {
                None => Kind::Empty,
                Some(b'<') => Kind::Xml,
                Some(b'{' | b'[') => Kind::Json(Json::new()),
                Some(_) => Kind::Neither,
            };
        }
        if let Kind::Json(json) = &mut self.0
            && json.update(bytes).is_none()
        {
            self.0 = Kind::Neither;
        }
    }

    /// Whether the bytes so far can still become one document.
    pub(super) fn is_possible(&self) -> bool {
        !matches!(self.0, Kind::Neither)
    }

    /// Whether the bytes so far are one document.
    pub(super) fn is_whole(&self) -> bool {
        match &self.0 {
            Kind::Empty | Kind::Xml => true,
            Kind::Json(json) => json.is_whole(),
            Kind::Neither => false,
        }
    }
}

/// Whether `body` is one document, as [`Document`] says.
pub(super) fn is_one_document(body: &[u8]) -> bool {
    let mut document = Document::new();
    document.update(body);
    document.is_whole()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::brackets::DEEPEST;
    use super::*;

    fn is_one_document<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> bool {
        let mut document = Document::new();
        pieces.into_iter().for_each(|piece| document.update(piece));
        assert!(document.is_possible() || !document.is_whole());
        document.is_whole()
    }

    /// The reference: serde_json's own grammar, and only objects and arrays.
    fn by_serde(text: &[u8]) -> bool {
        matches!(text.trim_ascii_start().first(), None | Some(b'{' | b'['))
            && (text.trim_ascii().is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok())
    }

    #[test]
    fn one_object_or_array_or_xml_or_nothing() {
        let good: [&[u8]; 9] = [
            b"",
            b" \r\n\t",
            b"{}",
            b" [ ] \n",
            br#"{"a":[1,-0.5e+3,true,false,null,"\"\\\/\b\u00e9"],"b":{}}"#,
            b"[0,-0,10,-10,1E5,1.25,[[]],{}]",
            b"<a/>",
            b"\n<?xml version=\"1.0\"?><a>",
            "{\"\u{e6}\":\"\u{1f600}\u{7f}\"}".as_bytes(),
        ];
        for text in good {
            assert!(is_one_document([text]), "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let bad: [&[u8]; 39] = [
            b"1",
            b"\"a\"",
            b"true",
            b"x{}",
            b"&a=1{}",
            b"{}{}",
            b"[]x",
            b"[1]{}",
            b"{",
            b"[",
            b"[1",
            b"[1,]",
            b"{\"a\"}",
            b"{\"a\":}",
            b"{\"a\":1,}",
            b"{a:1}",
            b"{,}",
            b"[}",
            b"{]",
            b"[01]",
            b"[-]",
            b"[1.]",
            b"[.5]",
            b"[1e]",
            b"[+1]",
            b"[\"\n\"]",
            b"[\"\\x\"]",
            b"[\"\\u12g4\"]",
            b"[nul]",
            b"[truex]",
            b"[nulx]",
            b"[nxll]",
            b"[\"\\u1g34\"]",
            b"[\"\\u123g\"]",
            b"[-01]",
            b"[t rue]",
            b"[\"\\ n\"]",
            b"[\"\\u 12ab\"]",
            b"[\"\\u12 ab\"]",
        ];
        for text in bad {
            assert!(!is_one_document([text]), "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: u32| {
            let squares = |level: &u32| level.is_multiple_of(3);
            let opening = (0..depth).map(|level| if squares(&level) { "[" } else { "{\"a\":" });
            let closing = (0..depth).rev().map(|level| if squares(&level) { "]" } else { "}" });
            (opening.collect::<String>(), closing.collect::<Vec<_>>())
        };
        for depth in [1, 63, 64, 65, DEEPEST - 1, DEEPEST, DEEPEST + 1] {
            let (opening, mut closing) = nested(depth);
            let text = [&*opening, "[]", &closing.concat()].concat();
            // The innermost value is a level too.
            assert_eq!(is_one_document([text.as_bytes()]), depth < DEEPEST, "{depth}");
            // What is skipped without a value being made may be deeper there.
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), depth < DEEPEST, "{depth}");
            closing[0] = if closing[0] == "]" { "}" } else { "]" };
            assert!(!is_one_document([[&*opening, "[]", &closing.concat()].concat().as_bytes()]), "{depth}");
        }
    }

    /// Texts of JSON's own pieces, so that a good part of them is valid.
    fn near_json() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\u00e9", "\\n", "0", "-1", "2.5",
            "1e9", "E+", ".", "true", "null", "false", " ", "\n", "\u{b}", "ð", "<",
        ]);
        let valid = any::<Vec<(String, f64, bool)>>().prop_map(|rows| serde_json::to_string(&rows).unwrap());
        let near = prop_oneof![
            prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
            prop::collection::vec(prop::sample::select(vec!["[", "]", "1", ","]), 0..8)
                .prop_map(|pieces| pieces.concat()),
            valid,
        ];
        near.prop_filter("XML is told by its first character", |text| !text.trim_start().starts_with('<'))
            .prop_map(String::into_bytes)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

        #[test]
        fn agrees_with_serde_json_however_the_text_is_cut(text in near_json(), cut in any::<prop::sample::Index>()) {
            let expected = by_serde(&text);
            prop_assert_eq!(is_one_document([&text[..]]), expected);
            let (front, back) = text.split_at(cut.index(text.len() + 1));
            prop_assert_eq!(is_one_document([front, back]), expected);
            prop_assert_eq!(is_one_document(text.chunks(1)), expected);
        }
    }
}
