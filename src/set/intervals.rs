//! Which of a hundred thousand intervals contain this number: a B+ tree that snapshots can share.
//!
//! The rows of a leaf are intervals in order of (low, high, slot). A row of an inner node is the hull of
//! one child: the least low and the greatest high below it. So one scan serves both kinds of node: it
//! ends at the first row that begins behind the range and passes over the rows that end before it. But
//! for the last row scanned, a hull that overlaps the range has an interval below it that does, so a
//! query costs the height of the tree, and at most that once more for every hit.

use std::array;
use std::mem;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// The numbers from `low` to `high`, both included; `low <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interval {
    pub(crate) low: u64,
    pub(crate) high: u64,
}

impl Interval {
    /// Widens an interval, or begins one, so that it takes in a point.
    pub(crate) fn extend(interval: &mut Option<Self>, point: u64) {
        let Self { low, high } = interval.unwrap_or(Self { low: point, high: point });
        *interval = Some(Self { low: low.min(point), high: high.max(point) });
    }
}

/// Intervals with the slots of the filters they belong to.
///
/// A clone shares all nodes; changing one of the two copies the nodes on the way to the change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Intervals {
    root: Option<Node>,
    len: usize,
}

/// Rows in a node at most. At 100,000 intervals the tree is four nodes high.
const CAPACITY: usize = 32;

/// Rows in a node at least, but for the root. It bounds the memory of an interval and the height, and
/// with it every recursion here: 16 nodes for 2⁶⁴ intervals.
const MINIMUM: usize = CAPACITY / 2;

#[derive(Debug, Clone)]
enum Node {
    Leaf(Arc<Rows<u32>>),
    Inner(Arc<Rows<Child>>),
}

/// What belongs to each row of an inner node.
#[derive(Debug, Clone, Default)]
struct Child {
    /// High and slot of the first interval below, which order children with the same low.
    first: (u64, u32),
    /// Empty only while the child is changed, and in the unused places of [`Rows`].
    node: Option<Node>,
}

/// The rows of a node, column by column: a query reads `lows` and `highs`, and `items` where it hits.
#[derive(Debug, Clone)]
struct Rows<T> {
    len: usize,
    lows: [u64; CAPACITY],
    highs: [u64; CAPACITY],
    items: [T; CAPACITY],
}

struct Row<T> {
    low: u64,
    high: u64,
    item: T,
}

/// Interval and slot, by which everything is ordered.
#[derive(Clone, Copy, PartialEq, Default)]
struct Key {
    low: u64,
    /// High and slot.
    rest: (u64, u32),
}

impl Intervals {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds the interval for this slot; if it is there already, nothing changes.
    pub(crate) fn insert(&mut self, interval: Interval, slot: u32) {
        let key = Key::new(interval, slot);
        if self.contains(key) {
            return;
        }
        self.len += 1;
        self.root = Some(match self.root.take() {
            None => Node::leaf(Rows::collect([key.row()])),
            Some(mut root) => match root.insert(key) {
                None => root,
                Some(right) => Node::inner(Rows::collect([root.into_row(), right.into_row()])),
            },
        });
    }

    /// Whether the interval was there for this slot.
    pub(crate) fn remove(&mut self, interval: Interval, slot: u32) -> bool {
        let key = Key::new(interval, slot);
        if !self.contains(key) {
            return false;
        }
        self.len -= 1;
        if let Some(root) = &mut self.root {
            root.remove(key);
            match root {
                Node::Leaf(rows) if rows.len == 0 => self.root = None,
                Node::Inner(rows) if rows.len == 1 => self.root = rows.child(0).cloned(),
                Node::Leaf(_) | Node::Inner(_) => {}
            }
        }
        true
    }

    /// Calls `found` with the slot of every interval that shares a number with the range.
    pub(crate) fn overlapping(&self, range: Interval, found: &mut impl FnMut(u32)) {
        if let Some(root) = &self.root {
            root.overlapping(range, found);
        }
    }

    /// Memory used by the nodes, those included that are shared with a clone.
    pub(crate) fn bytes(&self) -> usize {
        self.root.as_ref().map_or(0, Node::bytes)
    }

    /// Asked before every change, so that one that changes nothing copies no nodes.
    fn contains(&self, key: Key) -> bool {
        let mut next = self.root.as_ref();
        while let Some(node) = next {
            match node {
                Node::Leaf(rows) => return rows.key(rows.rank(key)).is_some_and(|found| found == key),
                Node::Inner(rows) => next = rows.child(rows.way(key)),
            }
        }
        false
    }
}

impl Node {
    fn leaf(rows: Rows<u32>) -> Self {
        Self::Leaf(Arc::new(rows))
    }

    fn inner(rows: Rows<Child>) -> Self {
        Self::Inner(Arc::new(rows))
    }

    fn len(&self) -> usize {
        match self {
            Self::Leaf(rows) => rows.len,
            Self::Inner(rows) => rows.len,
        }
    }

    fn overlapping(&self, range: Interval, found: &mut impl FnMut(u32)) {
        match self {
            Self::Leaf(rows) => rows.overlapping(range).for_each(|&slot| found(slot)),
            Self::Inner(rows) => {
                for node in rows.overlapping(range).filter_map(|child| child.node.as_ref()) {
                    node.overlapping(range, found);
                }
            }
        }
    }

    /// Adds a key that is not there. Returns the right half where the node had to be split.
    fn insert(&mut self, key: Key) -> Option<Self> {
        match self {
            Self::Leaf(rows) => {
                let rows = Arc::make_mut(rows);
                rows.insert(rows.rank(key), key.row()).map(Self::leaf)
            }
            Self::Inner(rows) => {
                let rows = Arc::make_mut(rows);
                let at = rows.way(key);
                let mut node = rows.take_child(at)?;
                let right = node.insert(key);
                rows.put_child(at, node);
                rows.insert(at + 1, right?.into_row()).map(Self::inner)
            }
        }
    }

    /// Removes a key that is there. This node may then be short of rows; no node below it is.
    fn remove(&mut self, key: Key) {
        match self {
            Self::Leaf(rows) => {
                let rows = Arc::make_mut(rows);
                rows.remove(rows.rank(key));
            }
            Self::Inner(rows) => {
                let rows = Arc::make_mut(rows);
                let at = rows.way(key);
                let Some(mut node) = rows.take_child(at) else { return };
                node.remove(key);
                let short = node.len() < MINIMUM;
                rows.put_child(at, node);
                if short {
                    // With the neighbour on the left, or for the first child the one on the right.
                    rows.join(at.saturating_sub(1));
                }
            }
        }
    }

    /// Adds the rows of the node that follows on this one, which is of the same kind: all nodes at one
    /// depth are. Returns what does not fit, half of all.
    fn append(&mut self, right: Self) -> Option<Self> {
        match (self, right) {
            (Self::Leaf(rows), Self::Leaf(right)) => {
                Arc::make_mut(rows).append(Arc::unwrap_or_clone(right)).map(Self::leaf)
            }
            (Self::Inner(rows), Self::Inner(right)) => {
                Arc::make_mut(rows).append(Arc::unwrap_or_clone(right)).map(Self::inner)
            }
            (_, right) => Some(right),
        }
    }

    fn into_row(self) -> Row<Child> {
        let (first, high) = match &self {
            Self::Leaf(rows) => rows.hull(),
            Self::Inner(rows) => rows.hull(),
        };
        Row { low: first.low, high, item: Child { first: first.rest, node: Some(self) } }
    }

    fn bytes(&self) -> usize {
        /// The two counters of an `Arc`.
        const COUNTERS: usize = 2 * size_of::<usize>();
        match self {
            Self::Leaf(_) => COUNTERS + size_of::<Rows<u32>>(),
            Self::Inner(rows) => {
                let below = rows.items().iter().filter_map(|child| child.node.as_ref());
                COUNTERS + size_of::<Rows<Child>>() + below.map(Self::bytes).sum::<usize>()
            }
        }
    }
}

impl<T: Item> Rows<T> {
    fn collect(rows: impl IntoIterator<Item = Row<T>>) -> Self {
        let mut collected = Self::default();
        for row in rows {
            collected.put(collected.len, row);
            collected.len += 1;
        }
        collected
    }

    fn into_rows(self) -> impl Iterator<Item = Row<T>> {
        let columns = self.lows.into_iter().zip(self.highs).zip(self.items);
        columns.take(self.len).map(|((low, high), item)| Row { low, high, item })
    }

    fn lows(&self) -> &[u64] {
        self.lows.get(..self.len).unwrap_or_default()
    }

    fn highs(&self) -> &[u64] {
        self.highs.get(..self.len).unwrap_or_default()
    }

    fn items(&self) -> &[T] {
        self.items.get(..self.len).unwrap_or_default()
    }

    /// The items of the rows that share a number with the range.
    fn overlapping(&self, range: Interval) -> impl Iterator<Item = &T> {
        let columns = self.lows().iter().zip(self.highs()).zip(self.items());
        columns
            .take_while(move |((low, _), _)| **low <= range.high)
            .filter(move |((_, high), _)| **high >= range.low)
            .map(|(_, item)| item)
    }

    /// What the row is ordered by: in an inner node, the first key below the child.
    fn key(&self, at: usize) -> Option<Key> {
        let (low, high) = (*self.lows().get(at)?, *self.highs.get(at)?);
        Some(Key { low, rest: self.items.get(at)?.rest(high) })
    }

    /// How many rows come before the key.
    fn rank(&self, key: Key) -> usize {
        let same = self.lows().partition_point(|&low| low < key.low);
        let before = |&at: &usize| self.key(at).is_some_and(|row| row.low == key.low && row.rest < key.rest);
        same + (same..self.len).take_while(before).count()
    }

    /// The first key and the greatest high.
    fn hull(&self) -> (Key, u64) {
        let high = self.highs().iter().copied().max().unwrap_or_default();
        (self.key(0).unwrap_or_default(), high)
    }

    fn put(&mut self, at: usize, row: Row<T>) {
        let places = (self.lows.get_mut(at), self.highs.get_mut(at), self.items.get_mut(at));
        if let (Some(low), Some(high), Some(item)) = places {
            (*low, *high, *item) = (row.low, row.high, row.item);
        }
    }

    /// Puts the row at this place. Returns the right half where the rows had to be split.
    fn insert(&mut self, at: usize, row: Row<T>) -> Option<Self> {
        if self.len < CAPACITY {
            self.open(at, row);
            return None;
        }
        let mut rows = mem::take(self).into_rows();
        *self = Self::collect(rows.by_ref().take(MINIMUM));
        let mut right = Self::collect(rows);
        if at > self.len {
            right.open(at - self.len, row);
        } else {
            self.open(at, row);
        }
        Some(right)
    }

    /// Moves the rows from here on to make place for one. There is room.
    fn open(&mut self, at: usize, row: Row<T>) {
        self.len += 1;
        rotate(&mut self.lows, at, self.len, <[_]>::rotate_right);
        rotate(&mut self.highs, at, self.len, <[_]>::rotate_right);
        rotate(&mut self.items, at, self.len, <[_]>::rotate_right);
        self.put(at, row);
    }

    /// Moves the rows behind this one into its place; its item stays in the first unused one.
    fn remove(&mut self, at: usize) {
        rotate(&mut self.lows, at, self.len, <[_]>::rotate_left);
        rotate(&mut self.highs, at, self.len, <[_]>::rotate_left);
        rotate(&mut self.items, at, self.len, <[_]>::rotate_left);
        self.len = self.len.saturating_sub(1);
    }

    /// Adds the rows that follow on these. Returns the second half if not all fit.
    fn append(&mut self, right: Self) -> Option<Self> {
        let len = self.len + right.len;
        let mut rows = mem::take(self).into_rows().chain(right.into_rows());
        if len <= CAPACITY {
            *self = Self::collect(rows);
            return None;
        }
        *self = Self::collect(rows.by_ref().take(len / 2));
        Some(Self::collect(rows))
    }
}

impl Rows<Child> {
    fn child(&self, at: usize) -> Option<&Node> {
        self.items.get(at)?.node.as_ref()
    }

    /// The child that has the key, or where it would be put.
    fn way(&self, key: Key) -> usize {
        let rank = self.rank(key);
        if self.key(rank) == Some(key) { rank } else { rank.saturating_sub(1) }
    }

    /// Takes a child out to change it; [`put_child`](Self::put_child) brings it back.
    fn take_child(&mut self, at: usize) -> Option<Node> {
        self.items.get_mut(at)?.node.take()
    }

    fn put_child(&mut self, at: usize, node: Node) {
        self.put(at, node.into_row());
    }

    /// Joins the child with the one after it; if that is too much for one, they share evenly.
    fn join(&mut self, at: usize) {
        if let (Some(mut left), Some(right)) = (self.take_child(at), self.take_child(at + 1)) {
            let rest = left.append(right);
            self.put_child(at, left);
            match rest {
                Some(right) => self.put_child(at + 1, right),
                // Its node is taken, so none lives on in the unused places.
                None => self.remove(at + 1),
            }
        }
    }
}

impl<T: Default> Default for Rows<T> {
    fn default() -> Self {
        Self { len: 0, lows: [0; CAPACITY], highs: [0; CAPACITY], items: array::from_fn(|_| T::default()) }
    }
}

/// What belongs to a row beside its low and high.
trait Item: Default {
    /// The rest of the row's key, given its high.
    fn rest(&self, high: u64) -> (u64, u32);
}

impl Item for u32 {
    fn rest(&self, high: u64) -> (u64, u32) {
        (high, *self)
    }
}

impl Item for Child {
    fn rest(&self, _: u64) -> (u64, u32) {
        self.first
    }
}

impl Key {
    fn new(interval: Interval, slot: u32) -> Self {
        Self { low: interval.low, rest: (interval.high, slot) }
    }

    fn row(self) -> Row<u32> {
        let (high, item) = self.rest;
        Row { low: self.low, high, item }
    }
}

/// Moves the rows of a column from `at` to `len` by one place, the one at the end to the other end.
fn rotate<T>(column: &mut [T], at: usize, len: usize, by: impl FnOnce(&mut [T], usize)) {
    // Rotating an empty slice by one would panic.
    if let Some(rows) = column.get_mut(at..len).filter(|rows| !rows.is_empty()) {
        by(rows, 1);
    }
}
