//! Makes a stranger's text safe to show.

use countersign::redact::is_hidden;

/// The longest text that is shown whole.
const LONGEST_SHOWN: usize = 2000;

/// Shows control characters as their pictures, escapes what could move or hide other text, and cuts long text short. The
/// templates escape for HTML.
pub(super) fn line(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(LONGEST_SHOWN) {
        match c {
            '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => shown.push('\u{2421}'),
            _ if is_hidden(c) => shown.extend(c.escape_unicode()),
            _ => shown.push(c),
        }
    }
    match text.chars().skip(LONGEST_SHOWN).count() {
        0 => shown,
        left_out => shown + &format!(" … and {left_out} more characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_is_made_visible() {
        assert_eq!(line("a\tb\r\n\0\u{7f}'\"\\ä€"), "a␉b␍␊␀␡'\"\\ä€");
        assert_eq!(line("\u{202e}\u{feff}\u{85}\u{fe0f}"), "\\u{202e}\\u{feff}\\u{85}\\u{fe0f}");
        assert_eq!(line(&"x".repeat(2001)), "x".repeat(2000) + " … and 1 more characters");
    }
}
