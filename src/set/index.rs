//! The index: from what is found in an event to the filters that could match it.

use std::sync::Arc;

use super::guard::{Candidate, Demand, DemandKind, Guard};
use super::intervals::Interval;
use super::keys::{Condition, Key};
use super::place::{Change, Place};
use super::postings::{Kind, Postings, Term, Value};
use super::symbols::Symbols;
use crate::event::Constant;
use crate::event::trie::NodeId;
use crate::path::Path;

/// Filters by their keys. A clone is cheap, and keeps what it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// The keys that are equal to something.
    postings: Postings,
    /// What guards name.
    symbols: Symbols,
    /// By the node of the trie at which a path ends.
    places: Arc<Vec<Option<Arc<Place>>>>,
    /// Nodes with keys.
    filed: Arc<Vec<NodeId>>,
    /// Nodes with keys that a missing field has.
    absences: Arc<Vec<NodeId>>,
}

/// How a key is filed.
enum Filing<'k> {
    Term(Kind, Value<'k>),
    Numbers(Interval),
    Strings(Interval),
}

fn filing(condition: Condition<'_>) -> Filing<'_> {
    match condition {
        Condition::Equal(Constant::String(string)) => {
            Filing::Term(Kind::Equal, Value::String(string.as_bytes()))
        }
        Condition::Equal(Constant::Number(number)) => Filing::Term(Kind::Equal, Value::number(*number)),
        Condition::Equal(Constant::Bool(bool)) => Filing::Term(Kind::Equal, Value::Bool(*bool)),
        // What is left is filed by its type.
        Condition::Equal(Constant::Null) | Condition::Null => Filing::Term(Kind::Null, Value::None),
        Condition::Equal(Constant::Array(_)) | Condition::Array => Filing::Term(Kind::Array, Value::None),
        Condition::Equal(Constant::Object(_)) | Condition::Object => Filing::Term(Kind::Object, Value::None),
        Condition::Prefix(prefix) => Filing::Term(Kind::Prefix, Value::String(prefix.as_bytes())),
        Condition::Suffix(suffix) => Filing::Term(Kind::Suffix, Value::String(suffix.as_bytes())),
        Condition::Numbers(interval) => Filing::Numbers(interval),
        Condition::Strings(interval) => Filing::Strings(interval),
        Condition::Present => Filing::Term(Kind::Present, Value::None),
        Condition::Missing => Filing::Term(Kind::Missing, Value::None),
        Condition::NoNumber => Filing::Term(Kind::NoNumber, Value::None),
    }
}

impl Index {
    /// Takes note of a key that a filter could be filed under.
    pub(super) fn note(&mut self, node: NodeId, key: Key<'_>) {
        let Filing::Term(kind @ (Kind::Equal | Kind::Prefix | Kind::Suffix), value) = filing(key.condition)
        else {
            return;
        };
        let hash = self.postings.hash(Term { node, kind, value });
        let Some(place) = place_mut(&mut self.places, node, key.path) else { return };
        match kind {
            Kind::Equal => place.values.add(hash),
            _ => place.affixes.add(hash),
        }
    }

    /// The guard of a filter that demands this at a node, and that comes or goes.
    pub(super) fn change_guard(
        &mut self,
        node: NodeId,
        demand: &Demand<'_>,
        change: Change,
    ) -> Option<Guard> {
        // For its path.
        place_mut(&mut self.places, node, demand.path)?;
        let (is_symbol, low, high) = match demand.kind {
            DemandKind::String(string) => {
                let symbol = self.symbols.change(string, change)?;
                (true, symbol, symbol)
            }
            DemandKind::Number(place) => (false, place, place),
            DemandKind::Bounds { low, high } => (false, low, high),
        };
        Some(Guard { node, is_symbol, is_negated: demand.is_negated, low, high })
    }

    /// The symbol of a string, if a guard names it.
    #[inline]
    pub(super) fn symbol(&self, string: &[u8]) -> Option<u64> {
        self.symbols.find(string)
    }

    /// Files a filter under a key at a node, or takes it out.
    pub(super) fn change(&mut self, node: NodeId, key: Key<'_>, candidate: Candidate, change: Change) {
        let Some(place) = place_mut(&mut self.places, node, key.path) else { return };
        change.apply(&mut place.keys);
        list(&mut self.filed, node, place.has_keys());
        let slot = candidate.slot;
        match filing(key.condition) {
            Filing::Numbers(interval) => place.numbers.change(interval, slot, change),
            Filing::Strings(interval) => place.strings.change(interval, slot, change),
            Filing::Term(kind, value) => {
                place.count(kind, value, change);
                let is_absence = Kind::ABSENCES.into_iter().any(|kind| place.has(kind));
                list(&mut self.absences, node, is_absence);
                let term = Term { node, kind, value };
                match change {
                    Change::Add => self.postings.add(term, candidate),
                    Change::Remove => self.postings.remove(term, slot),
                }
            }
        }
    }

    /// Nothing is filed at the node, and nothing will be at the path that led to it.
    pub(super) fn forget(&mut self, node: NodeId) {
        if let Some(place) = Arc::make_mut(&mut self.places).get_mut(node as usize) {
            *place = None;
        }
    }

    /// The filters under a key.
    #[inline]
    pub(super) fn look_up(&self, node: NodeId, kind: Kind, value: Value<'_>) -> &[Candidate] {
        self.postings.find(Term { node, kind, value })
    }

    #[inline]
    pub(super) fn place(&self, node: NodeId) -> Option<&Place> {
        self.places.get(node as usize)?.as_deref()
    }

    /// The number of places with keys.
    #[inline]
    pub(super) fn filed_len(&self) -> usize {
        self.filed.len()
    }

    /// Places with keys.
    #[inline]
    pub(super) fn filed(&self) -> impl Iterator<Item = &Place> {
        self.filed.iter().filter_map(|node| self.place(*node))
    }

    /// Places with keys that a missing field has.
    pub(super) fn absences(&self) -> impl Iterator<Item = &Place> {
        self.absences.iter().filter_map(|node| self.place(*node))
    }

    /// What it takes, without the filters, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let places = self.places.iter().flatten().map(|place| {
            size_of::<Place>() + place.numbers.intervals.bytes() + place.strings.intervals.bytes()
        });
        let places = places.sum::<usize>() + self.places.capacity() * size_of::<Option<Arc<Place>>>();
        self.postings.bytes() + self.symbols.bytes() + places
    }

    /// How likely an event has a key, as far as the filters tell what events are like.
    pub(super) fn chance(&self, node: Option<NodeId>, condition: Condition<'_>) -> f64 {
        const UNKNOWN: f64 = 0.25;
        let place = node.and_then(|node| self.place(node));
        match filing(condition) {
            Filing::Numbers(interval) => place.map_or(UNKNOWN, |place| place.numbers.chance(interval)),
            Filing::Strings(interval) => place.map_or(UNKNOWN, |place| place.strings.chance(interval)),
            Filing::Term(Kind::Equal, value) => {
                let popularity = node.map_or(0.0, |node| {
                    let filters = self.look_up(node, Kind::Equal, value).len();
                    filters as f64 / place.map_or(1, |place| place.keys.max(100)) as f64
                });
                place.map_or(UNKNOWN, |place| place.values.chance()).max(popularity)
            }
            Filing::Term(Kind::Prefix | Kind::Suffix, _) => {
                place.map_or(UNKNOWN, |place| 2.0 * place.affixes.chance())
            }
            Filing::Term(Kind::Array | Kind::Object | Kind::NoNumber, _) => 0.2,
            Filing::Term(Kind::Null | Kind::Missing, _) => 0.3,
            Filing::Term(Kind::Present, _) => 0.7,
        }
    }
}

/// Adds a node to those that are listed in order, or takes it out.
fn list(nodes: &mut Arc<Vec<NodeId>>, node: NodeId, is_listed: bool) {
    match nodes.binary_search(&node) {
        Err(at) if is_listed => Arc::make_mut(nodes).insert(at, node),
        Ok(at) if !is_listed => {
            Arc::make_mut(nodes).remove(at);
        }
        _ => {}
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
