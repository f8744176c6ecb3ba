//! What is known of the place that a path leads to: what is filed there, and how rare that is.

use std::collections::BTreeMap;

use super::guard::Slot;
use super::intervals::{Interval, Intervals};
use super::postings::{Kind, Value};
use crate::event::trie::NodeId;
use crate::path::Path;

/// What is filed at a path.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) node: NodeId,
    pub(super) path: Path,
    /// How many keys there are. Some places are there for guards only.
    pub(super) keys: u32,
    /// How many keys there are of each [`Kind`].
    counts: [u32; Kind::COUNT],
    /// The lengths of prefixes and suffixes, and how many keys have them.
    prefixes: BTreeMap<usize, u32>,
    suffixes: BTreeMap<usize, u32>,
    pub(super) numbers: Ranges,
    pub(super) strings: Ranges,
    /// The values that filters compare with here, filed or not: many values, and each is rare.
    pub(super) values: Sketch,
    pub(super) affixes: Sketch,
}

/// The intervals that are filed at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranges {
    pub(super) intervals: Intervals,
    /// From the least bound that was ever filed to the greatest.
    span: Option<Interval>,
}

impl Ranges {
    pub(super) fn change(&mut self, interval: Interval, slot: Slot, change: Change) {
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
    pub(super) fn chance(&self, interval: Interval) -> f64 {
        let Some(span) = self.span.filter(|_| self.intervals.len() >= FEW) else { return 0.3 };
        let width = interval.high.min(span.high).saturating_sub(interval.low.max(span.low));
        (width as f64 / (span.high - span.low).max(1) as f64).max(1e-4)
    }
}

/// Fewer say nothing about where others will lie.
const FEW: usize = 8;

/// Counts different values, more or less and up to some thousands, in a bitmap of their hashes.
#[derive(Debug, Clone, Default)]
pub(super) struct Sketch([u64; Self::WORDS]);

impl Sketch {
    const WORDS: usize = 16;

    pub(super) fn add(&mut self, hash: u64) {
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
    pub(super) fn chance(&self) -> f64 {
        1.0 / (4.0 + self.count())
    }
}

impl Place {
    pub(super) fn new(node: NodeId, path: Path) -> Self {
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

    pub(super) fn count(&mut self, kind: Kind, value: Value<'_>, change: Change) {
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
    pub(super) fn apply(self, count: &mut u32) {
        *count = match self {
            Self::Add => count.saturating_add(1),
            Self::Remove => count.saturating_sub(1),
        };
    }
}
