//! Many filters, one pass.
//!
//! Each filter is filed under a condition that is necessary for it to match ([`keys`]): an index
//! ([`index`]) leads from what an event holds ([`probe`]) to the few filters that could match it. Beside
//! each stands another condition ([`guard`]). Where the two are all that it asks for, its verdict is known
//! ([`proof`]); otherwise its program runs. Long tests that programs share are answered once ([`shared`]),
//! and so is each test of the filters that are tried on every event ([`residue`]).

mod guard;
mod index;
mod intervals;
mod keys;
mod paths;
mod place;
mod postings;
mod probe;
mod proof;
mod residue;
mod shards;
mod shared;
mod stats;
mod symbols;
mod text;

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use serde_json::Value;

pub use self::stats::SetStats;
use crate::error::EventError;
use crate::event::Node;
use crate::event::json::{self, Scratch};
use crate::event::trie::Trie;
use crate::filter::Filter;
use crate::program::Program;
use crate::vm;
use guard::{Answer, Candidate, Facts, Slot};
use index::Index;
use keys::{Choice, Costs, Key};
use paths::PathUses;
use place::Change;
use proof::Proof;
use residue::{Rejections, Residue};
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
    paths: PathUses,
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
    slots: Chunks<Filed>,
    /// By slot, on their own: of a filter that matches, often nothing else is looked at, and what is small stays in
    /// the caches.
    names: Chunks<Name<Id>>,
    residue: Residue,
    length: usize,
    /// How many tests the filters have; their numbers are less.
    tests: usize,
}

/// A filter in its place.
#[derive(Clone)]
struct Filed {
    filter: Filter,
    tests: Arc<[TestId]>,
    /// What it is filed under; nothing, where it is in the residue.
    keys: Option<Choice>,
}

/// What a filter is known by.
#[derive(Clone)]
struct Name<Id> {
    id: Id,
    /// Later ones are greater.
    sequence: u64,
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
    /// parts of the index that it falls into.
    pub fn insert(&mut self, id: Id, mut filter: Filter) -> Option<Filter> {
        filter.share_code(self.codes.add(filter.program()));
        // Before the other one goes: what both look at stays.
        self.paths.add(filter.program(), &mut self.view.trie);
        let replaced = self.remove(&id);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.view.slots.grow();
            self.view.names.grow();
            // Each takes memory, so there are never 2^32.
            Slot::try_from(self.view.slots.len() - 1).unwrap_or(Slot::MAX)
        });
        let keys = self.choose(&filter);
        let tests = self.tests.add(filter.program(), keys.is_none());
        self.view.file(filter.program(), keys.as_ref(), &tests, slot, Change::Add);
        if let Some(place) = self.view.slots.get_mut(slot as usize) {
            *place = Some(Filed { filter, tests, keys });
        }
        if let Some(place) = self.view.names.get_mut(slot as usize) {
            *place = Some(Name { id: id.clone(), sequence: self.next_sequence });
        }
        self.next_sequence += 1;
        self.view.length += 1;
        self.view.tests = self.tests.len();
        self.slots_by_id.insert(id, slot);
        replaced
    }

    /// Takes a filter out; `None` where there is none with the id. Takes time as [`insert`](Self::insert) does.
    pub fn remove(&mut self, id: &Id) -> Option<Filter> {
        let slot = self.slots_by_id.remove(id)?;
        let filed = self.view.slots.get_mut(slot as usize)?.take()?;
        self.view.names.get_mut(slot as usize)?.take();
        let program = filed.filter.program();
        self.view.file(program, filed.keys.as_ref(), &filed.tests, slot, Change::Remove);
        self.tests.remove(program, filed.keys.is_none());
        self.codes.remove(program);
        self.paths.remove(program, &mut self.view.trie, |node| self.view.index.forget(node));
        self.free.push(slot);
        self.view.length -= 1;
        Some(filed.filter)
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
        stats.bytes += ids + self.tests.bytes() + self.codes.bytes() + self.paths.bytes();
        stats
    }

    /// The keys to file a filter under.
    fn choose(&mut self, filter: &Filter) -> Option<Choice> {
        for key in keys::all_keys(filter.program()) {
            if let Some((node, _)) = self.view.trie.find(key.path) {
                self.view.index.note(node, key);
            }
        }
        keys::choose(filter.program(), &self.view)
    }

    /// What the filters look at.
    #[cfg(all(target_arch = "wasm32", feature = "wasm"))]
    pub(crate) fn trie(&self) -> &Trie {
        &self.view.trie
    }
}

impl<Id> Default for FilterSet<Id> {
    fn default() -> Self {
        let view = Snapshot {
            trie: Arc::default(),
            index: Index::default(),
            slots: Chunks::default(),
            names: Chunks::default(),
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
            paths: PathUses::default(),
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
        let slots = self.in_order((0..).take(self.slots.len()));
        slots.filter_map(|slot| Some((&self.name(slot)?.id, &self.filed(slot)?.filter)))
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
        let SetScratch { event: number, seen, open, matching, verdicts, facts } = scratch;
        let number = *number;
        probe::candidates(&self.index, &self.trie, event, facts, |slot, is_certain| {
            if seen.insert(slot) {
                let found = if is_certain { &mut *matching } else { &mut *open };
                found.push(slot);
            }
        });
        open.iter().chain(&*matching).for_each(|slot| seen.remove(*slot));
        let matches = |slot: Slot, verdicts: &mut Verdicts| {
            self.filed(slot).is_some_and(|filed| {
                let mut memory = Remembered { verdicts, tests: &filed.tests, event: number };
                vm::matches_with(filed.filter.program(), event, &mut memory)
            })
        };
        matching.extend(open.iter().filter(|slot| matches(**slot, verdicts)));
        self.residue.each(number, verdicts, |candidate, is_tested, verdicts| {
            let is_match = match facts.ask(&self.index, event, candidate) {
                Answer::Rejected => false,
                Answer::Matches if is_tested => true,
                Answer::Matches | Answer::Open => matches(candidate.slot, verdicts),
            };
            if is_match {
                matching.push(candidate.slot);
            }
        });
        Matches { view: self, slots: matching.iter() }
    }

    fn filed(&self, slot: Slot) -> Option<&Filed> {
        self.slots.get(slot as usize)
    }

    /// The slots that have a filter, in the order of insertion.
    fn in_order(&self, slots: impl Iterator<Item = Slot>) -> impl Iterator<Item = Slot> {
        let mut slots: Vec<_> = slots.filter_map(|slot| Some((self.name(slot)?.sequence, slot))).collect();
        slots.sort_unstable();
        slots.into_iter().map(|(_, slot)| slot)
    }

    fn name(&self, slot: Slot) -> Option<&Name<Id>> {
        self.names.get(slot as usize)
    }

    fn all(&self) -> impl Iterator<Item = &Filed> {
        self.slots.iter()
    }

    /// Files a program under the keys that were chosen or, where it has none, in the residue; or takes
    /// it out.
    fn file(
        &mut self,
        program: &Program,
        choice: Option<&Choice>,
        tests: &[TestId],
        slot: Slot,
        change: Change,
    ) {
        let keys = choice.map(|choice| keys::keys(program, choice)).unwrap_or_default();
        let demand = guard::demand(program, &keys);
        let guard = demand.and_then(|demand| {
            let (node, _) = self.trie.find(demand.path)?;
            self.index.change_guard(node, &demand, change)
        });
        let guarded = demand.filter(|_| guard.is_some()).map(|demand| demand.proof).unwrap_or_default();
        let candidate = |proof: Proof| Candidate::new(slot, guard, guarded.and(proof).decides(program));
        for key in keys {
            if let Some((node, _)) = self.trie.find(key.path) {
                self.index.change(node, key, candidate(key.proof), change);
            }
        }
        if choice.is_none() {
            let rejections = Rejections::of(program, tests, guarded);
            match change {
                Change::Add => self.residue.insert(rejections, candidate(rejections.proof)),
                Change::Remove => self.residue.remove(rejections, slot),
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
            names: self.names.clone(),
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
        view.in_order(self.slots.copied()).filter_map(|slot| Some(&view.name(slot)?.id))
    }
}

impl<'s, Id> Iterator for Matches<'s, Id> {
    type Item = &'s Id;

    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        Some(&self.view.name(*slot)?.id)
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
    seen: Seen,
    /// The filters whose programs have to run.
    open: Vec<Slot>,
    matching: Vec<Slot>,
    verdicts: Verdicts,
    facts: Facts,
}

impl SetScratch {
    #[inline(always)]
    fn begin(&mut self, slots: usize, tests: usize) {
        if self.event == u32::MAX >> 1 {
            self.event = 0;
            self.verdicts.forget();
        }
        self.event += 1;
        self.open.clear();
        self.matching.clear();
        self.seen.reserve(slots);
        self.verdicts.reserve(tests);
    }
}

/// The filters that were found already: a bit for each slot, so that it stays in the caches. Empty between
/// events.
#[derive(Debug, Default)]
struct Seen(Vec<u64>);

impl Seen {
    fn reserve(&mut self, slots: usize) {
        let words = slots.div_ceil(u64::BITS as usize);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }

    fn word(&mut self, slot: Slot) -> Option<(&mut u64, u64)> {
        let bit = 1 << (slot % u64::BITS);
        Some((self.0.get_mut((slot / u64::BITS) as usize)?, bit))
    }

    /// Whether it was not there.
    fn insert(&mut self, slot: Slot) -> bool {
        self.word(slot).is_some_and(|(word, bit)| {
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        })
    }

    fn remove(&mut self, slot: Slot) {
        if let Some((word, bit)) = self.word(slot) {
            *word &= !bit;
        }
    }
}
