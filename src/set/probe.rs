//! What an event has that filters are filed under.

use super::index::{Index, Kind, Place, Slot, Value};
use super::intervals::Interval;
use super::keys;
use crate::event::trie::{NodeId, Trie};
use crate::event::{Node, Object, View};
use crate::vm::walk::{self, Found, Leaf};

/// Calls `found` with every filter that has a key in the event, some more than once.
pub(super) fn candidates<'e, N: Node<'e>>(
    index: &Index,
    trie: &Trie,
    event: N,
    found: &mut impl FnMut(Slot),
) {
    let mut probe = Probe { index, trie, found };
    match event.view() {
        View::Object(object) => {
            if let Some(place) = index.place(Trie::ROOT) {
                probe.values(place, |values| walk::any(event, &[], values));
            }
            probe.members::<N>(Trie::ROOT, object);
        }
        _ => {
            for place in index.places() {
                probe.values(place, |values| walk::any(event, place.path.segments(), values));
            }
        }
    }
    for place in index.absences() {
        probe.absence(place, event);
    }
}

struct Probe<'i, F> {
    index: &'i Index,
    trie: &'i Trie,
    found: &'i mut F,
}

impl<F: FnMut(Slot)> Probe<'_, F> {
    /// The members of an object that stands at a node: as the paths of many filters share their
    /// beginnings, objects are walked through together.
    fn members<'e, N: Node<'e>>(&mut self, node: NodeId, object: N::Object) {
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

    fn visit<'e, N: Node<'e>>(&mut self, node: NodeId, value: N) {
        if let Some(place) = self.index.place(node) {
            self.values(place, |values| walk::any_in_value(value, &[], values));
        }
        match value.view() {
            View::Object(object) => self.members::<N>(node, object),
            View::Array(_) => {
                for (_, child) in self.trie.children(node) {
                    self.below_array(*child, value, 1);
                }
            }
            _ => {}
        }
    }

    /// From an array onwards each path goes its own way. `value` stands `above` segments before the node.
    fn below_array<'e, N: Node<'e>>(&mut self, node: NodeId, value: N, above: usize) {
        if let Some(place) = self.index.place(node) {
            let segments = place.path.segments();
            let rest = segments.get(segments.len().saturating_sub(above)..).unwrap_or_default();
            self.values(place, |values| walk::any_in_value(value, rest, values));
        }
        for (_, child) in self.trie.children(node) {
            self.below_array(*child, value, above + 1);
        }
    }

    /// Looks up what a walk finds at a place.
    fn values<'p>(&mut self, place: &'p Place, walk: impl FnOnce(&mut Values<'_, 'p, F>) -> bool) {
        let mut values = Values {
            index: self.index,
            place,
            found: self.found,
            is_there: false,
            numbers: None,
            strings: None,
        };
        walk(&mut values);
        values.finish();
    }

    fn absence<'e, N: Node<'e>>(&mut self, place: &Place, event: N) {
        let mut absence = Absence { is_null: false, is_there: false };
        walk::any(event, place.path.segments(), &mut absence);
        if absence.is_null && place.has(Kind::Null) {
            self.index.look_up(place.node, Kind::Null, Value::None, self.found);
        }
        if !absence.is_there && place.has(Kind::Missing) {
            self.index.look_up(place.node, Kind::Missing, Value::None, self.found);
        }
    }
}

/// Takes all values that a path reaches, and looks them up.
struct Values<'i, 'p, F> {
    index: &'i Index,
    place: &'p Place,
    found: &'i mut F,
    is_there: bool,
    /// The least and the greatest: with several values, one can be on each side of an interval.
    numbers: Option<Interval>,
    strings: Option<Interval>,
}

impl<F: FnMut(Slot)> Values<'_, '_, F> {
    #[inline]
    fn look_up(&mut self, kind: Kind, value: Value<'_>) {
        if self.place.has(kind) {
            self.index.look_up(self.place.node, kind, value, self.found);
        }
    }

    fn string(&mut self, string: &str) {
        self.look_up(Kind::Equal, Value::String(string));
        for length in self.place.prefix_lengths() {
            if let Some(prefix) = string.get(..length) {
                self.look_up(Kind::Prefix, Value::String(prefix));
            }
        }
        for length in self.place.suffix_lengths() {
            if let Some(suffix) = string.len().checked_sub(length).and_then(|start| string.get(start..)) {
                self.look_up(Kind::Suffix, Value::String(suffix));
            }
        }
        if !self.place.strings.is_empty() {
            extend(&mut self.strings, keys::place_of_string(string));
        }
    }

    fn finish(mut self) {
        if self.is_there {
            self.look_up(Kind::Present, Value::None);
        }
        if let Some(numbers) = self.numbers {
            self.place.numbers.overlapping(numbers, self.found);
        }
        if let Some(strings) = self.strings {
            self.place.strings.overlapping(strings, self.found);
        }
    }
}

fn extend(range: &mut Option<Interval>, place: u64) {
    let Interval { low, high } = range.unwrap_or(Interval { low: place, high: place });
    *range = Some(Interval { low: low.min(place), high: high.max(place) });
}

impl<'e, N: Node<'e>, F: FnMut(Slot)> Leaf<'e, N> for Values<'_, '_, F> {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    fn passes(&mut self, found: Found<N>) -> bool {
        let Found::Value(value) = found else { return false };
        self.is_there = true;
        match value.view() {
            // Filed under absences.
            View::Null => {}
            View::Bool(bool) => self.look_up(Kind::Equal, Value::Bool(bool)),
            View::Number(number) => {
                self.look_up(Kind::Equal, Value::number(number));
                if !self.place.numbers.is_empty() {
                    extend(&mut self.numbers, keys::place_of_number(number));
                }
            }
            View::String(string) => self.string(string),
            View::Array(_) => self.look_up(Kind::Array, Value::None),
            View::Object(_) => self.look_up(Kind::Object, Value::None),
        }
        false
    }
}

/// Whether a path reaches null or nothing, and whether it reaches anything.
struct Absence {
    is_null: bool,
    is_there: bool,
}

impl<'e, N: Node<'e>> Leaf<'e, N> for Absence {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    fn passes(&mut self, found: Found<N>) -> bool {
        match found {
            Found::Missing => self.is_null = true,
            Found::Value(value) => {
                self.is_there = true;
                self.is_null |= matches!(value.view(), View::Null);
            }
        }
        false
    }
}
