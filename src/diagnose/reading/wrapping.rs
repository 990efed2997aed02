//! What stands around the text of a signature, taken off.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::encodings::DIGEST_IN_BASE64;
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::ways;

/// No signature is longer, whatever stands around it.
const LONGEST: usize = 1 << 10;
/// As many steps are taken at once, and as many texts are read.
const MOST_STEPS: usize = 3;
pub(super) const MOST_TEXTS: usize = 400;

/// What stands around a signature, and what is left of a text without it; nothing where there is none.
struct Step {
    mistake: &'static Mistake,
    take_off: fn(&str) -> Vec<String>,
}

#[rustfmt::skip]
const QUOTES: [(&str, &str); 10] = [
    ("\"", "\""), ("'", "'"), ("`", "`"), ("<", ">"), ("[", "]"), ("(", ")"), ("{", "}"), ("\\\"", "\\\""),
    // Bytes, as Python prints them.
    ("b'", "'"), ("b\"", "\""),
];

/// What stands between a label and what it labels.
const DELIMITERS: [char; 4] = ['=', ':', ' ', ','];

#[rustfmt::skip]
static STEPS: [Step; 8] = [
    Step {
        mistake: &mistake::SIGNATURE_SURROUNDING_WHITESPACE,
        take_off: |text| {
            let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{a0}');
            vec![text.trim().to_owned(), text.replace(|c: char| c.is_ascii_whitespace() || hidden(c), "")]
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_QUOTED,
        take_off: |text| {
            let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
            QUOTES.iter().filter_map(inside).map(str::to_owned).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_DOUBLED,
        take_off: |text| {
            let halves = text.split_at_checked(text.len() / 2).filter(|(first, second)| first == second);
            let list = text
                .split_once(", ")
                .or_else(|| text.split_once(','))
                .filter(|(first, second)| first == second);
            halves.or(list).map(|(first, _)| first.to_owned()).into_iter().collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_LABELLED,
        take_off: |text| {
            // The padding of base64 is no delimiter.
            let unpadded = text.trim_end_matches('=');
            let ends = [unpadded.find(DELIMITERS), unpadded.rfind(DELIMITERS)];
            let behind = ends.into_iter().flatten().filter_map(|end| text.get(end + 1..)).map(str::to_owned);
            let in_front = [' ', ',', ';'].iter().filter_map(|end| Some(text.split_once(*end)?.0.to_owned()));
            let marked = text.rsplit_once('.').map(|(_, last)| last.to_owned());
            // A parameter, or a member of JSON.
            let parameter =
                ["signature=\"", "signature=", "\"signature\":\"", "\"signature\": \"", "v1=", "sig="].iter();
            let parameter =
                parameter.filter_map(|name| text.split_once(name)?.1.split(['"', ',', ';', '&']).next());
            behind.chain(in_front).chain(marked).chain(parameter.map(str::to_owned)).collect()
        },
    },
    Step {
        mistake: &mistake::HEX_PREFIXED,
        take_off: |text| {
            let digits = ["0x", "0X", "\\x"].iter().find_map(|prefix| text.strip_prefix(prefix));
            digits.map(|digits| digits.replace("\\x", "")).into_iter().collect()
        },
    },
    Step {
        mistake: &mistake::HEX_SEPARATED,
        take_off: |text| {
            let runs = ["-", ":"].map(|separator| text.split(separator).collect::<Vec<_>>());
            let bytes = runs.iter().filter(|run| run.len() > 1 && run.iter().all(|byte| byte.len() == 2));
            bytes.map(|run| run.concat()).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_URL_ENCODED,
        take_off: |text| {
            let decoded = percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
            let unblanked = text.replace(' ', "+");
            // A blank at the beginning of a header's value is lost on the way.
            let whole = (DIGEST_IN_BASE64 - 2..DIGEST_IN_BASE64).contains(&unblanked.len());
            let trimmed = whole.then(|| format!("{unblanked:+>DIGEST_IN_BASE64$}"));
            decoded.into_iter().chain([unblanked]).chain(trimmed).collect()
        },
    },
    Step {
        mistake: &mistake::SIGNATURE_ESCAPED,
        take_off: |text| {
            let json = serde_json::from_str::<String>(&format!("\"{}\"", text.replace('"', "\\\""))).ok();
            let slashes =
                text.replace("\\/", "/").replace("\\u002B", "+").replace("\\u003d", "=").replace("\\n", "");
            let html =
                ways::write(&["unhtml"], text.as_bytes()).and_then(|text| String::from_utf8(text).ok());
            let html = html.map(|text| {
                text.replace("&#x2B;", "+")
                    .replace("&#43;", "+")
                    .replace("&#x2F;", "/")
                    .replace("&#x3D;", "=")
            });
            let mail = text
                .replace("=\r\n", "")
                .replace("=\n", "")
                .replace("=3D", "=")
                .replace("=2B", "+")
                .replace("=2F", "/");
            json.into_iter().chain([slashes, mail]).chain(html).collect()
        },
    },
];

/// The text, then what is left of it without something that stands around it, with all that was taken off.
pub(super) fn texts(text: &str) -> Vec<(Vec<&'static Mistake>, String)> {
    let mut texts: Vec<(Vec<&'static Mistake>, String)> = vec![(Vec::new(), text.to_owned())];
    let mut next = 0;
    while let Some((taken, text)) = texts.get(next).cloned().filter(|(_, text)| text.len() <= LONGEST) {
        next += 1;
        for step in STEPS.iter().filter(|_| taken.len() < MOST_STEPS) {
            // What is percent-encoded twice is decoded twice.
            if taken.contains(&step.mistake) && step.mistake != &mistake::SIGNATURE_URL_ENCODED {
                continue;
            }
            for left in (step.take_off)(&text) {
                if !left.is_empty()
                    && texts.len() < MOST_TEXTS
                    && texts.iter().all(|(_, known)| *known != left)
                {
                    let taken = taken.iter().copied().filter(|known| *known != step.mistake);
                    texts.push((taken.chain([step.mistake]).collect(), left));
                }
            }
        }
    }
    texts
}
