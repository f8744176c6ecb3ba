//! Many filters, one pass.
//!
//! Each filter is filed under a condition that is necessary for it to match ([`keys`]): an index
//! ([`index`]) leads from what an event holds ([`probe`]) to the few filters that could match it, and
//! only their programs run. Tests that they share are answered once ([`shared`]).

mod index;
mod intervals;
mod keys;
mod probe;
mod residue;
mod shards;
mod shared;
mod stats;

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use serde_json::Value;

pub use self::stats::SetStats;
use crate::error::EventError;
use crate::event::Node;
use crate::event::json::{self, Scratch};
use crate::event::trie::{self, Trie};
use crate::filter::Filter;
use crate::program::Program;
use crate::vm;
use index::{Candidate, Change, Index, Slot};
use keys::{Choice, Costs, Key};
use probe::Guards;
use residue::Residue;
use shards::Chunks;
use shared::{Remembered, SharedCodes, SharedTests, TestId, Verdicts};

/// Many filters that are matched together, each with an id.
///
/// An event is read once, and the time that it takes grows with the filters that match, not with those
/// that are in the set. Filters can be added and removed at any time, without a rebuild.
///
/// ```
/// use hooksieve::{Filter, FilterSet, Scratch};
///
/// let mut set = FilterSet::new();
/// set.insert("bob", Filter::compile(r#"{"user.uid": "bob"}"#)?);
/// set.insert("pdf", Filter::compile(r#"{"event.node.path": {"$endsWith": ".pdf"}}"#)?);
/// set.insert("all", Filter::compile("{}")?);
///
/// let mut scratch = Scratch::new();
/// let event = br#"{"event": {"node": {"path": "/bob/files/a.txt"}}, "user": {"uid": "bob"}}"#;
/// let matches = set.matches_json(event, &mut scratch)?;
/// assert_eq!(matches.in_insertion_order().collect::<Vec<_>>(), [&"bob", &"all"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FilterSet<Id> {
    view: Snapshot<Id>,
    slots_by_id: HashMap<Id, Slot>,
    free: Vec<Slot>,
    tests: SharedTests,
    codes: SharedCodes,
    next_sequence: u64,
}

/// A [`FilterSet`] as it was when the snapshot was taken. A clone is cheap.
///
/// A dispatcher hands snapshots to the threads that match, while the set itself changes: neither
/// waits for the other.
///
/// ```
/// use hooksieve::{Filter, FilterSet, Scratch};
///
/// let mut set = FilterSet::new();
/// set.insert(1, Filter::compile("{}")?);
/// let snapshot = set.snapshot();
/// set.remove(&1);
///
/// let matches = std::thread::spawn(move || {
///     snapshot.matches_json(b"{}", &mut Scratch::new()).map(|matches| matches.len())
/// });
/// assert_eq!(matches.join().unwrap()?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Snapshot<Id> {
    trie: Arc<Trie>,
    index: Index,
    slots: Chunks<Option<Arc<Filed<Id>>>>,
    residue: Residue,
    length: usize,
    /// How many tests the filters have; their numbers are less.
    tests: usize,
}

/// A filter in its place.
struct Filed<Id> {
    id: Id,
    filter: Filter,
    /// Later ones are greater.
    sequence: u64,
    tests: Box<[TestId]>,
    /// What it is filed under; nothing, where it is in the residue.
    keys: Option<Choice>,
}

impl<Id: Clone + Eq + Hash> FilterSet<Id> {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a filter, at the end of the order; returns the one that had the id before.
    ///
    /// Takes time in the size of the filter, and, after a [`snapshot`](Self::snapshot), to copy the
    /// parts of the index that it falls into. The set remembers each path for good, even when no
    /// filter looks at it any more.
    pub fn insert(&mut self, id: Id, mut filter: Filter) -> Option<Filter> {
        let replaced = self.remove(&id);
        filter.share_code(self.codes.add(filter.program()));
        self.add_to_trie(&filter);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.view.slots.push(None);
            // Each takes memory, so there are never 2^32.
            Slot::try_from(self.view.slots.len() - 1).unwrap_or(Slot::MAX)
        });
        let tests = self.tests.add(filter.program());
        let keys = self.file(&filter, slot, &tests);
        let filed = Filed { id: id.clone(), sequence: self.next_sequence, tests, keys, filter };
        if let Some(place) = self.view.slots.get_mut(slot as usize) {
            *place = Some(Arc::new(filed));
        }
        self.next_sequence += 1;
        self.view.length += 1;
        self.view.tests = self.tests.len();
        self.slots_by_id.insert(id, slot);
        replaced
    }

    /// Takes a filter out; `None` where there is none with the id.
    pub fn remove(&mut self, id: &Id) -> Option<Filter> {
        let slot = self.slots_by_id.remove(id)?;
        let filed = self.view.slots.get_mut(slot as usize)?.take()?;
        self.tests.remove(filed.filter.program());
        self.codes.remove(filed.filter.program());
        self.view.residue.remove(slot);
        if let Some(choice) = &filed.keys {
            self.view.change_index(filed.filter.program(), choice, slot, Change::Remove);
        }
        self.free.push(slot);
        self.view.length -= 1;
        Some(filed.filter.clone())
    }

    /// The filter with an id.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<&Filter> {
        let slot = self.slots_by_id.get(id)?;
        Some(&self.view.filed(*slot)?.filter)
    }
}

impl<Id> FilterSet<Id> {
    /// The number of filters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.view.len()
    }

    /// Whether there is no filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view.is_empty()
    }

    /// The filters with their ids, in the order in which they were inserted.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Filter)> {
        self.view.iter()
    }

    /// The filters that match a raw event, which is read once.
    ///
    /// # Errors
    ///
    /// [`EventError`], where `event` is not JSON; as [`Filter::matches_json`].
    pub fn matches_json<'s>(
        &'s self,
        event: &[u8],
        scratch: &'s mut Scratch,
    ) -> Result<Matches<'s, Id>, EventError> {
        self.view.matches_json(event, scratch)
    }

    /// The filters that match a parsed event.
    pub fn matches<'s>(&'s self, event: &Value, scratch: &'s mut Scratch) -> Matches<'s, Id> {
        self.view.matches(event, scratch)
    }

    /// The set as it is now, for others to match with while this one changes.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<Id> {
        self.view.clone()
    }

    /// What the filters are filed under, and what that takes. Looks at every filter.
    #[must_use]
    pub fn stats(&self) -> SetStats {
        let mut stats = stats::of(&self.view);
        let ids = self.slots_by_id.capacity() * (size_of::<(Id, Slot)>() + 1);
        stats.bytes += ids + self.tests.bytes() + self.codes.bytes();
        stats
    }

    /// Files a filter under its keys, or, if it has none, in the residue.
    fn file(&mut self, filter: &Filter, slot: Slot, tests: &[TestId]) -> Option<Choice> {
        for key in keys::all_keys(filter.program()) {
            if let Some((node, _)) = self.view.trie.find(key.path) {
                self.view.index.note(node, key);
            }
        }
        let choice = keys::choose(filter.program(), &self.view);
        match &choice {
            Some(choice) => self.view.change_index(filter.program(), choice, slot, Change::Add),
            None => self.view.residue.insert(slot, filter.program(), tests),
        }
        choice
    }

    fn add_to_trie(&mut self, filter: &Filter) {
        for (path, wanted) in trie::needs(filter.program()) {
            if self.view.trie.find(path).is_none_or(|(_, known)| known < wanted) {
                Arc::make_mut(&mut self.view.trie).add(path, wanted);
            }
        }
    }
}

impl<Id> Default for FilterSet<Id> {
    fn default() -> Self {
        let view = Snapshot {
            trie: Arc::default(),
            index: Index::default(),
            slots: Chunks::default(),
            residue: Residue::default(),
            length: 0,
            tests: 0,
        };
        Self {
            view,
            slots_by_id: HashMap::new(),
            free: Vec::new(),
            tests: SharedTests::default(),
            codes: SharedCodes::default(),
            next_sequence: 0,
        }
    }
}

impl<Id> fmt::Debug for FilterSet<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterSet").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<Id> Snapshot<Id> {
    /// The number of filters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The filters with their ids, in the order in which they were inserted.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Filter)> {
        let mut filed: Vec<_> = self.all().collect();
        filed.sort_unstable_by_key(|filed| filed.sequence);
        filed.into_iter().map(|filed| (&filed.id, &filed.filter))
    }

    /// As [`FilterSet::matches_json`].
    ///
    /// # Errors
    ///
    /// [`EventError`], where `event` is not JSON.
    pub fn matches_json<'s>(
        &'s self,
        event: &[u8],
        scratch: &'s mut Scratch,
    ) -> Result<Matches<'s, Id>, EventError> {
        let tape = json::read(event, &self.trie, &mut scratch.event)?;
        Ok(self.run(tape.root(), &mut scratch.set))
    }

    /// As [`FilterSet::matches`].
    pub fn matches<'s>(&'s self, event: &Value, scratch: &'s mut Scratch) -> Matches<'s, Id> {
        self.run(event, &mut scratch.set)
    }

    fn run<'s, 'e, N: Node<'e>>(&'s self, event: N, scratch: &'s mut SetScratch) -> Matches<'s, Id> {
        scratch.begin(self.slots.len(), self.tests);
        let SetScratch { event: number, seen, candidates, verdicts, guards } = scratch;
        let number = *number;
        probe::candidates(&self.index, &self.trie, event, guards, |slot| {
            if let Some(seen) = seen.get_mut(slot as usize)
                && *seen != number
            {
                *seen = number;
                candidates.push(slot);
            }
        });
        let matches = |slot: Slot, verdicts: &mut Verdicts| {
            self.filed(slot).is_some_and(|filed| {
                let mut memory = Remembered { verdicts, tests: &filed.tests, event: number };
                vm::matches_with(filed.filter.program(), event, &mut memory)
            })
        };
        candidates.retain(|slot| matches(*slot, verdicts));
        self.residue.each(number, verdicts, |slot, verdicts| {
            if matches(slot, verdicts) {
                candidates.push(slot);
            }
        });
        Matches { view: self, slots: candidates.iter() }
    }

    fn filed(&self, slot: Slot) -> Option<&Filed<Id>> {
        self.slots.get(slot as usize)?.as_deref()
    }

    fn all(&self) -> impl Iterator<Item = &Filed<Id>> {
        self.slots.iter().flatten().map(|filed| &**filed)
    }

    /// Files a program under the keys that were chosen, or takes it out.
    fn change_index(&mut self, program: &Program, choice: &Choice, slot: Slot, change: Change) {
        let keys = keys::keys(program, choice);
        let guard = match change {
            Change::Add => keys::guard(program, &keys).and_then(|key| {
                let (node, _) = self.trie.find(key.path)?;
                self.index.guard(node, key)
            }),
            Change::Remove => None,
        };
        for key in keys {
            if let Some((node, _)) = self.trie.find(key.path) {
                self.index.change(node, key, Candidate { slot, guard }, change);
            }
        }
    }
}

/// Whatever the ids are.
impl<Id> Clone for Snapshot<Id> {
    fn clone(&self) -> Self {
        Self {
            trie: Arc::clone(&self.trie),
            index: self.index.clone(),
            slots: self.slots.clone(),
            residue: self.residue.clone(),
            length: self.length,
            tests: self.tests,
        }
    }
}

impl<Id> Costs for Snapshot<Id> {
    fn cost(&self, key: Key<'_>) -> f64 {
        self.index.chance(self.trie.find(key.path).map(|(node, _)| node), key.condition)
    }
}

impl<Id> fmt::Debug for Snapshot<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The filters of a set that match an event: an iterator over their ids, each once, in no order.
#[derive(Debug)]
pub struct Matches<'s, Id> {
    view: &'s Snapshot<Id>,
    slots: std::slice::Iter<'s, Slot>,
}

impl<'s, Id> Matches<'s, Id> {
    /// The ids in the order in which the filters were inserted.
    pub fn in_insertion_order(self) -> impl Iterator<Item = &'s Id> {
        let view = self.view;
        let mut filed: Vec<_> = self.slots.filter_map(|slot| view.filed(*slot)).collect();
        filed.sort_unstable_by_key(|filed| filed.sequence);
        filed.into_iter().map(|filed| &filed.id)
    }
}

impl<'s, Id> Iterator for Matches<'s, Id> {
    type Item = &'s Id;

    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        Some(&self.view.filed(*slot)?.id)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<Id> ExactSizeIterator for Matches<'_, Id> {}

/// Working memory of a set.
#[derive(Debug, Default)]
pub(crate) struct SetScratch {
    /// The number of the event at hand, from 1; half of the numbers, as [`Verdicts`] need a bit.
    event: u32,
    /// For each slot the event that it was a candidate for last.
    seen: Vec<u32>,
    candidates: Vec<Slot>,
    verdicts: Verdicts,
    guards: Guards,
}

impl SetScratch {
    fn begin(&mut self, slots: usize, tests: usize) {
        if self.event == u32::MAX >> 1 {
            self.event = 0;
            self.seen.fill(0);
            self.verdicts.forget();
        }
        self.event += 1;
        self.candidates.clear();
        if self.seen.len() < slots {
            self.seen.resize(slots, 0);
        }
        self.verdicts.reserve(tests);
    }
}
