//! Sorting what is not sorted at every event: the standard library's code, once for all types. It takes
//! some 6 kB for each, which whoever downloads the engine as WebAssembly pays for.

use std::cmp::Ordering;
use std::mem;

/// Up to so many are sorted by insertion, without other memory.
const FEW: usize = 20;

/// Sorts; what is equal stays in its order.
pub(crate) fn by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() <= FEW {
        insertion(items, compare);
        return;
    }
    let order = order(items.len(), &|a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    arrange(items, order);
}

/// Sorts by what `key` gives for each.
pub(crate) fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

fn insertion<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    for end in 1..items.len() {
        for at in (1..=end).rev() {
            match items.get(..=at) {
                Some([.., before, item]) if compare(item, before).is_lt() => items.swap(at - 1, at),
                _ => break,
            }
        }
    }
}

/// For each place, which item belongs there.
fn order(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// Goes round each cycle of places whose items change.
fn arrange<T>(items: &mut [T], mut order: Vec<usize>) {
    for start in 0..order.len() {
        let mut place = start;
        while let Some(from) = order.get_mut(place).map(|from| mem::replace(from, place))
            && from != start
            && from != place
        {
            items.swap(place, from);
            place = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(keys in prop::collection::vec(0..9_u8, 0..100)) {
            let items: Vec<_> = keys.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _): &(u8, usize)| *key);
            let mut sorted = items;
            super::by_key(&mut sorted, |(key, _)| *key);
            prop_assert_eq!(sorted, expected);
        }
    }
}
