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

fn pairs(range: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
    range.clone().flat_map(move |first| range.clone().map(move |second| (first, second)))
}
