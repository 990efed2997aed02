//! Reads and replaces pairs and JSON members by name. The rest of a message keeps its bytes.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::filter::Filter;
use crate::json::is_white_space;
pub(crate) use crate::json::members as json_members;

/// The pairs of a query or form, as sent. A pair without `=` has an empty value.
pub(crate) fn raw_pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// A name or value of a query or form, decoded: a `+` is a blank.
pub(crate) fn decoded(text: &str) -> Cow<'_, [u8]> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text.as_bytes());
    }
    let blanks = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&blanks).collect())
}

/// The values of a name.
pub(crate) fn values<'t>(text: &'t str, name: &str) -> impl Iterator<Item = Cow<'t, [u8]>> {
    raw_pairs(text)
        .filter(move |(other, _)| *decoded(other) == *name.as_bytes())
        .map(|(_, value)| decoded(value))
}

/// The pairs with one replaced in its place, added behind the others, or taken out. The rest stays as it was.
pub(crate) fn with_pair(text: &str, name: &str, value: Option<&[u8]>) -> String {
    let written = |text: &[u8]| {
        Filter::Percent
            .apply(text)
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_default()
    };
    let mut new = value.map(|value| format!("{}={}", written(name.as_bytes()), written(value)));
    let is_it = |pair: &str| {
        let other = pair.split_once('=').map_or(pair, |(other, _)| other);
        !pair.is_empty() && *decoded(other) == *name.as_bytes()
    };
    let pairs = text.split('&').map(Cow::Borrowed);
    let mut pairs: Vec<Cow<'_, str>> =
        pairs.filter_map(|pair| if is_it(&pair) { new.take().map(Cow::Owned) } else { Some(pair) }).collect();
    if let Some(new) = new {
        if text.is_empty() {
            pairs.clear();
        }
        pairs.push(Cow::Owned(new));
    }
    pairs.join("&")
}

/// The members of an object, or the elements of an array by their index, for the steps of a path.
fn json_children(text: &[u8]) -> Option<Vec<(String, &RawValue)>> {
    json_members(text).or_else(|| {
        let elements: Vec<&RawValue> = serde_json::from_slice(text).ok()?;
        Some(elements.into_iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect())
    })
}

/// The text of a value: a string without quotes and escapes, any other value as it is written.
pub(crate) fn json_text(value: &RawValue) -> Cow<'_, [u8]> {
    match serde_json::from_str::<String>(value.get()) {
        Ok(text) => Cow::Owned(text.into_bytes()),
        Err(_) => Cow::Borrowed(value.get().as_bytes()),
    }
}

/// The values at a path.
pub(crate) fn json_values<'t>(text: &'t [u8], path: &[Box<str>]) -> Vec<&'t RawValue> {
    let Some((name, path)) = path.split_first() else {
        return serde_json::from_slice(text).into_iter().collect();
    };
    let members = json_children(text).unwrap_or_default();
    let found = members.into_iter().filter(|(other, _)| *other == **name).map(|(_, value)| value);
    found.flat_map(|value| json_values(value.get().as_bytes(), path)).collect()
}

/// The object with the value at a path replaced in its place, added behind the others, or taken out. The rest stays as
/// it was. `None` if the text is no object, or an array would get another length.
pub(crate) fn with_member(text: &[u8], path: &[Box<str>], value: Option<&str>) -> Option<Vec<u8>> {
    let (name, deeper) = path.split_first()?;
    let (members, is_object) = (json_children(text)?, json_members(text).is_some());
    let end_of =
        |value: &RawValue| value.get().as_ptr() as usize + value.get().len() - text.as_ptr() as usize;
    let Some(index) = members.iter().position(|(other, _)| *other == **name) else {
        let Some(value) = value else { return Some(text.to_vec()) };
        if !is_object {
            return None;
        }
        let nested = deeper.iter().rev().fold(value.to_owned(), |value, name| object(name, &value));
        let member = object(name, &nested);
        let member = member.get(1..member.len() - 1)?;
        let (at, comma) = match members.last() {
            Some((_, last)) => (end_of(last), ","),
            None => (text.iter().position(|byte| *byte == b'{')? + 1, ""),
        };
        return Some([text.get(..at)?, comma.as_bytes(), member.as_bytes(), text.get(at..)?].concat());
    };
    let (_, old) = members.get(index)?;
    let (end, start) = (end_of(old), end_of(old) - old.get().len());
    if !deeper.is_empty() {
        let inner = with_member(old.get().as_bytes(), deeper, value)?;
        return Some([text.get(..start)?, &inner, text.get(end..)?].concat());
    }
    if let Some(value) = value {
        return Some([text.get(..start)?, value.as_bytes(), text.get(end..)?].concat());
    }
    if !is_object {
        return None;
    }
    // Takes a comma out as well: the comma in front of the member, or behind the first member.
    let before = match index.checked_sub(1).and_then(|index| members.get(index)) {
        Some((_, before)) => end_of(before),
        None => text.iter().position(|byte| *byte == b'{')? + 1,
    };
    let behind = text.get(end..)?;
    let comma =
        behind.iter().position(|byte| !is_white_space(*byte)).filter(|at| behind.get(*at) == Some(&b','));
    let behind = match comma {
        Some(comma) if index == 0 => behind.get(comma + 1..)?,
        _ => behind,
    };
    Some([text.get(..before)?, behind].concat())
}

fn object(name: &str, value: &str) -> String {
    format!("{{{}:{value}}}", json_string(name))
}

/// A text as a JSON string.
pub(crate) fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_exchanged_added_or_taken_out_and_the_rest_stays_as_it_was() {
        let new = Some(&b"x y"[..]);
        for (text, value, expected) in [
            ("a=1&s=2&b=%2f", new, "a=1&s=x%20y&b=%2f"),
            ("a=1&&b", new, "a=1&&b&s=x%20y"),
            ("", new, "s=x%20y"),
            ("a=1&%73=2&b=+", new, "a=1&s=x%20y&b=+"),
            ("s=1&a&s=2", new, "s=x%20y&a"),
            ("a=1&&s=2", None, "a=1&"),
            ("s=1&a=1", None, "a=1"),
            ("s=1", None, ""),
            ("sa=1&as=1", None, "sa=1&as=1"),
        ] {
            assert_eq!(with_pair(text, "s", value), expected, "{text}");
        }
        assert_eq!(values("a=1&%61=+%2B&b", "a").collect::<Vec<_>>(), [&b"1"[..], b" +"]);
    }

    #[test]
    fn a_member_is_exchanged_added_or_taken_out_and_the_rest_stays_as_it_was() {
        let new = Some("\"x\"");
        for (text, path, value, expected) in [
            (r#"{"a":1.0, "s" : "old" ,"b":{}}"#, "s", new, r#"{"a":1.0, "s" : "x" ,"b":{}}"#),
            (r#"{"a":1.0}"#, "s", new, r#"{"a":1.0,"s":"x"}"#),
            (" { } ", "s", new, r#" {"s":"x" } "#),
            (r#"{"s":1, "a":2}"#, "s", None, r#"{ "a":2}"#),
            (r#"{"a":2 , "s":1}"#, "s", None, r#"{"a":2}"#),
            (r#"{"a":2, "s":[1,{"s":2}] ,"b":3}"#, "s", None, r#"{"a":2 ,"b":3}"#),
            (r#"{"s":1}"#, "s", None, "{}"),
            (r#"{"s":1}"#, "t", None, r#"{"s":1}"#),
            (r#"{"s":{"t":1,"u":2}}"#, "s.t", new, r#"{"s":{"t":"x","u":2}}"#),
            (r#"{"a":1}"#, "s.t", new, r#"{"a":1,"s":{"t":"x"}}"#),
            (r#"{"s":{"t":1}}"#, "s.t", None, r#"{"s":{}}"#),
            (r#"{"\u0073":1}"#, "s", new, r#"{"\u0073":"x"}"#),
            (r#"{"a":[1,{"s":2}]}"#, "a.1.s", new, r#"{"a":[1,{"s":"x"}]}"#),
            (r#"{"a":[1,{"s":2}]}"#, "a.1.s", None, r#"{"a":[1,{}]}"#),
            (r#"{"a":[1,2]}"#, "a.1", new, r#"{"a":[1,"x"]}"#),
        ] {
            let path: Vec<Box<str>> = path.split('.').map(Into::into).collect();
            let made = with_member(text.as_bytes(), &path, value).unwrap();
            assert_eq!(String::from_utf8(made).unwrap(), expected, "{text}");
        }
        assert_eq!(with_member(br#"{"a":[1]}"#, &["a".into(), "1".into()], new), None);
        assert_eq!(with_member(br#"{"a":[1]}"#, &["a".into(), "0".into()], None), None);
        for no_object in ["", "[]", "1", "{", "{}x", r#"{"a"}"#] {
            assert_eq!(with_member(no_object.as_bytes(), &["s".into()], new), None, "{no_object}");
        }
    }

    #[test]
    fn a_value_is_read_as_it_is_written() {
        let text = br#"{"a":{"b":1.00,"c":"\u00e4\n","b":null},"d":[1, 2]}"#;
        let read = |path: &str| -> Vec<String> {
            let path: Vec<Box<str>> = path.split('.').map(Into::into).collect();
            let values = json_values(text, &path);
            values
                .into_iter()
                .map(|value| String::from_utf8(json_text(value).into_owned()).unwrap())
                .collect()
        };
        assert_eq!(read("a.b"), ["1.00", "null"]);
        assert_eq!(read("a.c"), ["ä\n"]);
        assert_eq!((read("d"), read("d.1")), (vec!["[1, 2]".to_owned()], vec!["2".to_owned()]));
        assert!(read("e").is_empty() && read("d.e").is_empty() && read("d.2").is_empty());
    }
}
