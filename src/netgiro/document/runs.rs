//! Runs of bytes that say nothing new.

use wide::u8x16;

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub(super) fn after_spaces(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().take_while(|byte| is_space(**byte)).count();
    bytes.get(spaces..).unwrap_or_default()
}

pub(super) fn after_digits(bytes: &[u8]) -> &[u8] {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.get(digits..).unwrap_or_default()
}

/// What follows the bytes that stand for themselves in a JSON string.
pub(super) fn after_plain_text(bytes: &[u8]) -> &[u8] {
    let (blocks, last) = bytes.as_chunks::<16>();
    let first_end = |(n, block)| match ends_of_text(block) {
        0 => None,
        ends => Some(16 * n + ends.trailing_zeros() as usize),
    };
    let plain = blocks.iter().copied().enumerate().find_map(first_end);
    let plain = plain.or_else(|| first_end((blocks.len(), padded(last)))).unwrap_or(bytes.len());
    bytes.get(plain..).unwrap_or_default()
}

/// At most 16 bytes, filled up with what stands for itself.
fn padded(bytes: &[u8]) -> [u8; 16] {
    let mut block = [b' '; 16];
    block.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    block
}

/// A bit for each byte that does not stand for itself in a JSON string: quotes, backslashes, control characters.
fn ends_of_text(block: [u8; 16]) -> u32 {
    let block = u8x16::from(block);
    let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
    let is_control = block.simd_eq(block.min(u8x16::splat(b' ' - 1)));
    (is(b'"') | is(b'\\') | is_control).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_ends_where_it_does_wherever_that_is() {
        for end in 0..=u8::MAX {
            let is_plain = !matches!(end, b'"' | b'\\' | 0..b' ');
            for (before, behind) in (0..40).flat_map(|before| [0, 1, 20].map(|behind| (before, behind))) {
                let text = [&b"a ".repeat(20)[..before], &[end], &b"z\"".repeat(10)[..behind]].concat();
                let expected = if is_plain { before + 1 + usize::from(behind > 0) } else { before };
                assert_eq!(after_plain_text(&text), &text[expected..], "{text:?}");
            }
        }
    }
}
