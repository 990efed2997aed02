//! A short list in a fixed number of places: what strangers send allocates nothing.

use std::fmt;

/// The first `PLACES` items that it was given, in order.
pub(super) struct Few<T, const PLACES: usize> {
    places: [Option<T>; PLACES],
    taken: usize,
}

impl<T: Copy, const PLACES: usize> Few<T, PLACES> {
    pub(super) fn new() -> Self {
        Self { places: [None; PLACES], taken: 0 }
    }

    pub(super) fn is_full(&self) -> bool {
        self.taken == PLACES
    }

    /// Adds an item, if there is a place left.
    pub(super) fn push(&mut self, item: T) {
        if let Some(place) = self.places.get_mut(self.taken) {
            *place = Some(item);
            self.taken += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.places.iter().map_while(|place| *place)
    }
}

impl<T: Copy + fmt::Debug, const PLACES: usize> fmt::Debug for Few<T, PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_it_has_places_for() {
        let mut few = Few::<u8, 2>::new();
        for (item, kept) in [(7, vec![7]), (8, vec![7, 8]), (9, vec![7, 8])] {
            assert_eq!(few.is_full(), item == 9);
            few.push(item);
            assert_eq!(few.iter().collect::<Vec<_>>(), kept);
        }
    }
}
