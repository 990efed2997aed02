//! The brackets that are open.

use super::json::State;

/// A JSON text nested deeper than this is refused, as by serde_json; .NET's parsers stop at 64.
pub(super) const DEEPEST: u32 = 127;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Curly,
    Square,
}

/// The brackets that are open, one bit each, so that a hostile text cannot make them take memory.
#[derive(Default)]
pub(super) struct Brackets {
    curly: u128,
    depth: u32,
}

impl Brackets {
    pub(super) fn push(&mut self, bracket: Bracket) -> Option<State> {
        if self.depth == DEEPEST {
            return None;
        }
        let bit = 1 << self.depth;
        self.depth += 1;
        Some(match bracket {
            Bracket::Curly => {
                self.curly |= bit;
                State::NameOrClose
            }
            Bracket::Square => {
                self.curly &= !bit;
                State::ValueOrClose
            }
        })
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
        Some(if self.curly >> level & 1 == 1 { Bracket::Curly } else { Bracket::Square })
    }
}
