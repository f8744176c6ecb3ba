//! The index: from what is found in an event to the filters that could match it.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::intervals::{Interval, Intervals};
use super::keys::{self, Condition, Key};
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
    One(Candidate),
    Many(Arc<Vec<Candidate>>),
}

/// A filter that could match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) slot: Slot,
    /// What has to hold, too. It stands here so that most filters which do not match need not be
    /// looked at, each in its own corner of the memory.
    pub(super) guard: Option<Guard>,
}

/// A condition at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) node: NodeId,
    pub(super) check: Check,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    /// Numbers around or in the interval.
    Numbers(Interval),
    /// A string with this hash.
    String(u64),
}

/// What is filed at a path.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) node: NodeId,
    pub(super) path: Path,
    /// How many keys there are. Some places are there for guards only.
    keys: u32,
    /// How many keys there are of each [`Kind`] that is looked up by hash.
    counts: [u32; Kind::COUNT],
    /// The lengths of prefixes and suffixes, and how many keys have them.
    prefixes: BTreeMap<usize, u32>,
    suffixes: BTreeMap<usize, u32>,
    pub(super) numbers: Ranges,
    pub(super) strings: Ranges,
    /// The values that filters compare with here, filed or not: many values, and each is rare.
    values: Sketch,
    affixes: Sketch,
}

/// The intervals that are filed at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranges {
    pub(super) intervals: Intervals,
    /// From the least bound that was ever filed to the greatest.
    span: Option<Interval>,
}

impl Ranges {
    fn change(&mut self, interval: Interval, slot: Slot, change: Change) {
        match change {
            Change::Add => {
                self.intervals.insert(interval, slot);
                for bound in [interval.low, interval.high] {
                    if (1..u64::MAX).contains(&bound) {
                        Interval::extend(&mut self.span, bound);
                    }
                }
            }
            Change::Remove => {
                self.intervals.remove(interval, slot);
            }
        }
    }

    /// How likely a value lies in the interval, if it lies anywhere in the span.
    fn chance(&self, interval: Interval) -> f64 {
        let Some(span) = self.span.filter(|_| self.intervals.len() >= FEW) else { return 0.3 };
        let width = interval.high.min(span.high).saturating_sub(interval.low.max(span.low));
        (width as f64 / (span.high - span.low).max(1) as f64).max(1e-4)
    }
}

/// Fewer say nothing about where others will lie.
const FEW: usize = 8;

/// Counts different values, more or less and up to some thousands, in a bitmap of their hashes.
#[derive(Debug, Clone, Default)]
struct Sketch([u64; Self::WORDS]);

impl Sketch {
    const WORDS: usize = 16;

    fn add(&mut self, hash: u64) {
        if let Some(word) = self.0.get_mut((hash >> 32) as usize % Self::WORDS) {
            *word |= 1 << (hash % 64);
        }
    }

    /// By the share of bits that are still free: linear counting.
    fn count(&self) -> f64 {
        let bits = (Self::WORDS * 64) as f64;
        let free = self.0.iter().map(|word| word.count_zeros()).sum::<u32>().max(1);
        bits * (bits / f64::from(free)).ln()
    }

    /// How likely a value is one of these. The first ones are not known to be rare.
    fn chance(&self) -> f64 {
        1.0 / (4.0 + self.count())
    }
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
    NoNumber,
}

impl Kind {
    const COUNT: usize = Self::NoNumber as usize + 1;
    /// Those that are looked up where something is not.
    const ABSENCES: [Self; 3] = [Self::Null, Self::Missing, Self::NoNumber];
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
            keys: 0,
            counts: [0; Kind::COUNT],
            prefixes: BTreeMap::new(),
            suffixes: BTreeMap::new(),
            numbers: Ranges::default(),
            strings: Ranges::default(),
            values: Sketch::default(),
            affixes: Sketch::default(),
        }
    }

    #[inline]
    pub(super) fn has_keys(&self) -> bool {
        self.keys > 0
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
        Condition::NoNumber => Filing::Hash(Kind::NoNumber, Value::None),
    }
}

impl Index {
    /// Takes note of a key that a filter could be filed under.
    pub(super) fn note(&mut self, node: NodeId, key: Key<'_>) {
        let Filing::Hash(kind @ (Kind::Equal | Kind::Prefix | Kind::Suffix), value) = filing(key.condition)
        else {
            return;
        };
        let hash = self.hash(node, kind, value);
        let Some(place) = place_mut(&mut self.places, node, key.path) else { return };
        match kind {
            Kind::Equal => place.values.add(hash),
            _ => place.affixes.add(hash),
        }
    }

    /// The guard of a filter.
    pub(super) fn guard(&mut self, node: NodeId, key: Key<'_>) -> Option<Guard> {
        let check = match filing(key.condition) {
            Filing::Numbers(interval) => Check::Numbers(interval),
            Filing::Hash(Kind::Equal, Value::String(string)) => Check::String(self.hash_string(string)),
            _ => match key.condition {
                Condition::Equal(Constant::Number(number)) => Check::Numbers(point(*number)),
                _ => return None,
            },
        };
        // For its path.
        place_mut(&mut self.places, node, key.path)?;
        Some(Guard { node, check })
    }

    pub(super) fn hash_string(&self, string: &str) -> u64 {
        self.hasher.hash_one(string)
    }

    /// Files a filter under a key at a node, or takes it out.
    pub(super) fn change(&mut self, node: NodeId, key: Key<'_>, candidate: Candidate, change: Change) {
        let Some(place) = place_mut(&mut self.places, node, key.path) else { return };
        change.apply(&mut place.keys);
        let slot = candidate.slot;
        match filing(key.condition) {
            Filing::Numbers(interval) => place.numbers.change(interval, slot, change),
            Filing::Strings(interval) => place.strings.change(interval, slot, change),
            Filing::Hash(kind, value) => {
                place.count(kind, value, change);
                let is_absence = Kind::ABSENCES.into_iter().any(|kind| place.has(kind));
                self.list_absence(node, is_absence);
                let hash = self.hash(node, kind, value);
                match (self.postings.entry(hash), change) {
                    (Some(entry), Change::Add) => add(entry, candidate),
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

    /// The filters under a key.
    #[inline]
    pub(super) fn look_up(&self, node: NodeId, kind: Kind, value: Value<'_>) -> &[Candidate] {
        match self.postings.get(self.hash(node, kind, value)) {
            Some(Posting::One(candidate)) => std::slice::from_ref(candidate),
            Some(Posting::Many(candidates)) => candidates,
            None => &[],
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
            Posting::Many(candidates) => {
                candidates.capacity() * size_of::<Candidate>() + size_of::<Vec<Candidate>>()
            }
        });
        let places = self.places().map(|place| {
            size_of::<Place>() + place.numbers.intervals.bytes() + place.strings.intervals.bytes()
        });
        self.postings.bytes() + lists.sum::<usize>() + places.sum::<usize>() + self.places.capacity() * 8
    }

    /// How likely an event has a key, as far as the filters tell what events are like.
    pub(super) fn chance(&self, node: Option<NodeId>, condition: Condition<'_>) -> f64 {
        const UNKNOWN: f64 = 0.25;
        let place = node.and_then(|node| self.place(node));
        match filing(condition) {
            Filing::Numbers(interval) => place.map_or(UNKNOWN, |place| place.numbers.chance(interval)),
            Filing::Strings(interval) => place.map_or(UNKNOWN, |place| place.strings.chance(interval)),
            Filing::Hash(Kind::Equal, value) => {
                let popularity = node.map_or(0.0, |node| {
                    let filters = self.look_up(node, Kind::Equal, value).len();
                    filters as f64 / place.map_or(1, |place| place.keys.max(100)) as f64
                });
                place.map_or(UNKNOWN, |place| place.values.chance()).max(popularity)
            }
            Filing::Hash(Kind::Prefix | Kind::Suffix, _) => {
                place.map_or(UNKNOWN, |place| 2.0 * place.affixes.chance())
            }
            Filing::Hash(Kind::Array | Kind::Object | Kind::NoNumber, _) => 0.2,
            Filing::Hash(Kind::Null | Kind::Missing, _) => 0.3,
            Filing::Hash(Kind::Present, _) => 0.7,
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

fn add(entry: Entry<'_, u64, Posting>, candidate: Candidate) {
    match entry {
        Entry::Vacant(vacant) => {
            vacant.insert(Posting::One(candidate));
        }
        Entry::Occupied(mut occupied) => match occupied.get_mut() {
            Posting::One(other) if other.slot == candidate.slot => {}
            Posting::One(other) => {
                let mut both = vec![*other, candidate];
                both.sort_unstable_by_key(|candidate| candidate.slot);
                occupied.insert(Posting::Many(Arc::new(both)));
            }
            Posting::Many(candidates) => {
                if let Err(at) = candidates.binary_search_by_key(&candidate.slot, |known| known.slot) {
                    Arc::make_mut(candidates).insert(at, candidate);
                }
            }
        },
    }
}

fn remove(entry: Entry<'_, u64, Posting>, slot: Slot) {
    let Entry::Occupied(mut occupied) = entry else { return };
    let is_last = match occupied.get_mut() {
        Posting::One(only) => only.slot == slot,
        Posting::Many(candidates) => {
            if let Ok(at) = candidates.binary_search_by_key(&slot, |known| known.slot) {
                Arc::make_mut(candidates).remove(at);
            }
            candidates.is_empty()
        }
    };
    if is_last {
        occupied.remove();
    }
}

/// The interval with one number in it.
fn point(number: Number) -> Interval {
    let place = keys::place_of_number(number);
    Interval { low: place, high: place }
}
