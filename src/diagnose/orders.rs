//! Orders of things: parameters, fields.

use std::ops::Range;

/// Orders of `count` things that people hit on: neighbours swapped first, then any two, then one moved, then reversed.
pub(super) fn orders(count: usize) -> impl Iterator<Item = Vec<usize>> {
    let all = move || (0..count).collect::<Vec<_>>();
    let swaps = (1..count).flat_map(move |distance| {
        (0..count - distance).map(move |place| {
            let mut order = all();
            order.swap(place, place + distance);
            order
        })
    });
    let moves = pairs(0..count).filter(|(from, to)| from.abs_diff(*to) > 1).map(move |(from, to)| {
        let mut order = all();
        let moved = order.remove(from);
        order.insert(to, moved);
        order
    });
    let reversed = (count > 3).then(|| (0..count).rev().collect());
    swaps.chain(moves).chain(reversed)
}

/// Every order of `count` things. Meant for few.
pub(super) fn permutations(count: usize) -> impl Iterator<Item = Vec<usize>> {
    let total = if count == 0 { 0 } else { (1..=count).product() };
    (0..total).map(move |number| {
        let (mut number, mut left) = (number, (0..count).collect::<Vec<_>>());
        let mut next = || {
            let place = number % left.len().max(1);
            number /= left.len().max(1);
            left.remove(place)
        };
        (0..count).map(|_| next()).collect()
    })
}

fn pairs(range: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
    range.clone().flat_map(move |first| range.clone().map(move |second| (first, second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_all_there_is() {
        assert_eq!(permutations(0).count(), 0);
        for (count, total) in [(1, 1), (2, 2), (3, 6), (5, 120)] {
            let mut all: Vec<_> = permutations(count).collect();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), total);
            assert!(all.iter().all(|order| (0..count).all(|place| order.contains(&place))));
        }
    }
}
