//! How much work a search may be.

use std::cell::Cell;
use std::rc::Rc;

/// What is left of the work that a search may be, in bytes hashed. All attempts of the search share it.
#[derive(Clone)]
pub(super) struct Budget(Rc<State>);

struct State {
    left: Cell<usize>,
    was_exceeded: Cell<bool>,
}

impl Budget {
    pub(super) fn new(left: usize) -> Self {
        Self(Rc::new(State { left: Cell::new(left), was_exceeded: Cell::new(false) }))
    }

    pub(super) fn left(&self) -> usize {
        self.0.left.get()
    }

    /// Takes what a piece of work costs; `None` where there is not so much left.
    pub(super) fn spend(&self, cost: usize) -> Option<()> {
        let left = self.left().checked_sub(cost);
        match left {
            Some(left) => self.0.left.set(left),
            None => self.0.was_exceeded.set(true),
        }
        left.map(drop)
    }

    /// Whether some work was not done, since the last time that this was asked.
    pub(super) fn take_exceeded(&self) -> bool {
        self.0.was_exceeded.take()
    }

    /// Remembers that some work was not done.
    pub(super) fn note_exceeded(&self) {
        self.0.was_exceeded.set(true);
    }

    pub(super) fn was_exceeded(&self) -> bool {
        self.0.was_exceeded.get()
    }

    /// Keeps something for later; gives what was kept.
    pub(super) fn set_aside(&self, kept: usize) -> usize {
        let kept = kept.min(self.left());
        self.0.left.set(self.left() - kept);
        kept
    }

    pub(super) fn put_back(&self, kept: usize) {
        self.0.left.set(self.left() + kept);
    }
}
