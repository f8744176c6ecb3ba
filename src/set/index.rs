//! The index: from what is found in an event to the filters that could match it.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::intervals::{Interval, Intervals};
use super::keys::{Condition, Key};
use super::shards::Shards;
use crate::event::trie::NodeId;
use crate::event::{Constant, Number};
use crate::path::Path;

/// The number of a filter in the set.
pub(super) type Slot = u32;

/// Filters by their keys. A clone is cheap, and keeps what it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    hasher: RandomState,
    /// The keys that are equal to something, by a hash of what and where.
    postings: Shards<Posting>,
    /// By the node of the trie at which a path ends.
    places: Arc<Vec<Option<Arc<Place>>>>,
    /// Nodes with keys that a missing field has.
    absences: Arc<Vec<NodeId>>,
}

/// The filters under a key, ascending.
#[derive(Debug, Clone)]
pub(super) enum Posting {
    One(Slot),
    Many(Arc<Vec<Slot>>),
}

/// What is filed at a path.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) node: NodeId,
    pub(super) path: Path,
    /// How many keys there are of each [`Kind`] that is looked up by hash.
    counts: [u32; Kind::COUNT],
    /// The lengths of prefixes and suffixes, and how many keys have them.
    prefixes: BTreeMap<usize, u32>,
    suffixes: BTreeMap<usize, u32>,
    pub(super) numbers: Intervals,
    pub(super) strings: Intervals,
}

/// What is looked up by hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Equal,
    Prefix,
    Suffix,
    Array,
    Object,
    Present,
    Null,
    Missing,
}

impl Kind {
    const COUNT: usize = Self::Missing as usize + 1;
}

/// The value of a key, where its kind has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Value<'v> {
    None,
    Bool(bool),
    /// The bits of its nearest double, which equal numbers share.
    Number(u64),
    /// A string, or an end of it.
    String(&'v str),
}

impl Value<'_> {
    pub(super) fn number(number: Number) -> Self {
        // Adding zero makes -0.0 the same as 0.0.
        Self::Number((number.to_double() + 0.0).to_bits())
    }
}

impl Place {
    fn new(node: NodeId, path: Path) -> Self {
        Self {
            node,
            path,
            counts: [0; Kind::COUNT],
            prefixes: BTreeMap::new(),
            suffixes: BTreeMap::new(),
            numbers: Intervals::default(),
            strings: Intervals::default(),
        }
    }

    #[inline]
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.counts.get(kind as usize).is_some_and(|count| *count > 0)
    }

    pub(super) fn prefix_lengths(&self) -> impl Iterator<Item = usize> {
        self.prefixes.keys().copied()
    }

    pub(super) fn suffix_lengths(&self) -> impl Iterator<Item = usize> {
        self.suffixes.keys().copied()
    }

    fn count(&mut self, kind: Kind, value: Value<'_>, change: Change) {
        if let Some(count) = self.counts.get_mut(kind as usize) {
            change.apply(count);
        }
        let lengths = match kind {
            Kind::Prefix => &mut self.prefixes,
            Kind::Suffix => &mut self.suffixes,
            _ => return,
        };
        if let Value::String(end) = value {
            let count = lengths.entry(end.len()).or_default();
            change.apply(count);
            if *count == 0 {
                lengths.remove(&end.len());
            }
        }
    }
}

/// To file, or no longer to file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Remove,
}

impl Change {
    fn apply(self, count: &mut u32) {
        *count = match self {
            Self::Add => count.saturating_add(1),
            Self::Remove => count.saturating_sub(1),
        };
    }
}

/// How a key is filed.
enum Filing<'k> {
    Hash(Kind, Value<'k>),
    Numbers(Interval),
    Strings(Interval),
}

fn filing(condition: Condition<'_>) -> Filing<'_> {
    match condition {
        Condition::Equal(Constant::String(string)) => Filing::Hash(Kind::Equal, Value::String(string)),
        Condition::Equal(Constant::Number(number)) => Filing::Hash(Kind::Equal, Value::number(*number)),
        Condition::Equal(Constant::Bool(bool)) => Filing::Hash(Kind::Equal, Value::Bool(*bool)),
        // What is left is filed by its type.
        Condition::Equal(Constant::Null) | Condition::Null => Filing::Hash(Kind::Null, Value::None),
        Condition::Equal(Constant::Array(_)) | Condition::Array => Filing::Hash(Kind::Array, Value::None),
        Condition::Equal(Constant::Object(_)) | Condition::Object => Filing::Hash(Kind::Object, Value::None),
        Condition::Prefix(prefix) => Filing::Hash(Kind::Prefix, Value::String(prefix)),
        Condition::Suffix(suffix) => Filing::Hash(Kind::Suffix, Value::String(suffix)),
        Condition::Numbers(interval) => Filing::Numbers(interval),
        Condition::Strings(interval) => Filing::Strings(interval),
        Condition::Present => Filing::Hash(Kind::Present, Value::None),
        Condition::Missing => Filing::Hash(Kind::Missing, Value::None),
    }
}

impl Index {
    /// Files a filter under a key at a node, or takes it out.
    pub(super) fn change(&mut self, node: NodeId, key: Key<'_>, slot: Slot, change: Change) {
        let Some(place) = place_mut(&mut self.places, node, key.path) else { return };
        match filing(key.condition) {
            Filing::Numbers(interval) => change_interval(&mut place.numbers, interval, slot, change),
            Filing::Strings(interval) => change_interval(&mut place.strings, interval, slot, change),
            Filing::Hash(kind, value) => {
                place.count(kind, value, change);
                let is_absence = place.has(Kind::Null) || place.has(Kind::Missing);
                self.list_absence(node, is_absence);
                let hash = self.hash(node, kind, value);
                match (self.postings.entry(hash), change) {
                    (Some(entry), Change::Add) => add(entry, slot),
                    (Some(entry), Change::Remove) => remove(entry, slot),
                    (None, _) => {}
                }
            }
        }
    }

    fn list_absence(&mut self, node: NodeId, is_absence: bool) {
        match self.absences.binary_search(&node) {
            Err(at) if is_absence => Arc::make_mut(&mut self.absences).insert(at, node),
            Ok(at) if !is_absence => {
                Arc::make_mut(&mut self.absences).remove(at);
            }
            _ => {}
        }
    }

    /// Calls `found` with the filters under a key.
    #[inline]
    pub(super) fn look_up(&self, node: NodeId, kind: Kind, value: Value<'_>, found: &mut impl FnMut(Slot)) {
        match self.postings.get(self.hash(node, kind, value)) {
            Some(Posting::One(slot)) => found(*slot),
            Some(Posting::Many(slots)) => slots.iter().for_each(|slot| found(*slot)),
            None => {}
        }
    }

    #[inline]
    fn hash(&self, node: NodeId, kind: Kind, value: Value<'_>) -> u64 {
        self.hasher.hash_one((node, kind, value))
    }

    #[inline]
    pub(super) fn place(&self, node: NodeId) -> Option<&Place> {
        self.places.get(node as usize)?.as_deref()
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().flatten().map(|place| &**place)
    }

    /// Places with keys that a missing field has.
    pub(super) fn absences(&self) -> impl Iterator<Item = &Place> {
        self.absences.iter().filter_map(|node| self.place(*node))
    }

    /// What it takes, without the filters, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let lists = self.postings.values().map(|posting| match posting {
            Posting::One(_) => 0,
            Posting::Many(slots) => slots.capacity() * size_of::<Slot>() + size_of::<Vec<Slot>>(),
        });
        let places =
            self.places().map(|place| size_of::<Place>() + place.numbers.bytes() + place.strings.bytes());
        self.postings.bytes() + lists.sum::<usize>() + places.sum::<usize>() + self.places.capacity() * 8
    }

    /// How many filters are under a key now, weighed by how often events have such a key.
    pub(super) fn cost(&self, node: Option<NodeId>, condition: Condition<'_>) -> f64 {
        let place = node.and_then(|node| self.place(node));
        let filed =
            |intervals: fn(&Place) -> &Intervals| place.map_or(0, |place| intervals(place).len()) as f64;
        let bounds =
            |interval: Interval| if interval.low == 0 || interval.high == u64::MAX { 1.0 } else { 0.5 };
        match filing(condition) {
            Filing::Numbers(interval) => 4.0 + bounds(interval) * filed(|place| &place.numbers),
            Filing::Strings(interval) => 4.0 + bounds(interval) * filed(|place| &place.strings),
            Filing::Hash(kind, value) => {
                let base = match kind {
                    Kind::Equal => 1.0,
                    Kind::Prefix | Kind::Suffix => 2.0,
                    Kind::Array | Kind::Object | Kind::Null | Kind::Missing => 8.0,
                    Kind::Present => 16.0,
                };
                let posting = node.and_then(|node| self.postings.get(self.hash(node, kind, value)));
                let filters = match posting {
                    None => 0.0,
                    Some(Posting::One(_)) => 1.0,
                    Some(Posting::Many(slots)) => slots.len() as f64,
                };
                base + filters
            }
        }
    }
}

fn place_mut<'p>(
    places: &'p mut Arc<Vec<Option<Arc<Place>>>>,
    node: NodeId,
    path: &Path,
) -> Option<&'p mut Place> {
    let places = Arc::make_mut(places);
    let index = node as usize;
    if places.len() <= index {
        places.resize(index + 1, None);
    }
    let place = places.get_mut(index)?.get_or_insert_with(|| Arc::new(Place::new(node, path.clone())));
    Some(Arc::make_mut(place))
}

fn change_interval(intervals: &mut Intervals, interval: Interval, slot: Slot, change: Change) {
    match change {
        Change::Add => intervals.insert(interval, slot),
        Change::Remove => {
            intervals.remove(interval, slot);
        }
    }
}

fn add(entry: Entry<'_, u64, Posting>, slot: Slot) {
    match entry {
        Entry::Vacant(vacant) => {
            vacant.insert(Posting::One(slot));
        }
        Entry::Occupied(mut occupied) => match occupied.get_mut() {
            Posting::One(other) if *other == slot => {}
            Posting::One(other) => {
                let both = vec![slot.min(*other), slot.max(*other)];
                occupied.insert(Posting::Many(Arc::new(both)));
            }
            Posting::Many(slots) => insert_sorted(slots, slot),
        },
    }
}

fn remove(entry: Entry<'_, u64, Posting>, slot: Slot) {
    let Entry::Occupied(mut occupied) = entry else { return };
    let is_last = match occupied.get_mut() {
        Posting::One(only) => *only == slot,
        Posting::Many(slots) => {
            remove_sorted(slots, slot);
            slots.is_empty()
        }
    };
    if is_last {
        occupied.remove();
    }
}

/// Adds to an ascending list, once.
pub(super) fn insert_sorted(slots: &mut Arc<Vec<Slot>>, slot: Slot) {
    if let Err(at) = slots.binary_search(&slot) {
        Arc::make_mut(slots).insert(at, slot);
    }
}

/// Removes from an ascending list.
pub(super) fn remove_sorted(slots: &mut Arc<Vec<Slot>>, slot: Slot) {
    if let Ok(at) = slots.binary_search(&slot) {
        Arc::make_mut(slots).remove(at);
    }
}
