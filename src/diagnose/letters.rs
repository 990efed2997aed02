//! Texts in another case.

/// The first letter in the other case.
pub(super) fn toggled(text: &str) -> String {
    let toggle =
        |c: char| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    with_initial(text, toggle)
}

/// The letter at `start` in upper case.
pub(super) fn second_word(text: &str, start: usize) -> String {
    let capital = |(place, c): (usize, char)| if place == start { c.to_ascii_uppercase() } else { c };
    text.chars().enumerate().map(capital).collect()
}

pub(super) fn initial_upper(text: &str) -> String {
    with_initial(text, |c| c.to_ascii_uppercase())
}

pub(super) fn initial_lower(text: &str) -> String {
    with_initial(text, |c| c.to_ascii_lowercase())
}

pub(super) fn title_case(text: &str) -> String {
    initial_upper(&lower(text))
}

fn with_initial(text: &str, form: impl Fn(char) -> char) -> String {
    let mut rest = text.chars();
    rest.next().map(form).into_iter().chain(rest).collect()
}

pub(super) fn lower(text: &str) -> String {
    with_letters(text, false, |c| c.to_ascii_lowercase())
}

pub(super) fn upper(text: &str) -> String {
    with_letters(text, false, |c| c.to_ascii_uppercase())
}

/// The two digits after each percent sign in upper case, all else untouched.
pub(super) fn upper_escapes(text: &str) -> String {
    with_letters(text, true, |c| c.to_ascii_uppercase())
}

/// The two digits after each percent sign in lower case, all else untouched.
pub(super) fn lower_escapes(text: &str) -> String {
    with_letters(text, true, |c| c.to_ascii_lowercase())
}

/// Either what percent signs escape, or all else, in another case.
fn with_letters(text: &str, escaped: bool, form: fn(char) -> char) -> String {
    let mut digits_left = 0_u8;
    let rewrite = |c: char| {
        let is_digit = digits_left > 0;
        digits_left = if c == '%' { 2 } else { digits_left.saturating_sub(1) };
        if is_digit == escaped { form(c) } else { c }
    };
    text.chars().map(rewrite).collect()
}
