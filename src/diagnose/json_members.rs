//! The members of a JSON document, changed by what a serialiser leaves out or how it spells names.

/// What to say of a change, and how it is made.
type Change = (&'static str, fn(&str) -> String);

/// The ways of changing them, the likeliest first. All take a document without white space.
pub(super) static CHANGES: [Change; 5] = [
    ("without those that are null", without_null),
    ("names beginning with a small letter", |document| with_names(document, camel_case)),
    ("names beginning with a capital", |document| with_names(document, pascal_case)),
    ("without those that are null, names beginning with a small letter", |document| {
        with_names(&without_null(document), camel_case)
    }),
    ("without those that are null, names beginning with a capital", |document| {
        with_names(&without_null(document), pascal_case)
    }),
];

/// A piece of a document: a string with its quotes, or what stands between two.
fn pieces(document: &str) -> impl Iterator<Item = &str> {
    let mut rest = document;
    std::iter::from_fn(move || {
        let end = match rest.strip_prefix('"') {
            Some(string) => 1 + super::json_number::end_of_string(string.as_bytes()),
            None => rest.find('"').unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn with_names(document: &str, spell: fn(&str) -> String) -> String {
    let mut pieces = pieces(document).peekable();
    let mut spelt = String::with_capacity(document.len());
    while let Some(piece) = pieces.next() {
        let is_name = piece.starts_with('"') && pieces.peek().is_some_and(|next| next.starts_with(':'));
        if is_name { spelt.push_str(&spell(piece)) } else { spelt.push_str(piece) }
    }
    spelt
}

/// Each member that is null, with the comma that goes with it.
fn without_null(document: &str) -> String {
    let mut kept = String::with_capacity(document.len());
    let mut pieces = pieces(document).peekable();
    while let Some(piece) = pieces.next() {
        let after =
            pieces.peek().and_then(|next| next.strip_prefix(":null")).filter(|_| piece.starts_with('"'));
        let Some(after) = after else {
            kept.push_str(piece);
            continue;
        };
        pieces.next();
        match after.strip_prefix(',') {
            Some(after) => kept.push_str(after),
            None => {
                kept.truncate(kept.strip_suffix(',').map_or(kept.len(), str::len));
                kept.push_str(after);
            }
        }
    }
    kept
}

/// As .NET's `JsonNamingPolicy.CamelCase`: of several capitals in front, all but the one that begins a word.
fn camel_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_capital = |place: usize| letters.get(place).is_some_and(char::is_ascii_uppercase);
    // The first is the quote.
    let capitals = (1..).take_while(|place| is_capital(*place)).count();
    let is_word = letters.get(capitals + 1).is_some_and(char::is_ascii_lowercase);
    let small = if capitals > 1 && is_word { capitals - 1 } else { capitals };
    letters
        .iter()
        .enumerate()
        .map(|(place, letter)| if place <= small { letter.to_ascii_lowercase() } else { *letter })
        .collect()
}

fn pascal_case(name: &str) -> String {
    name.chars()
        .enumerate()
        .map(|(place, letter)| if place == 1 { letter.to_ascii_uppercase() } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_are_null_go_with_their_comma() {
        for (document, left) in [
            (r#"{"a":null,"b":1}"#, r#"{"b":1}"#),
            (r#"{"a":1,"b":null}"#, r#"{"a":1}"#),
            (r#"{"a":1,"b":null,"c":null,"d":[null,2]}"#, r#"{"a":1,"d":[null,2]}"#),
            (r#"{"a":null,"b":null}"#, "{}"),
            (r#"[{"a":null},{"b":":null,","c":"d"}]"#, r#"[{},{"b":":null,","c":"d"}]"#),
            (r#"{"a":"\\\":null","b":{"c":null}}"#, r#"{"a":"\\\":null","b":{}}"#),
        ] {
            assert_eq!(without_null(document), left);
        }
    }

    #[test]
    fn names_are_spelt_as_dot_net_does() {
        let document = r#"{"ID":1,"URLValue":"Name","Inner":{"A":[{"OrderId":"B"}]},"ísland":2}"#;
        let camel = r#"{"id":1,"urlValue":"Name","inner":{"a":[{"orderId":"B"}]},"ísland":2}"#;
        assert_eq!(with_names(document, camel_case), camel);
        let pascal = r#"{"Id":1,"UrlValue":"Name","Inner":{"A":[{"OrderId":"B"}]},"ísland":2}"#;
        assert_eq!(with_names(camel, pascal_case), pascal);
    }
}
