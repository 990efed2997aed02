//! What a signature is wrapped in, marked with or taken apart by, where the digits or letters themselves are right.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A known mistake around the text of a signature.
pub(super) struct Dress {
    pub(super) code: &'static str,
    pub(super) sentence: &'static str,
    pub(super) fix: &'static str,
    /// What is left without it; nothing where the text does not wear it.
    take_off: fn(&str) -> Vec<String>,
}

/// No signature is longer, whatever it wears.
const LONGEST: usize = 1 << 10;

/// How many characters the 32 bytes of a digest are in base64.
const DIGEST_IN_BASE64: usize = 44;

/// No more than this is worn at once.
const MOST: usize = 3;

const QUOTES: [(&str, &str); 9] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("<", ">"),
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
    // Bytes, as Python prints them.
    ("b'", "'"),
    ("b\"", "\""),
];

/// What stands between a label and what it labels.
const DELIMITERS: [char; 3] = ['=', ':', ' '];

static DRESSES: [Dress; 6] = [
    Dress {
        code: "signature-surrounding-whitespace",
        sentence: "The signature has white space around it or in it.",
        fix: "Take it out; base64 tools often end their output with a line end, and break it into lines.",
        take_off: |text| vec![text.trim().to_owned(), text.split_ascii_whitespace().collect()],
    },
    Dress {
        code: "signature-quoted",
        sentence: "The signature has quotes or brackets around it.",
        fix: "Send what is between them; of bytes in Python, that is `.decode()`.",
        take_off: |text| {
            let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
            QUOTES.iter().filter_map(inside).map(str::to_owned).collect()
        },
    },
    Dress {
        code: "signature-labelled",
        sentence: "The signature has something in front of it or behind it, such as the name of the algorithm.",
        fix: "Send the digest alone, without `sha256=` and the like; of a tool's output, take one column.",
        take_off: |text| {
            // The padding of base64 is no delimiter.
            let unpadded = text.trim_end_matches('=');
            let ends = [unpadded.find(DELIMITERS), unpadded.rfind(DELIMITERS)];
            let behind = ends.into_iter().flatten().filter_map(|end| text.get(end + 1..)).map(str::to_owned);
            let in_front = text.split_once(' ').map(|(first, _)| first.to_owned());
            behind.chain(in_front).collect()
        },
    },
    Dress {
        code: "hex-prefixed",
        sentence: "The signature has `0x` in front of its hex digits.",
        fix: "Leave the prefix out.",
        take_off: |text| {
            let digits = ["0x", "0X", "\\x"].iter().find_map(|prefix| text.strip_prefix(prefix));
            digits.map(str::to_owned).into_iter().collect()
        },
    },
    Dress {
        code: "hex-separated",
        sentence: "The hex digits of the signature are separated byte by byte.",
        fix: "Write them in one run: in .NET with `Convert.ToHexString` and not with `BitConverter.ToString`.",
        take_off: |text| {
            let runs = ["-", ":"].map(|separator| text.split(separator).collect::<Vec<_>>());
            let bytes = runs.iter().filter(|run| run.len() > 1 && run.iter().all(|byte| byte.len() == 2));
            bytes.map(|run| run.concat()).collect()
        },
    },
    Dress {
        code: "signature-url-encoded",
        sentence: "The signature was percent-encoded, or decoded as a form, where `+` becomes a blank.",
        fix: "Put it into the header as it is: nothing is encoded there.",
        take_off: |text| {
            let decoded = percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
            let unblanked = text.replace(' ', "+");
            // A blank at the beginning of a header's value is lost on the way.
            let whole = (DIGEST_IN_BASE64 - 2..DIGEST_IN_BASE64).contains(&unblanked.len());
            let trimmed = whole.then(|| format!("{unblanked:+>DIGEST_IN_BASE64$}"));
            decoded.into_iter().chain([unblanked]).chain(trimmed).collect()
        },
    },
];

/// The text, then what is left of it without something that it wears, with all that was taken off.
pub(super) fn layers(text: &str) -> Vec<(Vec<&'static Dress>, String)> {
    let mut layers: Vec<(Vec<&'static Dress>, String)> = vec![(Vec::new(), text.to_owned())];
    if text.len() > LONGEST {
        return layers;
    }
    let mut next = 0;
    while let Some((worn, text)) = layers.get(next).cloned() {
        next += 1;
        for dress in
            DRESSES.iter().filter(|dress| worn.len() < MOST && worn.iter().all(|on| on.code != dress.code))
        {
            for left in (dress.take_off)(&text) {
                if !left.is_empty() && layers.iter().all(|(_, known)| *known != left) {
                    layers.push((worn.iter().copied().chain([dress]).collect(), left));
                }
            }
        }
    }
    layers
}

/// The code and the sentence of each.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    DRESSES.iter().map(|one| (one.code, one.sentence))
}
