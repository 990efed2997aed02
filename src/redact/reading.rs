//! Reads a text as it is, and with its escapes undone.

use std::ops::Range;

/// JSON in JSON in a query is escaped three times. No more escapes are undone.
const DEEPEST: usize = 3;

/// Maps a part of a reading to its place in the text.
type Place<'p> = dyn Fn(Range<usize>) -> Range<usize> + 'p;

/// Hands to `take` the text, and the text with its percent-encoding or the escapes of JSON undone, or both.
pub(super) fn each(text: &[u8], take: &mut dyn FnMut(&[u8], &Place<'_>)) {
    read(text, &|position| position, DEEPEST, take);
}

fn read(
    bytes: &[u8],
    origin: &dyn Fn(usize) -> usize,
    depth: usize,
    take: &mut dyn FnMut(&[u8], &Place<'_>),
) {
    take(bytes, &|range| origin(range.start)..origin(range.end));
    for unescape in [percent, json].into_iter().filter(|_| depth > 0) {
        let Some((unescaped, starts)) = undo(bytes, unescape) else { continue };
        let start = |position| starts.get(position).copied().unwrap_or(bytes.len());
        read(&unescaped, &|position| origin(start(position)), depth - 1, take);
    }
}

/// Undoes the escape at the start of some bytes, and returns its length; `None` without an escape.
type Unescape = fn(&[u8], &mut Vec<u8>) -> Option<usize>;

/// The bytes with escapes undone, and the position that each comes from; `None` without escapes.
fn undo(bytes: &[u8], unescape: Unescape) -> Option<(Vec<u8>, Vec<usize>)> {
    let (mut unescaped, mut starts, mut at) = (Vec::new(), Vec::new(), 0);
    let mut is_escaped = false;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = unescape(rest, &mut unescaped);
        is_escaped |= length.is_some();
        if length.is_none() {
            unescaped.extend(rest.first());
        }
        starts.resize(unescaped.len(), at);
        at += length.unwrap_or(1);
    }
    is_escaped.then_some((unescaped, starts))
}

fn percent(bytes: &[u8], unescaped: &mut Vec<u8>) -> Option<usize> {
    let [b'%', high, low, ..] = bytes else { return None };
    unescaped.push(u8::try_from(number(&[*high, *low])?).ok()?);
    Some(3)
}

fn json(bytes: &[u8], unescaped: &mut Vec<u8>) -> Option<usize> {
    let (character, length) = match bytes {
        [b'\\', b'u', ..] => {
            let unit = |at: usize| number(bytes.get(at..at + 4)?);
            let first = unit(2)?;
            match (char::from_u32(first), bytes.get(6..8)) {
                (Some(character), _) => (character, 6),
                (None, Some(b"\\u")) => {
                    let pair = [first, unit(8)?].map(|unit| unit as u16);
                    (char::decode_utf16(pair).next()?.ok()?, 12)
                }
                (None, _) => return None,
            }
        }
        [b'\\', b'n', ..] => ('\n', 2),
        [b'\\', b'r', ..] => ('\r', 2),
        [b'\\', b't', ..] => ('\t', 2),
        [b'\\', escaped @ (b'/' | b'"' | b'\\'), ..] => (char::from(*escaped), 2),
        _ => return None,
    };
    unescaped.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(length)
}

/// The number that these hex digits write.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(16 * number + char::from(*digit).to_digit(16)?))
}
