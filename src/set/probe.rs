//! What an event has that filters are filed under.

use super::guard::{Answer, Facts, Slot};
use super::index::Index;
use super::intervals::{Interval, Intervals};
use super::keys;
use super::place::Place;
use super::postings::{Kind, Value};
use crate::event::trie::{NodeId, Trie};
use crate::event::{LookUp, Node, Object, View};
use crate::vm::walk::{self, Found, Leaf};

/// Calls `found` with every filter that has a key in the event and whose guard passes, some more than
/// once, and whether it matches for certain.
pub(super) fn candidates<'e, N: Node<'e>>(
    index: &Index,
    trie: &Trie,
    event: N,
    facts: &mut Facts,
    found: impl FnMut(Slot, bool),
) {
    facts.begin(trie.len());
    let mut probe = Probe { trie, taker: Taker { index, event, facts, found } };
    if !is_looked_up(index, event)
        && let View::Object(object) = event.view()
    {
        if let Some(place) = index.place(Trie::ROOT) {
            probe.values(place, |values| walk::any(event, &[], values));
        }
        probe.members(Trie::ROOT, object);
    } else {
        for place in index.filed() {
            match event.look_up(place.node) {
                LookUp::Missing => {}
                LookUp::Value(value) if let Some(string) = value.string() => {
                    probe.taker.lone_string(place, string);
                }
                LookUp::Value(value) => probe.values(place, |values| walk::any_in_value(value, &[], values)),
                LookUp::Unknown => {
                    probe.values(place, |values| walk::any(event, place.path.segments(), values));
                }
            }
        }
    }
    for place in index.absences() {
        probe.absence(place);
    }
}

/// Whether to ask for each place what is there. With many it takes less time to see which are; and so it does where
/// reading the event has not told, because the ways to the places have beginnings in common.
fn is_looked_up<'e, N: Node<'e>>(index: &Index, event: N) -> bool {
    const FEW: usize = 16;
    let is_known = |place: &Place| !matches!(event.look_up(place.node), LookUp::Unknown);
    index.filed_len() <= FEW && index.filed().any(is_known)
}

struct Probe<'i, N, F> {
    trie: &'i Trie,
    taker: Taker<'i, N, F>,
}

/// Takes the candidates that are found.
struct Taker<'i, N, F> {
    index: &'i Index,
    event: N,
    facts: &'i mut Facts,
    found: F,
}

impl<'e, N: Node<'e>, F: FnMut(Slot, bool)> Taker<'_, N, F> {
    #[inline]
    fn look_up(&mut self, place: &Place, kind: Kind, value: Value<'_>) {
        if place.has(kind) {
            self.take(place.node, kind, value);
        }
    }

    /// A string that is all that a path reaches.
    #[inline]
    fn lone_string(&mut self, place: &Place, string: &[u8]) {
        self.string(place, string);
        self.look_up(place, Kind::Present, Value::None);
        if !place.strings.intervals.is_empty() {
            let at = keys::place_of_string(string);
            self.overlapping(&place.strings.intervals, Interval { low: at, high: at });
        }
    }

    /// Where a prefix or a suffix would begin within a character, there is no filter with it.
    #[inline]
    fn string(&mut self, place: &Place, string: &[u8]) {
        self.look_up(place, Kind::Equal, Value::String(string));
        if place.has(Kind::Prefix) {
            for length in place.prefix_lengths() {
                if let Some(prefix) = string.get(..length) {
                    self.take(place.node, Kind::Prefix, Value::String(prefix));
                }
            }
        }
        if place.has(Kind::Suffix) {
            for length in place.suffix_lengths() {
                if let Some(suffix) = string.len().checked_sub(length).and_then(|start| string.get(start..)) {
                    self.take(place.node, Kind::Suffix, Value::String(suffix));
                }
            }
        }
    }

    #[inline(never)]
    fn take(&mut self, node: NodeId, kind: Kind, value: Value<'_>) {
        for candidate in self.index.look_up(node, kind, value) {
            match self.facts.ask(self.index, self.event, candidate) {
                Answer::Rejected => {}
                Answer::Open => (self.found)(candidate.slot, false),
                Answer::Matches => (self.found)(candidate.slot, true),
            }
        }
    }
}

impl<N, F: FnMut(Slot, bool)> Taker<'_, N, F> {
    fn overlapping(&mut self, intervals: &Intervals, range: Interval) {
        intervals.overlapping(range, &mut |slot| (self.found)(slot, false));
    }
}

impl<'e, N: Node<'e>, F: FnMut(Slot, bool)> Probe<'_, N, F> {
    /// The members of an object that stands at a node: as the paths of many filters share their
    /// beginnings, objects are walked through together.
    fn members(&mut self, node: NodeId, object: N::Object) {
        let children = self.trie.children(node);
        if children.len() <= object.len() {
            for (segment, child) in children {
                if let Some(value) = object.get(segment) {
                    self.visit(*child, value);
                }
            }
        } else {
            for (key, value) in object.iter() {
                if let Some(child) = self.trie.child(node, key.as_bytes()) {
                    self.visit(child, value);
                }
            }
        }
    }

    fn visit(&mut self, node: NodeId, value: N) {
        if let Some(place) = self.taker.index.place(node) {
            self.values(place, |values| walk::any_in_value(value, &[], values));
        }
        let children = self.trie.children(node);
        if children.is_empty() {
            return;
        }
        match value.view() {
            View::Object(object) => self.members(node, object),
            View::Array(_) => {
                for (_, child) in children {
                    self.below_array(*child, value, 1);
                }
            }
            _ => {}
        }
    }

    /// From an array onwards each path goes its own way. `value` stands `above` segments before the node.
    fn below_array(&mut self, node: NodeId, value: N, above: usize) {
        if let Some(place) = self.taker.index.place(node) {
            let segments = place.path.segments();
            let rest = segments.get(segments.len().saturating_sub(above)..).unwrap_or_default();
            self.values(place, |values| walk::any_in_value(value, rest, values));
        }
        for (_, child) in self.trie.children(node) {
            self.below_array(*child, value, above + 1);
        }
    }

    /// Looks up what a walk finds at a place.
    fn values<'p>(&mut self, place: &'p Place, walk: impl FnOnce(&mut Values<'_, '_, 'p, N, F>) -> bool) {
        if place.has_keys() {
            let mut values =
                Values { taker: &mut self.taker, place, is_there: false, numbers: None, strings: None };
            walk(&mut values);
            values.finish();
        }
    }

    fn absence(&mut self, place: &Place) {
        let mut absence = Absence { is_null: false, is_there: false, has_number: false };
        walk::any_read(self.taker.event, place.node, place.path.segments(), &mut absence);
        if absence.is_null {
            self.taker.look_up(place, Kind::Null, Value::None);
        }
        if !absence.is_there {
            self.taker.look_up(place, Kind::Missing, Value::None);
        }
        if !absence.has_number {
            self.taker.look_up(place, Kind::NoNumber, Value::None);
        }
    }
}

/// Takes all values that a path reaches, and looks them up.
struct Values<'t, 'i, 'p, N, F> {
    taker: &'t mut Taker<'i, N, F>,
    place: &'p Place,
    is_there: bool,
    /// The least and the greatest: with several values, one can be on each side of an interval.
    numbers: Option<Interval>,
    strings: Option<Interval>,
}

impl<'e, N: Node<'e>, F: FnMut(Slot, bool)> Values<'_, '_, '_, N, F> {
    #[inline]
    fn look_up(&mut self, kind: Kind, value: Value<'_>) {
        self.taker.look_up(self.place, kind, value);
    }

    fn finish(mut self) {
        if self.is_there {
            self.look_up(Kind::Present, Value::None);
        }
        if let Some(numbers) = self.numbers {
            self.taker.overlapping(&self.place.numbers.intervals, numbers);
        }
        if let Some(strings) = self.strings {
            self.taker.overlapping(&self.place.strings.intervals, strings);
        }
    }
}

impl<'e, N: Node<'e>, F: FnMut(Slot, bool)> Leaf<'e, N> for Values<'_, '_, '_, N, F> {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    fn passes(&mut self, found: Found<N>) -> bool {
        let Found::Value(value) = found else { return false };
        self.is_there = true;
        if let Some(string) = value.string() {
            self.taker.string(self.place, string);
            if !self.place.strings.intervals.is_empty() {
                Interval::extend(&mut self.strings, keys::place_of_string(string));
            }
            return false;
        }
        match value.view() {
            // Null is filed under absences.
            View::Null | View::String(_) => {}
            View::Bool(bool) => self.look_up(Kind::Equal, Value::Bool(bool)),
            View::Number(number) => {
                self.look_up(Kind::Equal, Value::number(number));
                if !self.place.numbers.intervals.is_empty() {
                    Interval::extend(&mut self.numbers, keys::place_of_number(number));
                }
            }
            View::Array(_) => self.look_up(Kind::Array, Value::None),
            View::Object(_) => self.look_up(Kind::Object, Value::None),
        }
        false
    }
}

/// What a path does not reach.
struct Absence {
    /// It reaches null, or nothing somewhere.
    is_null: bool,
    /// It reaches something.
    is_there: bool,
    /// It reaches a number.
    has_number: bool,
}

impl<'e, N: Node<'e>> Leaf<'e, N> for Absence {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    fn passes(&mut self, found: Found<N>) -> bool {
        match found {
            Found::Missing(_) => self.is_null = true,
            Found::Value(value) => {
                self.is_there = true;
                match value.view() {
                    View::Null => self.is_null = true,
                    View::Number(_) => self.has_number = true,
                    _ => {}
                }
            }
        }
        false
    }
}
