//! Checks, while a body arrives, that it is UTF-8.

use simdutf8::compat::from_utf8;

/// Checks UTF-8 piece by piece. The beginning of a character that is cut in two is kept for the next piece.
#[derive(Default)]
pub(super) struct Utf8 {
    /// The beginning of a character, in the first `length` bytes: at most three.
    cut: [u8; 4],
    length: usize,
    broken: bool,
}

impl Utf8 {
    /// Takes in the next bytes. A piece may end anywhere.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let (1.., Some((byte, behind))) = (self.length, rest.split_first()) {
            rest = behind;
            self.complete(*byte);
        }
        match from_utf8(rest) {
            Ok(_) => {}
            Err(error) if error.error_len().is_none() => {
                rest.iter().skip(error.valid_up_to()).for_each(|byte| self.keep(*byte));
            }
            Err(_) => self.broken = true,
        }
    }

    /// Whether the bytes so far can still become UTF-8.
    pub(super) fn is_possible(&self) -> bool {
        !self.broken
    }

    /// Whether the bytes so far are UTF-8 and end with a whole character.
    pub(super) fn is_whole(&self) -> bool {
        !self.broken && self.length == 0
    }

    fn complete(&mut self, byte: u8) {
        self.keep(byte);
        match from_utf8(self.cut.get(..self.length).unwrap_or_default()) {
            Ok(_) => self.length = 0,
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                self.broken = true;
                self.length = 0;
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        // There is room: a character has at most four bytes, and is complete with the last of them.
        if let Some(place) = self.cut.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether the pieces are UTF-8, and whether they can still become it.
    fn judge<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (bool, bool) {
        let mut utf8 = Utf8::default();
        pieces.into_iter().for_each(|piece| utf8.update(piece));
        (utf8.is_whole(), utf8.is_possible())
    }

    #[test]
    fn what_sha_256_pads_with_is_refused_wherever_it_is_cut() {
        let extended = b"{}\x80\x00\x00\x00\x00\x00\x00\x10";
        for cut in 0..=extended.len() {
            let (front, back) = extended.split_at(cut);
            assert_eq!(judge([front, back]), (false, false), "{cut}");
        }
    }

    fn near_utf8() -> impl Strategy<Value = Vec<u8>> {
        let pieces: Vec<&'static [u8]> = vec![
            b"a",
            "é".as_bytes(),
            "€".as_bytes(),
            "😀".as_bytes(),
            b"\xc3",
            b"\xe2\x82",
            b"\xf0\x9f\x98",
            b"\x80",
            b"\xed\xa0\x80",
            b"\xc0\xaf",
            b"\xff",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

        #[test]
        fn agrees_with_std_however_the_text_is_cut(text in near_utf8(), cut in any::<prop::sample::Index>()) {
            let expected = match std::str::from_utf8(&text) {
                Ok(_) => (true, true),
                Err(error) => (false, error.error_len().is_none()),
            };
            let (front, back) = text.split_at(cut.index(text.len() + 1));
            prop_assert_eq!(judge([front, back]), expected);
            prop_assert_eq!(judge(text.chunks(1)), expected);
        }
    }
}
