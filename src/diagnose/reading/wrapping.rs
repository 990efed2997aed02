//! Takes off what stands around the text of a signature.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::Mistakes;
use super::encodings::DIGEST_IN_BASE64;
use crate::diagnose::mistake::{
    HEX_PREFIXED, HEX_SEPARATED, Mistake, SIGNATURE_DOUBLED, SIGNATURE_ESCAPED, SIGNATURE_LABELLED,
    SIGNATURE_QUOTED, SIGNATURE_SURROUNDING_WHITESPACE, SIGNATURE_URL_ENCODED,
};
use crate::diagnose::ways;

/// A longer text is no signature, even with something around it.
const LONGEST: usize = 1 << 10;
/// At most this many things are taken off one text, and at most this many texts are read.
const MOST_STEPS: usize = 3;
pub(super) const MOST_TEXTS: usize = 400;

/// What may be left of a text when something around it is taken off. Empty where there is nothing to take off.
type TakeOff = fn(&str) -> Vec<String>;

#[rustfmt::skip]
const QUOTES: [(&str, &str); 10] = [
    ("\"", "\""), ("'", "'"), ("`", "`"), ("<", ">"), ("[", "]"), ("(", ")"), ("{", "}"), ("\\\"", "\\\""),
    // Bytes, as Python prints them.
    ("b'", "'"), ("b\"", "\""),
];

/// What stands between a label and its value.
const DELIMITERS: [char; 4] = ['=', ':', ' ', ','];

static STEPS: [(Mistake, TakeOff); 8] = [
    (SIGNATURE_SURROUNDING_WHITESPACE, |text| {
        let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{a0}');
        vec![text.trim().to_owned(), text.replace(|c: char| c.is_ascii_whitespace() || hidden(c), "")]
    }),
    (SIGNATURE_QUOTED, |text| {
        let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
        QUOTES.iter().filter_map(inside).map(str::to_owned).collect()
    }),
    (SIGNATURE_DOUBLED, |text| {
        let halves = text.split_at_checked(text.len() / 2).filter(|(first, second)| first == second);
        let list =
            text.split_once(", ").or_else(|| text.split_once(',')).filter(|(first, second)| first == second);
        halves.or(list).map(|(first, _)| first.to_owned()).into_iter().collect()
    }),
    (SIGNATURE_LABELLED, |text| {
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
    }),
    (HEX_PREFIXED, |text| {
        let digits = ["0x", "0X", "\\x"].iter().find_map(|prefix| text.strip_prefix(prefix));
        digits.map(|digits| digits.replace("\\x", "")).into_iter().collect()
    }),
    (HEX_SEPARATED, |text| {
        let runs = ["-", ":"].map(|separator| text.split(separator).collect::<Vec<_>>());
        let bytes = runs.iter().filter(|run| run.len() > 1 && run.iter().all(|byte| byte.len() == 2));
        bytes.map(|run| run.concat()).collect()
    }),
    (SIGNATURE_URL_ENCODED, |text| {
        let decoded = percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
        let unblanked = text.replace(' ', "+");
        // A blank at the beginning of a header's value is lost on the way.
        let whole = (DIGEST_IN_BASE64 - 2..DIGEST_IN_BASE64).contains(&unblanked.len());
        let trimmed = whole.then(|| format!("{unblanked:+>DIGEST_IN_BASE64$}"));
        decoded.into_iter().chain([unblanked]).chain(trimmed).collect()
    }),
    (SIGNATURE_ESCAPED, |text| {
        let json = serde_json::from_str::<String>(&format!("\"{}\"", text.replace('"', "\\\""))).ok();
        let of_json: &[&str] = &["replace:\\/|/", "replace:\\u002B|+", "replace:\\u003d|=", "replace:\\n|"];
        let of_mail: &[&str] =
            &["replace:=\r\n|", "replace:=\n|", "replace:=3D|=", "replace:=2B|+", "replace:=2F|/"];
        let of_page: &[&str] =
            &["unhtml", "replace:&#x2B;|+", "replace:&#43;|+", "replace:&#x2F;|/", "replace:&#x3D;|="];
        let undone = [of_json, of_mail, of_page].map(|filters| ways::rewrite(filters, text));
        json.into_iter().chain(undone.into_iter().flatten()).collect()
    }),
];

/// The text, then each text that is left when something around it is taken off, with the list of what was taken off.
pub(super) fn texts(text: &str) -> Vec<(Mistakes, String)> {
    let mut texts: Vec<(Mistakes, String)> = vec![(Vec::new(), text.to_owned())];
    let mut next = 0;
    while let Some((taken, text)) = texts.get(next).cloned().filter(|(_, text)| text.len() <= LONGEST) {
        next += 1;
        for (mistake, take_off) in STEPS.iter().filter(|_| taken.len() < MOST_STEPS) {
            let others: Mistakes = taken.iter().copied().filter(|(known, _)| known != mistake).collect();
            // Only percent-encoding is undone more than once.
            if others.len() < taken.len() && *mistake != SIGNATURE_URL_ENCODED {
                continue;
            }
            for left in take_off(&text) {
                let is_new = !left.is_empty() && texts.iter().all(|(_, known)| *known != left);
                if is_new && texts.len() < MOST_TEXTS {
                    texts.push(([others.as_slice(), &[(*mistake, "")]].concat(), left));
                }
            }
        }
    }
    texts
}
