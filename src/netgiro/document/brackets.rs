//! The brackets that are open.

use super::json::State;

/// A JSON text nested deeper than this is refused; common parsers stop at 128.
pub(super) const DEEPEST: usize = 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Curly,
    Square,
}

/// The brackets that are open, one bit each, so that a hostile text cannot make them take memory.
#[derive(Default)]
pub(super) struct Brackets {
    curly: [u64; DEEPEST / 64],
    depth: usize,
}

impl Brackets {
    pub(super) fn push(&mut self, bracket: Bracket) -> Option<State> {
        let word = self.curly.get_mut(self.depth / 64)?;
        let bit = 1 << (self.depth % 64);
        self.depth += 1;
        match bracket {
            Bracket::Curly => {
                *word |= bit;
                Some(State::NameOrClose)
            }
            Bracket::Square => {
                *word &= !bit;
                Some(State::ValueOrClose)
            }
        }
    }

    pub(super) fn pop(&mut self, bracket: Bracket) -> Option<State> {
        if self.innermost()? != bracket {
            return None;
        }
        self.depth -= 1;
        Some(if self.depth == 0 { State::End } else { State::CommaOrClose })
    }

    pub(super) fn after_comma(&self) -> State {
        if self.innermost() == Some(Bracket::Curly) { State::Name } else { State::Value }
    }

    fn innermost(&self) -> Option<Bracket> {
        let level = self.depth.checked_sub(1)?;
        let word = self.curly.get(level / 64)?;
        Some(if word >> (level % 64) & 1 == 1 { Bracket::Curly } else { Bracket::Square })
    }
}
