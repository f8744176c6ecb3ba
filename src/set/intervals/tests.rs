use proptest::prelude::*;

use super::*;

/// What a tree must hold, and answer by looking at everything.
#[derive(Clone, Default)]
struct Model(Vec<(Interval, u32)>);

impl Model {
    fn insert(&mut self, interval: Interval, slot: u32) {
        if !self.0.contains(&(interval, slot)) {
            self.0.push((interval, slot));
        }
    }

    fn remove(&mut self, interval: Interval, slot: u32) -> bool {
        let len = self.0.len();
        self.0.retain(|entry| *entry != (interval, slot));
        self.0.len() < len
    }

    fn overlapping(&self, range: Interval) -> Vec<u32> {
        let hits =
            self.0.iter().filter(|(interval, _)| interval.low <= range.high && interval.high >= range.low);
        sorted(hits.map(|(_, slot)| *slot).collect())
    }
}

#[derive(Debug, Clone)]
enum Step {
    Insert(Interval, u32),
    Remove(Interval, u32),
    /// Removes the entry at this place of the model, so that trees also shrink.
    RemoveAt(prop::sample::Index),
    Query(Interval),
    Clone,
    /// Goes on with an older clone.
    Return(prop::sample::Index),
}

fn interval(low: u64, high: u64) -> Interval {
    Interval { low, high }
}

fn point(number: u64) -> Interval {
    interval(number, number)
}

fn sorted(mut slots: Vec<u32>) -> Vec<u32> {
    slots.sort_unstable();
    slots
}

fn overlapping(tree: &Intervals, range: Interval) -> Vec<u32> {
    let mut slots = Vec::new();
    tree.overlapping(range, &mut |slot| slots.push(slot));
    sorted(slots)
}

fn collected(entries: impl IntoIterator<Item = (Interval, u32)>) -> Intervals {
    let mut tree = Intervals::default();
    for (interval, slot) in entries {
        tree.insert(interval, slot);
    }
    tree
}

/// Entries in order, after asking of every node what a node must be.
fn checked(tree: &Intervals) -> Vec<(Interval, u32)> {
    let mut entries = Vec::new();
    let mut leaf_depths = Vec::new();
    if let Some(root) = &tree.root {
        assert!(root.len() >= if matches!(root, Node::Inner(_)) { 2 } else { 1 });
        check(root, 0, &mut entries, &mut leaf_depths);
    }
    assert!(leaf_depths.windows(2).all(|pair| pair[0] == pair[1]), "all leaves lie equally deep");
    assert!(entries.is_sorted_by(|a, b| a < b), "the entries are in order, each once");
    assert_eq!(tree.len(), entries.len());
    assert_eq!(tree.is_empty(), entries.is_empty());
    assert_eq!(tree.bytes() == 0, entries.is_empty());
    entries
}

fn check(node: &Node, depth: usize, entries: &mut Vec<(Interval, u32)>, leaf_depths: &mut Vec<usize>) {
    assert!(node.len() <= CAPACITY);
    assert!(depth == 0 || node.len() >= MINIMUM, "nodes are half full");
    match node {
        Node::Leaf(rows) => {
            leaf_depths.push(depth);
            for ((&low, &high), &slot) in rows.lows().iter().zip(rows.highs()).zip(rows.items()) {
                entries.push((interval(low, high), slot));
            }
        }
        Node::Inner(rows) => {
            for ((&low, &high), child) in rows.lows().iter().zip(rows.highs()).zip(rows.items()) {
                let start = entries.len();
                check(child.node.as_ref().unwrap(), depth + 1, entries, leaf_depths);
                let below = &entries[start..];
                let (first, slot) = below[0];
                assert_eq!((low, child.first), (first.low, (first.high, slot)), "the first key below");
                assert_eq!(Some(high), below.iter().map(|(interval, _)| interval.high).max());
            }
            assert!(
                rows.items[rows.len..].iter().all(|child| child.node.is_none()),
                "unused places are empty"
            );
        }
    }
}

/// Few numbers, so that they meet; the extremes; and any number.
fn number() -> impl Strategy<Value = u64> {
    let extremes = prop_oneof![Just(0), Just(u64::MAX), u64::MAX - 5..=u64::MAX];
    prop_oneof![8 => 0..40_u64, 3 => extremes, 2 => any::<u64>()]
}

fn any_interval() -> impl Strategy<Value = Interval> {
    let two = (number(), number()).prop_map(|(a, b)| interval(a.min(b), a.max(b)));
    let one_sided = number().prop_map(|low| interval(low, u64::MAX));
    prop_oneof![6 => two, 1 => number().prop_map(point), 1 => one_sided]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (any_interval(), 0..4_u32).prop_map(|(interval, slot)| Step::Insert(interval, slot)),
        1 => (any_interval(), 0..4_u32).prop_map(|(interval, slot)| Step::Remove(interval, slot)),
        6 => any::<prop::sample::Index>().prop_map(Step::RemoveAt),
        2 => any_interval().prop_map(Step::Query),
        1 => Just(Step::Clone),
        1 => any::<prop::sample::Index>().prop_map(Step::Return),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_is_the_list_of_its_entries(steps in prop::collection::vec(step(), 0..400)) {
        let (mut tree, mut model) = (Intervals::default(), Model::default());
        let mut clones: Vec<(Intervals, Model)> = Vec::new();
        for step in steps {
            match step {
                Step::Insert(interval, slot) => {
                    tree.insert(interval, slot);
                    model.insert(interval, slot);
                }
                Step::Remove(interval, slot) => {
                    prop_assert_eq!(tree.remove(interval, slot), model.remove(interval, slot));
                }
                Step::RemoveAt(index) if !model.0.is_empty() => {
                    let (interval, slot) = model.0.swap_remove(index.index(model.0.len()));
                    prop_assert!(tree.remove(interval, slot));
                }
                Step::Query(range) => prop_assert_eq!(overlapping(&tree, range), model.overlapping(range)),
                Step::Clone => clones.push((tree.clone(), model.clone())),
                Step::Return(index) if !clones.is_empty() => {
                    (tree, model) = clones.swap_remove(index.index(clones.len()));
                }
                Step::RemoveAt(_) | Step::Return(_) => {}
            }
            model.0.sort_unstable();
            prop_assert_eq!(checked(&tree), &model.0[..]);
        }
        for (tree, model) in clones {
            prop_assert_eq!(checked(&tree), &model.0[..]);
            prop_assert_eq!(overlapping(&tree, interval(5, 30)), model.overlapping(interval(5, 30)));
        }
    }

    /// Grown to several levels and shrunk to nothing, in two random orders.
    #[test]
    fn a_large_tree_grows_and_shrinks(
        entries in prop::collection::vec((any_interval(), 0..50_u32), 1000..3000),
        order in prop::collection::vec(any::<prop::sample::Index>(), 3000),
        queries in prop::collection::vec(any_interval(), 8),
    ) {
        let mut model = Model(entries);
        let mut tree = collected(model.0.iter().copied());
        model.0.sort_unstable();
        model.0.dedup();
        prop_assert_eq!(checked(&tree), &model.0[..]);
        let full = (tree.clone(), model.clone());
        for index in order.iter().take(model.0.len()) {
            let (interval, slot) = model.0.remove(index.index(model.0.len()));
            prop_assert!(tree.remove(interval, slot));
            if model.0.len().is_multiple_of(64) {
                prop_assert_eq!(checked(&tree), &model.0[..]);
                for range in &queries {
                    prop_assert_eq!(overlapping(&tree, *range), model.overlapping(*range));
                }
            }
        }
        prop_assert!(tree.is_empty() && tree.root.is_none());
        prop_assert_eq!(checked(&full.0), &full.1.0[..]);
    }
}

#[test]
fn nothing_is_found_in_nothing() {
    let mut tree = Intervals::default();
    assert!(overlapping(&tree, interval(0, u64::MAX)).is_empty());
    assert!(!tree.remove(point(1), 0));
    assert_eq!((tree.len(), tree.is_empty(), tree.bytes()), (0, true, 0));
}

#[test]
fn bounds_are_included_up_to_the_extremes() {
    let tree = collected([
        (point(0), 1),
        (point(u64::MAX), 2),
        (interval(0, u64::MAX), 3),
        (interval(10, 20), 4),
        (interval(21, u64::MAX), 5),
    ]);
    assert_eq!(overlapping(&tree, point(0)), [1, 3]);
    assert_eq!(overlapping(&tree, point(9)), [3]);
    assert_eq!(overlapping(&tree, point(10)), [3, 4]);
    assert_eq!(overlapping(&tree, point(20)), [3, 4]);
    assert_eq!(overlapping(&tree, point(21)), [3, 5]);
    assert_eq!(overlapping(&tree, point(u64::MAX)), [2, 3, 5]);
    assert_eq!(overlapping(&tree, interval(20, 21)), [3, 4, 5]);
    assert_eq!(overlapping(&tree, interval(0, u64::MAX)), [1, 2, 3, 4, 5]);
}

#[test]
fn an_entry_is_held_once_and_a_slot_for_each_of_its_intervals() {
    let mut tree = collected([(point(1), 7), (point(1), 7), (interval(1, 2), 7), (point(1), 8)]);
    assert_eq!(tree.len(), 3);
    assert_eq!(overlapping(&tree, point(1)), [7, 7, 8]);
    assert!(tree.remove(point(1), 7));
    assert!(!tree.remove(point(1), 7));
    assert_eq!(overlapping(&tree, point(1)), [7, 8]);
}

/// Every row ties with every other but for the slot or the high.
#[test]
fn intervals_with_the_same_low_are_told_apart() {
    let entries = |slots: u32| {
        (0..slots).flat_map(|slot| [(interval(5, 9), slot), (interval(5, 9 + u64::from(slot)), 1)])
    };
    let mut tree = collected(entries(2000));
    let before = tree.clone();
    assert_eq!(checked(&tree).len(), 3998 + 1);
    assert_eq!(overlapping(&tree, point(2007)), [1, 1]);
    for (interval, slot) in entries(2000).filter(|(interval, _)| interval.high > 9) {
        assert!(tree.remove(interval, slot));
    }
    assert_eq!(checked(&tree).len(), 2000);
    assert_eq!(checked(&before).len(), 3999);
}

/// A change of a tree that has been cloned copies one node at each depth, not more.
#[test]
fn a_clone_shares_what_did_not_change() {
    let tree =
        collected((0..20_000).map(|slot| (interval(u64::from(slot) * 7, u64::from(slot) * 7 + 9), slot)));
    let mut changed = tree.clone();
    changed.remove(interval(70_000, 70_009), 10_000);
    changed.insert(interval(70_000, 70_001), 10_000);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    addresses(tree.root.as_ref().unwrap(), &mut old);
    addresses(changed.root.as_ref().unwrap(), &mut new);
    old.sort_unstable();
    let copied = new.iter().filter(|address| old.binary_search(address).is_err()).count();
    assert!(new.len() > 1000 && copied <= 4, "{copied} of {} nodes copied", new.len());

    let mut same = tree.clone();
    same.insert(interval(70_000, 70_009), 10_000);
    assert!(!same.remove(interval(70_000, 70_009), 10_001));
    let mut unchanged = Vec::new();
    addresses(same.root.as_ref().unwrap(), &mut unchanged);
    unchanged.sort_unstable();
    assert_eq!(unchanged, old);
}

fn addresses(node: &Node, into: &mut Vec<usize>) {
    match node {
        Node::Leaf(rows) => into.push(Arc::as_ptr(rows).addr()),
        Node::Inner(rows) => {
            into.push(Arc::as_ptr(rows).addr());
            for child in rows.items().iter().filter_map(|child| child.node.as_ref()) {
                addresses(child, into);
            }
        }
    }
}

#[test]
fn memory_stays_near_fifty_bytes_an_interval() {
    let ascending = collected((0..50_000).map(|slot| (point(u64::from(slot)), slot)));
    let scattered =
        collected((0..50_000_u32).map(|slot| (point(u64::from(slot.wrapping_mul(0x9E37_79B1))), slot)));
    for tree in [ascending, scattered] {
        assert!(tree.bytes() / tree.len() < 52, "{} bytes", tree.bytes() / tree.len());
    }
}
