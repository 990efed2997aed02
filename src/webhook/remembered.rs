//! Whether the replay store remembers a delivery by one verification.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::ReplayKey;

/// One for all clones of a delivery, so that it is forgotten once: told twice, a store could forget a retry that was let in
/// meanwhile.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Under what it is remembered that the delivery was handled, where that is.
    handled: OnceLock<ReplayKey>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Remembered,
    /// The store has been told, and has not answered: it never will where the call was given up.
    Forgetting,
    Forgotten,
}

impl Remembered {
    #[cfg(feature = "tower")]
    pub(super) fn state(&self) -> State {
        *self.lock()
    }

    /// The state so far; from now on, what is remembered is being forgotten.
    pub(super) fn begin_forgetting(&self) -> State {
        let mut state = self.lock();
        let before = *state;
        if before == State::Remembered {
            *state = State::Forgetting;
        }
        before
    }

    /// After what the store said to whoever began it.
    pub(super) fn end_forgetting(&self, is_forgotten: bool) {
        *self.lock() = if is_forgotten { State::Forgotten } else { State::Remembered };
    }

    pub(super) fn handled(&self) -> Option<&ReplayKey> {
        self.0.handled.get()
    }

    #[cfg(feature = "tower")]
    pub(super) fn set_handled(&self, key: ReplayKey) {
        // A delivery is handled once.
        let _ = self.0.handled.set(key);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
